"""Exams as they are taken: adjustments, slots, bookings, attempts, their events and answers."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from certification.exams.models import Exam, ExamPolicy
from certification.papers.models import ExamForm
from lms.accounts.models import Person
from lms.columns import Words, choice, where
from lms.db import Base


class Adjustment(Base):
    """What a person gets in every exam, also in one that is running. The newest that was not
    withdrawn holds; a change is a new row. Trainers see it, never its reason."""

    __tablename__ = "adjustment"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    extra_percent: Mapped[int] = mapped_column(default=0)
    break_minutes: Mapped[int] = mapped_column(default=0)
    """Rest that stops the clock, in all."""
    has_reader: Mapped[bool] = mapped_column(default=False)
    has_large_print: Mapped[bool] = mapped_column(default=False)
    valid_until: Mapped[date | None]
    at: Mapped[datetime]
    by: Mapped[int]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[int | None]

    person: Mapped[Person] = relationship(lazy="raise")

    __table_args__ = (
        sa.CheckConstraint("extra_percent BETWEEN 0 AND 300", name="extra_percent"),
        sa.CheckConstraint("break_minutes BETWEEN 0 AND 240", name="break_minutes"),
        sa.Index(
            "uq_adjustment_live",
            "person_id",
            unique=True,
            **where("withdrawn_at IS NULL"),
        ),
    )


class AdjustmentReason(Base):
    """Why, apart from the adjustment, so that it can be kept from most readers and erased."""

    __tablename__ = "adjustment_reason"

    adjustment_id: Mapped[int] = mapped_column(sa.ForeignKey("adjustment.id"), primary_key=True)
    reason: Mapped[str] = mapped_column(Words(2000))


class ExamSlot(Base):
    """A time at which an exam is held in a place, with seats and somebody who watches."""

    __tablename__ = "exam_slot"

    id: Mapped[int] = mapped_column(primary_key=True)
    exam_id: Mapped[int] = mapped_column(sa.ForeignKey("exam.id"))
    starts_at: Mapped[datetime]
    local_start: Mapped[datetime] = mapped_column(sa.DateTime())
    time_zone: Mapped[str] = mapped_column(Words(64))
    place: Mapped[str] = mapped_column(Words(200))
    capacity: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)
    """Live bookings, counted under the slot's lock."""
    proctor_person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    cancelled_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=0, server_default="0")
    """Rises with each change of its time or place; mails name it."""
    created_at: Mapped[datetime]
    created_by: Mapped[int]

    exam: Mapped[Exam] = relationship(lazy="raise")

    __table_args__ = (
        sa.CheckConstraint("taken >= 0 AND taken <= capacity", name="capacity"),
        sa.Index("ix_exam_slot_next", "exam_id", "starts_at", "id"),
    )


class BookingState(StrEnum):
    BOOKED = "booked"
    USED = "used"
    CANCELLED = "cancelled"
    MISSED = "missed"


BOOKING_MOVES = {
    BookingState.BOOKED: frozenset(
        {BookingState.USED, BookingState.CANCELLED, BookingState.MISSED}
    ),
}


