"""Competency frameworks, evidence and validations (names after 1EdTech CASE)."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.models import Person
from lms.columns import Words, choice, where
from lms.db import Base


class Framework(Base):
    """The competencies of a programme and the scale on which they are held."""

    __tablename__ = "framework"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Words(40), unique=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id"), unique=True)
    title: Mapped[str] = mapped_column(Words(200))
    levels: Mapped[list[Any]]
    """`{level: 1.., title, description}` in rising order."""
    sample: Mapped[bool] = mapped_column(default=True)


class Competency(Base):
    """What a person can do; `code` is CASE's humanCodingScheme, `statement` its fullStatement."""

    __tablename__ = "competency"

    id: Mapped[int] = mapped_column(primary_key=True)
    framework_id: Mapped[int] = mapped_column(sa.ForeignKey("framework.id"))
    code: Mapped[str] = mapped_column(Words(40), unique=True)
    title: Mapped[str] = mapped_column(Words(60))
    statement: Mapped[str] = mapped_column(Words(1000))
    position: Mapped[int]

    framework: Mapped[Framework] = relationship(lazy="raise")

    __table_args__ = (sa.Index("ix_competency_framework", "framework_id", "position"),)


class CourseCompetency(Base):
    """Completing this course (or passing this exam) shows this competency at this level."""

    __tablename__ = "course_competency"

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"))
    competency_id: Mapped[int] = mapped_column(sa.ForeignKey("competency.id"), index=True)
    level: Mapped[int]

    __table_args__ = (sa.UniqueConstraint("course_id", "competency_id"),)


class EvidenceKind(StrEnum):
    COURSE = "course"
    EXAM = "exam"
    OBSERVATION = "observation"


class Evidence(Base):
    """A fact that shows a competency at a level. A person's level is derived from these."""

    __tablename__ = "evidence"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    competency_id: Mapped[int] = mapped_column(sa.ForeignKey("competency.id"), index=True)
    level: Mapped[int]
    kind: Mapped[EvidenceKind] = mapped_column(choice(EvidenceKind, "kind"))
    source_id: Mapped[int]
    """The completion's, exam result's or validation's id."""
    shown_on: Mapped[date]
    expires_on: Mapped[date | None]
    recorded_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]

    competency: Mapped[Competency] = relationship(lazy="raise")

    __table_args__ = (
        sa.UniqueConstraint("kind", "source_id", "competency_id"),
        sa.Index("ix_evidence_person", "person_id", "competency_id"),
        sa.Index(
            "ix_evidence_withdrawn",
            "person_id",
            **where("withdrawn_at IS NOT NULL"),
        ),
    )


class ValidationState(StrEnum):
    WAITING = "waiting"
    CONFIRMED = "confirmed"
    DECLINED = "declined"


class Validation(Base):
    """A competency that a person asked to have confirmed, or that an assessor observed."""

    __tablename__ = "validation"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    competency_id: Mapped[int] = mapped_column(sa.ForeignKey("competency.id"))
    level: Mapped[int]
    state: Mapped[ValidationState] = mapped_column(choice(ValidationState, "state"))
    request_note: Mapped[str] = mapped_column(Words(1000), default="")
    asked_at: Mapped[datetime]
    asked_by: Mapped[int]
    observed_on: Mapped[date | None]
    decision_note: Mapped[str] = mapped_column(Words(1000), default="")
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None]

    person: Mapped[Person] = relationship(lazy="raise", foreign_keys=[person_id])
    competency: Mapped[Competency] = relationship(lazy="raise")

    __table_args__ = (
        sa.Index(
            "uq_validation_waiting",
            "person_id",
            "competency_id",
            "level",
            unique=True,
            **where("state = 'waiting'"),
        ),
        sa.Index("ix_validation_queue", "state", "asked_at", "id"),
        sa.Index("ix_validation_person", "person_id", "id"),
    )
