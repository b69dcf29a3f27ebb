"""The figures, in a number of queries that does not depend on how much there is to count."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from certification.awards.models import Award, Scheme
from courses.catalog.models import Course, CourseKind, CourseVersion, Programme, VersionState
from courses.scheduling.models import (
    Attendance,
    ClassSession,
    Completion,
    Outcome,
    Presence,
    Result,
    Seat,
)
from lms.accounts.models import Membership, Organisation
from lms.db import db
from reporting.training import scope
from reporting.training.rules import NOBODY, OF_AWARDS, Figure, Figures
from reporting.training.scope import Asked


@dataclass(frozen=True, slots=True)
class Name:
    """What a row of a table is called; `group` stands above it."""

    id: int
    code: str
    title: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table."""

    name: Name
    figures: Figures


@dataclass(frozen=True, slots=True)
class Report:
    """The rows that have a figure, in the order of their names; totals count each seat and each
    award once, also where it stands in several rows."""

    rows: Sequence[Row]
    schemes: Sequence[Row]
    total: Figures


def courses() -> list[tuple[Name, str]]:
    """Every course with its newest title, and its programme's code, in the catalogue's order."""
    newest = (
        sa.select(sa.func.max(CourseVersion.number))
        .where(CourseVersion.course_id == Course.id, CourseVersion.state != VersionState.DRAFT)
        .correlate(Course)
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(Course.id, Course.code, CourseVersion.title, Programme.title, Programme.code)
        .join(Programme, Programme.id == Course.programme_id)
        .join(
            CourseVersion,
            sa.and_(CourseVersion.course_id == Course.id, CourseVersion.number == newest),
        )
        .where(Course.kind == CourseKind.COURSE)
        .order_by(Programme.position, Programme.id, Course.position, Course.id)
    )
    return [(Name(*row[:4]), row[4]) for row in rows]


def by_course(asked: Asked, names: Iterable[Name]) -> Report:
    """A row for each course, and one for each certification."""
    seats = {of: replace(one, sessions=0) for of, one in _seats(asked, Course.id).items()}
    found = _sum(
        _sessions(asked),
        seats,
        _given_up(asked, Course.id),
        _completed(asked, Course.id),
    )
    schemes = _awards(asked, Scheme.id)
    return Report(
        [Row(name, found[name.id]) for name in names if name.id in found],
        [Row(name, schemes[name.id]) for name in _schemes(schemes)],
        _total([*found.values(), *schemes.values()]),
    )


def by_organisation(asked: Asked) -> Report:
    """A row for each organisation; class sessions stand in the row of each one that had a seat."""
    own = sa.func.coalesce(Seat.organisation_id, NOBODY)
    alone = sa.func.coalesce(scope.completed_for(), NOBODY)
    training = _sum(_seats(asked, own), _given_up(asked, own), _completed(asked, alone))
    member = sa.func.coalesce(Membership.organisation_id, NOBODY)
    found = _sum(training, _awards(asked, member))
    once = [*_sessions(asked).values(), *_awards(asked, Scheme.id).values()]
    return Report(
        [Row(name, found[name.id]) for name in _organisations(found)],
        [],
        _total([replace(_total(training.values()), sessions=0), *once]),
    )


def _total(figures: Iterable[Figures]) -> Figures:
    return sum(figures, Figures())


def _sum(*parts: dict[int, Figures]) -> dict[int, Figures]:
    found: dict[int, Figures] = {}
    for part in parts:
        for key, figures in part.items():
            found[key] = found.get(key, Figures()) + figures
    return found


def _sessions(asked: Asked) -> dict[int, Figures]:
    """By course. How full they were is said only where all of their seats are counted."""
    seats = sa.func.sum(ClassSession.room_capacity + ClassSession.virtual_capacity)
    wanted = scope.held_with(sa.select(Course.id, sa.func.count(), seats), asked)
    of_all = not asked.is_of_organisations
    return {
        row[0]: Figures(sessions=row[1], capacity=int(row[2]) if of_all else 0)
        for row in db.session.execute(wanted.group_by(Course.id))
    }


