"""Writing a blueprint: a draft that is copied, saved and published, then frozen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

import sqlalchemy as sa

from certification.exams.models import Exam
from certification.papers import queries
from certification.papers.models import Blueprint, BlueprintCell, PaperState
from lms import audit
from lms.db import db, locked
from lms.errors import refuse


@dataclass(frozen=True, slots=True)
class CellPlan:
    """A line of the blueprint's editor."""

    competency_id: int
    hardest: int
    easiest: int
    least: int
    most: int
    least_points: Fraction | None = None
    most_points: Fraction | None = None
    is_marked: bool = False


@dataclass(frozen=True, slots=True)
class BlueprintPlan:
    """What the editor holds."""

    scored_items: int
    pilot_items: int
    exposure_cap: int
    most_shared: int
    note: str
    cells: Sequence[CellPlan]


def start_draft(exam: Exam, *, by: int, now: datetime) -> Blueprint:
    """A new version that begins as a copy of the published one; the draft that is there if any."""
    db.session.execute(locked(sa.select(Exam).where(Exam.id == exam.id)))
    there = queries.draft(exam.id)
    if there is not None:
        return there
    old = queries.published(exam.id)
    row = Blueprint(
        exam_id=exam.id,
        number=queries.newest_number(exam.id) + 1,
        state=PaperState.DRAFT,
        scored_items=old.scored_items if old else 40,
        pilot_items=old.pilot_items if old else 0,
        exposure_cap=old.exposure_cap if old else 100,
        most_shared=old.most_shared if old else 100,
        note=old.note if old else "",
        created_at=now,
        created_by=by,
    )
    db.session.add(row)
    db.session.flush()
    _put_cells(row, [plan_of(cell) for cell in (old.cells if old else [])])
    audit.record("blueprint.drafted", "exam", exam.id, by=by, now=now, version=row.number)
    return row


def plan_of(cell: BlueprintCell) -> CellPlan:
    """A stored cell as the editor has it."""
    return CellPlan(
        cell.competency_id,
        cell.hardest,
        cell.easiest,
        cell.least,
        cell.most,
        cell.least_points,
        cell.most_points,
        cell.is_marked,
    )


def _put_cells(row: Blueprint, cells: Sequence[CellPlan]) -> None:
    db.session.execute(sa.delete(BlueprintCell).where(BlueprintCell.blueprint_id == row.id))
    for place, cell in enumerate(cells, 1):
        values = {name: getattr(cell, name) for name in CellPlan.__slots__}
        db.session.add(BlueprintCell(blueprint_id=row.id, position=place, **values))
    db.session.flush()
    db.session.expire(row, ["cells"])


def _held(blueprint_id: int, state: PaperState) -> Blueprint:
    """The blueprint as it is now, locked (`changed_meanwhile` when it has another state)."""
    row: Blueprint = db.session.scalars(
        locked(sa.select(Blueprint).where(Blueprint.id == blueprint_id))
    ).one()
    if row.state != state:
        raise refuse("changed_meanwhile")
    return row


def save(
    blueprint: Blueprint, plan: BlueprintPlan, *, revision: int, by: int, now: datetime
) -> None:
    """Keep the draft; `changed_meanwhile` if somebody saved since `revision`."""
    row = _held(blueprint.id, PaperState.DRAFT)
    if row.revision != revision:
        raise refuse("changed_meanwhile")
    row.scored_items, row.pilot_items = plan.scored_items, plan.pilot_items
    row.exposure_cap, row.most_shared, row.note = plan.exposure_cap, plan.most_shared, plan.note
    row.revision += 1
    row.content_sha256 = ""
    _put_cells(row, plan.cells)
    audit.record("blueprint.saved", "exam", row.exam_id, by=by, now=now, version=row.number)


def publish(blueprint: Blueprint, *, by: int, now: datetime, revision: int | None = None) -> None:
    """From now on forms are assembled by it; the one before it retires. Refuses a blueprint whose
    cells cannot add up, and `changed_meanwhile` if somebody saved since `revision`."""
    db.session.execute(locked(sa.select(Exam).where(Exam.id == blueprint.exam_id)))
    row = _held(blueprint.id, PaperState.DRAFT)
    if revision not in (None, row.revision):
        raise refuse("changed_meanwhile")
    cells = queries.cells_of(queries.blueprint_by_id(row.id))
    least, most = sum(c.least for c in cells), sum(c.most for c in cells)
    if not least <= row.scored_items <= most:
        raise refuse(
            "cells_do_not_add_up", status=422, least=least, most=most, total=row.scored_items
        )
    old = queries.published(row.exam_id)
    if old is not None:
        old.state = PaperState.RETIRED
        db.session.flush()
    row.state, row.published_at, row.published_by = PaperState.PUBLISHED, now, by
    audit.record("blueprint.published", "exam", row.exam_id, by=by, now=now, version=row.number)
