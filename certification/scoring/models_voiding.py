"""Results that are voided because of an irregularity that was found after the exam was scored."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from certification.delivery.models import Attempt
from certification.exams.models import ExamResult
from lms.columns import Words, choice
from lms.db import Base


class VoidingState(StrEnum):
    PROPOSED = "proposed"
    """Waits for a second person; the result holds until then."""
    CONFIRMED = "confirmed"
    DROPPED = "dropped"
    LIFTED = "lifted"
    """An appeal ended it: the result holds again, as a new fact."""


VOIDING_MOVES = {
    VoidingState.PROPOSED: frozenset({VoidingState.CONFIRMED, VoidingState.DROPPED}),
    VoidingState.CONFIRMED: frozenset({VoidingState.LIFTED}),
}
REASONS = ("identity", "aids", "collusion", "content", "procedure", "other")


class ResultVoiding(Base):
    """A decision that a result does not hold. One person proposes it, another one who had no part
    in the exam confirms it; an appeal that is upheld ends it (all held by triggers)."""

    __tablename__ = "result_voiding"

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(sa.ForeignKey("attempt.id"), index=True)
    result_id: Mapped[int] = mapped_column(sa.ForeignKey("exam_result.id"), index=True)
    """The result that stood when it was proposed, and that it voids."""
    reason: Mapped[str] = mapped_column(Words(12))
    """One of `REASONS`."""
    text: Mapped[str] = mapped_column(Words(2000))
    """What happened; the candidate reads it."""
    counts: Mapped[bool]
    """Whether the sitting is one of the attempts that the policy allows."""
    state: Mapped[VoidingState] = mapped_column(choice(VoidingState, "state"))
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[int]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None]
    """Who confirmed it or dropped it."""
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[int | None]
    appeal_id: Mapped[int | None] = mapped_column(sa.ForeignKey("appeal.id"), index=True)
    """Which ended it."""

    attempt: Mapped[Attempt] = relationship(lazy="raise")
    result: Mapped[ExamResult] = relationship(lazy="raise")

    __table_args__ = (
        sa.CheckConstraint(
            "reason IN ('identity', 'aids', 'collusion', 'content', 'procedure', 'other')",
            name="reason",
        ),
        sa.Index(
            "uq_result_voiding_live",
            "attempt_id",
            unique=True,
            sqlite_where=sa.text("state IN ('proposed', 'confirmed')"),
            postgresql_where=sa.text("state IN ('proposed', 'confirmed')"),
        ),
    )
