"""A trainer's facts about people in a class session: attendance and results.

A correction is a new row that names the one it replaces; nothing is overwritten. So is a
withdrawal: a row that says nothing, and why what it replaces was recorded by mistake.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses.scheduling.rules.marks import Outcome, Presence
from lms.accounts.models import Person
from lms.columns import Words, choice, where
from lms.db import Base


class Attendance(Base):
    """A trainer's fact about a person in a class session; the newest one counts."""

    __tablename__ = "attendance"

    id: Mapped[int] = mapped_column(primary_key=True)
    class_session_id: Mapped[int] = mapped_column(sa.ForeignKey("class_session.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    presence: Mapped[Presence | None] = mapped_column(choice(Presence, "presence"))
    at: Mapped[datetime]
    by_person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    replaces_id: Mapped[int | None] = mapped_column(sa.ForeignKey("attendance.id"), unique=True)
    """The fact that this one corrects. Unique: a fact is corrected once, the newest has none."""
    mistake: Mapped[str] = mapped_column(Words(500), default="")
    """Why the replaced fact was recorded by mistake; such a row says nothing else."""

    by: Mapped[Person] = relationship(lazy="raise", foreign_keys=[by_person_id])
    person: Mapped[Person] = relationship(lazy="raise", foreign_keys=[person_id])

    __table_args__ = (
        sa.CheckConstraint(
            "(presence IS NOT NULL AND mistake = '')"
            " OR (presence IS NULL AND mistake <> '' AND replaces_id IS NOT NULL)",
            name="mistake",
        ),
        sa.Index("ix_attendance_class_session", "class_session_id", "person_id", "id"),
        sa.Index(
            "uq_attendance_first",
            "class_session_id",
            "person_id",
            unique=True,
            **where("replaces_id IS NULL"),
        ),
    )


class Result(Base):
    """A trainer's result for a person in a class session; corrected by a newer row."""

    __tablename__ = "result"

    id: Mapped[int] = mapped_column(primary_key=True)
    class_session_id: Mapped[int] = mapped_column(sa.ForeignKey("class_session.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    outcome: Mapped[Outcome | None] = mapped_column(choice(Outcome, "outcome"))
    score: Mapped[int | None]
    """Points out of 100, when the trainer gave any."""
    note: Mapped[str] = mapped_column(Words(1000), default="")
    at: Mapped[datetime]
    by_person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    replaces_id: Mapped[int | None] = mapped_column(sa.ForeignKey("result.id"), unique=True)
    mistake: Mapped[str] = mapped_column(Words(500), default="")
    """Why the replaced result was recorded by mistake; such a row says nothing else."""

    by: Mapped[Person] = relationship(lazy="raise", foreign_keys=[by_person_id])
    person: Mapped[Person] = relationship(lazy="raise", foreign_keys=[person_id])

    __table_args__ = (
        sa.CheckConstraint("score IS NULL OR score BETWEEN 0 AND 100", name="score"),
        sa.CheckConstraint(
            "(outcome IS NOT NULL AND mistake = '') OR (outcome IS NULL AND mistake <> ''"
            " AND replaces_id IS NOT NULL AND score IS NULL AND note = '')",
            name="mistake",
        ),
        sa.Index("ix_result_class_session", "class_session_id", "person_id", "id"),
        sa.Index(
            "ix_result_withdrawn",
            "class_session_id",
            "person_id",
            **where("outcome IS NULL"),
        ),
        sa.Index(
            "uq_result_first",
            "class_session_id",
            "person_id",
            unique=True,
            **where("replaces_id IS NULL"),
        ),
    )
