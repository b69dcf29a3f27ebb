"""What one form consists of, the forms that a cut score may be for, and the cut scores."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from certification.items.models import USED, Item, ItemEnemy, ItemState, ItemVersion
from certification.items.reading import draft_from
from certification.papers import queries
from certification.papers.models import Blueprint, CutScore, ExamForm, FormItem, PaperState
from certification.papers.profile import Asked, Figures, Line, profile
from lms import slots
from lms.db import db
from lms.paging import SIZE, Page, page_of


def profile_of(form: ExamForm, blueprint: Blueprint, places: Sequence[FormItem]) -> list[Line]:
    """A form competency by competency, with what candidates made of it where figures exist."""
    competency = {cell.id: cell.competency_id for cell in blueprint.cells}
    order = {cell.competency_id: cell.position for cell in reversed(blueprint.cells)}
    asked = [
        Asked(
            place.version_id,
            competency.get(place.cell_id or 0),
            Fraction(draft_from(place.version.content).scoring.points),
            place.version.difficulty,
        )
        for place in places
        if not place.is_pilot
    ]
    asked.sort(key=lambda one: order.get(one.competency or 0, len(order) + 1))
    found = slots.ask("exam_item_figures", {}, exam_id=form.exam_id)
    return profile(asked, {version: Figures(p, r) for version, (p, r) in found.items()})


def nameable(exam_id: int, size: int = SIZE) -> tuple[Sequence[ExamForm], int]:
    """The newest fixed forms that are not retired, and how many there are in all."""
    wanted = (
        ExamForm.exam_id == exam_id,
        ExamForm.is_random.is_(False),
        ExamForm.state != PaperState.RETIRED,
    )
    newest = sa.select(ExamForm).where(*wanted).order_by(ExamForm.id.desc()).limit(size)
    count = db.session.scalar(sa.select(sa.func.count()).select_from(ExamForm).where(*wanted))
    return db.session.scalars(newest).all(), count or 0


def cut_scores(exam_id: int, cursor: int | None = None, size: int = SIZE) -> Page[Any]:
    """(decision, form's code) of an exam, newest first."""
    wanted = (
        sa.select(CutScore, ExamForm.code)
        .outerjoin(ExamForm, ExamForm.id == CutScore.form_id)
        .where(CutScore.exam_id == exam_id)
        .order_by(CutScore.id.desc())
        .limit(size + 1)
    )
    if cursor is not None:
        wanted = wanted.where(CutScore.id < cursor)
    rows = db.session.execute(wanted).all()
    return page_of(rows, size=size, key=lambda row: (row[0].id,), is_first=cursor is None)


def newest_cut(exam_id: int) -> int:
    """The id of an exam's newest decision on what passes; 0 for none."""
    wanted = sa.select(sa.func.max(CutScore.id)).where(CutScore.exam_id == exam_id)
    return db.session.scalar(wanted) or 0


def unusable(form_id: int) -> Sequence[str]:
    """The codes of a form's items whose version may no longer be asked."""
    return db.session.scalars(
        sa.select(Item.code)
        .join(ItemVersion, ItemVersion.item_id == Item.id)
        .join(FormItem, FormItem.version_id == ItemVersion.id)
        .where(FormItem.form_id == form_id, ItemVersion.state.not_in(USED))
        .order_by(Item.code)
    ).all()


def enemies(form_id: int) -> Sequence[Any]:
    """(code, other's code) of items of a form that were said to be enemies after it was made."""
    one, other = aliased(Item), aliased(Item)
    asked = (
        sa.select(ItemVersion.item_id)
        .join(FormItem, FormItem.version_id == ItemVersion.id)
        .where(FormItem.form_id == form_id)
    )
    return db.session.execute(
        sa.select(one.code, other.code)
        .select_from(ItemEnemy)
        .join(one, one.id == ItemEnemy.item_id)
        .join(other, other.id == ItemEnemy.other_id)
        .where(ItemEnemy.item_id.in_(asked), ItemEnemy.other_id.in_(asked))
        .order_by(one.code, other.code)
    ).all()


def stopped(exam_id: int) -> dict[int, list[str]]:
    """Published fixed forms that ask a suspended item, with the codes of such items. Nobody gets
    them while it is suspended; who has begun goes on."""
    rows = db.session.execute(
        sa.select(FormItem.form_id, Item.code)
        .join(ExamForm, ExamForm.id == FormItem.form_id)
        .join(ItemVersion, ItemVersion.id == FormItem.version_id)
        .join(Item, Item.id == ItemVersion.item_id)
        .where(
            ExamForm.exam_id == exam_id,
            ExamForm.state == PaperState.PUBLISHED,
            ExamForm.is_random.is_(False),
            ItemVersion.state == ItemState.SUSPENDED,
        )
        .order_by(FormItem.form_id, Item.code)
    )
    found: dict[int, list[str]] = {}
    for form_id, code in rows:
        found.setdefault(form_id, []).append(code)
    return found


def given_forms(exam_id: int) -> Sequence[ExamForm]:
    """The fixed forms that new attempts may get today."""
    barred = stopped(exam_id)
    return [form for form in queries.open_forms(exam_id) if form.id not in barred]
