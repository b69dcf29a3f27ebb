"""Status lists: which position each certificate has, and the lists as they were last signed."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.columns import Words, choice, where
from lms.db import Base


class StatusPurpose(StrEnum):
    """Revocation: nobody may rely on the credential. Suspension: that is for a while only."""

    REVOCATION = "revocation"
    SUSPENSION = "suspension"


class StatusList(Base):
    """A pair of lists (revocation and suspension) with the same positions."""

    __tablename__ = "status_list"

    id: Mapped[int] = mapped_column(primary_key=True)
    size: Mapped[int]
    created_at: Mapped[datetime]


class SignedList(Base):
    """A list as it was last signed; signed anew when its bits change or its time runs out."""

    __tablename__ = "signed_list"

    id: Mapped[int] = mapped_column(primary_key=True)
    list_id: Mapped[int] = mapped_column(sa.ForeignKey("status_list.id"))
    purpose: Mapped[StatusPurpose] = mapped_column(choice(StatusPurpose, "purpose"))
    content: Mapped[dict[str, Any]]
    bits_sha256: Mapped[str] = mapped_column(Words(64))
    kid: Mapped[str] = mapped_column(Words(40))
    signed_at: Mapped[datetime]

    __table_args__ = (sa.UniqueConstraint("list_id", "purpose"),)


class StatusEntry(Base):
    """The position of one certificate, given once and never used for another.

    A revoked or suspended award needs no mark here: the list asks the award's own facts.
    """

    __tablename__ = "status_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    list_id: Mapped[int] = mapped_column(sa.ForeignKey("status_list.id"))
    position: Mapped[int]
    certificate_id: Mapped[int] = mapped_column(sa.ForeignKey("certificate.id"), unique=True)
    award_id: Mapped[int] = mapped_column(sa.ForeignKey("award.id"), index=True)
    withdrawn_at: Mapped[datetime | None]
    """Replaced by another certificate, or its holder was erased."""

    __table_args__ = (
        sa.UniqueConstraint("list_id", "position"),
        sa.CheckConstraint("position >= 0", name="position"),
        sa.Index(
            "ix_status_entry_marked",
            "list_id",
            "position",
            **where("withdrawn_at IS NOT NULL"),
        ),
    )
