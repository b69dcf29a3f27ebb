"""How often forms and items were given: what the assembly of new forms takes into account."""

import sqlalchemy as sa

from certification.delivery.models import Attempt
from certification.items.models import ItemVersion
from certification.papers.models import FormItem
from lms.db import db


def exposure(exam_id: int) -> tuple[int, dict[int, int]]:
    """How many attempts an exam had, and in how many each item was asked."""
    attempts = db.session.scalar(
        sa.select(sa.func.count()).select_from(Attempt).where(Attempt.exam_id == exam_id)
    )
    rows = db.session.execute(
        sa.select(ItemVersion.item_id, sa.func.count())
        .join(FormItem, FormItem.version_id == ItemVersion.id)
        .join(Attempt, Attempt.form_id == FormItem.form_id)
        .where(Attempt.exam_id == exam_id)
        .group_by(ItemVersion.item_id)
    )
    return attempts or 0, {item_id: count for item_id, count in rows}  # noqa: C416 -- typed rows


def form_uses(exam_id: int, person_id: int) -> tuple[dict[int, int], dict[int, int]]:
    """How often the person, and how often anybody, had each form of an exam."""
    rows = db.session.execute(
        sa.select(
            Attempt.form_id,
            sa.func.count(),
            sa.func.sum(sa.case((Attempt.person_id == person_id, 1), else_=0)),
        )
        .where(Attempt.exam_id == exam_id)
        .group_by(Attempt.form_id)
    ).all()
    return {form: int(own) for form, _, own in rows}, {form: count for form, count, _ in rows}
