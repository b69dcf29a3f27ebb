"""Cut-score studies: a panel, its rounds and ratings, and what came of it."""

from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from certification.exams.models import Exam
from certification.papers.models import ExamForm
from lms.accounts.models import Person
from lms.columns import Words, choice, where
from lms.db import Base


class StudyMethod(StrEnum):
    ANGOFF = "angoff"
    HOFSTEE = "hofstee"
    CONTRASTING = "contrasting"


class StudyState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    """Nothing is rated any more; the recommendation stands and waits for a decision."""
    DECIDED = "decided"
    DROPPED = "dropped"


MOVES = {
    StudyState.OPEN: frozenset({StudyState.CLOSED, StudyState.DROPPED}),
    StudyState.CLOSED: frozenset({StudyState.DECIDED, StudyState.DROPPED}),
}


class CutStudy(Base):
    """One study of one form. It recommends; a person decides, with a reason."""

    __tablename__ = "cut_study"

    id: Mapped[int] = mapped_column(primary_key=True)
    exam_id: Mapped[int] = mapped_column(sa.ForeignKey("exam.id"))
    form_id: Mapped[int] = mapped_column(sa.ForeignKey("exam_form.id"), index=True)
    method: Mapped[StudyMethod] = mapped_column(choice(StudyMethod, "method"))
    state: Mapped[StudyState] = mapped_column(choice(StudyState, "state"))
    title: Mapped[str] = mapped_column(Words(200))
    description: Mapped[str] = mapped_column(Words(4000), default="")
    """Who a just qualified candidate is: what the panel has in mind."""
    outcome: Mapped[dict[str, Any] | None]
    """`certification.cutscores.outcomes` as it was when the study was closed."""
    report_sha256: Mapped[str] = mapped_column(Words(64), default="")
    """The report in the store, once a job has drawn it."""
    created_at: Mapped[datetime]
    created_by: Mapped[int]
    closed_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None]
    cut_score_id: Mapped[int | None] = mapped_column(sa.ForeignKey("cut_score.id"))

    exam: Mapped[Exam] = relationship(lazy="raise")
    form: Mapped[ExamForm] = relationship(lazy="raise")

    __table_args__ = (
        sa.CheckConstraint("(state = 'decided') = (cut_score_id IS NOT NULL)", name="decided"),
        sa.CheckConstraint(
            "state NOT IN ('closed', 'decided') OR outcome IS NOT NULL", name="closed"
        ),
        sa.Index("ix_cut_study_exam", "exam_id", "id"),
    )


class Judge(Base):
    """A member of a study's panel."""

    __tablename__ = "cut_judge"

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(sa.ForeignKey("cut_study.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    at: Mapped[datetime]
    by: Mapped[int]

    person: Mapped[Person] = relationship(lazy="raise")

    __table_args__ = (sa.UniqueConstraint("study_id", "person_id"),)


class RatingRound(Base):
    """One round of an Angoff study: all rate alone, then see the panel before the next one."""

    __tablename__ = "cut_round"

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(sa.ForeignKey("cut_study.id"))
    number: Mapped[int]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]

    __table_args__ = (
        sa.UniqueConstraint("study_id", "number"),
        sa.Index(
            "uq_cut_round_open",
            "study_id",
            unique=True,
            **where("closed_at IS NULL"),
        ),
    )


class Rating(Base):
    """How many of 100 just qualified candidates would get an item right, says a judge. Changes
    while the round is open; then it stands."""

    __tablename__ = "cut_rating"

    round_id: Mapped[int] = mapped_column(sa.ForeignKey("cut_round.id"), primary_key=True)
    judge_id: Mapped[int] = mapped_column(sa.ForeignKey("cut_judge.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    percent: Mapped[int]
    at: Mapped[datetime]

    __table_args__ = (sa.CheckConstraint("percent BETWEEN 0 AND 100", name="percent"),)


class TolerableBounds(Base):
    """What a judge of a Hofstee panel tolerates: cuts in raw points, fail rates in per cent."""

    __tablename__ = "cut_bounds"

    judge_id: Mapped[int] = mapped_column(sa.ForeignKey("cut_judge.id"), primary_key=True)
    least_cut: Mapped[Fraction]
    most_cut: Mapped[Fraction]
    least_fail: Mapped[Fraction]
    most_fail: Mapped[Fraction]
    at: Mapped[datetime]


class GroupJudgement(Base):
    """A candidate of whom other evidence than the exam says: qualified, or not."""

    __tablename__ = "cut_group"

    study_id: Mapped[int] = mapped_column(sa.ForeignKey("cut_study.id"), primary_key=True)
    attempt_id: Mapped[int] = mapped_column(sa.ForeignKey("attempt.id"), primary_key=True)
    is_qualified: Mapped[bool]
    at: Mapped[datetime]
    by: Mapped[int]
