"""Reinstating a void result: one person proposes it with a reason, a second one without a part in
the exam or the voiding confirms it. Each is a new fact, with or without an appeal, at any time."""

from datetime import datetime

import sqlalchemy as sa

from certification.delivery.models import Attempt
from certification.scoring import queries_voiding
from certification.scoring.actions import lock_attempt
from certification.scoring.actions_voiding import end
from certification.scoring.models_voiding import (
    REINSTATEMENT_MOVES,
    ReinstatementState,
    ResultReinstatement,
    ResultVoiding,
)
from lms import audit
from lms.accounts import letters
from lms.db import db, locked
from lms.errors import refuse


def propose(voiding: ResultVoiding, *, text: str, by: int, now: datetime) -> ResultReinstatement:
    """Propose that a void result counts again; it is void until a second person confirms that.

    Refuses `not_yourself`, `result_not_void`, `reinstatement_open` (one is proposed),
    `answer_the_appeal` (an appeal is open).
    """
    lock_attempt(voiding.attempt_id)
    _, attempt = _check(voiding.id, voiding.attempt_id, by)
    row = ResultReinstatement(
        voiding_id=voiding.id,
        text=text,
        state=ReinstatementState.PROPOSED,
        proposed_at=now,
        proposed_by=by,
    )
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except sa.exc.IntegrityError as error:
        raise refuse("reinstatement_open") from error
    _record("proposed", row, attempt, by=by, now=now)
    return row


def _check(voiding_id: int, attempt_id: int, by: int) -> tuple[ResultVoiding, Attempt]:
    """The voiding that holds, and its attempt, which is locked."""
    attempt = db.session.get_one(Attempt, attempt_id)
    if attempt.person_id == by:
        raise refuse("not_yourself", status=403)
    standing = queries_voiding.standing(attempt_id)
    if standing is None or standing.id != voiding_id:
        raise refuse("result_not_void")
    if queries_voiding.has_open_appeal(attempt_id):
        raise refuse("answer_the_appeal")
    return standing, attempt


def confirm(row: ResultReinstatement, *, by: int, now: datetime) -> None:
    """What the deciding score run says is the result again, as a new one; awards follow from it by
    the job of every result. The candidate has a mail with the reason.

    Refuses `reinstatement_second_person`, `voiding_by_part`, `not_yourself`, `result_not_void`
    (an appeal ended it meanwhile), `answer_the_appeal`, `changed_meanwhile`.
    """
    attempt_id = _lock(row)
    row = _locked(row.id)
    if row.state != ReinstatementState.PROPOSED:
        raise refuse("changed_meanwhile")
    if row.proposed_by == by:
        raise refuse("reinstatement_second_person", status=403)
    voiding, attempt = _check(row.voiding_id, attempt_id, by)
    if by in queries_voiding.had_part(attempt_id, now):
        raise refuse("voiding_by_part", status=403)
    _move(row, ReinstatementState.CONFIRMED, attempt, by=by, now=now)
    end(voiding, note=row.text, by=by, now=now)
    letters.write(
        "result_reinstated",
        attempt.person_id,
        key=f"result_reinstated:{row.id}",
        now=now,
        attempt_code=attempt.code,
        text=row.text,
    )


def drop(row: ResultReinstatement, *, by: int, now: datetime) -> None:
    """Leave the result void. Refuses `not_yourself`, `changed_meanwhile`."""
    attempt = db.session.get_one(Attempt, _lock(row))
    if attempt.person_id == by:
        raise refuse("not_yourself", status=403)
    _move(_locked(row.id), ReinstatementState.DROPPED, attempt, by=by, now=now)


def _lock(row: ResultReinstatement) -> int:
    """Lock the attempt; its id."""
    attempt_id = db.session.get_one(ResultVoiding, row.voiding_id).attempt_id
    lock_attempt(attempt_id)
    return attempt_id


def _locked(reinstatement_id: int) -> ResultReinstatement:
    wanted = sa.select(ResultReinstatement).where(ResultReinstatement.id == reinstatement_id)
    found: ResultReinstatement = db.session.scalars(locked(wanted)).one()
    return found


def _move(
    row: ResultReinstatement, state: ReinstatementState, attempt: Attempt, *, by: int, now: datetime
) -> None:
    if state not in REINSTATEMENT_MOVES.get(row.state, frozenset()):
        raise refuse("changed_meanwhile")
    row.state, row.decided_at, row.decided_by = state, now, by
    db.session.flush()
    _record(str(state), row, attempt, by=by, now=now)


def _record(
    act: str, row: ResultReinstatement, attempt: Attempt, *, by: int, now: datetime
) -> None:
    audit.record(
        f"reinstatement.{act}",
        "attempt",
        attempt.code,
        by=by,
        now=now,
        voiding=row.voiding_id,
        reinstatement=row.id,
        private={"text": row.text},
    )
