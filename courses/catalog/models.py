"""Programmes, courses and their versions. What people took stays on its version."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.columns import Words, choice, where
from lms.db import Base


class Programme(Base):
    """A line of courses, in order, that often ends in a certification."""

    __tablename__ = "programme"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Words(40), unique=True)
    slug: Mapped[str] = mapped_column(Words(80), unique=True)
    title: Mapped[str] = mapped_column(Words(200))
    summary: Mapped[str] = mapped_column(Words(1000), default="")
    position: Mapped[int]


class CourseKind(StrEnum):
    COURSE = "course"
    EXAM = "exam"


class Course(Base):
    """A course's identity: its code and its address. All else is in its versions."""

    __tablename__ = "course"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Words(40), unique=True)
    slug: Mapped[str] = mapped_column(Words(80))
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id"))
    kind: Mapped[CourseKind] = mapped_column(choice(CourseKind, "kind"))
    position: Mapped[int]

    programme: Mapped[Programme] = relationship(lazy="raise")

    __table_args__ = (sa.UniqueConstraint("programme_id", "slug"),)


class VersionState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


class CourseVersion(Base):
    """What a course was from its publication until the next one. Frozen once published."""

    __tablename__ = "course_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"))
    number: Mapped[int]
    state: Mapped[VersionState] = mapped_column(choice(VersionState, "state"))
    title: Mapped[str] = mapped_column(Words(200))
    summary: Mapped[str] = mapped_column(Words(1000))
    description: Mapped[str] = mapped_column(Words(8000), default="")
    audience: Mapped[str] = mapped_column(Words(2000), default="")
    outcomes: Mapped[list[Any]] = mapped_column(default=list)
    minutes: Mapped[int | None]
    """Length in minutes; None when it is agreed (customised) or recurs (quarterly)."""
    length_note: Mapped[str] = mapped_column(Words(200), default="")
    languages: Mapped[list[Any]] = mapped_column(default=list)
    is_self_paced: Mapped[bool] = mapped_column(default=False)
    sample: Mapped[bool] = mapped_column(default=False)
    """The syllabus is sample content, not the vendor's own."""
    content_hash: Mapped[str] = mapped_column(Words(64), default="")
    """SHA-256 of the data file's content, so that loading twice changes nothing."""
    created_at: Mapped[datetime]
    created_by: Mapped[int | None]
    published_at: Mapped[datetime | None]
    published_by: Mapped[int | None]
    revision: Mapped[int] = mapped_column(default=1)
    """Counts edits of a draft: a save from an older page is refused."""

    course: Mapped[Course] = relationship(lazy="raise")
    modules: Mapped[list["Module"]] = relationship(lazy="raise", order_by="Module.position")

    __table_args__ = (
        sa.UniqueConstraint("course_id", "number"),
        sa.Index(
            "uq_course_version_published",
            "course_id",
            unique=True,
            **where("state = 'published'"),
        ),
        sa.Index(
            "uq_course_version_draft",
            "course_id",
            unique=True,
            **where("state = 'draft'"),
        ),
        sa.CheckConstraint("minutes IS NULL OR minutes BETWEEN 1 AND 60000", name="minutes"),
    )


class Module(Base):
    """A part of a course version."""

    __tablename__ = "module"

    id: Mapped[int] = mapped_column(primary_key=True)
    course_version_id: Mapped[int] = mapped_column(sa.ForeignKey("course_version.id"))
    position: Mapped[int]
    title: Mapped[str] = mapped_column(Words(200))
    minutes: Mapped[int]
    topics: Mapped[list[Any]] = mapped_column(default=list)

    __table_args__ = (sa.UniqueConstraint("course_version_id", "position"),)


class Prerequisite(Base):
    """A course to complete before this version."""

    __tablename__ = "prerequisite"

    id: Mapped[int] = mapped_column(primary_key=True)
    course_version_id: Mapped[int] = mapped_column(sa.ForeignKey("course_version.id"))
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"), index=True)

    __table_args__ = (sa.UniqueConstraint("course_version_id", "course_id"),)


class DeliveryMode(Base):
    """On-site, virtual, hybrid: data, in the source's order."""

    __tablename__ = "delivery_mode"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Words(40), unique=True)
    title: Mapped[str] = mapped_column(Words(120))
    has_room: Mapped[bool]
    has_virtual: Mapped[bool]
    icon: Mapped[str] = mapped_column(Words(40), default="")
    position: Mapped[int]


class DeliveryFormat(Base):
    """A format or feature of a mode (live virtual classes, self-paced learning, …)."""

    __tablename__ = "delivery_format"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Words(40), unique=True)
    delivery_mode_id: Mapped[int] = mapped_column(sa.ForeignKey("delivery_mode.id"), index=True)
    title: Mapped[str] = mapped_column(Words(120))
    description: Mapped[str] = mapped_column(Words(500), default="")
    is_self_paced: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int]

    mode: Mapped[DeliveryMode] = relationship(lazy="raise")


class CourseDelivery(Base):
    """A course version is offered in a format."""

    __tablename__ = "course_delivery"

    id: Mapped[int] = mapped_column(primary_key=True)
    course_version_id: Mapped[int] = mapped_column(sa.ForeignKey("course_version.id"))
    delivery_format_id: Mapped[int] = mapped_column(sa.ForeignKey("delivery_format.id"), index=True)

    __table_args__ = (sa.UniqueConstraint("course_version_id", "delivery_format_id"),)


class PlanCoverage(Base):
    """A support plan covers a course."""

    __tablename__ = "plan_coverage"

    id: Mapped[int] = mapped_column(primary_key=True)
    support_plan_id: Mapped[int] = mapped_column(sa.ForeignKey("support_plan.id"))
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"), index=True)
    sample: Mapped[bool] = mapped_column(default=True)

    __table_args__ = (sa.UniqueConstraint("support_plan_id", "course_id"),)


class LoadedFile(Base):
    """A data file as it was loaded last, so that `flask catalog load` twice changes nothing."""

    __tablename__ = "loaded_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Words(200), unique=True)
    sha256: Mapped[str] = mapped_column(Words(64))
    version: Mapped[str] = mapped_column(Words(60), default="")
    loaded_at: Mapped[datetime]
