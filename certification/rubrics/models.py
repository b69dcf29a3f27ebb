"""Rubrics of exams, what assessors judged by them, and work that candidates handed in."""

from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from certification.exams.models import Exam, ExamResult
from lms.accounts.models import Person
from lms.columns import Words, choice, where
from lms.db import Base


class RubricState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


class Kind(StrEnum):
    """The form of an exam that a person judges."""

    PRACTICAL = "practical"
    INTERVIEW = "interview"
    WORK = "work"


class RubricVersion(Base):
    """What assessors judge by. Frozen once published, which the database ensures: a change is a
    new version, and a result keeps the one that it was judged by."""

    __tablename__ = "rubric_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    exam_id: Mapped[int] = mapped_column(sa.ForeignKey("exam.id"))
    number: Mapped[int]
    state: Mapped[RubricState] = mapped_column(choice(RubricState, "state"))
    content: Mapped[dict[str, Any]]
    """`certification.rubrics.rules.Rubric` as JSON."""
    content_sha256: Mapped[str] = mapped_column(Words(64), default="")
    """Of the data file's entry that made it, else empty."""
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    created_by: Mapped[int | None]
    published_at: Mapped[datetime | None]
    published_by: Mapped[int | None]

    exam: Mapped[Exam] = relationship(lazy="raise")

    __table_args__ = (
        sa.UniqueConstraint("exam_id", "number"),
        sa.CheckConstraint("state = 'draft' OR published_at IS NOT NULL", name="published"),
        sa.Index(
            "uq_rubric_version_draft",
            "exam_id",
            unique=True,
            **where("state = 'draft'"),
        ),
        sa.Index(
            "uq_rubric_version_published",
            "exam_id",
            unique=True,
            **where("state = 'published'"),
        ),
    )


class SubmittedWork(Base):
    """A file that a candidate handed in; the newest counts, those before it stay as facts."""

    __tablename__ = "submitted_work"

    id: Mapped[int] = mapped_column(primary_key=True)
    exam_id: Mapped[int] = mapped_column(sa.ForeignKey("exam.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    number: Mapped[int]
    sha256: Mapped[str] = mapped_column(Words(64))
    name: Mapped[str] = mapped_column(Words(120))
    media: Mapped[str] = mapped_column(Words(80))
    """By its content, whatever its name says."""
    size: Mapped[int]
    at: Mapped[datetime]

    __table_args__ = (sa.UniqueConstraint("exam_id", "person_id", "number"),)


class AssessmentDraft(Base):
    """What an assessor noted so far. It is no fact: it goes when the assessment is recorded."""

    __tablename__ = "assessment_draft"

    id: Mapped[int] = mapped_column(primary_key=True)
    exam_id: Mapped[int] = mapped_column(sa.ForeignKey("exam.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    rubric_id: Mapped[int] = mapped_column(sa.ForeignKey("rubric_version.id"))
    kind: Mapped[Kind] = mapped_column(choice(Kind, "kind"))
    taken_on: Mapped[date]
    work_id: Mapped[int | None] = mapped_column(sa.ForeignKey("submitted_work.id"))
    corrects_id: Mapped[int | None] = mapped_column(sa.ForeignKey("assessment.id"))
    by: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    notes: Mapped[dict[str, Any]]
    """{levels: {criterion: level}, comments: {criterion: text}, comment, reason}"""
    revision: Mapped[int] = mapped_column(default=1)
    started_at: Mapped[datetime]
    saved_at: Mapped[datetime]

    person: Mapped[Person] = relationship(lazy="raise", foreign_keys=[person_id])
    rubric: Mapped[RubricVersion] = relationship(lazy="raise")

    __table_args__ = (
        sa.UniqueConstraint("exam_id", "person_id", "by"),
        sa.Index("ix_assessment_draft_by", "by", "id"),
        sa.Index(
            "ix_assessment_draft_work",
            "work_id",
            **where("work_id IS NOT NULL"),
        ),
    )


class Assessment(Base):
    """A person judged by a rubric: how the result that it names came about. Never changed; a
    correction is another one."""

    __tablename__ = "assessment"

    id: Mapped[int] = mapped_column(primary_key=True)
    result_id: Mapped[int] = mapped_column(sa.ForeignKey("exam_result.id"), unique=True)
    rubric_id: Mapped[int] = mapped_column(sa.ForeignKey("rubric_version.id"))
    kind: Mapped[Kind] = mapped_column(choice(Kind, "kind"))
    work_id: Mapped[int | None] = mapped_column(sa.ForeignKey("submitted_work.id"), index=True)
    rule: Mapped[str] = mapped_column(Words(24))
    """By which points became a score: `rules.RULE` or `rules_sittings.MEAN`."""
    points: Mapped[Fraction]
    full_points: Mapped[Fraction]
    missed: Mapped[list[Any]]
    """Ids of criteria that had to be passed and were not."""
    comment: Mapped[str] = mapped_column(Words(4000), default="")
    """To the candidate, on the whole."""
    reason: Mapped[str] = mapped_column(Words(1000), default="")
    """Of a correction."""
    by: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    """Whose judgement decided it last, where several judged."""
    at: Mapped[datetime]
    sitting_id: Mapped[int | None] = mapped_column(sa.ForeignKey("assessment_sitting.id"))
    """The sitting (`models_sittings`) whose assessors decided it; None: one assessor did."""

    result: Mapped[ExamResult] = relationship(lazy="raise")
    rubric: Mapped[RubricVersion] = relationship(lazy="raise")
    marks: Mapped[list["AssessmentMark"]] = relationship(lazy="raise", viewonly=True)
    work: Mapped[SubmittedWork | None] = relationship(lazy="raise")

    __table_args__ = (sa.Index("uq_assessment_sitting_id", "sitting_id", unique=True),)


class AssessmentMark(Base):
    """The level of one criterion, with its points as they were."""

    __tablename__ = "assessment_mark"

    assessment_id: Mapped[int] = mapped_column(sa.ForeignKey("assessment.id"), primary_key=True)
    criterion: Mapped[str] = mapped_column(Words(24), primary_key=True)
    level: Mapped[int]
    points: Mapped[Fraction]
    comment: Mapped[str] = mapped_column(Words(2000), default="")

    __table_args__ = (sa.CheckConstraint("level BETWEEN 1 AND 6", name="level"),)
