"""Certification schemes and awards. A certification is a series of awards, never reset."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.models import Person
from lms.columns import Words, choice, where
from lms.db import Base


class Scheme(Base):
    """A certification that people can earn."""

    __tablename__ = "scheme"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Words(40), unique=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id"), index=True)
    title: Mapped[str] = mapped_column(Words(200))
    position: Mapped[int]


class SchemeState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"


class SchemeVersion(Base):
    """The rule from a day on: requirements, term, the certificate's words. Frozen once published.

    `rule` is the tree of `certification.awards.rules`: `{"all_of": [{"course": CODE},
    {"exam": CODE, "at_least": 70}, {"competency": CODE, "level": 3}]}`.
    """

    __tablename__ = "scheme_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    scheme_id: Mapped[int] = mapped_column(sa.ForeignKey("scheme.id"))
    number: Mapped[int]
    state: Mapped[SchemeState] = mapped_column(choice(SchemeState, "state"))
    effective_from: Mapped[date]
    term_months: Mapped[int | None]
    rule: Mapped[dict[str, Any]]
    wording: Mapped[dict[str, Any]]
    """`title, kind, statement, signatory_name, signatory_role, page_format`."""
    sample: Mapped[bool] = mapped_column(default=True)
    content_hash: Mapped[str] = mapped_column(Words(64), default="")
    created_at: Mapped[datetime]
    created_by: Mapped[int | None]
    published_at: Mapped[datetime | None]
    published_by: Mapped[int | None]
    revision: Mapped[int] = mapped_column(default=1)

    scheme: Mapped[Scheme] = relationship(lazy="raise")

    __table_args__ = (
        sa.UniqueConstraint("scheme_id", "number"),
        sa.CheckConstraint("term_months IS NULL OR term_months BETWEEN 1 AND 600", name="term"),
    )


class Award(Base):
    """A person met a scheme's rule: which version, by which facts, from when until when."""

    __tablename__ = "award"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    scheme_id: Mapped[int] = mapped_column(sa.ForeignKey("scheme.id"))
    scheme_version_id: Mapped[int] = mapped_column(sa.ForeignKey("scheme_version.id"))
    cycle: Mapped[int]
    awarded_on: Mapped[date]
    valid_until: Mapped[date | None]
    facts: Mapped[dict[str, Any]]
    """Each requirement with the fact that met it, frozen."""
    awarded_at: Mapped[datetime]

    person: Mapped[Person] = relationship(lazy="raise")
    scheme: Mapped[Scheme] = relationship(lazy="raise")
    scheme_version: Mapped[SchemeVersion] = relationship(lazy="raise")

    __table_args__ = (
        sa.UniqueConstraint("person_id", "scheme_id", "cycle"),
        sa.Index("ix_award_day", "awarded_on", "id"),
        sa.Index("ix_award_expiry", "valid_until", "id"),
        sa.Index("ix_award_scheme", "scheme_id", "id"),
    )


class Revocation(Base):
    """An award was withdrawn: when, by whom, and the reason that the public may read."""

    __tablename__ = "revocation"

    id: Mapped[int] = mapped_column(primary_key=True)
    award_id: Mapped[int] = mapped_column(sa.ForeignKey("award.id"), unique=True)
    revoked_on: Mapped[date]
    public_reason: Mapped[str] = mapped_column(Words(300))
    internal_note: Mapped[str] = mapped_column(Words(1000), default="")
    at: Mapped[datetime]
    by_person_id: Mapped[int]

    __table_args__ = (sa.Index("ix_revocation_day", "revoked_on", "award_id"),)


class Suspension(Base):
    """Nobody may rely on an award for a while; lifted once, by a reason of its own. An award can be
    suspended again, one suspension at a time."""

    __tablename__ = "suspension"

    id: Mapped[int] = mapped_column(primary_key=True)
    award_id: Mapped[int] = mapped_column(sa.ForeignKey("award.id"))
    suspended_on: Mapped[date]
    public_reason: Mapped[str] = mapped_column(Words(300))
    internal_note: Mapped[str] = mapped_column(Words(1000), default="")
    at: Mapped[datetime]
    by_person_id: Mapped[int]
    lifted_on: Mapped[date | None]
    lifting_reason: Mapped[str] = mapped_column(Words(300), default="")
    lifted_at: Mapped[datetime | None]
    lifted_by_person_id: Mapped[int | None]

    __table_args__ = (
        sa.CheckConstraint(
            "(lifted_at IS NULL) = (lifted_on IS NULL)"
            " AND (lifted_at IS NULL) = (lifted_by_person_id IS NULL)",
            name="lifted_whole",
        ),
        sa.Index("ix_suspension_award", "award_id", "id"),
        sa.Index(
            "uq_suspension_open",
            "award_id",
            unique=True,
            **where("lifted_at IS NULL"),
        ),
    )
