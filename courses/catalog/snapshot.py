"""The published catalogue as plain values, read once per process and catalogue revision."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import current_app

from courses.catalog.models import (
    Course,
    CourseDelivery,
    CourseVersion,
    DeliveryFormat,
    DeliveryMode,
    PlanCoverage,
    Prerequisite,
    Programme,
    VersionState,
)
from lms import revisions
from lms.db import AnySelect, db


@dataclass(frozen=True, slots=True)
class CourseCard:
    """A published course as lists show it."""

    id: int
    version_id: int
    number: int
    code: str
    title: str
    summary: str
    kind: str
    programme_code: str
    href: str
    minutes: int | None
    length_note: str
    languages: tuple[str, ...]
    formats: tuple[str, ...]
    modes: tuple[str, ...]
    is_self_paced: bool
    prerequisites: tuple[int, ...]
    plans: frozenset[int]
    place: int


@dataclass(frozen=True, slots=True)
class ProgrammeCard:
    """A programme with its published courses in order."""

    id: int
    code: str
    slug: str
    title: str
    summary: str
    hue: int
    courses: tuple[CourseCard, ...]

    @property
    def minutes(self) -> int:
        """The sum of the fixed lengths."""
        return sum(course.minutes or 0 for course in self.courses)


@dataclass(frozen=True, slots=True)
class Choice:
    """A mode or format to filter by."""

    code: str
    title: str
    icon: str = ""
    mode: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Catalog:
    """The whole published catalogue."""

    revision: int
    programmes: tuple[ProgrammeCard, ...]
    modes: tuple[Choice, ...]
    formats: tuple[Choice, ...]

    @property
    def courses(self) -> list[CourseCard]:
        """All courses in the order of the catalogue."""
        return [course for programme in self.programmes for course in programme.courses]

    @property
    def mode_of(self) -> dict[str, Choice]:
        """Modes of delivery by their code."""
        return {mode.code: mode for mode in self.modes}

    @property
    def languages(self) -> list[str]:
        """Every language in which something is offered."""
        return sorted({tag for course in self.courses for tag in course.languages})

    def by_id(self) -> dict[int, CourseCard]:
        """Courses by their id."""
        return {course.id: course for course in self.courses}


def catalog() -> Catalog:
    """The catalogue of the database's current revision."""
    revision = revisions.value("catalog")
    kept: Catalog | None = current_app.extensions.get("catalog_snapshot")
    if kept is None or kept.revision != revision:
        kept = current_app.extensions["catalog_snapshot"] = _read(revision)
    return kept


def _read(revision: int) -> Catalog:
    modes = db.session.scalars(sa.select(DeliveryMode).order_by(DeliveryMode.position)).all()
    formats = db.session.execute(
        sa.select(DeliveryFormat, DeliveryMode.code)
        .join(DeliveryMode, DeliveryMode.id == DeliveryFormat.delivery_mode_id)
        .order_by(DeliveryFormat.position)
    ).all()
    courses = _cards()
    programmes = db.session.scalars(sa.select(Programme).order_by(Programme.position, Programme.id))
    return Catalog(
        revision=revision,
        programmes=tuple(
            ProgrammeCard(
                p.id,
                p.code,
                p.slug,
                p.title,
                p.summary,
                place % 3 + 1,
                tuple(courses.get(p.id, ())),
            )
            for place, p in enumerate(programmes)
        ),
        modes=tuple(Choice(m.code, m.title, m.icon) for m in modes),
        formats=tuple(Choice(f.code, f.title, "", mode, f.description) for f, mode in formats),
    )


def _cards() -> dict[int, list[CourseCard]]:
    formats = _grouped(
        sa.select(CourseDelivery.course_version_id, DeliveryFormat.code, DeliveryMode.code)
        .join(DeliveryFormat, DeliveryFormat.id == CourseDelivery.delivery_format_id)
        .join(DeliveryMode, DeliveryMode.id == DeliveryFormat.delivery_mode_id)
        .order_by(DeliveryMode.position, DeliveryFormat.position)
    )
    needs = _grouped(sa.select(Prerequisite.course_version_id, Prerequisite.course_id))
    plans = _grouped(sa.select(PlanCoverage.course_id, PlanCoverage.support_plan_id))
    rows = db.session.execute(
        sa.select(CourseVersion, Course, Programme.code, Programme.slug)
        .join(Course, Course.id == CourseVersion.course_id)
        .join(Programme, Programme.id == Course.programme_id)
        .where(CourseVersion.state == VersionState.PUBLISHED)
        .order_by(Programme.position, Course.position, Course.id)
    )
    cards: dict[int, list[CourseCard]] = {}
    for version, course, programme_code, programme_slug in rows:
        own = cards.setdefault(course.programme_id, [])
        given = formats.get(version.id, [])
        own.append(
            CourseCard(
                course.id,
                version.id,
                version.number,
                course.code,
                version.title,
                version.summary,
                course.kind.value,
                programme_code,
                f"/catalog/{programme_slug}/{course.slug}",
                version.minutes,
                version.length_note,
                tuple(version.languages),
                tuple(row[1] for row in given),
                tuple(dict.fromkeys(row[2] for row in given)),
                version.is_self_paced,
                tuple(row[1] for row in needs.get(version.id, [])),
                frozenset(row[1] for row in plans.get(course.id, [])),
                len(own) + 1,
            )
        )
    return cards


def _grouped(statement: AnySelect) -> dict[int, list[Any]]:
    groups: dict[int, list[Any]] = {}
    for row in db.session.execute(statement):
        groups.setdefault(row[0], []).append(row)
    return groups
