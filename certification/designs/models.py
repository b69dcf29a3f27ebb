"""Designs of certificates: versions that freeze, their pictures, and which scheme takes which."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.columns import Words, choice, where
from lms.db import Base


class DesignState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"


class Design(Base):
    """How a family of certificates looks."""

    __tablename__ = "design"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Words(40), unique=True)
    title: Mapped[str] = mapped_column(Words(120))
    created_at: Mapped[datetime]
    created_by: Mapped[int | None]


class DesignVersion(Base):
    """One version; a published one never changes again, which the database itself ensures."""

    __tablename__ = "design_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    design_id: Mapped[int] = mapped_column(sa.ForeignKey("design.id"))
    number: Mapped[int]
    state: Mapped[DesignState] = mapped_column(choice(DesignState, "state"))
    content: Mapped[dict[str, Any]]
    """`certification.designs.content.Content` as JSON."""
    content_sha256: Mapped[str | None] = mapped_column(Words(64))
    loaded_sha256: Mapped[str | None] = mapped_column(Words(64))
    """Of the data file's entry that made this version."""
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    created_by: Mapped[int | None]
    published_at: Mapped[datetime | None]
    published_by: Mapped[int | None]

    design: Mapped[Design] = relationship(lazy="raise")

    __table_args__ = (
        sa.UniqueConstraint("design_id", "number"),
        sa.CheckConstraint(
            "state = 'draft' OR (published_at IS NOT NULL AND content_sha256 IS NOT NULL)",
            name="published_is_frozen",
        ),
        sa.Index(
            "uq_design_version_draft",
            "design_id",
            unique=True,
            **where("state = 'draft'"),
        ),
    )


class DesignImage(Base):
    """A picture of a design: a logo or a signature, re-encoded, in the store by its hash."""

    __tablename__ = "design_image"

    id: Mapped[int] = mapped_column(primary_key=True)
    design_id: Mapped[int] = mapped_column(sa.ForeignKey("design.id"))
    sha256: Mapped[str] = mapped_column(Words(64))
    title: Mapped[str] = mapped_column(Words(120))
    width: Mapped[int]
    height: Mapped[int]
    created_at: Mapped[datetime]
    created_by: Mapped[int | None]

    __table_args__ = (sa.UniqueConstraint("design_id", "sha256"),)


class DesignChoice(Base):
    """A scheme takes a design: at each award the newest published version."""

    __tablename__ = "design_choice"

    id: Mapped[int] = mapped_column(primary_key=True)
    scheme_id: Mapped[int] = mapped_column(sa.ForeignKey("scheme.id"), unique=True)
    design_id: Mapped[int | None] = mapped_column(sa.ForeignKey("design.id"), index=True)
    """NULL: somebody decided for the plain look."""
    chosen_at: Mapped[datetime]
    chosen_by: Mapped[int | None]
