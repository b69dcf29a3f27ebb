"""Voiding a result for an irregularity that was found after scoring: one person proposes it, a
second one without a part in the exam confirms it, an appeal ends it, or a reinstatement. Each is a
new fact."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from certification.delivery.models import Attempt
from certification.exams import queries as exams
from certification.exams.actions_delivered import record_delivered, void_result
from certification.exams.models import ExamPolicy, ExamResult
from certification.scoring import queries, queries_sheets, queries_voiding
from certification.scoring.actions import delivered, lock_attempt
from certification.scoring.models import Appeal
from certification.scoring.models_voiding import VOIDING_MOVES, ResultVoiding, VoidingState
from lms import audit
from lms.accounts import letters
from lms.clock import today
from lms.db import db, locked
from lms.errors import refuse
from lms.site import issuer_zone


def propose(
    attempt: Attempt, *, reason: str, text: str, counts: bool, by: int, now: datetime
) -> ResultVoiding:
    """Propose that a result does not hold; it holds until a second person confirms that.

    `counts`: the sitting stays one of the attempts that the policy allows. Refuses `not_yourself`,
    `no_result_yet`, `result_is_void`, `voiding_open` (one is proposed), `answer_the_appeal` (an
    appeal is open).
    """
    lock_attempt(attempt.id)
    standing = _check(attempt, by)
    row = ResultVoiding(
        attempt_id=attempt.id,
        result_id=standing.id,
        reason=reason,
        text=text,
        counts=counts,
        state=VoidingState.PROPOSED,
        proposed_at=now,
        proposed_by=by,
    )
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except sa.exc.IntegrityError as error:
        raise refuse("voiding_open") from error
    _record("proposed", row, attempt, by=by, now=now)
    return row


def _check(attempt: Attempt, by: int) -> ExamResult:
    """The result that stands and may be voided. The attempt is locked."""
    if attempt.person_id == by:
        raise refuse("not_yourself", status=403)
    standing = exams.of_attempt(attempt.id)
    if standing is None:
        raise refuse("no_result_yet")
    if standing.is_void:
        raise refuse("result_is_void")
    if queries_voiding.has_open_appeal(attempt.id):
        raise refuse("answer_the_appeal")
    return standing


def confirm(row: ResultVoiding, *, by: int, now: datetime) -> None:
    """Void the result. Evidence that it showed goes; awards and certificates stay, for people to
    decide. The candidate has a mail with the reason and the day until which to appeal.

    Refuses `voiding_second_person`, `voiding_by_part`, `not_yourself`, `answer_the_appeal`,
    `voiding_outdated` (another result stands now), `changed_meanwhile`.
    """
    lock_attempt(row.attempt_id)
    row = _locked(row.id)
    if row.state != VoidingState.PROPOSED:
        raise refuse("changed_meanwhile")
    if row.proposed_by == by:
        raise refuse("voiding_second_person", status=403)
    attempt = db.session.get_one(Attempt, row.attempt_id)
    standing = _check(attempt, by)
    if by in queries_voiding.had_part(attempt.id, now):
        raise refuse("voiding_by_part", status=403)
    if standing.id != row.result_id:
        raise refuse("voiding_outdated")
    _move(row, VoidingState.CONFIRMED, attempt, by=by, now=now)
    void_result(standing, counts=row.counts, attempt_code=attempt.code, by=by, now=now)
    _tell(row, attempt, now=now)


def drop(row: ResultVoiding, *, by: int, now: datetime) -> None:
    """Leave the result as it is. Refuses `not_yourself`, `changed_meanwhile`."""
    lock_attempt(row.attempt_id)
    attempt = db.session.get_one(Attempt, row.attempt_id)
    if attempt.person_id == by:
        raise refuse("not_yourself", status=403)
    _move(_locked(row.id), VoidingState.DROPPED, attempt, by=by, now=now)


def lift(appeal: Appeal, *, by: int, now: datetime) -> None:
    """The voiding ends because an appeal was upheld: what the deciding run says is the result
    again, as a new one. The attempt is locked. Refuses `result_not_void`."""
    row = queries_voiding.standing(appeal.attempt_id)
    if row is None:
        raise refuse("result_not_void")
    end(row, note=appeal.decision, appeal_id=appeal.id, by=by, now=now)


def end(
    row: ResultVoiding, *, note: str, by: int, now: datetime, appeal_id: int | None = None
) -> None:
    """What the deciding run says is the result again. The attempt is locked; the database asks for
    the appeal or the reinstatement. Refuses `result_not_void`."""
    void, run = queries_voiding.void_of(row.attempt_id), queries.deciding(row.attempt_id)
    if void is None or run is None:
        raise refuse("result_not_void")
    row.state, row.lifted_at, row.lifted_by, row.appeal_id = (
        VoidingState.LIFTED, now, by, appeal_id,
    )  # fmt: skip
    db.session.flush()
    sheet = queries_sheets.sheets([row.attempt_id])[0]
    audit.record("voiding.lifted", "attempt", sheet.code, by=by, now=now, appeal=appeal_id)
    record_delivered(delivered(run, sheet), note=note, by=by, now=now, replaces=void)


def _locked(voiding_id: int) -> ResultVoiding:
    wanted = sa.select(ResultVoiding).where(ResultVoiding.id == voiding_id)
    found: ResultVoiding = db.session.scalars(locked(wanted)).one()
    return found


def _move(
    row: ResultVoiding, state: VoidingState, attempt: Attempt, *, by: int, now: datetime
) -> None:
    if state not in VOIDING_MOVES.get(row.state, frozenset()):
        raise refuse("changed_meanwhile")
    row.state, row.decided_at, row.decided_by = state, now, by
    db.session.flush()
    _record(str(state), row, attempt, by=by, now=now)


def _record(act: str, row: ResultVoiding, attempt: Attempt, *, by: int, now: datetime) -> None:
    audit.record(
        f"voiding.{act}",
        "attempt",
        attempt.code,
        by=by,
        now=now,
        voiding=row.id,
        reason=row.reason,
        counts=row.counts,
        private={"text": row.text},
    )


def _tell(row: ResultVoiding, attempt: Attempt, *, now: datetime) -> None:
    days = db.session.get_one(ExamPolicy, attempt.policy_id).appeal_days
    until = today(now, issuer_zone()) + timedelta(days=days)
    letters.write(
        "result_voided",
        attempt.person_id,
        key=f"result_voided:{row.id}",
        now=now,
        attempt_code=attempt.code,
        reason=row.reason,
        text=row.text,
        counts=row.counts,
        appeal_until=until.isoformat() if days else "",
        issuer_zone=issuer_zone(),
    )
