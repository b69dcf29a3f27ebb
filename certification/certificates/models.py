"""Certificates: frozen facts, a document written once, a chain of supersessions."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from certification.awards.models import Award
from lms.columns import Words, choice, where
from lms.db import Base


class CertificateState(StrEnum):
    PENDING = "pending"
    ISSUED = "issued"


class Certificate(Base):
    """One certificate of an award. `issued` means: the document with this hash is stored.

    The columns that verification reads stand here, so that one row answers the public page.
    """

    __tablename__ = "certificate"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Words(17), unique=True)
    number: Mapped[str] = mapped_column(Words(40), unique=True)
    award_id: Mapped[int] = mapped_column(sa.ForeignKey("award.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    holder_name: Mapped[str] = mapped_column(Words(200))
    achievement: Mapped[str] = mapped_column(Words(200))
    issued_on: Mapped[date]
    valid_until: Mapped[date | None]
    facts: Mapped[dict[str, Any]]
    """The frozen facts from which the document is drawn."""
    facts_sha256: Mapped[str] = mapped_column(Words(64))
    state: Mapped[CertificateState] = mapped_column(choice(CertificateState, "state"))
    document_sha256: Mapped[str | None] = mapped_column(Words(64))
    document_size: Mapped[int | None]
    credential_sha256: Mapped[str | None] = mapped_column(Words(64))
    token_sha256: Mapped[str | None] = mapped_column(Words(64))
    credential_kid: Mapped[str | None] = mapped_column(Words(40))
    """The keys that signed: after one is compromised, these certificates are issued again."""
    token_kid: Mapped[str | None] = mapped_column(Words(40))
    document_kid: Mapped[str | None] = mapped_column(Words(40))
    supersedes_id: Mapped[int | None] = mapped_column(sa.ForeignKey("certificate.id"), unique=True)
    """The certificate that this one replaces. Unique: one successor at most."""
    supersession_reason: Mapped[str] = mapped_column(Words(300), default="")
    created_at: Mapped[datetime]
    issued_at: Mapped[datetime | None]
    holder_erased_at: Mapped[datetime | None]

    award: Mapped[Award] = relationship(lazy="raise")

    __table_args__ = (
        sa.CheckConstraint(
            "state = 'pending' OR document_sha256 IS NOT NULL", name="issued_has_document"
        ),
        sa.Index(
            "uq_certificate_first",
            "award_id",
            unique=True,
            **where("supersedes_id IS NULL"),
        ),
        sa.Index("ix_certificate_person", "person_id", "id"),
        sa.Index("ix_certificate_award", "award_id", "id"),
        sa.Index("ix_certificate_expiry", "valid_until", "id"),
        sa.Index(
            "ix_certificate_pending",
            "created_at",
            "id",
            **where("state = 'pending'"),
        ),
    )


class CertificateNumber(Base):
    """The last number used in a year; the row is the lock under which the next is drawn."""

    __tablename__ = "certificate_number"

    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(unique=True)
    last: Mapped[int]
