"""Lists that partners had checked: counts, the result file for a while, the signed receipt."""

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.columns import Words, where
from lms.db import Base


class CertificateCheck(Base):
    """A checked list. Its result names people, so the file goes after a month; its hash stays."""

    __tablename__ = "certificate_check"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(
        Words(36), unique=True, default=lambda: str(uuid.uuid4())
    )
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisation.id"))
    """For whom it was checked; None: an administrator, for nobody in particular."""
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    token_id: Mapped[int | None] = mapped_column(sa.ForeignKey("api_token.id"))
    checked_at: Mapped[datetime]
    counts: Mapped[dict[str, Any]]
    """Answers by verdict, `entries`, and `repeated` if any line was."""
    slips: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=sa.text("'{}'"))
    """How many entries are no code of ours, by why. They are for whoever typed them: the counts,
    which the receipt signs, hold them as not found."""
    result_sha256: Mapped[str] = mapped_column(Words(64))
    result: Mapped[bytes | None] = mapped_column(sa.LargeBinary, deferred=True)
    """The result file (CSV), compressed by zlib."""
    receipt: Mapped[str | None]
    """A compact JWS over the result's hash, the time and the counts."""

    __table_args__ = (
        sa.CheckConstraint("person_id IS NOT NULL OR token_id IS NOT NULL", name="somebody"),
        sa.Index("ix_certificate_check_organisation", "organisation_id", "id"),
        sa.Index(
            "ix_certificate_check_kept",
            "checked_at",
            **where("result IS NOT NULL"),
        ),
    )
