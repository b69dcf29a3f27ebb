"""A learner's own seats, places in queues and courses under way: plain rows, since every learner
opens the page that shows them every day."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from courses.catalog.models import Course, CourseVersion, Programme
from courses.scheduling.models import (
    ClassSession,
    Meeting,
    Seat,
    SelfPacedEnrolment,
    SessionState,
    WaitingEntry,
    WaitingState,
)
from lms.accounts.models import Person
from lms.columns import UtcDateTime
from lms.prepared import Prepared

SHOWN_AS_CLOSED = timedelta(days=14)
_person = sa.bindparam("person", type_=sa.BigInteger())
_now = sa.bindparam("now", type_=UtcDateTime())
_version = CourseVersion.id == ClassSession.course_version_id
_COLUMNS = (
    ClassSession.code,
    ClassSession.starts_at,
    ClassSession.ends_at,
    ClassSession.time_zone,
    ClassSession.venue,
    ClassSession.room,
    CourseVersion.title,
    Course.code.label("course_code"),
)
_UPCOMING = Prepared(
    sa.select(
        *_COLUMNS,
        Seat.kind,
        Person.name.label("trainer"),
        sa.select(Meeting.ends_at)
        .where(Meeting.class_session_id == ClassSession.id)
        .order_by(Meeting.starts_at)
        .limit(1)
        .scalar_subquery()
        .label("first_ends_at"),
    )
    .join(ClassSession, ClassSession.id == Seat.class_session_id)
    .join(CourseVersion, _version)
    .join(Course, Course.id == ClassSession.course_id)
    .join(Person, Person.id == ClassSession.trainer_person_id)
    .where(
        Seat.person_id == _person,
        Seat.ended_at.is_(None),
        ClassSession.ends_at > _now,
        ClassSession.state != SessionState.CANCELLED,
    )
    .order_by(ClassSession.starts_at, ClassSession.id)
)
_WAITING = Prepared(
    sa.select(*_COLUMNS, WaitingEntry.state)
    .select_from(WaitingEntry)
    .join(ClassSession, ClassSession.id == WaitingEntry.class_session_id)
    .join(CourseVersion, _version)
    .join(Course, Course.id == ClassSession.course_id)
    .where(
        WaitingEntry.person_id == _person,
        sa.or_(
            sa.and_(WaitingEntry.state == WaitingState.WAITING, ClassSession.starts_at > _now),
            sa.and_(
                WaitingEntry.state == WaitingState.CLOSED,
                WaitingEntry.decided_at > sa.bindparam("since", type_=UtcDateTime()),
            ),
        ),
    )
    .order_by(ClassSession.starts_at, ClassSession.id)
)
_SELF_PACED = Prepared(
    sa.select(
        SelfPacedEnrolment.id,
        SelfPacedEnrolment.course_id,
        SelfPacedEnrolment.started_at,
        CourseVersion.title,
        Course.slug,
        Programme.slug.label("programme_slug"),
    )
    .join(CourseVersion, CourseVersion.id == SelfPacedEnrolment.course_version_id)
    .join(Course, Course.id == SelfPacedEnrolment.course_id)
    .join(Programme, Programme.id == Course.programme_id)
    .where(
        SelfPacedEnrolment.person_id == _person,
        SelfPacedEnrolment.finished_at.is_(None),
        SelfPacedEnrolment.cancelled_at.is_(None),
    )
    .order_by(SelfPacedEnrolment.id)
)


def my_upcoming(person_id: int, *, now: datetime) -> list[Any]:
    """The person's seats in class sessions that are not over, soonest first."""
    return _UPCOMING.rows(person=person_id, now=now)


def my_waiting(person_id: int, *, now: datetime) -> list[Any]:
    """The person's places in queues of class sessions to come, soonest first; for two weeks also
    those that ended without a seat."""
    return _WAITING.rows(person=person_id, now=now, since=now - SHOWN_AS_CLOSED)


def open_self_paced(person_id: int) -> list[Any]:
    """Courses that the person takes in their own time now, oldest first."""
    return _SELF_PACED.rows(person=person_id)
