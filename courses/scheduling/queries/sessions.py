"""Class sessions as lists and pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from courses.catalog.models import Course, CourseVersion, DeliveryMode, Programme
from courses.scheduling.models import ClassSession, SessionState
from lms.columns import listed
from lms.db import db
from lms.paging import Page, page_of
from lms.prepared import Prepared

SIZE = 25
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def with_names() -> list[Any]:
    """What a line about a class session needs: course, programme, mode, trainer."""
    return [
        joinedload(ClassSession.course_version)
        .joinedload(CourseVersion.course)
        .joinedload(Course.programme),
        joinedload(ClassSession.mode),
        joinedload(ClassSession.format),
        joinedload(ClassSession.trainer),
    ]


def by_code(code: str) -> ClassSession | None:
    """A class session with everything that its page shows."""
    return db.session.scalar(
        sa.select(ClassSession)
        .options(*with_names(), selectinload(ClassSession.meetings))
        .where(ClassSession.code == code)
    )


def by_id(class_session_id: int) -> ClassSession:
    """A class session with its names and meetings, read afresh."""
    return db.session.scalars(
        sa.select(ClassSession)
        .options(*with_names(), selectinload(ClassSession.meetings))
        .where(ClassSession.id == class_session_id)
        .execution_options(populate_existing=True)
    ).one()


@dataclass(frozen=True, slots=True)
class Filters:
    """What a reader narrowed the list of class sessions to; empty: everything."""

    course: str = ""
    programme: str = ""
    mode: str = ""
    language: str = ""
    free: bool = False
    zones: tuple[str, ...] | None = None
    """Only where clocks show one of these zones' time (a region)."""


def _narrowed(statement: sa.Select[Any], filters: Filters) -> sa.Select[Any]:
    if filters.course:
        statement = statement.where(Course.code == filters.course)
    if filters.programme:
        statement = statement.where(Programme.code == filters.programme)
    if filters.mode:
        statement = statement.where(DeliveryMode.code == filters.mode)
    if filters.language:
        statement = statement.where(ClassSession.language == filters.language)
    if filters.zones is not None:
        statement = statement.where(ClassSession.time_zone.in_(filters.zones))
    if filters.free:
        statement = statement.where(_free_seats() > 0)
    return statement


def _free_seats() -> sa.ColumnElement[int]:
    return (
        ClassSession.room_capacity
        - ClassSession.room_taken
        + ClassSession.virtual_capacity
        - ClassSession.virtual_taken
    )


def _joined() -> sa.Select[ClassSession]:
    return (
        sa.select(ClassSession)
        .join(Course, Course.id == ClassSession.course_id)
        .join(Programme, Programme.id == Course.programme_id)
        .join(DeliveryMode, DeliveryMode.id == ClassSession.delivery_mode_id)
        .options(*with_names())
    )


def upcoming(
    filters: Filters, *, now: datetime, cursor: list[int | str] | None = None, size: int = SIZE
) -> Page[ClassSession]:
    """Class sessions that have not started and take place, soonest first."""
    wanted = _narrowed(_joined(), filters).where(
        ClassSession.state != SessionState.CANCELLED, ClassSession.starts_at > now
    )
    return _paged(wanted, cursor, size)


def managed(
    filters: Filters,
    *,
    when: str,
    now: datetime,
    programmes: Sequence[str] | None = None,
    cursor: list[int | str] | None = None,
    size: int = SIZE,
) -> Page[ClassSession]:
    """Class sessions for administrators; `when`: upcoming, past, cancelled."""
    wanted = _narrowed(_joined(), filters)
    if programmes is not None:
        wanted = wanted.where(Programme.code.in_(programmes))
    if when == "cancelled":
        wanted = wanted.where(ClassSession.state == SessionState.CANCELLED)
    else:
        wanted = wanted.where(ClassSession.state != SessionState.CANCELLED)
        past = ClassSession.ends_at <= now
        wanted = wanted.where(past if when == "past" else sa.not_(past))
    return _paged(wanted, cursor, size, newest_first=when != "upcoming")


def _paged(
    wanted: sa.Select[Any],
    cursor: list[int | str] | None,
    size: int,
    *,
    newest_first: bool = False,
) -> Page[ClassSession]:
    if cursor is not None:
        wanted = wanted.where(_beyond(cursor, newest_first=newest_first))
    order = [ClassSession.starts_at, ClassSession.id]
    wanted = wanted.order_by(*[c.desc() if newest_first else c for c in order]).limit(size + 1)
    rows = db.session.scalars(wanted).all()
    return page_of(rows, size=size, key=place_in_time, is_first=cursor is None)


def place_in_time(row: ClassSession) -> tuple[int, int]:
    """The cursor's values: microseconds since 1970, and the id."""
    return (row.starts_at - EPOCH) // timedelta(microseconds=1), row.id