def _seats(asked: Asked, key: Any) -> dict[int, Figures]:
    present, partial, absent = (Attendance.presence == one for one in Presence)
    wanted = sa.select(
        key.label("of"),
        sa.func.count(sa.distinct(ClassSession.id)),
        sa.func.count(),
        _times(sa.or_(present, partial)),
        _times(absent),
        _times(Attendance.presence.is_(None)),
        _times(Result.outcome == Outcome.PASSED),
        _times(Result.outcome == Outcome.FAILED),
        sa.func.coalesce(sa.func.sum(sa.case((present, scope.minutes()), else_=0)), 0),
    )
    return {
        row[0]: Figures(
            sessions=row[1],
            seats=row[2],
            attended=row[3],
            absent=row[4],
            unmarked=row[5],
            passed=row[6],
            failed=row[7],
            minutes=int(row[8]),
        )
        for row in db.session.execute(scope.seated(wanted, asked).group_by("of"))
    }


def _times(condition: sa.ColumnElement[bool]) -> Any:
    return sa.func.count(sa.case((condition, 1)))


def _given_up(asked: Asked, key: Any) -> dict[int, Figures]:
    wanted = scope.given_up(sa.select(key.label("of"), sa.func.count()), asked).group_by("of")
    return {row[0]: Figures(cancelled=row[1]) for row in db.session.execute(wanted)}


def _completed(asked: Asked, key: Any) -> dict[int, Figures]:
    """A completion has one result, one seat and one enrolment at most."""
    wanted = sa.select(key.label("of"), sa.func.count(Completion.id))
    for_whom = key is not Course.id
    rows = db.session.execute(scope.completed(wanted, asked, for_whom=for_whom).group_by("of"))
    return {row[0]: Figures(completed=row[1]) for row in rows}


def _awards(asked: Asked, key: Any) -> dict[int, Figures]:
    """Nothing where a course is asked for: certifications belong to programmes."""
    if asked.course or not asked.award_reaches:
        return {}
    kinds = sorted(OF_AWARDS)
    parts = [
        scope.awards(
            sa.select(
                sa.literal(kind.value).label("kind"),
                key.label("of"),
                sa.func.count(sa.distinct(Award.id)).label("times"),
            ),
            asked,
            kind,
            for_whom=key is not Scheme.id,
        ).group_by("of")
        for kind in kinds
    ]
    found: dict[int, Figures] = {}
    for kind, of, times in db.session.execute(sa.union_all(*parts)):
        found[of] = found.get(of, Figures()) + Figures(**{Figure(kind).value: times})
    return found


def _schemes(found: dict[int, Figures]) -> list[Name]:
    rows = db.session.execute(
        sa.select(Scheme.id, Scheme.code, Scheme.title, Programme.title)
        .join(Programme, Programme.id == Scheme.programme_id)
        .where(Scheme.id.in_(list(found)))
        .order_by(Programme.position, Scheme.position, Scheme.id)
    )
    return [Name(*row) for row in rows]


def _organisations(found: dict[int, Figures]) -> list[Name]:
    """By name; who has none comes last."""
    rows = db.session.execute(
        sa.select(Organisation.id, Organisation.code, Organisation.name).order_by(
            Organisation.search_name, Organisation.id
        )
    )
    names = [Name(*row) for row in rows if row.id in found]
    return [*names, Name(NOBODY, "", "")] if NOBODY in found else names


def organisation_named(text: str, reaches: Iterable[int] | None) -> Any | None:
    """The organisation with this code or name, among these (None: among all)."""
    wanted = sa.select(Organisation.id, Organisation.code, Organisation.name).where(
        sa.or_(
            Organisation.code == text,
            Organisation.code == text.casefold(),
            Organisation.search_name == text.casefold(),
        )
    )
    if reaches is not None:
        wanted = wanted.where(Organisation.id.in_(list(reaches)))
    return db.session.execute(wanted.order_by(Organisation.id)).first()
