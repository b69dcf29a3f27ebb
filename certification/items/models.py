"""The item bank: items of a programme, versions that freeze, links, enemies, notes, pictures."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from certification.competency.models import Competency
from courses.catalog.models import Programme
from lms.columns import Words, choice, where
from lms.db import Base


class ItemState(StrEnum):
    DRAFT = "draft"
    REVIEW = "review"
    PILOT = "pilot"
    """Asked, but not scored."""
    ACTIVE = "active"
    SUSPENDED = "suspended"
    RETIRED = "retired"


MOVES = {
    ItemState.DRAFT: frozenset({ItemState.REVIEW, ItemState.RETIRED}),
    ItemState.REVIEW: frozenset({ItemState.DRAFT, ItemState.PILOT, ItemState.ACTIVE}),
    ItemState.PILOT: frozenset({ItemState.ACTIVE, ItemState.SUSPENDED, ItemState.RETIRED}),
    ItemState.ACTIVE: frozenset({ItemState.SUSPENDED, ItemState.RETIRED}),
    ItemState.SUSPENDED: frozenset({ItemState.PILOT, ItemState.ACTIVE, ItemState.RETIRED}),
}
USED = (ItemState.PILOT, ItemState.ACTIVE)
"""States in which an exam may ask an item; to get there takes a second person."""
OPEN = (ItemState.DRAFT, ItemState.REVIEW)


class Item(Base):
    """An item's identity; what it asks is in its versions."""

    __tablename__ = "item"

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id"))
    code: Mapped[str] = mapped_column(Words(60))
    created_at: Mapped[datetime]
    created_by: Mapped[int | None]

    programme: Mapped[Programme] = relationship(lazy="raise")

    __table_args__ = (sa.UniqueConstraint("programme_id", "code"),)


class ItemVersion(Base):
    """One version. Out of draft its content never changes, which the database itself ensures."""

    __tablename__ = "item_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(sa.ForeignKey("item.id"))
    number: Mapped[int]
    state: Mapped[ItemState] = mapped_column(choice(ItemState, "state"))
    kind: Mapped[str] = mapped_column(Words(12))
    title: Mapped[str] = mapped_column(Words(120))
    """The body's beginning, for lists."""
    content: Mapped[dict[str, Any]]
    """`certification.items.content.ItemContent` as JSON."""
    content_sha256: Mapped[str] = mapped_column(Words(64))
    difficulty: Mapped[int | None]
    """Estimate: how many of 100 candidates get it right."""
    source: Mapped[str] = mapped_column(Words(300), default="")
    loaded_sha256: Mapped[str | None] = mapped_column(Words(64))
    """Of the data file's entry that made this version."""
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    created_by: Mapped[int | None]
    edited_by: Mapped[int | None]
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[int | None]

    item: Mapped[Item] = relationship(lazy="raise")
    links: Mapped[list["ItemCompetency"]] = relationship(
        lazy="raise", order_by="ItemCompetency.id", viewonly=True
    )

    __table_args__ = (
        sa.UniqueConstraint("item_id", "number"),
        sa.CheckConstraint(
            "state IN ('draft', 'review', 'retired') OR loaded_sha256 IS NOT NULL OR "
            "(approved_by IS NOT NULL AND approved_at IS NOT NULL "
            "AND approved_by <> created_by AND approved_by <> edited_by)",
            name="two_people",
        ),
        sa.CheckConstraint("difficulty BETWEEN 0 AND 100", name="difficulty"),
        sa.Index("ix_item_version_state", "state", "kind", "id"),
        sa.Index("ix_item_version_content", "content_sha256"),
        sa.Index(
            "uq_item_version_open",
            "item_id",
            unique=True,
            **where("state IN ('draft', 'review')"),
        ),
        sa.Index(
            "uq_item_version_used",
            "item_id",
            unique=True,
            **where("state IN ('pilot', 'active', 'suspended')"),
        ),
    )


class ItemCompetency(Base):
    """What a version shows, how strongly (per cent) and at which level; frozen with it."""

    __tablename__ = "item_competency"

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("item_version.id"))
    competency_id: Mapped[int] = mapped_column(sa.ForeignKey("competency.id"), index=True)
    weight: Mapped[int] = mapped_column(default=100)
    level: Mapped[int]

    competency: Mapped[Competency] = relationship(lazy="raise")

    __table_args__ = (
        sa.UniqueConstraint("version_id", "competency_id"),
        sa.CheckConstraint("weight BETWEEN 1 AND 100", name="weight"),
    )


class ItemEnemy(Base):
    """Two items that never share a form; the smaller id stands first."""

    __tablename__ = "item_enemy"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(sa.ForeignKey("item.id"))
    other_id: Mapped[int] = mapped_column(sa.ForeignKey("item.id"), index=True)
    at: Mapped[datetime]
    by: Mapped[int | None]

    __table_args__ = (
        sa.UniqueConstraint("item_id", "other_id"),
        sa.CheckConstraint("item_id < other_id", name="ordered"),
    )


class ItemEvent(Base):
    """A step in a version's history: a move (`state` is where to), a save, or a note."""

    __tablename__ = "item_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("item_version.id"), index=True)
    kind: Mapped[str] = mapped_column(Words(12))
    """`created`, `saved`, `moved` or `note`."""
    state: Mapped[ItemState | None] = mapped_column(choice(ItemState, "event_state"))
    note: Mapped[str] = mapped_column(Words(2000), default="")
    at: Mapped[datetime]
    by: Mapped[int | None]


class ItemPicture(Base):
    """A picture that a programme's items show, re-encoded, in the store by its hash."""

    __tablename__ = "item_picture"

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id"))
    sha256: Mapped[str] = mapped_column(Words(64))
    width: Mapped[int]
    height: Mapped[int]
    at: Mapped[datetime]
    by: Mapped[int | None]

    programme: Mapped[Programme] = relationship(lazy="raise")

    __table_args__ = (sa.UniqueConstraint("programme_id", "sha256"),)
