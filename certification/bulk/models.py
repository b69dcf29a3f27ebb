"""Mass acts: what was chosen, row by row, and how far it is."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.columns import Words, choice
from lms.db import Base


class BulkKind(StrEnum):
    SUSPEND = "suspend"
    LIFT = "lift"
    REVOKE = "revoke"
    REISSUE = "reissue"
    ISSUE = "issue"


MAKING = frozenset({BulkKind.REISSUE, BulkKind.ISSUE})
"""Acts whose rows are done once the new certificate's document is stored."""


class BulkState(StrEnum):
    PREVIEWED = "previewed"
    RUNNING = "running"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    DONE = "done"


class BulkAct(Base):
    """One act on many certificates. A revocation runs once a second person has approved it."""

    __tablename__ = "bulk_act"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[BulkKind] = mapped_column(choice(BulkKind, "kind"))
    state: Mapped[BulkState] = mapped_column(choice(BulkState, "state"))
    title: Mapped[str] = mapped_column(Words(100))
    reason: Mapped[str] = mapped_column(Words(300))
    created_by: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[datetime]
    approved_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    run: Mapped[int] = mapped_column(default=0)
    """How often it was started or resumed: names the jobs of each time."""
    run_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    recalls_id: Mapped[int | None] = mapped_column(sa.ForeignKey("bulk_act.id"), unique=True)
    """The act that this one takes back."""
    scheme_id: Mapped[int | None] = mapped_column(sa.ForeignKey("scheme.id"))
    """What is issued."""

    __table_args__ = (
        sa.CheckConstraint("(kind = 'issue') = (scheme_id IS NOT NULL)", name="issues_a_scheme"),
        sa.CheckConstraint("approved_by IS NULL OR approved_by <> created_by", name="two_people"),
        sa.CheckConstraint(
            "kind <> 'revoke' OR state IN ('previewed', 'cancelled') OR approved_by IS NOT NULL",
            name="approved",
        ),
    )


class BulkItem(Base):
    """One row as the preview showed it: done once, or `flaw` says why not."""

    __tablename__ = "bulk_item"

    id: Mapped[int] = mapped_column(primary_key=True)
    bulk_act_id: Mapped[int] = mapped_column(sa.ForeignKey("bulk_act.id"))
    line: Mapped[int]
    text: Mapped[str] = mapped_column(Words(300))
    certificate_id: Mapped[int | None] = mapped_column(sa.ForeignKey("certificate.id"))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    """Who gets one, where certificates are issued."""
    made_id: Mapped[int | None] = mapped_column(sa.ForeignKey("certificate.id"))
    """The certificate that the row made; `done_at` says that its document is stored."""
    holder: Mapped[str] = mapped_column(Words(200), default="")
    achievement: Mapped[str] = mapped_column(Words(200), default="")
    flaw: Mapped[str] = mapped_column(Words(40), default="")
    flaw_values: Mapped[dict[str, Any] | None]
    """What the flaw's words need, such as the requirement that is missing."""
    done_at: Mapped[datetime | None]

    __table_args__ = (
        sa.UniqueConstraint("bulk_act_id", "line"),
        sa.UniqueConstraint("bulk_act_id", "certificate_id"),
        sa.UniqueConstraint("bulk_act_id", "person_id"),
    )
