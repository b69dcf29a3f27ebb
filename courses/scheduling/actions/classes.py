"""Making a class session."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from courses.catalog.models import Course, CourseVersion, DeliveryFormat, DeliveryMode
from courses.scheduling.actions.changes import set_meetings
from courses.scheduling.actions.queue import note
from courses.scheduling.models import ClassSession, SessionState
from courses.scheduling.queries.clashes import clashes
from courses.scheduling.rules import enrolment
from courses.scheduling.rules.changes import Move, move_flaws
from courses.scheduling.rules.times import instant, spans
from lms.db import db, locked
from lms.errors import Refusal, refuse


@dataclass(frozen=True, slots=True)
class Plan:
    """What an administrator enters for a new class session."""

    version: CourseVersion
    delivery_format: DeliveryFormat
    language: str
    trainer_person_id: int
    room_capacity: int
    virtual_capacity: int
    when: Move
    despite: frozenset[str] = frozenset()
    """Codes of class sessions in which the trainer is at the same time, knowingly."""


def create(plan: Plan, *, by: int, now: datetime) -> ClassSession:
    """Schedule a class session; its code is the course's code and its first day.

    Refuses (`trainer_is_booked`) a trainer who has to be elsewhere, unless `despite` says so.
    """
    flaws = move_flaws(plan.when, now=now)
    if flaws:
        raise Refusal(*flaws, status=422)
    _check_capacity(plan)
    slots, zone = plan.when.slots, plan.when.time_zone
    booked = enrolment.booked(clashes(plan.trainer_person_id, spans(slots, zone)), plan.despite)
    if booked:
        raise Refusal(*booked)
    course = db.session.scalars(
        locked(sa.select(Course).where(Course.id == plan.version.course_id))
    ).one()
    session = ClassSession(
        code=_code(course, slots[0].local_start),
        course_version_id=plan.version.id,
        course_id=course.id,
        delivery_mode_id=plan.delivery_format.delivery_mode_id,
        delivery_format_id=plan.delivery_format.id,
        language=plan.language,
        trainer_person_id=plan.trainer_person_id,
        venue=plan.when.venue,
        room=plan.when.room,
        join_url=plan.when.join_url,
        time_zone=zone,
        room_capacity=plan.room_capacity,
        virtual_capacity=plan.virtual_capacity,
        state=SessionState.SCHEDULED,
        starts_at=instant(slots[0].local_start, zone),
        ends_at=instant(slots[-1].local_end, zone),
        created_at=now,
        created_by=by,
    )
    db.session.add(session)
    db.session.flush()
    set_meetings(session, slots)
    note("class_session.created", session, by=by, now=now, code=session.code)
    return session


def _check_capacity(plan: Plan) -> None:
    mode = db.session.get_one(DeliveryMode, plan.delivery_format.delivery_mode_id)
    if plan.room_capacity + plan.virtual_capacity == 0:
        raise refuse("no_capacity", status=422)
    if (plan.room_capacity and not mode.has_room) or (
        plan.virtual_capacity and not mode.has_virtual
    ):
        raise refuse("kind_not_in_mode", status=422, mode=mode.title)


def _code(course: Course, start: datetime) -> str:
    """`ADM-101-270119`, then `ADM-101-270119-2`; the course's lock keeps two from clashing."""
    stem = f"{course.code}-{start:%y%m%d}"
    used = db.session.scalar(
        sa.select(sa.func.count()).where(
            (ClassSession.code == stem) | ClassSession.code.startswith(f"{stem}-")
        )
    )
    return f"{stem}-{used + 1}" if used else stem
