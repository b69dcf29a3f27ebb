"""An attempt from its start to its end. Every change of the deadline is an event."""

import base64
import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from certification.delivery import queries
from certification.delivery.actions_bookings import held
from certification.delivery.models import (
    ATTEMPT_MOVES,
    BOOKING_MOVES,
    Adjustment,
    Attempt,
    AttemptEvent,
    AttemptState,
    BookingState,
    ExamBooking,
    ExamSlot,
)
from certification.delivery.rules import after, entry_flaw, needs
from certification.exams.models import Exam, ExamPolicy
from certification.papers.actions import form_for
from lms import audit, jobs
from lms.clock import today
from lms.db import db, locked
from lms.errors import Refusal, refuse
from lms.lifecycle import check_move
from lms.site import issuer_zone

SUBMITTED = "scoring.attempt_submitted"


def start(
    exam: Exam,
    course_version_id: int,
    person_id: int,
    *,
    language: str,
    has_confirmed: bool,
    now: datetime,
) -> Attempt:
    """Begin an attempt: the form is drawn, the deadline computed, the booking used.

    Refuses what is not yet met, `identity_open`, `booking_needed`, a slot's times, `language`.
    """
    day = today(now, issuer_zone())
    found = queries.candidacy(exam, course_version_id, person_id, today=day)
    if unmet := [need.reason for need in needs(found.facts, now=now) if not need.met]:
        raise Refusal(*unmet)
    policy = found.policy
    if policy is None or language not in policy.languages:
        raise refuse("no_such_language", status=422)
    adjustment = queries.adjustment_of(person_id, day)
    booking = _booking(
        exam, policy, person_id, adjustment=adjustment, has_confirmed=has_confirmed, now=now
    )
    attempt = _insert(
        exam, policy, person_id, booking=booking, ordinal=found.ordinal, language=language, now=now
    )
    data: dict[str, Any] = {"minutes": policy.minutes, "language": language, "acknowledged": True}
    note(attempt, "started", data, by=person_id, now=now)
    if adjustment is not None:
        note(attempt, "adjusted", adjusted(adjustment), by=person_id, now=now)
    audit.record(
        "attempt.started", "attempt", attempt.id, by=person_id, now=now, exam=exam.id,
        ordinal=attempt.ordinal, form=attempt.form_id, policy=policy.id,
    )  # fmt: skip
    return attempt


def _booking(
    exam: Exam,
    policy: ExamPolicy,
    person_id: int,
    *,
    adjustment: Adjustment | None,
    has_confirmed: bool,
    now: datetime,
) -> ExamBooking:
    """The booking that is used now, held until the unit ends; one is made where nobody has to book
    first."""
    booking = held(exam.id, person_id)
    if booking is None and (policy.is_proctored or policy.booking == "slot"):
        raise refuse("booking_needed")
    if booking is None:
        booking = ExamBooking(exam_id=exam.id, person_id=person_id, at=now, by=person_id)
        booking.state, booking.slot_id = BookingState.BOOKED, None
        db.session.add(booking)
    elif booking.slot_id is not None:
        slot = db.session.get_one(ExamSlot, booking.slot_id)
        percent = adjustment.extra_percent if adjustment else 0
        if flaw := entry_flaw(slot.starts_at, percent=percent, now=now):
            raise Refusal(flaw)
    _confirm(booking, policy, person_id, has_confirmed, now)
    check_move(BOOKING_MOVES, booking.state, BookingState.USED)
    booking.state, booking.ended_at = BookingState.USED, now
    db.session.flush()
    return booking


def _confirm(
    booking: ExamBooking, policy: ExamPolicy, person_id: int, has_confirmed: bool, now: datetime
) -> None:
    if policy.is_proctored and booking.identity_confirmed_at is None:
        raise refuse("identity_open")
    if not policy.is_proctored and not has_confirmed:
        raise refuse("identity_unsaid", status=422)
    if not policy.is_proctored:
        booking.identity_confirmed_at, booking.identity_confirmed_by = now, person_id


