"""Appeals: a candidate objects in time, somebody who had no part in it decides."""

from datetime import date, datetime, timedelta
from typing import Any, TypeVar

import sqlalchemy as sa

from certification.delivery.models import Attempt
from certification.scoring import (
    queries,
    queries_appeals,
    queries_sheets,
    queries_voiding,
    queries_work,
)
from certification.scoring.actions import lock_attempt, open_round, scored_again
from certification.scoring.actions_voiding import lift
from certification.scoring.models import (
    APPEAL_MOVES,
    Appeal,
    AppealDisposition,
    AppealState,
    RunState,
    ScoreRun,
)
from certification.scoring.models_assessed import AssessmentAppeal
from certification.scoring.models_voiding import ResultVoiding
from lms import audit
from lms.accounts import letters
from lms.clock import today
from lms.db import db, insert_once, locked
from lms.errors import refuse
from lms.site import issuer_zone

AnyAppeal = TypeVar("AnyAppeal", Appeal, AssessmentAppeal)
ANSWER_DAYS = 30


def last_day(run: ScoreRun, voiding: ResultVoiding | None, appeal_days: int) -> date:
    """Until the end of which day, in the issuer's zone, one may appeal: against what decided last,
    a run or that its result was voided."""
    return today(_decided_at(run, voiding), issuer_zone()) + timedelta(days=appeal_days)


def _decided_at(run: ScoreRun, voiding: ResultVoiding | None) -> datetime:
    return voiding.decided_at if voiding and voiding.decided_at else run.at


def appeal(attempt: Attempt, text: str, *, by: int, now: datetime) -> Appeal:
    """Object to the result that decides, or that it was voided; the attempt comes with its policy.

    Refuses `not_yours`, `no_result_yet`, `appeal_late`, `appeal_open` (one at a time),
    `appeal_decided` (this result was looked at).
    """
    if attempt.person_id != by:
        raise refuse("not_yours", status=403)
    lock_attempt(attempt.id)
    run = queries.deciding(attempt.id)
    if run is None:
        raise refuse("no_result_yet")
    voiding = queries_voiding.standing(attempt.id)
    if today(now, issuer_zone()) > last_day(run, voiding, attempt.policy.appeal_days):
        raise refuse("appeal_late")
    if queries_work.was_decided(attempt.id, _decided_at(run, voiding)):
        raise refuse("appeal_decided")
    row = lodge(Appeal, text, by=by, now=now, attempt_id=attempt.id)
    audit.record("appeal.made", "attempt", attempt.code, by=by, now=now, appeal=row.id)
    _tell("appeal_received", row, attempt, now=now)
    return row


def lodge(kind: type[AnyAppeal], text: str, *, by: int, now: datetime, **about: int) -> AnyAppeal:
    """A new appeal about an attempt or a result. Refuses `appeal_open`."""
    row = kind(
        state=AppealState.OPEN,
        text=text,
        answer_due_on=today(now, issuer_zone()) + timedelta(days=ANSWER_DAYS),
        at=now,
        by=by,
        **about,
    )
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except sa.exc.IntegrityError as error:
        raise refuse("appeal_open") from error
    return row


def withdraw(row: Appeal | AssessmentAppeal, *, by: int, now: datetime) -> None:
    """The candidate takes it back."""
    if row.by != by:
        raise refuse("not_yours", status=403)
    move(row, AppealState.WITHDRAWN, "", by=by, now=now)


def mark_again(row: Appeal, *, by: int, now: datetime) -> int:
    """Have a third person mark the extended answers; returns how many wait now."""
    _check(row, by)
    lock_attempt(row.attempt_id)
    found = queries_sheets.sheets([row.attempt_id])
    sheet = found[0]
    places = queries_sheets.places(sheet.form_id)
    waiting = [place for place in places if place.position in sheet.rounds and not place.is_pilot]
    waiting = [place for place in waiting if 3 not in sheet.rounds[place.position]]
    for place in waiting:
        open_round(sheet, place.position, place.version_id, 3, now=now)
    audit.record("appeal.marked_again", "appeal", row.id, by=by, now=now, answers=len(waiting))
    return len(waiting)


