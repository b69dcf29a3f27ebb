"""Class sessions, seats, the waiting list, attendance and results.

Facts are rows with who, when and why; a correction is a new row that names the one it replaces.
"""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses.catalog.models import CourseVersion, DeliveryFormat, DeliveryMode
from lms.accounts.models import Person
from lms.db import Base, Words, choice


class SessionState(StrEnum):
    SCHEDULED = "scheduled"
    CANCELLED = "cancelled"
    CLOSED = "closed"


class SeatKind(StrEnum):
    ROOM = "room"
    VIRTUAL = "virtual"


class ClassSession(Base):
    """A course held on dates. Its row is the lock under which its seats and queue change."""

    __tablename__ = "class_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Words(40), unique=True)
    course_version_id: Mapped[int] = mapped_column(sa.ForeignKey("course_version.id"))
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"))
    delivery_mode_id: Mapped[int] = mapped_column(sa.ForeignKey("delivery_mode.id"))
    delivery_format_id: Mapped[int] = mapped_column(sa.ForeignKey("delivery_format.id"))
    language: Mapped[str] = mapped_column(Words(16))
    trainer_person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    venue: Mapped[str] = mapped_column(Words(200), default="")
    room: Mapped[str] = mapped_column(Words(120), default="")
    join_url: Mapped[str] = mapped_column(Words(500), default="")
    time_zone: Mapped[str] = mapped_column(Words(64))
    room_capacity: Mapped[int]
    virtual_capacity: Mapped[int]
    room_taken: Mapped[int] = mapped_column(default=0)
    virtual_taken: Mapped[int] = mapped_column(default=0)
    next_number: Mapped[int] = mapped_column(default=1)
    """The next number in the queue, drawn under this row's lock."""
    state: Mapped[SessionState] = mapped_column(choice(SessionState, "state"))
    state_reason: Mapped[str] = mapped_column(Words(500), default="")
    starts_at: Mapped[datetime]
    """The first meeting's start, kept for lists."""
    ends_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=1)
    """Rises with each change: a change made from an older page is refused."""
    created_at: Mapped[datetime]
    created_by: Mapped[int | None]

    course_version: Mapped[CourseVersion] = relationship(lazy="raise")
    mode: Mapped[DeliveryMode] = relationship(lazy="raise")
    format: Mapped[DeliveryFormat] = relationship(lazy="raise")
    trainer: Mapped[Person] = relationship(lazy="raise")
    meetings: Mapped[list["Meeting"]] = relationship(lazy="raise", order_by="Meeting.position")

    __table_args__ = (
        sa.CheckConstraint("room_taken BETWEEN 0 AND room_capacity", name="room_seats"),
        sa.CheckConstraint("virtual_taken BETWEEN 0 AND virtual_capacity", name="virtual_seats"),
        sa.CheckConstraint("room_capacity + virtual_capacity > 0", name="some_capacity"),
        sa.Index("ix_class_session_upcoming", "state", "starts_at", "id"),
        sa.Index("ix_class_session_course", "course_id", "state", "starts_at"),
    )


class Meeting(Base):
    """One dated part of a class session: local time and zone beside the instants."""

    __tablename__ = "meeting"

    id: Mapped[int] = mapped_column(primary_key=True)
    class_session_id: Mapped[int] = mapped_column(sa.ForeignKey("class_session.id"))
    position: Mapped[int]
    local_start: Mapped[str] = mapped_column(Words(16))
    """`2027-01-19T09:00` in the class session's zone, as it was scheduled."""
    local_end: Mapped[str] = mapped_column(Words(16))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]

    __table_args__ = (sa.UniqueConstraint("class_session_id", "position"),)


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
            "uq_seat_live", "class_session_id", "person_id", unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
        sa.Index("ix_seat_person", "person_id", "ended_at"),
        sa.Index("ix_seat_organisation", "organisation_id"),
    )


class WaitingState(StrEnum):
    WAITING = "waiting"
    PROMOTED = "promoted"
    LEFT = "left"
    CLOSED = "closed"


