"""Slots before they change: who is booked, what else these people have to do, the preview."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from certification.delivery.models import Adjustment, BookingState, ExamBooking, ExamSlot
from certification.delivery.rules import ENTRY
from certification.delivery.rules_slots import (
    GRACE,
    Change,
    Effect,
    Planned,
    digest,
    missed_at,
    objections,
    plan,
)
from certification.exams.models import Exam
from certification.exams.queries import policy_on
from courses.catalog.models import Course, CourseVersion, VersionState
from courses.scheduling.queries.standing import engagements
from courses.scheduling.rules.times import Span
from lms.accounts.models import Person
from lms.clock import today
from lms.db import db
from lms.reasons import Reason
from lms.site import issuer_zone

MINUTES = 60
"""How long an exam without a policy is taken to last."""


@dataclass(frozen=True, slots=True)
class Preview:
    """Whom a change affects; `objections` stand against making it at all."""

    rows: list[tuple[str, Effect]]
    """(name, what happens)."""
    digest: str
    objections: list[Reason]


def planned(slot: ExamSlot, *, now: datetime) -> Planned:
    """A slot with everybody who is booked for it."""
    booked = [(row.person_id, row.id) for row in live_bookings(slot.id)]
    policy = policy_on(slot.exam_id, today(now, issuer_zone()))
    minutes = policy.minutes if policy else MINUTES
    return Planned(
        revision=slot.revision,
        is_cancelled=slot.cancelled_at is not None,
        starts_at=slot.starts_at,
        time_zone=slot.time_zone,
        place=slot.place,
        taken=slot.taken,
        minutes=minutes,
        booked=tuple(booked),
        busy=_busy(slot, [person for person, _id in booked], minutes, now=now),
    )


def live_bookings(slot_id: int) -> Sequence[ExamBooking]:
    """The bookings of a slot that were neither used nor given up."""
    return db.session.scalars(
        sa.select(ExamBooking)
        .where(ExamBooking.slot_id == slot_id, ExamBooking.state == BookingState.BOOKED)
        .order_by(ExamBooking.id)
    ).all()


def _busy(
    slot: ExamSlot, people: Iterable[int], minutes: int, *, now: datetime
) -> Mapping[int, tuple[Span, ...]]:
    """Class sessions and other exams of these people."""
    found = [(one.person_id, one.span) for one in engagements(people, apart_from=0, after=now)]
    others = db.session.execute(
        sa.select(ExamBooking.person_id, ExamSlot.starts_at)
        .join(ExamSlot, ExamSlot.id == ExamBooking.slot_id)
        .where(
            ExamBooking.person_id.in_(list(people)),
            ExamBooking.state == BookingState.BOOKED,
            ExamSlot.id != slot.id,
        )
    )
    last = timedelta(minutes=minutes)
    found += [(row.person_id, Span(row.starts_at, row.starts_at + last)) for row in others]
    busy: dict[int, tuple[Span, ...]] = {}
    for person, span in found:
        busy[person] = (*busy.get(person, ()), span)
    return busy


def preview(slot: ExamSlot, change: Change, *, now: datetime) -> Preview:
    """What would happen if the change were made now."""
    before = planned(slot, now=now)
    if found := objections(before, change, now=now):
        return Preview([], "", found)
    effects = plan(before, change)
    ids = [effect.person_id for effect in effects]
    rows = db.session.execute(sa.select(Person.id, Person.name).where(Person.id.in_(ids)))
    names = {row.id: row.name for row in rows}
    shown = [(names[effect.person_id], effect) for effect in effects]
    return Preview(shown, digest(before, change, effects), [])


def named(exam_id: int) -> Any:
    """(course's code, title) of an exam."""
    return db.session.execute(
        sa.select(Course.code, CourseVersion.title)
        .join(Exam, Exam.course_id == Course.id)
        .join(CourseVersion, CourseVersion.course_id == Course.id)
        .where(Exam.id == exam_id, CourseVersion.state == VersionState.PUBLISHED)
    ).one()


def overdue(now: datetime, most: int) -> list[tuple[int, datetime]]:
    """(booking, start of its slot) of bookings that nobody used in time, oldest first."""
    rows = db.session.execute(
        sa.select(ExamBooking.id, ExamSlot.starts_at, ExamBooking.person_id, Adjustment)
        .join(ExamSlot, ExamSlot.id == ExamBooking.slot_id)
        .outerjoin(
            Adjustment,
            sa.and_(
                Adjustment.person_id == ExamBooking.person_id, Adjustment.withdrawn_at.is_(None)
            ),
        )
        .where(
            ExamBooking.state == BookingState.BOOKED,
            ExamSlot.cancelled_at.is_(None),
            ExamSlot.starts_at < now - ENTRY - GRACE,
        )
        .order_by(ExamSlot.starts_at, ExamBooking.id)
        .limit(most)
    )
    return [
        (row.id, row.starts_at)
        for row in rows
        if missed_at(row.starts_at, percent=_percent(row.Adjustment)) < now
    ]


def _percent(adjustment: Adjustment | None) -> int:
    return adjustment.extra_percent if adjustment else 0


def missed_of(person_id: int, exam_ids: Sequence[int]) -> dict[int, ExamSlot]:
    """Exam -> the slot that a person missed, unless another booking came after it."""
    rows = db.session.execute(
        sa.select(ExamBooking, ExamSlot)
        .outerjoin(ExamSlot, ExamSlot.id == ExamBooking.slot_id)
        .where(ExamBooking.person_id == person_id, ExamBooking.exam_id.in_(exam_ids))
        .order_by(ExamBooking.id)
    ).all()
    newest = {row.ExamBooking.exam_id: row for row in rows}
    return {
        exam: row.ExamSlot
        for exam, row in newest.items()
        if row.ExamBooking.state == BookingState.MISSED
    }
