"""Blueprints, forms as they are delivered, the bank that they draw on, and cut scores."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import joinedload, selectinload

from certification.exams.models import Exam
from certification.items.content import ItemContent
from certification.items.models import ItemState, ItemVersion
from certification.items.queries import enemy_pairs, usable
from certification.items.reading import draft_from
from certification.papers.assembly import Candidate, Cell, Order
from certification.papers.models import (
    Blueprint,
    BlueprintCell,
    CutScore,
    ExamForm,
    FormItem,
    PaperState,
)
from courses.catalog.models import Course
from lms import slots
from lms.db import db
from lms.paging import SIZE, Page, page_of

LEAST_ATTEMPTS = 20
"""Below that many attempts, a share of them says nothing about an item's exposure."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place of a form with what is asked there."""

    position: int
    version_id: int
    item_id: int
    content: ItemContent
    is_pilot: bool


def paper(form_id: int) -> tuple[Place, ...]:
    """A form's places in order; a form is frozen once it is published, so a process reads each
    once."""
    known: dict[int, tuple[Place, ...]] = current_app.extensions.setdefault("papers", {})
    if form_id in known:
        return known[form_id]
    found = _read(form_id)
    state = db.session.scalar(sa.select(ExamForm.state).where(ExamForm.id == form_id))
    if state != PaperState.DRAFT:
        known[form_id] = found
    return found


def _read(form_id: int) -> tuple[Place, ...]:
    rows = db.session.execute(
        sa.select(FormItem.position, ItemVersion, FormItem.is_pilot)
        .join(ItemVersion, ItemVersion.id == FormItem.version_id)
        .where(FormItem.form_id == form_id)
        .order_by(FormItem.position)
    )
    return tuple(
        Place(position, version.id, version.item_id, draft_from(version.content), is_pilot)
        for position, version, is_pilot in rows
    )


def published(exam_id: int) -> Blueprint | None:
    """The blueprint in force, with its cells and their competencies."""
    return _one(exam_id, Blueprint.state == PaperState.PUBLISHED)


def draft(exam_id: int) -> Blueprint | None:
    """The blueprint that somebody works on."""
    return _one(exam_id, Blueprint.state == PaperState.DRAFT)


def _one(exam_id: int, condition: sa.ColumnElement[bool]) -> Blueprint | None:
    return db.session.scalar(
        sa.select(Blueprint)
        .where(Blueprint.exam_id == exam_id, condition)
        .options(selectinload(Blueprint.cells).joinedload(BlueprintCell.competency))
    )


def blueprint_by_id(blueprint_id: int) -> Blueprint:
    """One blueprint with its cells."""
    return db.session.scalars(
        sa.select(Blueprint)
        .where(Blueprint.id == blueprint_id)
        .options(selectinload(Blueprint.cells).joinedload(BlueprintCell.competency))
    ).one()


def newest_number(exam_id: int) -> int:
    """The number of an exam's newest blueprint; 0 for none."""
    wanted = sa.select(sa.func.max(Blueprint.number)).where(Blueprint.exam_id == exam_id)
    return db.session.scalar(wanted) or 0


def forms(exam_id: int, cursor: int | None = None, size: int = SIZE) -> Page[ExamForm]:
    """An exam's fixed forms, the newest first."""
    wanted = (
        sa.select(ExamForm)
        .where(ExamForm.exam_id == exam_id, ExamForm.is_random.is_(False))
        .order_by(ExamForm.id.desc())
        .limit(size + 1)
    )
    if cursor is not None:
        wanted = wanted.where(ExamForm.id < cursor)
    rows = db.session.scalars(wanted).all()
    return page_of(rows, size=size, key=lambda row: (row.id,), is_first=cursor is None)


def form_by_code(exam_id: int, code: str) -> ExamForm | None:
    """One fixed form."""
    return db.session.scalar(
        sa.select(ExamForm).where(
            ExamForm.exam_id == exam_id, ExamForm.code == code, ExamForm.is_random.is_(False)
        )
    )


def open_forms(exam_id: int) -> Sequence[ExamForm]:
    """The fixed forms that are published."""
    return db.session.scalars(
        sa.select(ExamForm)
        .where(
            ExamForm.exam_id == exam_id,
            ExamForm.is_random.is_(False),
            ExamForm.state == PaperState.PUBLISHED,
        )
        .order_by(ExamForm.id)
    ).all()


def form_rows(form_id: int) -> Sequence[FormItem]:
    """The places of a form with their versions, items and links, in order."""
    return db.session.scalars(
        sa.select(FormItem)
        .where(FormItem.form_id == form_id)
        .options(
            joinedload(FormItem.version).joinedload(ItemVersion.item),
            joinedload(FormItem.version).selectinload(ItemVersion.links),
        )
        .order_by(FormItem.position)
    ).all()


