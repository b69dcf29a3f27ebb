"""Seats, the waiting list, and why the queue did what it did."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses.scheduling.models.classes import ClassSession
from courses.scheduling.rules.places import SeatKind
from lms.accounts.models import Person
from lms.columns import Words, choice, where
from lms.db import Base


class SeatEnd(StrEnum):
    CANCELLED = "cancelled"
    SESSION_CANCELLED = "session_cancelled"
    CAPACITY_LOWERED = "capacity_lowered"
    SWITCHED = "switched"


class Seat(Base):
    """A person has a seat of a kind until it ends; live while `ended_at` is empty."""

    __tablename__ = "seat"

    id: Mapped[int] = mapped_column(primary_key=True)
    class_session_id: Mapped[int] = mapped_column(sa.ForeignKey("class_session.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisation.id"))
    kind: Mapped[SeatKind] = mapped_column(choice(SeatKind, "kind"))
    wanted_kind: Mapped[SeatKind | None] = mapped_column(choice(SeatKind, "wanted_kind"))
    """What the person asked for (None: either), which counts again if the seat is taken away."""
    tier_rank: Mapped[int]
    number: Mapped[int]
    """The queue number drawn when the person asked."""
    taken_at: Mapped[datetime]
    taken_by: Mapped[int | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None]
    end: Mapped[SeatEnd | None] = mapped_column(choice(SeatEnd, "end"))
    end_reason: Mapped[str] = mapped_column(Words(500), default="")

    person: Mapped[Person] = relationship(lazy="raise")
    class_session: Mapped[ClassSession] = relationship(lazy="raise")

    __table_args__ = (
        sa.Index(
            "uq_seat_live",
            "class_session_id",
            "person_id",
            unique=True,
            **where("ended_at IS NULL"),
        ),
        sa.Index("ix_seat_person", "person_id", "ended_at"),
        sa.Index("ix_seat_organisation", "organisation_id"),
        sa.Index(
            "ix_seat_ended",
            "class_session_id",
            "person_id",
            **where("ended_at IS NOT NULL"),
        ),
    )


class WaitingState(StrEnum):
    WAITING = "waiting"
    PROMOTED = "promoted"
    LEFT = "left"
    CLOSED = "closed"


class WaitingEntry(Base):
    """A place in the queue: plan tier first, then the number drawn under the lock.

    Who was asked for together has the same `group_number`, the first of their numbers: they get
    seats all at once or none.
    """

    __tablename__ = "waiting_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    class_session_id: Mapped[int] = mapped_column(sa.ForeignKey("class_session.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisation.id"))
    wanted_kind: Mapped[SeatKind | None] = mapped_column(choice(SeatKind, "wanted_kind"))
    """None: either kind will do."""
    tier_rank: Mapped[int]
    number: Mapped[int]
    group_number: Mapped[int | None]
    state: Mapped[WaitingState] = mapped_column(choice(WaitingState, "state"))
    joined_at: Mapped[datetime]
    joined_by: Mapped[int | None]
    decided_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="raise")
    class_session: Mapped[ClassSession] = relationship(lazy="raise")

    __table_args__ = (
        sa.UniqueConstraint("class_session_id", "number"),
        sa.Index(
            "uq_waiting_entry_live",
            "class_session_id",
            "person_id",
            unique=True,
            **where("state = 'waiting'"),
        ),
        sa.Index("ix_waiting_entry_order", "class_session_id", "state", "tier_rank", "number"),
    )


class QueueDecision(Base):
    """Why the queue did what it did: seated, queued, promoted, skipped, left, displaced."""

    __tablename__ = "queue_decision"

    id: Mapped[int] = mapped_column(primary_key=True)
    class_session_id: Mapped[int] = mapped_column(sa.ForeignKey("class_session.id"), index=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    what: Mapped[str] = mapped_column(Words(40))
    why: Mapped[str] = mapped_column(Words(60))
    at: Mapped[datetime]
    by_person_id: Mapped[int | None]
