"""A person's own moves: enrol, cancel, leave the queue, switch the kind of seat."""

from datetime import UTC, datetime

from courses.scheduling.actions import news
from courses.scheduling.actions.queue import (
    close_entry,
    decide,
    draw_number,
    end_seat,
    give_seat,
    lock,
    note,
    pass_over,
    promote,
    put_in_queue,
)
from courses.scheduling.models import (
    ClassSession,
    Seat,
    SeatEnd,
    SeatKind,
    WaitingEntry,
    WaitingState,
)
from courses.scheduling.queries import standing
from courses.scheduling.rules.enrolment import why_closed, why_not
from courses.scheduling.rules.places import Place, ahead_of, next_promotable
from lms.accounts.queries import standing_of
from lms.db import db
from lms.errors import Refusal, refuse


def enrol(
    class_session: ClassSession,
    person_id: int,
    wanted: SeatKind | None = None,
    *,
    by: int | None,
    now: datetime,
) -> Seat | WaitingEntry:
    """A seat if one that fits is free, else a place in the queue. `wanted` None: either kind."""
    session = lock(class_session)
    candidate = standing.candidate(session, person_id, now=now)
    reasons = why_not(standing.offer(session), candidate, wanted, now=now)
    if reasons:
        raise Refusal(*reasons)
    stands = standing_of(person_id, now.astimezone(UTC).date())
    place = Place(person_id, stands.rank, draw_number(session), wanted)
    queue = [standing.place_of(entry) for entry in standing.waiting(session.id)]
    first = next_promotable(standing.free(session), [*queue, place])
    if first and first[0].place is place:
        for passed in ahead_of(queue, place):
            pass_over(session, passed, by=by, now=now)
        return take(session, place, first[0].kind, stands.organisation_id, by=by, now=now)
    return wait(session, place, stands.organisation_id, by=by, now=now)


def take(
    session: ClassSession,
    place: Place,
    kind: SeatKind | None,
    organisation_id: int | None,
    *,
    by: int | None,
    now: datetime,
) -> Seat:
    """Seat somebody who asked, and confirm it."""
    if kind is None:
        raise refuse("kind_not_free")
    seat = give_seat(session, place, kind, organisation_id=organisation_id, by=by, now=now)
    decide(session, place.person_id, "seated", "seat_was_free", by=by, now=now)
    news.tell("enrolled", session, {place.person_id: str(seat.id)}, now=now, kind=kind.value)
    return seat


def wait(
    session: ClassSession,
    place: Place,
    organisation_id: int | None,
    *,
    together: int = 1,
    by: int | None,
    now: datetime,
) -> WaitingEntry:
    """Give a place in the queue to somebody who asked; `together`: how many asked at once."""
    entry = put_in_queue(session, place, organisation_id=organisation_id, by=by, now=now)
    why = "no_seat_free" if together == 1 else "group_does_not_fit"
    decision = decide(session, place.person_id, "queued", why, by=by, now=now)
    keys = {place.person_id: str(decision.id)}
    news.tell("waiting", session, keys, now=now, together=together)
    return entry


def cancel_seat(
    class_session: ClassSession, person_id: int, *, by: int | None, now: datetime
) -> None:
    """Give a seat back; it goes to the next in the queue that fits, at once."""
    session = lock(class_session)
    _check_not_started(session, now=now)
    seat = standing.live_seat(session.id, person_id)
    if seat is None:
        raise refuse("not_seated")
    end_seat(session, seat, SeatEnd.CANCELLED, by=by, now=now)
    decide(session, person_id, "cancelled", "gave_seat_back", by=by, now=now)
    news.tell("seat_cancelled", session, {person_id: str(seat.id)}, now=now)
    promote(session, by=by, now=now)


def leave_queue(
    class_session: ClassSession, person_id: int, *, by: int | None, now: datetime
) -> None:
    """Wait no longer; those who were asked for together may fit now that they are fewer."""
    session = lock(class_session)
    entry = standing.waiting_entry(session.id, person_id)
    if entry is None:
        raise refuse("not_waiting")
    close_entry(entry, WaitingState.LEFT, by=by, now=now)
    decide(session, person_id, "left", "asked_to", by=by, now=now)
    if entry.group_number is not None:
        promote(session, by=by, now=now)


def switch(
    class_session: ClassSession, person_id: int, kind: SeatKind, *, by: int | None, now: datetime
) -> Seat:
    """Change between room and virtual while seats last; the seat given up goes to the queue."""
    session = lock(class_session)
    _check_not_started(session, now=now)
    seat = standing.live_seat(session.id, person_id)
    if seat is None:
        raise refuse("not_seated")
    if seat.kind == kind:
        raise refuse("has_this_kind")
    if standing.free(session)[kind] < 1:
        raise refuse("kind_not_free")
    end_seat(session, seat, SeatEnd.SWITCHED, by=by, now=now)
    place = Place(person_id, seat.tier_rank, seat.number, kind)
    new = give_seat(session, place, kind, organisation_id=seat.organisation_id, by=by, now=now)
    decide(session, person_id, "switched", "asked_to", by=by, now=now)
    news.tell("enrolled", session, {person_id: str(new.id)}, now=now, kind=kind.value)
    promote(session, by=by, now=now)
    return new


def change_wish(
    class_session: ClassSession,
    person_id: int,
    wanted: SeatKind | None,
    *,
    by: int | None,
    now: datetime,
) -> None:
    """Wait for another kind of seat, at the same place in the queue."""
    session = lock(class_session)
    entry = standing.waiting_entry(session.id, person_id)
    if entry is None:
        raise refuse("not_waiting")
    if entry.group_number is not None:
        raise refuse("waits_in_a_group")
    if wanted is not None and wanted not in standing.offer(session).kinds:
        raise refuse("kind_not_offered")
    entry.wanted_kind = wanted
    db.session.flush()
    decide(session, person_id, "wish_changed", "asked_to", by=by, now=now)
    wish = wanted.value if wanted else "either"
    note("queue.wish_changed", session, by=by, now=now, person=person_id, wanted=wish)
    promote(session, by=by, now=now)


def _check_not_started(session: ClassSession, *, now: datetime) -> None:
    reasons = why_closed(standing.offer(session), now=now)
    if reasons and reasons[0].code != "session_closed":
        raise Refusal(*reasons)