def decide_appeal(
    row: Appeal,
    *,
    is_upheld: bool,
    scores: bool,
    decision: str,
    by: int,
    now: datetime,
    lifts: bool = False,
) -> None:
    """Answer an appeal, once. `scores`: the attempt is scored once more, by the marks and decisions
    on items of today; a run that would take away a pass is dropped. `lifts`: the result is no
    longer void.

    Refuses `not_yourself`, `appeal_by_part`, `marks_missing`, `result_not_void`,
    `changed_meanwhile`.
    """
    _check(row, by)
    lock_attempt(row.attempt_id)
    move(row, AppealState.UPHELD if is_upheld else AppealState.REJECTED, decision, by=by, now=now)
    if is_upheld and scores:
        _score(row, by=by, now=now)
    if is_upheld and lifts:
        lift(row, by=by, now=now)
    attempt = db.session.get_one(Attempt, row.attempt_id)
    _tell("appeal_decided", row, attempt, now=now, **_scores(row))


def _scores(row: Appeal) -> dict[str, Any]:
    """What the answer made of the score, for its mail."""
    steps = queries_appeals.followed(row.attempt_id)[row.id]
    is_lifted = any(one.lifted for one in steps)
    step = next((one for one in steps if one.run), None)
    if step is None or step.run is None or step.before is None:
        return {"is_lifted": is_lifted, "is_under_way": any(one.disposition for one in steps)}
    after = step.run if step.run.state == RunState.DECIDING else step.before
    return {
        "is_lifted": is_lifted,
        "before": step.before.scaled,
        "after": after.scaled,
        "passed": after.passed,
    }


def _check(row: Appeal, by: int) -> None:
    if row.by == by:
        raise refuse("not_yourself", status=403)
    if by in queries_appeals.took_part(row):
        raise refuse("appeal_by_part", status=403)


def move(
    row: Appeal | AssessmentAppeal, state: AppealState, decision: str, *, by: int, now: datetime
) -> None:
    """Bring an appeal, locked from here on, into another state. Refuses `changed_meanwhile`. Its
    state alone is read anew, so that a page can still show what it is about."""
    kind = type(row)
    before = db.session.scalars(locked(sa.select(kind.state).where(kind.id == row.id))).one()
    if state not in APPEAL_MOVES.get(before, frozenset()):
        raise refuse("changed_meanwhile")
    row.state, row.decision, row.decided_at, row.decided_by = state, decision, now, by
    db.session.flush()
    audit.record(f"appeal.{state}", kind.__tablename__, row.id, by=by, now=now)


def _score(row: Appeal, *, by: int, now: datetime) -> None:
    found, before = queries_sheets.sheets([row.attempt_id]), queries.deciding(row.attempt_id)
    if before is None:
        raise refuse("no_result_yet")
    sheet = found[0]
    graded = sheet.graded(queries_sheets.graders(found, sheet.exam_id)[sheet.form_id])
    if graded.waits:
        raise refuse("marks_missing")
    run = scored_again(
        sheet, graded, before, kind="appeal", by=by, now=now, reason=row.decision[:2000]
    )
    if run.state == RunState.PROPOSED:
        run.state = RunState.DROPPED
    row.run_id = run.id
    db.session.flush()


def link(row: Appeal, disposition_id: int, *, by: int, now: datetime) -> None:
    """Name a decision on an item as what followed from an appeal, once.

    Refuses `appeal_without_effect` (rejected, withdrawn), `decision_elsewhere` (on an item that
    this attempt was not asked, or dropped).
    """
    row = db.session.scalars(locked(sa.select(Appeal).where(Appeal.id == row.id))).one()
    if row.state not in (AppealState.OPEN, AppealState.UPHELD):
        raise refuse("appeal_without_effect")
    if not queries_appeals.fits(row, disposition_id):
        raise refuse("decision_elsewhere", status=422)
    values = {"appeal_id": row.id, "disposition_id": disposition_id, "at": now, "by": by}
    if insert_once(AppealDisposition, values, ["appeal_id", "disposition_id"]):
        audit.record(
            "appeal.led_to_decision", "appeal", row.id, by=by, now=now, disposition=disposition_id
        )


def _tell(template: str, row: Appeal, attempt: Attempt, *, now: datetime, **scores: Any) -> None:
    letters.write(
        template,
        attempt.person_id,
        key=f"{template}:{row.id}",
        now=now,
        attempt_code=attempt.code,
        answer_due_on=row.answer_due_on.isoformat(),
        issuer_zone=issuer_zone(),
        state=str(row.state),
        decision=row.decision,
        **scores,
    )
