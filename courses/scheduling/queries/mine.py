"""A learner's own seats, places in queues and courses under way: plain rows, since every learner
opens the page that shows them every day."""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from courses.catalog.models import Course, CourseVersion, Programme
from courses.scheduling.models import (
    Attendance,
    ClassSession,
    Meeting,
    Result,
    Seat,
    SeatEnd,
    SelfPacedEnrolment,
    SessionState,
    WaitingEntry,
    WaitingState,
)
from courses.scheduling.rules.marks import Presence
from lms.accounts.models import Person
from lms.chains import stands
from lms.columns import UtcDateTime, empty
from lms.prepared import Asked, Prepared

SHOWN_AS_CLOSED = timedelta(days=14)
SHOWN_AS_PENDING = timedelta(days=90)
"""How long a class session without a result is taken to get one yet."""
_person = sa.bindparam("person", type_=sa.BigInteger())
_now = sa.bindparam("now", type_=UtcDateTime())
_since = sa.bindparam("since", type_=UtcDateTime())


@dataclass(frozen=True, slots=True)
class Mine:
    """What a learner takes part in, or waits for."""

    upcoming: tuple[Any, ...]
    """Seats in class sessions that are not over, soonest first."""
    pending: tuple[Any, ...]
    """Seats in class sessions that took place, while the trainer has recorded no result or took it
    back; not where the person was marked absent. For 90 days, oldest first."""
    cancelled: tuple[Any, ...]
    """Seats that were lost in the last two weeks because their class session was cancelled, unless
    there is one in another of the course; soonest first."""
    waiting: tuple[Any, ...]
    """Places in queues of class sessions to come, soonest first; for two weeks also those that
    ended without a seat."""
    self_paced: tuple[Any, ...]
    """Courses under way in the own time, oldest first."""


_NAMES = tuple(part.name for part in fields(Mine))


def _part(part: str, **columns: Any) -> Any:
    """One branch of everything that is a person's own; what it does not name stands empty."""
    columns_of_all = {
        "part": sa.literal_column(f"'{part}'", sa.String),
        "id": ClassSession.id,
        "title": CourseVersion.title,
        "course_code": Course.code,
        "course_id": Course.id,
        "code": empty(sa.Text()),
        "starts_at": empty(UtcDateTime()),
        "ends_at": empty(UtcDateTime()),
        "time_zone": empty(sa.Text()),
        "venue": empty(sa.Text()),
        "room": empty(sa.Text()),
        "kind": empty(Seat.kind.type),
        "trainer": empty(sa.Text()),
        "first_ends_at": empty(UtcDateTime()),
        "state": empty(WaitingEntry.state.type),
        "session_state": empty(ClassSession.state.type),
        "reason": empty(sa.Text()),
        "position": empty(sa.Integer()),
        "slug": empty(sa.Text()),
        "programme_slug": empty(sa.Text()),
        "started_at": empty(UtcDateTime()),
    }
    return sa.select(*(column.label(name) for name, column in (columns_of_all | columns).items()))


