"""Class sessions and their meetings."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses.catalog.models import CourseVersion, DeliveryFormat, DeliveryMode
from courses.scheduling.rules.states import SessionState
from lms.accounts.models import Person
from lms.columns import Words, choice, where
from lms.db import Base


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
    settled_seats: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many seats there were when the roster last had nothing missing, 0 if something was: few
    of the class sessions that are over have another number of seats now, and an index knows them.
    It may say too little, so who asks looks at the roster too, never too much."""
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
        sa.Index("ix_class_session_course", "course_id", "state", "starts_at", "id"),
        sa.Index("ix_class_session_end", "ends_at", "id"),
        sa.Index(
            "ix_class_session_unsettled",
            "starts_at",
            "id",
            **where("settled_seats <> room_taken + virtual_taken"),
        ),
        sa.Index(
            "ix_class_session_time",
            "starts_at",
            "id",
            "ends_at",
            "state",
            "course_id",
            "course_version_id",
            "delivery_mode_id",
            "language",
        ),
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