def _insert(
    exam: Exam,
    policy: ExamPolicy,
    person_id: int,
    *,
    booking: ExamBooking,
    ordinal: int,
    language: str,
    now: datetime,
) -> Attempt:
    """Insert by the constraint that decides between two starts at once."""
    code = base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=").lower()
    seed = hashlib.sha256(f"{code}:{secrets.token_hex(16)}".encode()).hexdigest()
    form = form_for(exam, person_id, policy, seed=seed, code=code, now=now)
    attempt = Attempt(
        code=code, exam_id=exam.id, person_id=person_id, policy_id=policy.id, form_id=form.id,
        booking_id=booking.id, ordinal=ordinal, language=language, seed=seed,
        state=AttemptState.OPEN, started_at=now, due_at=None, events=0, seen_at=now,
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(attempt)
    except sa.exc.IntegrityError as error:
        raise refuse("attempt_is_open") from error
    return attempt


def hold(attempt_id: int) -> Attempt:
    """The attempt, locked until the unit ends."""
    found: Attempt = db.session.scalars(
        locked(sa.select(Attempt).where(Attempt.id == attempt_id))
    ).one()
    return found


def note(
    attempt: Attempt, kind: str, data: dict[str, Any], *, by: int | None, now: datetime
) -> AttemptEvent:
    """Keep an event of a locked attempt and bring its deadline to what the events add up to."""
    standing = queries.standing_of(attempt.id)
    attempt.events += 1
    event = AttemptEvent(
        attempt_id=attempt.id, number=attempt.events, kind=kind, data=data, client_at=None,
        at=now, by=by,
    )  # fmt: skip
    db.session.add(event)
    db.session.flush()
    attempt.due_at = after(standing, event).due_at
    return event


def adjusted(adjustment: Adjustment) -> dict[str, Any]:
    """What an event says of an adjustment: never its reason."""
    return {
        "extra_percent": adjustment.extra_percent,
        "break_minutes": adjustment.break_minutes,
    }


def _running(attempt_id: int) -> Attempt:
    attempt = hold(attempt_id)
    if attempt.state != AttemptState.OPEN:
        raise refuse("attempt_ended")
    return attempt


def _not_oneself(attempt: Attempt, by: int) -> None:
    if attempt.person_id == by:
        raise refuse("not_yourself", status=403)


def pause(attempt_id: int, text: str, *, by: int, now: datetime) -> None:
    """Stop the clock. Refuses `paused_already`, `time_over`."""
    attempt = _running(attempt_id)
    _not_oneself(attempt, by)
    _stop(attempt, {"note": text}, by=by, now=now)


def rest(attempt_id: int, *, by: int, now: datetime) -> None:
    """The candidate takes a break, as long as their adjustment has rest left: `no_rest_left`."""
    attempt = _running(attempt_id)
    if not queries.standing_of(attempt.id).rest_left(now):
        raise refuse("no_rest_left")
    _stop(attempt, {"note": "", "rest": True}, by=by, now=now)


def _stop(attempt: Attempt, data: dict[str, Any], *, by: int, now: datetime) -> None:
    if attempt.due_at is None:
        raise refuse("paused_already")
    if attempt.due_at <= now:
        raise refuse("time_over")
    note(attempt, "paused", data, by=by, now=now)


def resume(attempt_id: int, *, by: int, now: datetime) -> None:
    """Let the clock go on: the candidate after a break of their own, else a proctor."""
    attempt = _running(attempt_id)
    standing = queries.standing_of(attempt.id)
    if standing.paused_at is None:
        raise refuse("not_paused")
    if not standing.rests:
        _not_oneself(attempt, by)
    end = standing.rest_ends_at()
    note(attempt, "resumed", {}, by=by, now=min(now, end) if end else now)


def end_rest(attempt_id: int, *, now: datetime) -> None:
    """A break is used up: the clock goes on from the instant at which it was."""
    attempt = hold(attempt_id)
    end = queries.standing_of(attempt.id).rest_ends_at()
    if attempt.state == AttemptState.OPEN and end is not None and end <= now:
        note(attempt, "resumed", {}, by=None, now=end)


def extend(attempt_id: int, minutes: int, text: str, *, by: int, now: datetime) -> None:
    """Give more time, with the reason."""
    attempt = _running(attempt_id)
    _not_oneself(attempt, by)
    data = {"seconds": 60 * minutes, "note": text}
    note(attempt, "extended", data, by=by, now=now)
    _recorded("attempt.extended", attempt, by=by, now=now, text=text, minutes=minutes)


def report(attempt_id: int, text: str, *, by: int, now: datetime) -> None:
    """Keep what happened in the room."""
    attempt = _running(attempt_id)
    _not_oneself(attempt, by)
    note(attempt, "incident", {"note": text}, by=by, now=now)


def void(attempt_id: int, text: str, *, counts: bool = False, by: int, now: datetime) -> None:
    """End an attempt without a result. `counts`: the candidate broke the rules, so that it is an
    attempt with its waits; else it is none."""
    attempt = _running(attempt_id)
    _not_oneself(attempt, by)
    check_move(ATTEMPT_MOVES, attempt.state, AttemptState.VOID)
    note(attempt, "voided", {"note": text, "counts": counts}, by=by, now=now)
    attempt.state, attempt.ended_at, attempt.ended_by = AttemptState.VOID, now, "proctor"
    _recorded("attempt.voided", attempt, by=by, now=now, text=text, counts=counts)


def _recorded(
    act: str, attempt: Attempt, *, by: int, now: datetime, text: str, **facts: Any
) -> None:
    private = {"note": text}
    audit.record(act, "attempt", attempt.id, by=by, now=now, private=private, **facts)


def submit(attempt_id: int, *, by: int | None, now: datetime) -> bool:
    """Hand in, once: True for the one arrival that did. After the deadline it is the time that
    ended it, whoever asks. While the clock stands nothing is handed in: `attempt_paused`."""
    attempt = hold(attempt_id)
    if attempt.state != AttemptState.OPEN:
        return False
    if attempt.due_at is None:
        raise refuse("attempt_paused")
    is_late = attempt.due_at < now
    ended_by = "time" if is_late or by is None else "candidate"
    note(attempt, "submitted", {"by": ended_by}, by=by, now=now)
    check_move(ATTEMPT_MOVES, attempt.state, AttemptState.SUBMITTED)
    attempt.ended_at, attempt.ended_by = attempt.due_at if is_late else now, ended_by
    attempt.state = AttemptState.SUBMITTED
    audit.record("attempt.submitted", "attempt", attempt.id, by=by, now=now, ended_by=ended_by)
    jobs.enqueue(SUBMITTED, {"attempt_id": attempt.id}, key=str(attempt.id))
    return True


def time_out(attempt_id: int, *, now: datetime) -> bool:
    """End an attempt whose deadline and grace are past."""
    grace = db.session.scalars(
        sa.select(ExamPolicy.grace_seconds)
        .join(Attempt, Attempt.policy_id == ExamPolicy.id)
        .where(Attempt.id == attempt_id)
    ).one()
    attempt = hold(attempt_id)
    if attempt.due_at is None or attempt.due_at + timedelta(seconds=grace) >= now:
        return False
    return submit(attempt_id, by=None, now=now)