def _beyond(cursor: list[int | str], *, newest_first: bool) -> sa.ColumnElement[bool]:
    at = EPOCH + timedelta(microseconds=int(cursor[0]))
    start, number = ClassSession.starts_at, ClassSession.id
    if newest_first:
        return sa.or_(start < at, sa.and_(start == at, number < int(cursor[1])))
    return sa.or_(start > at, sa.and_(start == at, number > int(cursor[1])))


@dataclass(slots=True)
class Choices:
    """What the filters of the list offer: values that occur, with their words."""

    programmes: dict[str, str] = field(default_factory=dict)
    courses: dict[str, str] = field(default_factory=dict)
    modes: dict[str, str] = field(default_factory=dict)
    languages: list[str] = field(default_factory=list)


def choices(*, now: datetime) -> Choices:
    """The filters' values among upcoming class sessions, in one query."""
    # Thousands of class sessions are a few dozens of these, which an index alone says.
    kinds = (
        sa.select(
            ClassSession.course_id,
            ClassSession.course_version_id,
            ClassSession.delivery_mode_id,
            ClassSession.language,
        )
        .where(ClassSession.state != SessionState.CANCELLED, ClassSession.starts_at > now)
        .distinct()
        .subquery()
    )
    rows = db.session.execute(
        sa.select(
            Programme.code,
            Programme.title,
            Course.code,
            CourseVersion.title,
            DeliveryMode.code,
            DeliveryMode.title,
            kinds.c.language,
        )
        .select_from(kinds)
        .join(Course, Course.id == kinds.c.course_id)
        .join(CourseVersion, CourseVersion.id == kinds.c.course_version_id)
        .join(Programme, Programme.id == Course.programme_id)
        .join(DeliveryMode, DeliveryMode.id == kinds.c.delivery_mode_id)
    )
    found = Choices()
    for programme, its_title, course, title, mode, mode_title, language in sorted(rows):
        found.programmes[programme] = its_title
        found.courses[course] = title
        found.modes[mode] = mode_title
        if language not in found.languages:
            found.languages.append(language)
    return found


@dataclass(frozen=True, slots=True)
class NextDate:
    """An upcoming class session of a course, as the catalogue shows it."""

    course_id: int
    code: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    venue: str
    language: str
    mode: str
    room_left: int
    virtual_left: int

    @property
    def left(self) -> int:
        """Free seats of both kinds."""
        return self.room_left + self.virtual_left


_OWN, _MODE, _COURSE = (m.__table__.c for m in (ClassSession, DeliveryMode, Course))
"""The tables' own columns: a mapped SELECT takes half as long again, on the busiest page."""
_SHOWN = (
    _OWN.course_id,
    _OWN.code,
    _OWN.starts_at,
    _OWN.ends_at,
    _OWN.time_zone,
    _OWN.venue,
    _OWN.language,
    _MODE.title.label("mode"),
    (_OWN.room_capacity - _OWN.room_taken).label("room_left"),
    (_OWN.virtual_capacity - _OWN.virtual_taken).label("virtual_left"),
)


def _next_dates() -> sa.Select[Any]:
    return (
        sa.select(*_SHOWN)
        .join_from(_OWN.id.table, _MODE.id.table, _MODE.id == _OWN.delivery_mode_id)
        .where(
            _OWN.course_id == sa.bindparam("course_id"),
            _OWN.state == SessionState.SCHEDULED,
            _OWN.starts_at > sa.bindparam("now"),
        )
        .order_by(_OWN.starts_at, _OWN.id)
        .limit(sa.bindparam("limit", type_=sa.Integer()))
    )


def _first_dates() -> Any:
    """One step into the index for each course, however many class sessions are to come."""
    own, soonest = _OWN.id.table, sa.alias(_OWN.id.table).c
    first = (
        sa.select(soonest.id)
        .where(
            soonest.course_id == _COURSE.id,
            soonest.state == SessionState.SCHEDULED,
            soonest.starts_at > sa.bindparam("now"),
        )
        .order_by(soonest.starts_at, soonest.id)
        .limit(1)
        .correlate(_COURSE.id.table)
        .scalar_subquery()
    )
    return (
        sa.select(*_SHOWN)
        .select_from(_COURSE.id.table.join(own, _OWN.id == first))
        .join(_MODE.id.table, _MODE.id == _OWN.delivery_mode_id)
        .where(_COURSE.id.in_(listed("course_ids")))
    )


_NEXT_DATES, _FIRST_DATES = Prepared(_next_dates()), Prepared(_first_dates())
"""Built once: composing them again for each page took half of the catalogue's time."""


def next_dates(course_id: int, *, now: datetime, limit: int) -> list[NextDate]:
    """The next open class sessions of a course, soonest first."""
    rows = _NEXT_DATES.rows(course_id=course_id, now=now, limit=limit)
    return [NextDate(*row) for row in rows]


def seats_left(course_ids: Sequence[int], *, now: datetime) -> dict[int, NextDate]:
    """Each course's next class session with its free seats; courses without one are missing."""
    rows = _FIRST_DATES.rows(course_ids=course_ids, now=now)
    return {row.course_id: NextDate(*row) for row in rows}
