"""What the loaded catalogue offers: schemes with their requirements, courses, plans, regions."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa

from certification.awards.models import SchemeVersion
from certification.awards.queries import versions_on
from certification.competency.models import Competency, CourseCompetency
from certification.exams.models import Exam
from courses.catalog.models import (
    Course,
    CourseDelivery,
    CourseKind,
    CourseVersion,
    DeliveryFormat,
    DeliveryMode,
    VersionState,
)
from lms.accounts.models import SupportPlan
from lms.db import db
from support.directory.models import Region

SEATS_EACH = 3


@dataclass(frozen=True, slots=True)
class Offer:
    """A course with one way of holding it."""

    course_id: int
    version_id: int
    code: str
    title: str
    minutes: int
    mode_id: int
    format_id: int
    has_room: bool
    has_virtual: bool
    shows: tuple[tuple[int, int], ...]
    """(competency, level) that completing it shows."""


@dataclass(frozen=True, slots=True)
class Paper:
    """An exam of the catalogue."""

    id: int
    code: str
    title: str
    full_marks: int
    cut_score: int
    shows: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Skill:
    """A competency that an assessor must confirm, with the level."""

    id: int
    code: str
    title: str
    level: int


@dataclass(frozen=True, slots=True)
class Goal:
    """A scheme in force that people of the data set have met."""

    version: SchemeVersion
    courses: tuple[Offer, ...]
    papers: tuple[tuple[Paper, int], ...]
    """Exams with the score that is required."""
    skills: tuple[Skill, ...]
    others: tuple[Offer, ...]
    """Courses outside the scheme, which its people go on to."""


@dataclass
class Ground:
    """The references that rows of the data set point to."""

    goals: list[Goal]
    plans: list[tuple[int, int]]
    """(id, rank) of the support plans."""
    regions: list[str | None] = field(default_factory=list)


def read(day: date) -> Ground:
    """The ground on a day."""
    offers, papers = _offers(), _papers()
    skills = {
        row[1]: row
        for row in db.session.execute(sa.select(Competency.id, Competency.code, Competency.title))
    }
    goals = [_goal(version, offers, papers, skills) for version in versions_on(day)]
    plans = sa.select(SupportPlan.id, SupportPlan.rank).order_by(SupportPlan.rank)
    regions = sa.select(Region.code).order_by(Region.position)
    return Ground(
        [goal for goal in goals if goal is not None],
        [(id, rank) for id, rank in db.session.execute(plans)],
        list(db.session.scalars(regions)),
    )


def _goal(
    version: SchemeVersion, offers: dict[str, Offer], papers: dict[str, Paper], skills: Any
) -> Goal | None:
    """The scheme's flat list of requirements; None when it asks for anything else, or for fewer
    courses than everybody has seats."""
    courses: list[Offer] = []
    exams: list[tuple[Paper, int]] = []
    seen: list[Skill] = []
    for need in version.rule.get("all_of", []):
        if need.get("course") in offers:
            courses.append(offers[need["course"]])
        elif need.get("exam") in papers:
            paper = papers[need["exam"]]
            exams.append((paper, need.get("at_least") or paper.cut_score))
        elif need.get("competency") in skills:
            id, code, title = skills[need["competency"]]
            seen.append(Skill(id, code, title, need["level"]))
        else:
            return None
    if len(courses) < SEATS_EACH:
        return None
    others = tuple(offer for offer in offers.values() if offer not in courses)
    return Goal(version, tuple(courses), tuple(exams), tuple(seen), others)


def _offers() -> dict[str, Offer]:
    """Published courses by code, each held in the first of its formats that has dates."""
    rows: Any = db.session.execute(
        sa.select(
            Course.id,
            CourseVersion.id,
            Course.code,
            CourseVersion.title,
            CourseVersion.minutes,
            DeliveryMode.id,
            DeliveryFormat.id,
            DeliveryMode.has_room,
            DeliveryMode.has_virtual,
        )
        .join(CourseVersion, CourseVersion.course_id == Course.id)
        .join(CourseDelivery, CourseDelivery.course_version_id == CourseVersion.id)
        .join(DeliveryFormat, DeliveryFormat.id == CourseDelivery.delivery_format_id)
        .join(DeliveryMode, DeliveryMode.id == DeliveryFormat.delivery_mode_id)
        .where(
            Course.kind == CourseKind.COURSE,
            CourseVersion.state == VersionState.PUBLISHED,
            DeliveryFormat.is_self_paced.is_(False),
        )
        .order_by(Course.id, DeliveryMode.position.desc(), DeliveryFormat.position)
    )
    shows = _shows()
    offers: dict[str, Offer] = {}
    for row in rows:
        values: list[Any] = [*row, shows.get(row[0], ())]
        offers.setdefault(row.code, Offer(*values))
    return offers


def _papers() -> dict[str, Paper]:
    rows = db.session.execute(
        sa.select(
            Exam.id, Course.code, CourseVersion.title, Exam.full_marks, Exam.cut_score, Course.id
        )
        .join(Course, Course.id == Exam.course_id)
        .join(CourseVersion, CourseVersion.course_id == Course.id)
        .where(CourseVersion.state == VersionState.PUBLISHED)
        .order_by(Exam.id)
    )
    shows = _shows()
    return {row[1]: Paper(*row[:5], shows.get(row[5], ())) for row in rows}


def _shows() -> dict[int, tuple[tuple[int, int], ...]]:
    """What each course shows, by course id."""
    found: dict[int, tuple[tuple[int, int], ...]] = {}
    links: Sequence[Any] = db.session.execute(
        sa.select(
            CourseCompetency.course_id, CourseCompetency.competency_id, CourseCompetency.level
        ).order_by(CourseCompetency.id)
    ).all()
    for course_id, competency_id, level in links:
        found[course_id] = (*found.get(course_id, ()), (competency_id, level))
    return found