_DATES = {
    "code": ClassSession.code,
    "starts_at": ClassSession.starts_at,
    "ends_at": ClassSession.ends_at,
    "time_zone": ClassSession.time_zone,
    "venue": ClassSession.venue,
    "room": ClassSession.room,
}
_UPCOMING = (
    _part(
        "upcoming",
        **_DATES,
        kind=Seat.kind,
        trainer=Person.name,
        first_ends_at=sa.select(Meeting.ends_at)
        .where(Meeting.class_session_id == ClassSession.id)
        .order_by(Meeting.starts_at)
        .limit(1)
        .scalar_subquery(),
    )
    .join(ClassSession, ClassSession.id == Seat.class_session_id)
    .join(CourseVersion, CourseVersion.id == ClassSession.course_version_id)
    .join(Course, Course.id == ClassSession.course_id)
    .join(Person, Person.id == ClassSession.trainer_person_id)
    .where(
        Seat.person_id == _person,
        Seat.ended_at.is_(None),
        ClassSession.ends_at > _now,
        ClassSession.state != SessionState.CANCELLED,
    )
)
_PENDING = (
    _part("pending", **_DATES)
    .select_from(Seat)
    .join(ClassSession, ClassSession.id == Seat.class_session_id)
    .join(CourseVersion, CourseVersion.id == ClassSession.course_version_id)
    .join(Course, Course.id == ClassSession.course_id)
    .where(
        Seat.person_id == _person,
        Seat.ended_at.is_(None),
        ClassSession.ends_at <= _now,
        ClassSession.ends_at > sa.bindparam("over_since", type_=UtcDateTime()),
        ~sa.exists().where(
            Result.class_session_id == ClassSession.id,
            Result.person_id == Seat.person_id,
            Result.outcome.is_not(None),
            stands(Result),
        ),
        ~sa.exists().where(
            Attendance.class_session_id == ClassSession.id,
            Attendance.person_id == Seat.person_id,
            Attendance.presence == Presence.ABSENT,
            stands(Attendance),
        ),
    )
)
_CANCELLED = (
    _part("cancelled", **_DATES, reason=ClassSession.state_reason)
    .select_from(Seat)
    .join(ClassSession, ClassSession.id == Seat.class_session_id)
    .join(CourseVersion, CourseVersion.id == ClassSession.course_version_id)
    .join(Course, Course.id == ClassSession.course_id)
    .where(
        Seat.person_id == _person,
        Seat.end == SeatEnd.SESSION_CANCELLED,
        Seat.ended_at > _since,
    )
)
_other = aliased(WaitingEntry)
_POSITION = (
    sa.select(sa.func.count())
    .where(
        _other.class_session_id == WaitingEntry.class_session_id,
        _other.state == WaitingState.WAITING,
        sa.or_(
            _other.tier_rank < WaitingEntry.tier_rank,
            sa.and_(
                _other.tier_rank == WaitingEntry.tier_rank, _other.number <= WaitingEntry.number
            ),
        ),
    )
    .correlate(WaitingEntry)
    .scalar_subquery()
)
"""Where one who waits stands in the published order."""
_WAITING = (
    _part(
        "waiting",
        **_DATES,
        state=WaitingEntry.state,
        session_state=ClassSession.state,
        position=_POSITION,
    )
    .select_from(WaitingEntry)
    .join(ClassSession, ClassSession.id == WaitingEntry.class_session_id)
    .join(CourseVersion, CourseVersion.id == ClassSession.course_version_id)
    .join(Course, Course.id == ClassSession.course_id)
    .where(
        WaitingEntry.person_id == _person,
        sa.or_(
            sa.and_(WaitingEntry.state == WaitingState.WAITING, ClassSession.starts_at > _now),
            sa.and_(
                WaitingEntry.state == WaitingState.CLOSED,
                WaitingEntry.decided_at > _since,
            ),
        ),
    )
)
_SELF_PACED = (
    _part(
        "self_paced",
        id=SelfPacedEnrolment.id,
        slug=Course.slug,
        programme_slug=Programme.slug,
        started_at=SelfPacedEnrolment.started_at,
    )
    .select_from(SelfPacedEnrolment)
    .join(CourseVersion, CourseVersion.id == SelfPacedEnrolment.course_version_id)
    .join(Course, Course.id == SelfPacedEnrolment.course_id)
    .join(Programme, Programme.id == Course.programme_id)
    .where(
        SelfPacedEnrolment.person_id == _person,
        SelfPacedEnrolment.finished_at.is_(None),
        SelfPacedEnrolment.cancelled_at.is_(None),
    )
)
_PARTS = (_UPCOMING, _PENDING, _CANCELLED, _WAITING, _SELF_PACED)
_MINE = Prepared(sa.union_all(*_PARTS).order_by("starts_at", "id"))  # one round trip
_OPEN_SELF_PACED = Prepared(_SELF_PACED.order_by(SelfPacedEnrolment.id))


def question(person_id: int, *, now: datetime) -> Asked:
    """What `mine` asks, for a page that asks more."""
    return _MINE.asked(**_values(person_id, now))


def _values(person_id: int, now: datetime) -> dict[str, Any]:
    return {
        "person": person_id,
        "now": now,
        "since": now - SHOWN_AS_CLOSED,
        "over_since": now - SHOWN_AS_PENDING,
    }


def mine(person_id: int, *, now: datetime) -> Mine:
    """All of it, asked at once."""
    rows = _MINE.rows(**_values(person_id, now))
    parts = {name: tuple(row for row in rows if row.part == name) for name in _NAMES}
    seated = {row.course_code for row in parts["upcoming"]}
    lost = tuple(row for row in parts["cancelled"] if row.course_code not in seated)
    return Mine(**parts | {"cancelled": lost})


def open_self_paced(person_id: int) -> list[Any]:
    """Courses that the person takes in their own time now, oldest first."""
    return _OPEN_SELF_PACED.rows(person=person_id)
