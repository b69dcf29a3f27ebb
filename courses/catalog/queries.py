"""What the catalogue's pages read beside the snapshot."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from courses.catalog import rules
from courses.catalog.models import (
    Course,
    CourseVersion,
    DeliveryFormat,
    Module,
    Prerequisite,
    Programme,
    VersionState,
)
from courses.catalog.snapshot import Catalog, CourseCard
from lms import search
from lms.db import db


@dataclass(frozen=True, slots=True)
class Filters:
    """What the reader asked for: the page's address and nothing else."""

    text: str = ""
    programmes: tuple[str, ...] = ()
    lengths: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    language: str = ""
    own_plan: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing is filtered."""
        return self == Filters()


def matching(catalog: Catalog, filters: Filters, plan_id: int | None) -> list[CourseCard]:
    """The courses that fit every filter, in the order of the catalogue."""
    every = catalog.courses
    courses = [course for course in every if _fits(course, filters, plan_id)]
    if not filters.text:
        return courses
    named = set(search.find("course", filters.text, limit=len(every) + 1))
    wanted = filters.text.casefold()
    return [c for c in courses if str(c.id) in named or wanted in c.code.casefold()]


def _fits(course: CourseCard, filters: Filters, plan_id: int | None) -> bool:
    lengths = filters.lengths
    return (
        (not filters.programmes or course.programme_code in filters.programmes)
        and (not lengths or any(rules.in_band(course.minutes, band) for band in lengths))
        and (not filters.modes or bool(set(filters.modes) & set(course.modes)))
        and (not filters.formats or bool(set(filters.formats) & set(course.formats)))
        and (not filters.language or filters.language in course.languages)
        and (not filters.own_plan or plan_id in course.plans)
    )


def version(version_id: int) -> CourseVersion:
    """The version behind a card of the catalogue."""
    return db.session.get_one(CourseVersion, version_id)


def prerequisites() -> dict[int, list[int]]:
    """What each published course needs, by ids."""
    needs: dict[int, list[int]] = {}
    for course, need in db.session.execute(
        sa.select(CourseVersion.course_id, Prerequisite.course_id)
        .join(CourseVersion, CourseVersion.id == Prerequisite.course_version_id)
        .where(CourseVersion.state == VersionState.PUBLISHED)
    ):
        needs.setdefault(course, []).append(need)
    return needs


def modules_of(version_id: int) -> Sequence[Module]:
    """The modules of a version in order."""
    return db.session.scalars(
        sa.select(Module).where(Module.course_version_id == version_id).order_by(Module.position)
    ).all()


def course_by_code(code: str, programme_codes: Sequence[str] | None = None) -> Course | None:
    """The course, if it belongs to one of the programmes (None: whichever)."""
    wanted = sa.select(Course).where(Course.code == code)
    if programme_codes is not None:
        wanted = wanted.join(Programme, Programme.id == Course.programme_id).where(
            Programme.code.in_(programme_codes)
        )
    return db.session.scalar(wanted)


def managed(programme_codes: Sequence[str] | None = None) -> list[tuple[Programme, list[Any]]]:
    """Programmes with their courses, the published version's number and the draft's."""
    published, draft = aliased(CourseVersion), aliased(CourseVersion)
    wanted = (
        sa.select(Programme, Course, published.number, published.title, draft.number, draft.title)
        .outerjoin(Course, Course.programme_id == Programme.id)
        .outerjoin(
            published,
            sa.and_(published.course_id == Course.id, published.state == VersionState.PUBLISHED),
        )
        .outerjoin(draft, sa.and_(draft.course_id == Course.id, draft.state == VersionState.DRAFT))
        .order_by(Programme.position, Programme.id, Course.position, Course.id)
    )
    if programme_codes is not None:
        wanted = wanted.where(Programme.code.in_(programme_codes))
    groups: dict[int, tuple[Programme, list[Any]]] = {}
    for row in db.session.execute(wanted):
        group = groups.setdefault(row[0].id, (row[0], []))
        if row[1] is not None:
            group[1].append(row[1:])
    return list(groups.values())


def versions_of(course_id: int) -> Sequence[CourseVersion]:
    """Every version, newest first."""
    return db.session.scalars(
        sa.select(CourseVersion)
        .where(CourseVersion.course_id == course_id)
        .order_by(CourseVersion.number.desc())
    ).all()


def programme(programme_id: int) -> Programme:
    """The programme with this id."""
    return db.session.get_one(Programme, programme_id)


def programme_by_code(code: str) -> Programme | None:
    """The programme with this code."""
    return db.session.scalar(sa.select(Programme).where(Programme.code == code))


def formats_with_modes() -> Sequence[DeliveryFormat]:
    """Every delivery format with its mode, in the source's order."""
    return db.session.scalars(
        sa.select(DeliveryFormat)
        .options(joinedload(DeliveryFormat.mode))
        .order_by(DeliveryFormat.position)
    ).all()
