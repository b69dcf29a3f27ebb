"""Exams, the rules by which they are delivered, and their results."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses.catalog.models import Course
from lms.accounts.models import Person
from lms.columns import Words, where
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


class ExamPolicy(Base):
    """How an exam is delivered from a day on; a change is a new version, and an attempt keeps the
    one under which it began.

    `retakes` is what `certification.exams.retakes` reads: {waits: [days after the first, second,
    ... attempt that did not pass; the last one repeats], most: attempts in a window or null,
    window_days, after_pass_days: null for never again, reset_on_new_version: true}.
    """

    __tablename__ = "exam_policy"

    id: Mapped[int] = mapped_column(primary_key=True)
    exam_id: Mapped[int] = mapped_column(sa.ForeignKey("exam.id"))
    number: Mapped[int]
    effective_from: Mapped[date]
    minutes: Mapped[int]
    """Before adjustments."""
    grace_seconds: Mapped[int] = mapped_column(default=10)
    """After the deadline, for answers that were already on their way."""
    languages: Mapped[list[Any]]
    rules: Mapped[dict[str, Any]]
    """Language -> Markdown that a candidate acknowledges before the start."""
    booking: Mapped[str] = mapped_column(Words(8), default="any")
    """`any` time, `slot` only, or `both`."""
    form_choice: Mapped[str] = mapped_column(Words(8), default="fixed")
    """`fixed`: a published form that this person saw least; `random`: one drawn for the attempt."""
    is_proctored: Mapped[bool] = mapped_column(default=False)
    """Somebody has to confirm the candidate's identity before the start."""
    browser_keys: Mapped[list[Any]]
    """Config keys of Safe Exam Browser, 64 hex digits each; empty: any browser."""
    browser_settings: Mapped[dict[str, Any] | None]
    """Of the configuration that is made here (`browser_file`); its key is one of the keys then."""
    scale_bottom: Mapped[int] = mapped_column(default=0)
    """The scale's other ends are the exam's cut score and its full marks."""
    is_double_marked: Mapped[bool] = mapped_column(default=False)
    moderation_gap: Mapped[int] = mapped_column(default=1)
    """Points of an answer by which two markers may differ before a third decides."""
    retakes: Mapped[dict[str, Any]]
    appeal_days: Mapped[int] = mapped_column(default=30)
    content_sha256: Mapped[str] = mapped_column(Words(64), default="")
    created_at: Mapped[datetime]
    created_by: Mapped[int | None]

    exam: Mapped[Exam] = relationship(lazy="raise")

    __table_args__ = (
        sa.UniqueConstraint("exam_id", "number"),
        sa.CheckConstraint("minutes BETWEEN 1 AND 1440", name="minutes"),
        sa.CheckConstraint("grace_seconds BETWEEN 0 AND 120", name="grace"),
        sa.CheckConstraint("booking IN ('any', 'slot', 'both')", name="booking"),
        sa.CheckConstraint("form_choice IN ('fixed', 'random')", name="form_choice"),
        sa.CheckConstraint("appeal_days BETWEEN 0 AND 365", name="appeal_days"),
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
    """The assessor; for a delivered exam the candidate, or who decided on a later score run."""
    attempt_id: Mapped[int | None] = mapped_column(sa.ForeignKey("attempt.id"))
    """The attempt that was delivered here; score and marks are then those of the scale."""
    is_void: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    """What it replaces does not hold: it has no score, and nobody passed by it."""
    counts: Mapped[bool] = mapped_column(default=True, server_default=sa.true())
    """Whether the sitting is one of the attempts that the policy allows; a void one may not be."""
    replaces_id: Mapped[int | None] = mapped_column(sa.ForeignKey("exam_result.id"), unique=True)
    assessed_as: Mapped[str | None] = mapped_column(Words(12))
    """Judged by a rubric (`certification.rubrics`): `practical`, `interview` or `work`."""

    exam: Mapped[Exam] = relationship(lazy="raise")
    person: Mapped[Person] = relationship(lazy="raise")

    __table_args__ = (
        sa.CheckConstraint("score BETWEEN 0 AND full_marks", name="score"),
        sa.CheckConstraint("NOT is_void OR NOT passed", name="void"),
        sa.Index("ix_exam_result_person", "person_id", "exam_id"),
        sa.Index("ix_exam_result_exam", "exam_id", "id"),
        sa.Index(
            "ix_exam_result_attempt",
            "attempt_id",
            **where("attempt_id IS NOT NULL"),
        ),
        sa.Index(
            "ix_exam_result_corrected",
            "person_id",
            **where("replaces_id IS NOT NULL"),
        ),
        sa.Index(
            "uq_exam_result_sitting",
            "exam_id",
            "person_id",
            "taken_on",
            unique=True,
            **where("replaces_id IS NULL AND attempt_id IS NULL"),
        ),
        sa.Index(
            "uq_exam_result_attempt",
            "attempt_id",
            unique=True,
            **where("replaces_id IS NULL"),
        ),
    )
