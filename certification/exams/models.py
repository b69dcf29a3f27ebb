"""Exam results, recorded by an assessor. Delivered exams build on these."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses.catalog.models import Course
from lms.accounts.models import Person
from lms.columns import Words
from lms.db import Base


class Exam(Base):
    """An exam of the catalogue with its marks: full marks and the cut score with its reason."""

    __tablename__ = "exam"

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"), unique=True)
    full_marks: Mapped[int]
    cut_score: Mapped[int]
    cut_score_reason: Mapped[str] = mapped_column(Words(500), default="")
    sample: Mapped[bool] = mapped_column(default=True)

    course: Mapped[Course] = relationship(lazy="raise")

    __table_args__ = (
        sa.CheckConstraint("full_marks > 0 AND cut_score BETWEEN 0 AND full_marks", name="marks"),
    )


class ExamResult(Base):
    """A person's score in an exam; corrected by a newer row that names this one."""

    __tablename__ = "exam_result"

    id: Mapped[int] = mapped_column(primary_key=True)
    exam_id: Mapped[int] = mapped_column(sa.ForeignKey("exam.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    taken_on: Mapped[date]
    score: Mapped[int]
    full_marks: Mapped[int]
    cut_score: Mapped[int]
    """As they were at that exam: a later cut score changes no old result."""
    passed: Mapped[bool]
    note: Mapped[str] = mapped_column(Words(1000), default="")
    at: Mapped[datetime]
    by_person_id: Mapped[int]
    replaces_id: Mapped[int | None] = mapped_column(sa.ForeignKey("exam_result.id"), unique=True)

    exam: Mapped[Exam] = relationship(lazy="raise")
    person: Mapped[Person] = relationship(lazy="raise")

    __table_args__ = (
        sa.CheckConstraint("score BETWEEN 0 AND full_marks", name="score"),
        sa.Index("ix_exam_result_person", "person_id", "exam_id"),
        sa.Index("ix_exam_result_exam", "exam_id", "id"),
        sa.Index(
            "uq_exam_result_sitting",
            "exam_id",
            "person_id",
            "taken_on",
            unique=True,
            sqlite_where=sa.text("replaces_id IS NULL"),
            postgresql_where=sa.text("replaces_id IS NULL"),
        ),
    )
