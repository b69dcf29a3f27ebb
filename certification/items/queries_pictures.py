"""Reading the pictures of the item bank and which items show them."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from certification.items.models import Item, ItemPicture, ItemVersion
from lms.db import db, locked
from lms.paging import Page, page_of

SIZE = 24
OFFERED = 12
"""How many of the newest the editor offers below a hotspot item."""


def listed(programme_ids: Sequence[int], before: int | None = None) -> Page[ItemPicture]:
    """The pictures of these banks, newest first."""
    statement = sa.select(ItemPicture).where(ItemPicture.programme_id.in_(programme_ids))
    if before is not None:
        statement = statement.where(ItemPicture.id < before)
    rows = db.session.scalars(
        statement.options(joinedload(ItemPicture.programme))
        .order_by(ItemPicture.id.desc())
        .limit(SIZE + 1)
    ).all()
    return page_of(rows, size=SIZE, key=lambda row: [row.id], is_first=before is None)


def offered(programme_id: int, chosen: str) -> Sequence[ItemPicture]:
    """The newest pictures of a bank, and the chosen one before them."""
    mine = ItemPicture.programme_id == programme_id
    return db.session.scalars(
        sa.select(ItemPicture)
        .where(mine)
        .order_by(sa.case((ItemPicture.sha256 == chosen, 0), else_=1), ItemPicture.id.desc())
        .limit(OFFERED)
    ).all()


def by_digest(programme_id: int, sha256: str) -> ItemPicture | None:
    """A picture of a bank by its hash."""
    return db.session.scalar(
        sa.select(ItemPicture).where(
            ItemPicture.programme_id == programme_id, ItemPicture.sha256 == sha256
        )
    )


def by_id(picture_id: int, programme_ids: Sequence[int]) -> ItemPicture | None:
    """The picture, if it is in one of these banks."""
    return db.session.scalar(
        sa.select(ItemPicture).where(
            ItemPicture.id == picture_id, ItemPicture.programme_id.in_(programme_ids)
        )
    )


def held(programme_id: int, digests: Sequence[str]) -> set[str]:
    """Which of the pictures the bank has; until the unit ends nobody deletes them."""
    found = sa.select(ItemPicture.sha256).where(
        ItemPicture.programme_id == programme_id, ItemPicture.sha256.in_(digests)
    )
    return set(db.session.scalars(locked(found.order_by(ItemPicture.id))))


def uses_of(pictures: Sequence[ItemPicture]) -> dict[int, list[Item]]:
    """By picture id the items of its bank any version of which shows it, by code."""
    rows = db.session.execute(
        sa.select(ItemPicture.id, Item)
        .join(Item, Item.programme_id == ItemPicture.programme_id)
        .where(ItemPicture.id.in_([one.id for one in pictures]), _shows())
        .order_by(Item.code)
    )
    found: dict[int, list[Item]] = {}
    for picture_id, item in rows:
        found.setdefault(picture_id, []).append(item)
    return found


def _shows() -> sa.ColumnElement[bool]:
    content = sa.cast(ItemVersion.content, sa.Text)
    named = content.contains(ItemPicture.sha256)
    return sa.exists().where(ItemVersion.item_id == Item.id, named)
