"""The double click: a form carries a one-time key; its second arrival repeats no effect.

The key is claimed inside the request's own transaction by a unique constraint. A second arrival
waits for the first, finds the key taken and is sent to where the first one was sent.
"""

import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.columns import Words
from lms.db import Base, db, insert_once

FIELD = "once"
KEPT = timedelta(days=2)


class FormSubmission(Base):
    """A form that arrived, and where its sender was sent."""

    __tablename__ = "form_submission"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(Words(64), unique=True)
    path: Mapped[str] = mapped_column(Words(400))
    location: Mapped[str | None] = mapped_column(Words(2000))
    at: Mapped[datetime] = mapped_column(index=True)


def fresh_key() -> str:
    """A key for one drawing of one form."""
    return secrets.token_urlsafe(18)


def claim(key: str, path: str, *, now: datetime) -> bool:
    """True for the first arrival of this key."""
    values = {"key": key[:64], "path": path[:400], "at": now}
    return insert_once(FormSubmission, values, ["key"])


def remember(key: str, location: str) -> None:
    """Keep where the first arrival was sent."""
    db.session.execute(
        sa.update(FormSubmission)
        .where(FormSubmission.key == key[:64])
        .values(location=location[:2000])
    )


def earlier_location(key: str, path: str) -> str | None:
    """Where the first arrival of this key at this path was sent."""
    return db.session.scalar(
        sa.select(FormSubmission.location).where(
            FormSubmission.key == key[:64], FormSubmission.path == path[:400]
        )
    )


def forget_old(*, now: datetime) -> int:
    """Delete keys older than two days; returns how many."""
    result = db.session.execute(sa.delete(FormSubmission).where(FormSubmission.at < now - KEPT))
    return int(getattr(result, "rowcount", 0))
