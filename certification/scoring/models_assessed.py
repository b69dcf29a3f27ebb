"""Appeals against results that assessors judged by a rubric."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from certification.exams.models import ExamResult
from certification.scoring.models import AppealState
from lms.columns import Words, choice, where
from lms.db import Base


class AssessmentAppeal(Base):
    """A candidate's objection to a result, decided by somebody who had no part in it. The result is
    never changed: another one may take its place."""

    __tablename__ = "assessment_appeal"

    id: Mapped[int] = mapped_column(primary_key=True)
    result_id: Mapped[int] = mapped_column(sa.ForeignKey("exam_result.id"), index=True)
    state: Mapped[AppealState] = mapped_column(choice(AppealState, "state"))
    text: Mapped[str] = mapped_column(Words(4000))
    answer_due_on: Mapped[date]
    at: Mapped[datetime]
    by: Mapped[int]
    decision: Mapped[str] = mapped_column(Words(4000), default="")
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None]
    new_result_id: Mapped[int | None] = mapped_column(sa.ForeignKey("exam_result.id"), unique=True)
    """The result that took the place of the other one because of it."""
    reminded_at: Mapped[datetime | None]
    """As with `Appeal`."""
    overdue_told_at: Mapped[datetime | None]

    result: Mapped[ExamResult] = relationship(lazy="raise", foreign_keys=[result_id])
    new_result: Mapped[ExamResult | None] = relationship(lazy="raise", foreign_keys=[new_result_id])

    __table_args__ = (
        sa.Index(
            "uq_assessment_appeal_open",
            "result_id",
            unique=True,
            **where("state = 'open'"),
        ),
        sa.Index("ix_assessment_appeal_state", "state", "answer_due_on", "id"),
    )
