"""Forms as they are delivered."""

from dataclasses import dataclass

import sqlalchemy as sa
from flask import current_app

from certification.items.content import ItemContent
from certification.items.models import ItemVersion
from certification.items.reading import draft_from
from certification.papers.models import FormItem
from lms.db import db


@dataclass(frozen=True, slots=True)
class Place:
    """A place of a form with what is asked there."""

    position: int
    version_id: int
    item_id: int
    content: ItemContent
    is_pilot: bool


def paper(form_id: int) -> tuple[Place, ...]:
    """A form's places in order; forms are frozen, so a process reads each once."""
    known: dict[int, tuple[Place, ...]] = current_app.extensions.setdefault("papers", {})
    if form_id not in known:
        known[form_id] = _read(form_id)
    return known[form_id]


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
