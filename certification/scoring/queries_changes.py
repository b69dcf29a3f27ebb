"""The changes that a decision on an item makes, for their pages and their jobs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from certification.delivery.models import Attempt
from certification.items.models import Item, ItemVersion
from certification.scoring.models import (
    DispositionState,
    ItemDisposition,
    Mark,
    RunState,
    ScoreRun,
)
from certification.scoring.models_work import DispositionChange
from lms.accounts.models import Person
from lms.db import AnySelect, db
from lms.paging import SIZE, Page, page_of

SHOWN = ("changed", "gained", "lost", "all")


def is_running(exam_id: int) -> bool:
    """Whether a decision on another item of this exam is being carried out."""
    found = sa.select(ItemDisposition.id).where(
        ItemDisposition.exam_id == exam_id, ItemDisposition.state == DispositionState.RUNNING
    )
    return db.session.scalar(found.limit(1)) is not None


def is_candidate(disposition_id: int, person_id: int) -> bool:
    """Whether a person's own result is among the changes."""
    found = (
        sa.select(DispositionChange.id)
        .join(Attempt, Attempt.id == DispositionChange.attempt_id)
        .where(DispositionChange.disposition_id == disposition_id, Attempt.person_id == person_id)
    )
    return db.session.scalar(found.limit(1)) is not None


def is_outdated(row: ItemDisposition, asked: sa.Select[int]) -> bool:
    """Whether results, marks or other decisions came between the preview and now. `asked`: the
    attempts that have the item."""
    seen = (
        sa.select(DispositionChange.attempt_id)
        .join(ScoreRun, ScoreRun.id == DispositionChange.before_run_id)
        .where(DispositionChange.disposition_id == row.id, ScoreRun.state == RunState.DECIDING)
    )
    marked = sa.select(Mark.id).where(Mark.at > row.previewed_at, Mark.attempt_id.in_(asked))
    decided = sa.select(ItemDisposition.id).where(
        ItemDisposition.exam_id == row.exam_id,
        ItemDisposition.state == DispositionState.DONE,
        ItemDisposition.decided_at > row.previewed_at,
    )
    unseen = asked.where(Attempt.id.not_in(seen))
    return any(db.session.scalar(one.limit(1)) is not None for one in (unseen, marked, decided))


def change_ids(disposition_id: int) -> Sequence[int]:
    """All changes of a decision, in order."""
    return db.session.scalars(
        sa.select(DispositionChange.id)
        .where(DispositionChange.disposition_id == disposition_id)
        .order_by(DispositionChange.id)
    ).all()


def is_due(disposition_id: int) -> bool:
    """Whether an attempt still has to be scored anew."""
    found = sa.select(DispositionChange.id).where(
        DispositionChange.disposition_id == disposition_id, DispositionChange.done_at.is_(None)
    )
    return db.session.scalar(found.limit(1)) is not None


@dataclass(frozen=True, slots=True)
class Counts:
    """How a decision turns out."""

    rows: int
    changed: int
    gained: int
    lost: int
    done: int


def counts(disposition_id: int) -> Counts:
    """All figures of a decision in one query."""
    change = DispositionChange
    row = db.session.execute(
        sa.select(
            sa.func.count(),
            sa.func.count().filter(change.is_changed),
            sa.func.count().filter(_gained()),
            sa.func.count().filter(_lost()),
            sa.func.count(change.done_at),
        ).where(change.disposition_id == disposition_id)
    ).one()
    return Counts(*row)


def _gained() -> sa.ColumnElement[bool]:
    return sa.and_(~DispositionChange.passed_before, DispositionChange.passed_after)


def _lost() -> sa.ColumnElement[bool]:
    return sa.and_(DispositionChange.passed_before, ~DispositionChange.passed_after)


def _rows(disposition_id: int, shown: str) -> AnySelect:
    """(change, attempt's code, person, run that was made)."""
    wanted = (
        sa.select(DispositionChange, Attempt.code, Person, ScoreRun)
        .join(Attempt, Attempt.id == DispositionChange.attempt_id)
        .join(Person, Person.id == Attempt.person_id)
        .outerjoin(ScoreRun, ScoreRun.id == DispositionChange.run_id)
        .where(DispositionChange.disposition_id == disposition_id)
        .order_by(DispositionChange.id)
    )
    conditions = {"changed": DispositionChange.is_changed, "gained": _gained(), "lost": _lost()}
    return wanted.where(conditions[shown]) if shown in conditions else wanted


def changes(disposition_id: int, shown: str, cursor: int | None) -> Page[Any]:
    """A page of changes."""
    wanted = _rows(disposition_id, shown).limit(SIZE + 1)
    if cursor is not None:
        wanted = wanted.where(DispositionChange.id > cursor)
    rows = db.session.execute(wanted).all()
    return page_of(rows, size=SIZE, key=lambda row: (row[0].id,), is_first=cursor is None)


def in_batches(disposition_id: int, size: int = 1000) -> Iterator[Sequence[Any]]:
    """Every changed result, for a file."""
    last = 0
    while True:
        wanted = _rows(disposition_id, "changed").where(DispositionChange.id > last).limit(size)
        rows = db.session.execute(wanted).all()
        if not rows:
            return
        yield rows
        last = rows[-1][0].id


def change_by_id(change_id: int, disposition_id: int) -> DispositionChange | None:
    """A change of this decision."""
    return db.session.scalar(
        sa.select(DispositionChange).where(
            DispositionChange.id == change_id, DispositionChange.disposition_id == disposition_id
        )
    )


def dispositions(exam_id: int, cursor: int | None) -> Page[Any]:
    """(decision, item's code, version's number, name of who made it), newest first."""
    wanted = _dispositions(exam_id).order_by(ItemDisposition.id.desc()).limit(SIZE + 1)
    if cursor is not None:
        wanted = wanted.where(ItemDisposition.id < cursor)
    rows = db.session.execute(wanted).all()
    return page_of(rows, size=SIZE, key=lambda row: (row[0].id,), is_first=cursor is None)


def disposition_by_id(disposition_id: int, exam_id: int) -> Any | None:
    """(decision, item's code, version, name of who made it)."""
    return db.session.execute(
        _dispositions(exam_id).where(ItemDisposition.id == disposition_id)
    ).one_or_none()


def _dispositions(exam_id: int) -> AnySelect:
    return (
        sa.select(ItemDisposition, Item.code, ItemVersion, Person.name)
        .join(ItemVersion, ItemVersion.id == ItemDisposition.version_id)
        .join(Item, Item.id == ItemVersion.item_id)
        .outerjoin(Person, Person.id == ItemDisposition.created_by)
        .where(ItemDisposition.exam_id == exam_id)
        .options(joinedload(ItemVersion.item))
    )


def dispositions_named(ids: Sequence[int]) -> dict[int, tuple[str, int, str]]:
    """(item's code, version's number, treatment) by decision."""
    rows = db.session.execute(
        sa.select(ItemDisposition.id, Item.code, ItemVersion.number, ItemDisposition.treatment)
        .join(ItemVersion, ItemVersion.id == ItemDisposition.version_id)
        .join(Item, Item.id == ItemVersion.item_id)
        .where(ItemDisposition.id.in_(ids))
    )
    return {row[0]: (row[1], row[2], row[3]) for row in rows}
