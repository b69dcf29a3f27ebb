"""Voided results: those of an attempt, those that wait in an exam, what rests on a result, and how
a result was reinstated."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from certification.competency.models import EvidenceKind
from certification.competency.queries import shown_by
from certification.delivery.models import Attempt, AttemptEvent, ExamBooking
from certification.exams import queries as exams
from certification.exams.models import ExamResult
from certification.scoring.models import Appeal, AppealState, ItemDisposition, Mark
from certification.scoring.models_voiding import (
    ReinstatementState,
    ResultReinstatement,
    ResultVoiding,
    VoidingState,
)
from certification.scoring.models_work import DispositionChange
from lms import slots
from lms.accounts.models import Person
from lms.db import AnySelect, db
from lms.paging import SIZE, Page, page_of


@dataclass(frozen=True, slots=True)
class Resting:
    """What rests on a result: evidence goes with it, awards and certificates stay."""

    evidence: list[tuple[str, int]]
    """(title of a competency, level)."""
    awards: list[Any]
    """From the slot above, each with its certificates."""


def resting_on(result: ExamResult) -> Resting:
    """What rests on this result, or on one that it replaced."""
    awards = slots.ask("result.awards", {}, results=[result]).get(result.id, [])
    return Resting(shown_by(EvidenceKind.EXAM, result.id), awards)


def is_voided(attempt_id: Any) -> sa.ColumnElement[bool]:
    """Whether the result of an attempt (a column) is void now."""
    return sa.exists().where(
        ResultVoiding.attempt_id == attempt_id, ResultVoiding.state == VoidingState.CONFIRMED
    )


def of_attempt(attempt_id: int) -> Sequence[Any]:
    """(voiding, who proposed it, who decided, who ended it) of an attempt, newest first."""
    return db.session.execute(
        _named().where(ResultVoiding.attempt_id == attempt_id).order_by(ResultVoiding.id.desc())
    ).all()


def _named() -> AnySelect:
    proposer, decider, lifter = aliased(Person), aliased(Person), aliased(Person)
    return (
        sa.select(
            ResultVoiding,
            proposer.name.label("proposer"),
            decider.name.label("decider"),
            lifter.name.label("lifter"),
        )
        .outerjoin(proposer, proposer.id == ResultVoiding.proposed_by)
        .outerjoin(decider, decider.id == ResultVoiding.decided_by)
        .outerjoin(lifter, lifter.id == ResultVoiding.lifted_by)
    )


def by_id(voiding_id: int, exam_id: int) -> Any | None:
    """(voiding with its result and its attempt's person, who proposed it, decided, ended it)."""
    return db.session.execute(
        _named()
        .join(Attempt, Attempt.id == ResultVoiding.attempt_id)
        .options(
            joinedload(ResultVoiding.attempt).joinedload(Attempt.person),
            joinedload(ResultVoiding.result),
        )
        .where(ResultVoiding.id == voiding_id, Attempt.exam_id == exam_id)
    ).one_or_none()


def waiting(exam_id: int, after: int | None = None, size: int = SIZE) -> Page[Any]:
    """(voiding, attempt's code, person's name, when a reinstatement was proposed) that wait for a
    second person, the oldest voiding first."""
    rows: Sequence[Any] = db.session.execute(
        sa.select(ResultVoiding, Attempt.code, Person.name, ResultReinstatement.proposed_at)
        .join(Attempt, Attempt.id == ResultVoiding.attempt_id)
        .join(Person, Person.id == Attempt.person_id)
        .outerjoin(
            ResultReinstatement,
            sa.and_(
                ResultReinstatement.voiding_id == ResultVoiding.id,
                ResultReinstatement.state == ReinstatementState.PROPOSED,
            ),
        )
        .where(
            Attempt.exam_id == exam_id,
            sa.or_(
                ResultVoiding.state == VoidingState.PROPOSED, ResultReinstatement.id.is_not(None)
            ),
            ResultVoiding.id > (after or 0),
        )
        .order_by(ResultVoiding.id)
        .limit(size + 1)
    ).all()
    return page_of(rows, size=size, key=lambda row: (row[0].id,), is_first=after is None)


def reinstatements(attempt_id: int) -> Sequence[Any]:
    """(reinstatement, who proposed it, who decided) of an attempt, newest first."""
    proposer, decider = aliased(Person), aliased(Person)
    return db.session.execute(
        sa.select(
            ResultReinstatement, proposer.name.label("proposer"), decider.name.label("decider")
        )
        .join(ResultVoiding, ResultVoiding.id == ResultReinstatement.voiding_id)
        .outerjoin(proposer, proposer.id == ResultReinstatement.proposed_by)
        .outerjoin(decider, decider.id == ResultReinstatement.decided_by)
        .where(ResultVoiding.attempt_id == attempt_id)
        .order_by(ResultReinstatement.id.desc())
    ).all()


def reinstatement(reinstatement_id: int, exam_id: int) -> ResultReinstatement | None:
    """A reinstatement of an exam."""
    return db.session.scalar(
        sa.select(ResultReinstatement)
        .join(ResultVoiding, ResultVoiding.id == ResultReinstatement.voiding_id)
        .join(Attempt, Attempt.id == ResultVoiding.attempt_id)
        .where(ResultReinstatement.id == reinstatement_id, Attempt.exam_id == exam_id)
    )


def reinstated(attempt_id: int) -> ResultReinstatement | None:
    """What made the result of an attempt count again last."""
    return db.session.scalar(
        sa.select(ResultReinstatement)
        .join(ResultVoiding, ResultVoiding.id == ResultReinstatement.voiding_id)
        .where(
            ResultVoiding.attempt_id == attempt_id,
            ResultReinstatement.state == ReinstatementState.CONFIRMED,
        )
        .order_by(ResultReinstatement.id.desc())
        .limit(1)
    )


def standing(attempt_id: int) -> ResultVoiding | None:
    """What makes the result of an attempt void now."""
    return db.session.scalar(
        sa.select(ResultVoiding)
        .where(
            ResultVoiding.attempt_id == attempt_id, ResultVoiding.state == VoidingState.CONFIRMED
        )
        .execution_options(populate_existing=True)
    )


def void_of(attempt_id: int) -> ExamResult | None:
    """The void result of an attempt, where one stands."""
    found = exams.of_attempt(attempt_id)
    return found if found is not None and found.is_void else None


def has_open_appeal(attempt_id: int) -> bool:
    """Whether an appeal waits for its answer."""
    found = sa.select(Appeal.id).where(
        Appeal.attempt_id == attempt_id, Appeal.state == AppealState.OPEN
    )
    return db.session.scalar(found.limit(1)) is not None


def had_part(attempt_id: int, before: datetime) -> set[int]:
    """Whoever did anything about an attempt or its result before an instant: marked it, held it
    (identity, pauses, time, notes), decided on an item of it, settled a pass, answered an appeal,
    voided or reinstated the result. The database asks the same before an appeal is answered, and
    before a voiding or a reinstatement is confirmed."""
    mine = DispositionChange.attempt_id == attempt_id
    decisions = (
        sa.select(ItemDisposition.id)
        .join(DispositionChange, DispositionChange.disposition_id == ItemDisposition.id)
        .where(mine, ItemDisposition.created_at < before)
    )
    voided = (ResultVoiding.attempt_id == attempt_id, ResultVoiding.proposed_at < before)
    people = (
        sa.select(Mark.by).where(Mark.attempt_id == attempt_id),
        sa.select(AttemptEvent.by).where(
            AttemptEvent.attempt_id == attempt_id, AttemptEvent.at < before
        ),
        sa.select(ExamBooking.identity_confirmed_by)
        .join(Attempt, Attempt.booking_id == ExamBooking.id)
        .where(Attempt.id == attempt_id),
        sa.select(DispositionChange.decided_by).where(mine, DispositionChange.decided_at < before),
        sa.select(ItemDisposition.created_by).where(ItemDisposition.id.in_(decisions)),
        sa.select(ItemDisposition.decided_by).where(ItemDisposition.id.in_(decisions)),
        sa.select(Appeal.decided_by).where(
            Appeal.attempt_id == attempt_id,
            Appeal.decided_at < before,
            Appeal.state.in_((AppealState.UPHELD, AppealState.REJECTED)),
        ),
        sa.select(ResultVoiding.proposed_by).where(*voided),
        sa.select(ResultVoiding.decided_by).where(*voided),
        _reinstated(ResultReinstatement.proposed_by, attempt_id, before),
        _reinstated(ResultReinstatement.decided_by, attempt_id, before),
    )
    return {one for one in db.session.scalars(sa.union(*people)) if one is not None}


def _reinstated(column: Any, attempt_id: int, before: datetime) -> AnySelect:
    """Who proposed or decided on a reinstatement of an attempt before an instant."""
    return (
        sa.select(column)
        .join(ResultVoiding, ResultVoiding.id == ResultReinstatement.voiding_id)
        .where(ResultVoiding.attempt_id == attempt_id, ResultReinstatement.proposed_at < before)
    )
