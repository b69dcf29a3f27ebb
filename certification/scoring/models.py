"""Scores: runs that are never overwritten, marks of assessors, decisions on items, appeals."""

from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from certification.delivery.models import Attempt
from lms.columns import Words, choice, where
from lms.db import Base


class RunState(StrEnum):
    PROPOSED = "proposed"
    """Computed and shown, decides nothing yet."""
    DECIDING = "deciding"
    PAST = "past"
    """Decided until another run took its place."""
    DROPPED = "dropped"


RUN_MOVES = {
    RunState.PROPOSED: frozenset({RunState.DECIDING, RunState.DROPPED}),
    RunState.DECIDING: frozenset({RunState.PAST}),
}


class ScoreRun(Base):
    """The score of a submitted attempt by one set of rules; exactly one decides."""

    __tablename__ = "score_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(sa.ForeignKey("attempt.id"))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(Words(12))
    """`initial`, `regrade` or `appeal`."""
    state: Mapped[RunState] = mapped_column(choice(RunState, "state"))
    raw: Mapped[Fraction]
    full: Mapped[Fraction]
    cut: Mapped[Fraction]
    """Raw points; a cut score in per cent is turned into points of what counts."""
    cut_score_id: Mapped[int | None] = mapped_column(sa.ForeignKey("cut_score.id"))
    scaled: Mapped[int]
    scale: Mapped[dict[str, Any]]
    """{bottom, passing, top} as they were."""
    passed: Mapped[bool]
    disposition_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("item_disposition.id"), index=True
    )
    """The decision on an item that led to this run."""
    reason: Mapped[str] = mapped_column(Words(2000), default="")
    at: Mapped[datetime]
    by: Mapped[int | None]

    attempt: Mapped[Attempt] = relationship(lazy="raise")
    lines: Mapped[list["ScoreLine"]] = relationship(
        lazy="raise", order_by="ScoreLine.position", viewonly=True
    )

    __table_args__ = (
        sa.UniqueConstraint("attempt_id", "number"),
        sa.CheckConstraint("kind IN ('initial', 'regrade', 'appeal')", name="kind"),
        sa.Index(
            "uq_score_run_deciding",
            "attempt_id",
            unique=True,
            **where("state = 'deciding'"),
        ),
    )


class ScoreLine(Base):
    """What one place of the form earned in a run."""

    __tablename__ = "score_line"

    run_id: Mapped[int] = mapped_column(sa.ForeignKey("score_run.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("item_version.id"))
    """By which it was scored: another than the one shown after a new key."""
    raw: Mapped[Fraction]
    points: Mapped[Fraction]
    is_answered: Mapped[bool]
    is_pilot: Mapped[bool] = mapped_column(default=False)
    treatment: Mapped[str] = mapped_column(Words(8), default="none")
    """`none`, `neutral`, `credit` or `rekey`."""


class Mark(Base):
    """An assessor's points for an extended answer, by criterion; a new one corrects."""

    __tablename__ = "mark"

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(sa.ForeignKey("attempt.id"))
    position: Mapped[int]
    round: Mapped[int]
    """1 first, 2 second marker, 3 moderation."""
    points: Mapped[dict[str, Any]]
    """Criterion -> points as a decimal in text."""
    comment: Mapped[str] = mapped_column(Words(4000), default="")
    replaces_id: Mapped[int | None] = mapped_column(sa.ForeignKey("mark.id"), unique=True)
    at: Mapped[datetime]
    by: Mapped[int]

    __table_args__ = (
        sa.CheckConstraint("round BETWEEN 1 AND 3", name="round"),
        sa.Index("ix_mark_attempt", "attempt_id", "position"),
        sa.Index("ix_mark_by", "by", "id"),
        sa.Index(
            "uq_mark_first",
            "attempt_id",
            "position",
            "round",
            unique=True,
            **where("replaces_id IS NULL"),
        ),
    )


class DispositionState(StrEnum):
    PREVIEW = "preview"
    RUNNING = "running"
    DONE = "done"
    DROPPED = "dropped"


DISPOSITION_MOVES = {
    DispositionState.PREVIEW: frozenset({DispositionState.RUNNING, DispositionState.DROPPED}),
    DispositionState.RUNNING: frozenset({DispositionState.DONE}),
}


class ItemDisposition(Base):
    """A decision on an item found bad: it no longer counts, everyone gets its points, or another
    key decides. First a preview of every changed result, then new score runs, which another person
    starts than the one who proposed it (held by a trigger)."""

    __tablename__ = "item_disposition"

    id: Mapped[int] = mapped_column(primary_key=True)
    exam_id: Mapped[int] = mapped_column(sa.ForeignKey("exam.id"), index=True)
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("item_version.id"), index=True)
    treatment: Mapped[str] = mapped_column(Words(8))
    key: Mapped[dict[str, Any] | None]
    """For `rekey`: {key} or {answers} in the form of the item's content."""
    reason: Mapped[str] = mapped_column(Words(2000))
    state: Mapped[DispositionState] = mapped_column(choice(DispositionState, "state"))
    created_at: Mapped[datetime]
    created_by: Mapped[int]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None]
    done_at: Mapped[datetime | None]
    previewed_at: Mapped[datetime | None]
    """When the preview was complete."""

    __table_args__ = (
        sa.CheckConstraint("treatment IN ('neutral', 'credit', 'rekey')", name="treatment"),
        sa.Index(
            "uq_item_disposition_open",
            "exam_id",
            "version_id",
            unique=True,
            **where("state IN ('preview', 'running')"),
        ),
    )


class AppealState(StrEnum):
    OPEN = "open"
    UPHELD = "upheld"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


APPEAL_MOVES = {
    AppealState.OPEN: frozenset({AppealState.UPHELD, AppealState.REJECTED, AppealState.WITHDRAWN}),
}


class Appeal(Base):
    """A candidate's objection to a result, decided by somebody who had no part in it."""

    __tablename__ = "appeal"

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(sa.ForeignKey("attempt.id"))
    state: Mapped[AppealState] = mapped_column(choice(AppealState, "state"))
    text: Mapped[str] = mapped_column(Words(4000))
    answer_due_on: Mapped[date]
    at: Mapped[datetime]
    by: Mapped[int]
    decision: Mapped[str] = mapped_column(Words(4000), default="")
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None]
    run_id: Mapped[int | None] = mapped_column(sa.ForeignKey("score_run.id"), index=True)
    """The score run that was made because of it."""
    reminded_at: Mapped[datetime | None]
    """When those who may answer were told that the answer is due soon; then, that it is late."""
    overdue_told_at: Mapped[datetime | None]

    attempt: Mapped[Attempt] = relationship(lazy="raise")

    __table_args__ = (
        sa.Index(
            "uq_appeal_open",
            "attempt_id",
            unique=True,
            **where("state = 'open'"),
        ),
        sa.Index("ix_appeal_state", "state", "answer_due_on", "id"),
        sa.Index("ix_appeal_attempt", "attempt_id", "id"),
    )


class AppealDisposition(Base):
    """A decision on an item that followed from an appeal; several appeals may lead to one."""

    __tablename__ = "appeal_disposition"

    appeal_id: Mapped[int] = mapped_column(sa.ForeignKey("appeal.id"), primary_key=True)
    disposition_id: Mapped[int] = mapped_column(
        sa.ForeignKey("item_disposition.id"), primary_key=True, index=True
    )
    at: Mapped[datetime]
    by: Mapped[int]
