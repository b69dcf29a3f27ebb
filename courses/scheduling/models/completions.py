"""Completed courses, and courses taken in one's own time."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses.catalog.models import CourseVersion
from lms.accounts.models import Person
from lms.columns import Words, choice, where
from lms.db import Base


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
        sa.Index("ix_completion_day", "completed_on", "id"),
        sa.Index(
            "ix_completion_withdrawn",
            "person_id",
            **where("withdrawn_at IS NOT NULL"),
        ),
        sa.Index(
            "ix_completion_self_paced",
            "id",
            **where("source = 'self_paced'"),
        ),
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
            "uq_self_paced_enrolment_live",
            "person_id",
            "course_id",
            unique=True,
            **where("finished_at IS NULL AND cancelled_at IS NULL"),
        ),
        sa.Index("ix_self_paced_enrolment_open", "course_id", "finished_at", "id"),
    )
