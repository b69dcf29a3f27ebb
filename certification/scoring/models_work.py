"""What scoring works off: answers that wait for a marker, reports that were drawn, and each result
that a decision on an item changes."""

from datetime import datetime
from fractions import Fraction

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from certification.delivery.models import Attempt
from certification.scoring.models import ItemDisposition
from lms.columns import Words, where
from lms.db import Base


class MarkingTask(Base):
    """An answer that waits for a marker: a round opens when the one before asks for it."""

    __tablename__ = "marking_task"

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(sa.ForeignKey("attempt.id"))
    exam_id: Mapped[int] = mapped_column(sa.ForeignKey("exam.id"))
    position: Mapped[int]
    round: Mapped[int]
    """That of the mark that is needed."""
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("item_version.id"))
    opened_at: Mapped[datetime]
    done_at: Mapped[datetime | None]

    attempt: Mapped[Attempt] = relationship(lazy="raise")

    __table_args__ = (
        sa.UniqueConstraint("attempt_id", "position", "round"),
        sa.CheckConstraint("round BETWEEN 1 AND 3", name="round"),
        sa.Index(
            "ix_marking_task_open",
            "exam_id",
            "id",
            **where("done_at IS NULL"),
        ),
    )


class ScoreReport(Base):
    """The candidate's score report of a run as a document in the store."""

    __tablename__ = "score_report"

    run_id: Mapped[int] = mapped_column(sa.ForeignKey("score_run.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(Words(64))
    at: Mapped[datetime]


class DispositionChange(Base):
    """An attempt that was asked the item, as it is and as it would be; then what became of it."""

    __tablename__ = "disposition_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    disposition_id: Mapped[int] = mapped_column(sa.ForeignKey("item_disposition.id"))
    attempt_id: Mapped[int] = mapped_column(sa.ForeignKey("attempt.id"))
    before_run_id: Mapped[int] = mapped_column(sa.ForeignKey("score_run.id"))
    """The run that decided when the preview was made."""
    raw_before: Mapped[Fraction]
    raw_after: Mapped[Fraction]
    full_after: Mapped[Fraction]
    scaled_before: Mapped[int]
    scaled_after: Mapped[int]
    passed_before: Mapped[bool]
    passed_after: Mapped[bool]
    is_changed: Mapped[bool]
    """Whether the candidate sees another score or decision."""
    run_id: Mapped[int | None] = mapped_column(sa.ForeignKey("score_run.id"))
    """The run that was made of it."""
    done_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    """When somebody decided on a pass that would have turned into a fail."""
    decided_by: Mapped[int | None]
    decision: Mapped[str] = mapped_column(Words(2000), default="")

    attempt: Mapped[Attempt] = relationship(lazy="raise")
    disposition: Mapped[ItemDisposition] = relationship(lazy="raise")

    __table_args__ = (
        sa.UniqueConstraint("disposition_id", "attempt_id"),
        sa.CheckConstraint("(run_id IS NULL) = (done_at IS NULL)", name="done"),
        sa.Index("ix_disposition_change_page", "disposition_id", "is_changed", "id"),
        sa.Index("ix_disposition_change_attempt", "attempt_id"),
    )