class ExamBooking(Base):
    """A person's place in an exam, for a slot or for any time."""

    __tablename__ = "exam_booking"

    id: Mapped[int] = mapped_column(primary_key=True)
    exam_id: Mapped[int] = mapped_column(sa.ForeignKey("exam.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    slot_id: Mapped[int | None] = mapped_column(sa.ForeignKey("exam_slot.id"), index=True)
    state: Mapped[BookingState] = mapped_column(choice(BookingState, "state"))
    identity_confirmed_at: Mapped[datetime | None]
    identity_confirmed_by: Mapped[int | None]
    at: Mapped[datetime]
    by: Mapped[int]
    ended_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Words(500), default="")

    exam: Mapped[Exam] = relationship(lazy="raise")
    person: Mapped[Person] = relationship(lazy="raise")
    slot: Mapped[ExamSlot | None] = relationship(lazy="raise")

    __table_args__ = (
        sa.Index(
            "uq_exam_booking_live",
            "exam_id",
            "person_id",
            unique=True,
            **where("state = 'booked'"),
        ),
        sa.Index("ix_exam_booking_exam", "exam_id", "state", "ended_at"),
    )


class AttemptState(StrEnum):
    OPEN = "open"
    SUBMITTED = "submitted"
    VOID = "void"
    """Ended by a decision, with no result: an incident, a wrong start."""


ATTEMPT_MOVES = {
    AttemptState.OPEN: frozenset({AttemptState.SUBMITTED, AttemptState.VOID}),
}


class Attempt(Base):
    """One sitting of one person. What it drew and the rules under which it began are pinned.

    `due_at` is what the events add up to (start, limit, extensions, pauses), kept for the index;
    None while the clock stands.
    """

    __tablename__ = "attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Words(26), unique=True)
    """In addresses; cannot be guessed."""
    exam_id: Mapped[int] = mapped_column(sa.ForeignKey("exam.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    policy_id: Mapped[int] = mapped_column(sa.ForeignKey("exam_policy.id"))
    form_id: Mapped[int] = mapped_column(sa.ForeignKey("exam_form.id"), index=True)
    booking_id: Mapped[int | None] = mapped_column(sa.ForeignKey("exam_booking.id"), unique=True)
    ordinal: Mapped[int]
    """1 for a person's first attempt at this exam."""
    language: Mapped[str] = mapped_column(Words(8))
    seed: Mapped[str] = mapped_column(Words(64))
    """Of the order in which options are shown: `{seed}:{version id}`."""
    state: Mapped[AttemptState] = mapped_column(choice(AttemptState, "state"))
    started_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str] = mapped_column(Words(12), default="")
    """`candidate`, `time`, `proctor`."""
    events: Mapped[int] = mapped_column(default=0)
    """How many there are: the next one's number less one, taken under this row's lock."""
    seen_at: Mapped[datetime | None]
    """When the candidate's page last spoke, to the minute; for the proctor."""

    exam: Mapped[Exam] = relationship(lazy="raise")
    person: Mapped[Person] = relationship(lazy="raise")
    policy: Mapped[ExamPolicy] = relationship(lazy="raise")
    form: Mapped[ExamForm] = relationship(lazy="raise")

    __table_args__ = (
        sa.UniqueConstraint("exam_id", "person_id", "ordinal"),
        sa.Index(
            "uq_attempt_open",
            "exam_id",
            "person_id",
            unique=True,
            **where("state = 'open'"),
        ),
        sa.Index(
            "ix_attempt_due",
            "due_at",
            "id",
            **where("state = 'open'"),
        ),
        sa.Index("ix_attempt_person", "person_id", "id"),
        sa.Index("ix_attempt_exam", "exam_id", "state", "id"),
    )


class AttemptEvent(Base):
    """Append-only: what happened in an attempt. Replaying the answers among them gives the table
    of responses, the rest gives the deadline.

    Kinds: started, answered, paused, resumed, extended, incident, adjusted, submitted, voided.
    `data` by kind: started {minutes, language, acknowledged}; answered {position, response
    (author's ids), client_seq, seconds, flag}; extended {seconds, note}; paused {note, rest: a
    break that the candidate took}; incident {note}; voided {note, counts: it is an
    attempt all the same}; adjusted {extra_percent, break_minutes}.
    """

    __tablename__ = "attempt_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(sa.ForeignKey("attempt.id"))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(Words(12))
    data: Mapped[dict[str, Any]]
    client_at: Mapped[datetime | None]
    """The device's clock: shown as a claim, never trusted."""
    at: Mapped[datetime]
    by: Mapped[int | None]

    __table_args__ = (sa.UniqueConstraint("attempt_id", "number"),)


class AttemptResponse(Base):
    """The answer that holds at one place of an attempt, and how it came to be."""

    __tablename__ = "attempt_response"

    attempt_id: Mapped[int] = mapped_column(sa.ForeignKey("attempt.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    """That of the form's item."""
    client_seq: Mapped[int]
    """Rises with each save of this place; a lower one is late and changes nothing."""
    response: Mapped[Any] = mapped_column(sa.JSON(none_as_null=True), nullable=True)
    """With the author's ids, ready for `certification.items.scoring.score`."""
    is_flagged: Mapped[bool] = mapped_column(default=False)
    seconds: Mapped[int] = mapped_column(default=0)
    """Spent on this place, as the page reports; for statistics only."""
    saved_at: Mapped[datetime]
