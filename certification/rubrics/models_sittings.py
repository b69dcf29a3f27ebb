"""Sittings that two assessors judge, each alone, and a third one where they differ."""

from datetime import date, datetime
from fractions import Fraction
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from certification.exams.models import Exam, ExamPolicy
from certification.rubrics.models import Kind, RubricVersion
from lms.accounts.models import Person
from lms.columns import Words, choice, where
from lms.db import Base


class AssessmentSitting(Base):
    """A person's day of an exam, open until enough assessors judged it: the policy of that day
    wants two. It begins with the first judgement and ends with a result, or without one."""

    __tablename__ = "assessment_sitting"

    id: Mapped[int] = mapped_column(primary_key=True)
    exam_id: Mapped[int] = mapped_column(sa.ForeignKey("exam.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    rubric_id: Mapped[int] = mapped_column(sa.ForeignKey("rubric_version.id"))
    """By which all of its assessors judge."""
    policy_id: Mapped[int] = mapped_column(sa.ForeignKey("exam_policy.id"))
    kind: Mapped[Kind] = mapped_column(choice(Kind, "kind"))
    taken_on: Mapped[date]
    work_id: Mapped[int | None] = mapped_column(sa.ForeignKey("submitted_work.id"), index=True)
    round: Mapped[int]
    """Of the judgement that is needed: 1 first, 2 second assessor, 3 moderation."""
    opened_at: Mapped[datetime]
    waits_since: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None]
    """Whose judgement decided it, or who ended it."""
    end_reason: Mapped[str] = mapped_column(Words(1000), default="")
    """Why it ended without a result; it counts as no attempt then."""
    result_id: Mapped[int | None] = mapped_column(sa.ForeignKey("exam_result.id"), unique=True)

    exam: Mapped[Exam] = relationship(lazy="raise")
    person: Mapped[Person] = relationship(lazy="raise")
    rubric: Mapped[RubricVersion] = relationship(lazy="raise")
    policy: Mapped[ExamPolicy] = relationship(lazy="raise")

    __table_args__ = (
        sa.CheckConstraint("round BETWEEN 1 AND 3", name="round"),
        sa.CheckConstraint(
            "ended_at IS NULL AND result_id IS NULL AND ended_by IS NULL "
            "OR ended_at IS NOT NULL AND ended_by IS NOT NULL "
            "AND (result_id IS NULL) = (end_reason <> '')",
            name="end",
        ),
        sa.Index(
            "uq_assessment_sitting_open",
            "exam_id",
            "person_id",
            unique=True,
            **where("ended_at IS NULL"),
        ),
        sa.Index(
            "ix_assessment_sitting_waits",
            "exam_id",
            "id",
            **where("ended_at IS NULL"),
        ),
    )


class Judgement(Base):
    """What one assessor of a sitting saw. Never changed, and seen by nobody else until the sitting
    has its result."""

    __tablename__ = "judgement"

    id: Mapped[int] = mapped_column(primary_key=True)
    sitting_id: Mapped[int] = mapped_column(sa.ForeignKey("assessment_sitting.id"))
    round: Mapped[int]
    levels: Mapped[dict[str, Any]]
    """Criterion -> level; 1 is the lowest."""
    comments: Mapped[dict[str, Any]]
    comment: Mapped[str] = mapped_column(Words(4000), default="")
    points: Mapped[Fraction]
    by: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]

    __table_args__ = (
        sa.UniqueConstraint("sitting_id", "round"),
        sa.UniqueConstraint("sitting_id", "by"),
        sa.CheckConstraint("round BETWEEN 1 AND 3", name="round"),
    )
