"""A learner's own seats, places in queues, courses under way and completed."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from courses.catalog.models import Course, CourseVersion
from courses.scheduling.models import (
    ClassSession,
    Completion,
    Seat,
    SelfPacedEnrolment,
    SessionState,
    WaitingEntry,
    WaitingState,
)
from courses.scheduling.queries.sessions import with_names
from lms.db import db


def my_upcoming(person_id: int, *, now: datetime) -> Sequence[Seat]:
    """The person's seats in class sessions that are not over, soonest first, with meetings."""
    return db.session.scalars(
        sa.select(Seat)
        .join(Seat.class_session)
        .options(
            contains_eager(Seat.class_session).options(
                *with_names(), selectinload(ClassSession.meetings)
            )
        )
        .where(
            Seat.person_id == person_id,
            Seat.ended_at.is_(None),
            ClassSession.ends_at > now,
            ClassSession.state != SessionState.CANCELLED,
        )
        .order_by(ClassSession.starts_at, ClassSession.id)
    ).all()


def my_past(person_id: int, *, now: datetime, limit: int = 20) -> Sequence[Seat]:
    """The person's seats in class sessions that are over, newest first."""
    return db.session.scalars(
        sa.select(Seat)
        .join(Seat.class_session)
        .options(contains_eager(Seat.class_session).options(*with_names()))
        .where(Seat.person_id == person_id, Seat.ended_at.is_(None), ClassSession.ends_at <= now)
        .order_by(ClassSession.starts_at.desc(), ClassSession.id.desc())
        .limit(limit)
    ).all()


def my_waiting(person_id: int, *, now: datetime | None = None) -> Sequence[WaitingEntry]:
    """The person's places in queues, soonest class session first; `now` leaves past ones out."""
    wanted = (
        sa.select(WaitingEntry)
        .join(WaitingEntry.class_session)
        .options(contains_eager(WaitingEntry.class_session).options(*with_names()))
        .where(WaitingEntry.person_id == person_id, WaitingEntry.state == WaitingState.WAITING)
        .order_by(ClassSession.starts_at, ClassSession.id)
    )
    if now is not None:
        wanted = wanted.where(ClassSession.starts_at > now)
    return db.session.scalars(wanted).all()


def completions_of(person_id: int) -> Sequence[sa.Row[Completion, CourseVersion, Course]]:
    """Completions that hold, newest first, each with its course version and course."""
    return db.session.execute(
        sa.select(Completion, CourseVersion, Course)
        .join(CourseVersion, CourseVersion.id == Completion.course_version_id)
        .join(Course, Course.id == Completion.course_id)
        .where(Completion.person_id == person_id, Completion.withdrawn_at.is_(None))
        .order_by(Completion.completed_on.desc(), Completion.id.desc())
    ).all()


def open_self_paced(person_id: int) -> Sequence[SelfPacedEnrolment]:
    """Courses that the person takes in their own time now, oldest first."""
    return db.session.scalars(
        sa.select(SelfPacedEnrolment)
        .options(
            joinedload(SelfPacedEnrolment.course_version)
            .joinedload(CourseVersion.course)
            .joinedload(Course.programme)
        )
        .where(
            SelfPacedEnrolment.person_id == person_id,
            SelfPacedEnrolment.finished_at.is_(None),
            SelfPacedEnrolment.cancelled_at.is_(None),
        )
        .order_by(SelfPacedEnrolment.id)
    ).all()