class WaitingEntry(Base):
    """A place in the queue: plan tier first, then the number drawn under the lock."""

    __tablename__ = "waiting_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    class_session_id: Mapped[int] = mapped_column(sa.ForeignKey("class_session.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisation.id"))
    wanted_kind: Mapped[SeatKind | None] = mapped_column(choice(SeatKind, "wanted_kind"))
    """None: either kind will do."""
    tier_rank: Mapped[int]
    number: Mapped[int]
    state: Mapped[WaitingState] = mapped_column(choice(WaitingState, "state"))
    joined_at: Mapped[datetime]
    joined_by: Mapped[int | None]
    decided_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="raise")
    class_session: Mapped[ClassSession] = relationship(lazy="raise")

    __table_args__ = (
        sa.UniqueConstraint("class_session_id", "number"),
        sa.Index(
            "uq_waiting_entry_live", "class_session_id", "person_id", unique=True,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
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


class Presence(StrEnum):
    PRESENT = "present"
    PARTIAL = "partial"
    ABSENT = "absent"


class Attendance(Base):
    """A trainer's fact about a person in a class session; the newest one counts."""

    __tablename__ = "attendance"

    id: Mapped[int] = mapped_column(primary_key=True)
    class_session_id: Mapped[int] = mapped_column(sa.ForeignKey("class_session.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    presence: Mapped[Presence] = mapped_column(choice(Presence, "presence"))
    at: Mapped[datetime]
    by_person_id: Mapped[int]
    replaces_id: Mapped[int | None] = mapped_column(sa.ForeignKey("attendance.id"), unique=True)
    """The fact that this one corrects. Unique: a fact is corrected once, the newest has none."""

    __table_args__ = (
        sa.Index("ix_attendance_class_session", "class_session_id", "person_id", "id"),
        sa.Index(
            "uq_attendance_first", "class_session_id", "person_id", unique=True,
            sqlite_where=sa.text("replaces_id IS NULL"),
            postgresql_where=sa.text("replaces_id IS NULL"),
        ),
    )


class Outcome(StrEnum):
    PASSED = "passed"
    FAILED = "failed"


class Result(Base):
    """A trainer's result for a person in a class session; corrected by a newer row."""

    __tablename__ = "result"

    id: Mapped[int] = mapped_column(primary_key=True)
    class_session_id: Mapped[int] = mapped_column(sa.ForeignKey("class_session.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    outcome: Mapped[Outcome] = mapped_column(choice(Outcome, "outcome"))
    score: Mapped[int | None]
    """Points out of 100, when the trainer gave any."""
    note: Mapped[str] = mapped_column(Words(1000), default="")
    at: Mapped[datetime]
    by_person_id: Mapped[int]
    replaces_id: Mapped[int | None] = mapped_column(sa.ForeignKey("result.id"), unique=True)

    __table_args__ = (
        sa.CheckConstraint("score IS NULL OR score BETWEEN 0 AND 100", name="score"),
        sa.Index("ix_result_class_session", "class_session_id", "person_id", "id"),
        sa.Index(
            "uq_result_first", "class_session_id", "person_id", unique=True,
            sqlite_where=sa.text("replaces_id IS NULL"),
            postgresql_where=sa.text("replaces_id IS NULL"),
        ),
    )


class CompletionSource(StrEnum):
    CLASS_SESSION = "class_session"
    SELF_PACED = "self_paced"


class Completion(Base):
    """A person completed a course version. Withdrawn by a later fact, never deleted."""

    __tablename__ = "completion"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"), index=True)
    course_version_id: Mapped[int] = mapped_column(sa.ForeignKey("course_version.id"))
    source: Mapped[CompletionSource] = mapped_column(choice(CompletionSource, "source"))
    source_id: Mapped[int]
    """The result's or the self-paced enrolment's id."""
    completed_on: Mapped[date]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[int | None]
    withdrawn_reason: Mapped[str] = mapped_column(Words(500), default="")

    __table_args__ = (
        sa.UniqueConstraint("source", "source_id"),
        sa.Index("ix_completion_person", "person_id", "course_id"),
    )


class SelfPacedEnrolment(Base):
    """A person takes a course in their own time; done by a recorded fact (a completion)."""

    __tablename__ = "self_paced_enrolment"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"))
    course_version_id: Mapped[int] = mapped_column(sa.ForeignKey("course_version.id"))
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisation.id"))
    started_at: Mapped[datetime]
    started_by: Mapped[int | None]
    finished_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="raise")
    course_version: Mapped[CourseVersion] = relationship(lazy="raise")

    __table_args__ = (
        sa.Index(
            "uq_self_paced_enrolment_live", "person_id", "course_id", unique=True,
            sqlite_where=sa.text("finished_at IS NULL AND cancelled_at IS NULL"),
            postgresql_where=sa.text("finished_at IS NULL AND cancelled_at IS NULL"),
        ),
        sa.Index("ix_self_paced_enrolment_open", "course_id", "finished_at", "id"),
    )
