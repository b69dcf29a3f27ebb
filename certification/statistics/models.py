"""Statistics as they were computed: a run is asked for, computed by a job and kept."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from certification.exams.models import Exam
from lms.columns import Words, where
from lms.db import Base


class StatisticsRun(Base):
    """An exam's figures on a day. `report` has the shape that `certification.statistics.record`
    writes; None until it is computed."""

    __tablename__ = "statistics_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    exam_id: Mapped[int] = mapped_column(sa.ForeignKey("exam.id"))
    grouping: Mapped[str] = mapped_column(Words(12), default="")
    """`language` or `region`, to compare two groups; empty: no comparison."""
    reference: Mapped[str] = mapped_column(Words(40), default="")
    focal: Mapped[str] = mapped_column(Words(40), default="")
    asked_at: Mapped[datetime]
    asked_by: Mapped[int]
    done_at: Mapped[datetime | None]
    report: Mapped[dict[str, Any] | None]

    exam: Mapped[Exam] = relationship(lazy="raise")

    __table_args__ = (
        sa.CheckConstraint("(report IS NULL) = (done_at IS NULL)", name="done"),
        sa.Index("ix_statistics_run_newest", "exam_id", "id"),
        sa.Index(
            "uq_statistics_run_open",
            "exam_id",
            unique=True,
            **where("done_at IS NULL"),
        ),
    )
