"""Results that are voided because of an irregularity that was found after the exam was scored, and
that are reinstated."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from certification.delivery.models import Attempt
from certification.exams.models import ExamResult
from lms.columns import Words, choice, where
from lms.db import Base


class VoidingState(StrEnum):
    PROPOSED = "proposed"
    """Waits for a second person; the result holds until then."""
    CONFIRMED = "confirmed"
    DROPPED = "dropped"
    LIFTED = "lifted"
    """An appeal or a reinstatement ended it: the result holds again, as a new fact."""


VOIDING_MOVES = {
    VoidingState.PROPOSED: frozenset({VoidingState.CONFIRMED, VoidingState.DROPPED}),
    VoidingState.CONFIRMED: frozenset({VoidingState.LIFTED}),
}
REASONS = ("identity", "aids", "collusion", "content", "procedure", "other")


class ResultVoiding(Base):
    """A decision that a result does not hold. One person proposes it, another one who had no part
    in the exam confirms it; an appeal that is upheld ends it, or a reinstatement (all held by
    triggers)."""

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
    """Which ended it; none where a reinstatement did."""

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
            **where("state IN ('proposed', 'confirmed')"),
        ),
    )


class ReinstatementState(StrEnum):
    PROPOSED = "proposed"
    """Waits for a second person; the result is void until then."""
    CONFIRMED = "confirmed"
    DROPPED = "dropped"


REINSTATEMENT_MOVES = {
    ReinstatementState.PROPOSED: frozenset(
        {ReinstatementState.CONFIRMED, ReinstatementState.DROPPED}
    ),
}


class ResultReinstatement(Base):
    """A decision that a void result counts again. One person proposes it, another one who had no
    part in the exam or the voiding confirms it (held by triggers)."""

    __tablename__ = "result_reinstatement"

    id: Mapped[int] = mapped_column(primary_key=True)
    voiding_id: Mapped[int] = mapped_column(sa.ForeignKey("result_voiding.id"), index=True)
    text: Mapped[str] = mapped_column(Words(2000))
    """Why; the candidate reads it."""
    state: Mapped[ReinstatementState] = mapped_column(choice(ReinstatementState, "state"))
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[int]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None]
    """Who confirmed it or dropped it."""

    voiding: Mapped[ResultVoiding] = relationship(lazy="raise")

    __table_args__ = (
        sa.Index(
            "uq_result_reinstatement_live",
            "voiding_id",
            unique=True,
            **where("state IN ('proposed', 'confirmed')"),
        ),
    )
