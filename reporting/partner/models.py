"""News for partners: who wants to hear of changes, what was sent, and how it went."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.columns import Words, choice, where
from lms.db import Base


class NewsKind(StrEnum):
    MAIL = "mail"
    WEBHOOK = "webhook"


class NewsSubscription(Base):
    """An organisation hears of changes to its people's certificates. Ended, never deleted.

    `last_entry_id` is the audit entry up to which it was told: the log is the source of all
    news, so nothing is lost while nobody looks, and nothing is told twice.
    """

    __tablename__ = "news_subscription"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(
        Words(36), unique=True, default=lambda: str(uuid.uuid4())
    )
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    kind: Mapped[NewsKind] = mapped_column(choice(NewsKind, "kind"))
    target: Mapped[str] = mapped_column(Words(500))
    """A mail address, or a webhook's https address."""
    language: Mapped[str] = mapped_column(Words(16), default="en")
    last_entry_id: Mapped[int]
    next_at: Mapped[datetime]
    """When it is told next, if there is anything."""
    created_at: Mapped[datetime]
    created_by: Mapped[int]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None]

    __table_args__ = (
        sa.Index(
            "ix_news_subscription_due",
            "next_at",
            "id",
            **where("ended_at IS NULL"),
        ),
    )


class DeliveryState(StrEnum):
    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


class NewsDelivery(Base):
    """One message of a subscription: its events, and what became of it."""

    __tablename__ = "news_delivery"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(
        Words(36), unique=True, default=lambda: str(uuid.uuid4())
    )
    subscription_id: Mapped[int] = mapped_column(sa.ForeignKey("news_subscription.id"))
    last_entry_id: Mapped[int]
    events: Mapped[list[Any]]
    """Emptied after a month: they name people."""
    event_count: Mapped[int]
    state: Mapped[DeliveryState] = mapped_column(choice(DeliveryState, "state"))
    created_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]

    __table_args__ = (sa.UniqueConstraint("subscription_id", "last_entry_id"),)


class DeliveryAttempt(Base):
    """One try to hand a message over: the status that came back, or why none did."""

    __tablename__ = "delivery_attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[int] = mapped_column(sa.ForeignKey("news_delivery.id"))
    number: Mapped[int]
    at: Mapped[datetime]
    status: Mapped[int | None]
    error: Mapped[str] = mapped_column(Words(40), default="")
    took_ms: Mapped[int]

    __table_args__ = (sa.UniqueConstraint("delivery_id", "number"),)
