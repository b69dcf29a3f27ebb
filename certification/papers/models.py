"""Blueprints and the forms assembled from them, with their cut scores."""

from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from certification.competency.models import Competency
from certification.exams.models import Exam
from certification.items.models import ItemVersion
from lms.columns import Words, choice, where
from lms.db import Base


class PaperState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


MOVES = {
    PaperState.DRAFT: frozenset({PaperState.PUBLISHED, PaperState.RETIRED}),
    PaperState.PUBLISHED: frozenset({PaperState.RETIRED}),
}


class Blueprint(Base):
    """What an exam's forms consist of. Frozen once published; a change is a new version."""

    __tablename__ = "blueprint"

    id: Mapped[int] = mapped_column(primary_key=True)
    exam_id: Mapped[int] = mapped_column(sa.ForeignKey("exam.id"))
    number: Mapped[int]
    state: Mapped[PaperState] = mapped_column(choice(PaperState, "state"))
    scored_items: Mapped[int]
    pilot_items: Mapped[int] = mapped_column(default=0)
    exposure_cap: Mapped[int] = mapped_column(default=100)
    """Per cent of an exam's attempts in which one item may be asked."""
    most_shared: Mapped[int] = mapped_column(default=100)
    """Per cent of the scored items that two parallel forms may share."""
    note: Mapped[str] = mapped_column(Words(2000), default="")
    content_sha256: Mapped[str] = mapped_column(Words(64), default="")
    """Of the data file's entry that made it, else empty."""
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    created_by: Mapped[int | None]
    published_at: Mapped[datetime | None]
    published_by: Mapped[int | None]

    exam: Mapped[Exam] = relationship(lazy="raise")
    cells: Mapped[list["BlueprintCell"]] = relationship(
        lazy="raise", order_by="BlueprintCell.position", viewonly=True
    )

    __table_args__ = (
        sa.UniqueConstraint("exam_id", "number"),
        sa.CheckConstraint("scored_items BETWEEN 1 AND 500", name="scored_items"),
        sa.CheckConstraint("pilot_items BETWEEN 0 AND 100", name="pilot_items"),
        sa.CheckConstraint("exposure_cap BETWEEN 1 AND 100", name="exposure_cap"),
        sa.CheckConstraint("most_shared BETWEEN 0 AND 100", name="most_shared"),
        sa.Index(
            "uq_blueprint_draft",
            "exam_id",
            unique=True,
            **where("state = 'draft'"),
        ),
        sa.Index(
            "uq_blueprint_published",
            "exam_id",
            unique=True,
            **where("state = 'published'"),
        ),
    )


class BlueprintCell(Base):
    """A competency and a band of difficulty, and how many scored items a form takes from it.

    Difficulty is an item's estimate: how many of 100 candidates get it right, both ends included.
    """

    __tablename__ = "blueprint_cell"

    id: Mapped[int] = mapped_column(primary_key=True)
    blueprint_id: Mapped[int] = mapped_column(sa.ForeignKey("blueprint.id"))
    position: Mapped[int]
    competency_id: Mapped[int] = mapped_column(sa.ForeignKey("competency.id"), index=True)
    hardest: Mapped[int] = mapped_column(default=0)
    easiest: Mapped[int] = mapped_column(default=100)
    least: Mapped[int]
    most: Mapped[int]
    least_points: Mapped[Fraction | None]
    most_points: Mapped[Fraction | None]
    is_marked: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    """Takes extended texts, which assessors mark, and nothing else."""

    competency: Mapped[Competency] = relationship(lazy="raise")

    __table_args__ = (
        sa.UniqueConstraint("blueprint_id", "position"),
        sa.CheckConstraint("0 <= hardest AND hardest <= easiest AND easiest <= 100", name="band"),
        sa.CheckConstraint("0 <= least AND least <= most", name="items"),
    )


class ExamForm(Base):
    """A set of item versions in an order. A fixed one is published for many attempts; a random one
    is drawn for a single attempt and is published from the start."""

    __tablename__ = "exam_form"

    id: Mapped[int] = mapped_column(primary_key=True)
    exam_id: Mapped[int] = mapped_column(sa.ForeignKey("exam.id"))
    blueprint_id: Mapped[int] = mapped_column(sa.ForeignKey("blueprint.id"), index=True)
    code: Mapped[str] = mapped_column(Words(40))
    """`A`, `B`; random ones take the attempt's code."""
    is_random: Mapped[bool] = mapped_column(default=False)
    state: Mapped[PaperState] = mapped_column(choice(PaperState, "state"))
    seed: Mapped[str] = mapped_column(Words(64))
    """The same seed, blueprint and bank give the same form."""
    full_points: Mapped[Fraction]
    """Of the scored items."""
    created_at: Mapped[datetime]
    created_by: Mapped[int | None]
    published_at: Mapped[datetime | None]
    published_by: Mapped[int | None]
    retired_at: Mapped[datetime | None]

    exam: Mapped[Exam] = relationship(lazy="raise")
    items: Mapped[list["FormItem"]] = relationship(
        lazy="raise", order_by="FormItem.position", viewonly=True
    )

    __table_args__ = (
        sa.UniqueConstraint("exam_id", "code"),
        sa.Index("ix_exam_form_state", "exam_id", "is_random", "state", "id"),
    )


class FormItem(Base):
    """An item version at its place; a pilot one is asked and not scored. Frozen once published."""

    __tablename__ = "form_item"

    id: Mapped[int] = mapped_column(primary_key=True)
    form_id: Mapped[int] = mapped_column(sa.ForeignKey("exam_form.id"))
    position: Mapped[int]
    """From 1."""
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("item_version.id"), index=True)
    cell_id: Mapped[int | None] = mapped_column(sa.ForeignKey("blueprint_cell.id"))
    """None for a pilot item."""
    is_pilot: Mapped[bool] = mapped_column(default=False)

    version: Mapped[ItemVersion] = relationship(lazy="raise")

    __table_args__ = (
        sa.UniqueConstraint("form_id", "position"),
        sa.UniqueConstraint("form_id", "version_id"),
    )


class CutScore(Base):
    """A decision on how many raw points pass, with its reason. The newest holds; none is changed.

    For one form in raw points, or for an exam's other forms in per cent of full points.
    """

    __tablename__ = "cut_score"

    id: Mapped[int] = mapped_column(primary_key=True)
    exam_id: Mapped[int] = mapped_column(sa.ForeignKey("exam.id"))
    form_id: Mapped[int | None] = mapped_column(sa.ForeignKey("exam_form.id"))
    cut: Mapped[Fraction]
    """Raw points of the form; without a form, per cent."""
    method: Mapped[str] = mapped_column(Words(16))
    """`fixed`, `angoff`, `hofstee` or `contrasting`."""
    reason: Mapped[str] = mapped_column(Words(2000))
    study_id: Mapped[int | None]
    """The study that recommended it (`certification.cutscores`)."""
    decided_on: Mapped[date]
    at: Mapped[datetime]
    by: Mapped[int | None]

    __table_args__ = (
        sa.CheckConstraint(
            "method IN ('fixed', 'angoff', 'hofstee', 'contrasting')", name="method"
        ),
        sa.Index("ix_cut_score_holds", "exam_id", "form_id", "id"),
    )