@dataclass(frozen=True, slots=True)
class Cut:
    """What passes in a form, as a share of what counts."""

    share: Fraction
    decision: CutScore | None
    """None: nobody decided, the exam's own marks say it."""


def cut_of(form_id: int) -> Cut:
    """The form's newest decision, else the exam's in per cent, else the exam's own marks."""
    found: Any = db.session.execute(
        sa.select(ExamForm, Exam, CutScore)
        .join(Exam, Exam.id == ExamForm.exam_id)
        .outerjoin(
            CutScore,
            sa.and_(
                CutScore.exam_id == ExamForm.exam_id,
                sa.or_(CutScore.form_id == ExamForm.id, CutScore.form_id.is_(None)),
            ),
        )
        .where(ExamForm.id == form_id)
        .order_by(CutScore.form_id.is_(None), CutScore.id.desc())
        .limit(1)
    ).one()
    form, exam, decision = found
    if decision is None:
        return Cut(Fraction(exam.cut_score, exam.full_marks), None)
    return Cut(decision.cut / (form.full_points if decision.form_id else 100), decision)


@dataclass(frozen=True, slots=True)
class Bank:
    """What an exam's forms may draw on."""

    candidates: tuple[Candidate, ...]
    pilots: tuple[Candidate, ...]
    enemies: frozenset[tuple[int, int]]


def bank(exam_id: int, languages: Sequence[str]) -> Bank:
    """The active and pilot items of the exam's programme that have all its languages."""
    programme_id = db.session.scalars(
        sa.select(Course.programme_id).where(Course.id == _course_id(exam_id))
    ).one()
    shown = slots.ask("exam_exposure", (0, {}), exam_id=exam_id)
    active = _candidates(programme_id, ItemState.ACTIVE, languages, shown)
    pilots = _candidates(programme_id, ItemState.PILOT, languages, shown)
    return Bank(active, pilots, frozenset(enemy_pairs(programme_id)))


def _course_id(exam_id: int) -> sa.ScalarSelect[Any]:
    exam = sa.table("exam", sa.column("id"), sa.column("course_id"))
    return sa.select(exam.c.course_id).where(exam.c.id == exam_id).scalar_subquery()


def _candidates(
    programme_id: int,
    state: ItemState,
    languages: Sequence[str],
    shown: tuple[int, Mapping[int, int]],
) -> tuple[Candidate, ...]:
    attempts, counts = shown
    found = []
    for version in usable(programme_id, (state,)):
        content = draft_from(version.content)
        if not set(languages) <= set(content.languages):
            continue
        times = counts.get(version.item_id, 0)
        found.append(
            Candidate(
                version=version.id,
                item=version.item_id,
                points=Fraction(content.scoring.points),
                competencies=frozenset(link.competency_id for link in version.links),
                difficulty=version.difficulty,
                exposure=times / attempts if attempts >= LEAST_ATTEMPTS else 0.0,
                is_marked=content.kind == "essay",
            )
        )
    return tuple(found)


def cells_of(blueprint: Blueprint) -> tuple[Cell, ...]:
    """A blueprint's cells as the assembly takes them."""
    return tuple(
        Cell(
            key=cell.id,
            competency=cell.competency_id,
            least=cell.least,
            most=cell.most,
            hardest=cell.hardest,
            easiest=cell.easiest,
            least_points=cell.least_points,
            most_points=cell.most_points,
            is_marked=cell.is_marked,
        )
        for cell in blueprint.cells
    )


def order_of(
    blueprint: Blueprint, there: Bank, earlier: Sequence[ExamForm] = (), target: float | None = None
) -> Order:
    """What a form of this blueprint is, parallel to earlier ones."""
    items = [
        frozenset(
            db.session.scalars(
                sa.select(ItemVersion.item_id)
                .join(FormItem, FormItem.version_id == ItemVersion.id)
                .where(FormItem.form_id == form.id, FormItem.is_pilot.is_(False))
            )
        )
        for form in earlier
    ]
    return Order(
        cells=cells_of(blueprint),
        total=blueprint.scored_items,
        enemies=there.enemies,
        cap=blueprint.exposure_cap / 100,
        earlier=tuple(items),
        shared=blueprint.scored_items * blueprint.most_shared // 100,
        target=target,
    )


def mean_difficulty(form_id: int) -> float | None:
    """The mean estimate of a form's scored items."""
    found = db.session.scalar(
        sa.select(sa.func.avg(ItemVersion.difficulty))
        .join(FormItem, FormItem.version_id == ItemVersion.id)
        .where(FormItem.form_id == form_id, FormItem.is_pilot.is_(False))
    )
    return None if found is None else float(found)
