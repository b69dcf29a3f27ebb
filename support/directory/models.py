"""The support directory: channels, priorities, regions, teams, contacts, partner types."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.columns import Words
from lms.db import Base


class Region(Base):
    """A support centre with its opening hours in its own zone."""

    __tablename__ = "region"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Words(40), unique=True)
    title: Mapped[str] = mapped_column(Words(120))
    location: Mapped[str] = mapped_column(Words(120))
    time_zone: Mapped[str] = mapped_column(Words(64))
    coverage: Mapped[str] = mapped_column(Words(120))
    languages: Mapped[list[Any]]
    specialisations: Mapped[list[Any]]
    opening: Mapped[list[Any]]
    """`{days: [1..7], opens: "09:00", closes: "17:00"}` in local time; always open: one row of
    all days from 00:00 to 24:00."""
    sample: Mapped[bool] = mapped_column(default=True)
    position: Mapped[int]


class Contact(Base):
    """A person or a hotline in the directory."""

    __tablename__ = "contact"

    id: Mapped[int] = mapped_column(primary_key=True)
    group_code: Mapped[str] = mapped_column(Words(60), index=True)
    """team, executive chain or emergency"""
    group_title: Mapped[str] = mapped_column(Words(120))
    region_code: Mapped[str | None] = mapped_column(Words(40))
    role: Mapped[str] = mapped_column(Words(160))
    name: Mapped[str] = mapped_column(Words(120), default="")
    email: Mapped[str] = mapped_column(Words(254), default="")
    phone: Mapped[str] = mapped_column(Words(60), default="")
    plan_codes: Mapped[list[Any]] = mapped_column(default=list)
    escalation_step: Mapped[int | None]
    position: Mapped[int]

    __table_args__ = (sa.UniqueConstraint("group_code", "position"),)


class Channel(Base):
    """A way to reach support and the plans that may use it (empty: all)."""

    __tablename__ = "channel"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Words(40), unique=True)
    group_title: Mapped[str] = mapped_column(Words(120))
    title: Mapped[str] = mapped_column(Words(120))
    value: Mapped[str] = mapped_column(Words(300), default="")
    description: Mapped[str] = mapped_column(Words(300), default="")
    plan_codes: Mapped[list[Any]] = mapped_column(default=list)
    position: Mapped[int]


class DirectoryBlock(Base):
    """Other parts of the directory as the data file gives them: priorities, escalations,
    follow-the-sun, partner types, commitments and targets, services."""

    __tablename__ = "directory_block"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Words(60), unique=True)
    content: Mapped[dict[str, Any]]
    sample: Mapped[bool] = mapped_column(default=False)
    loaded_at: Mapped[datetime]
