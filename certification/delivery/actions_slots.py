"""The times at which an exam is held: planned, changed and cancelled, each in two phases."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from certification.delivery import queries_slots as queries
from certification.delivery.actions_bookings import end, held_slot
from certification.delivery.models import BookingState, ExamBooking, ExamSlot
from certification.delivery.rules_slots import (
    Change,
    Effect,
    SlotEnd,
    SlotPlan,
    digest,
    flaws,
    objections,
    plan,
)
from certification.exams.models import Exam
from lms import audit
from lms.accounts import letters
from lms.accounts.queries import mail_addresses
from lms.db import db, locked
from lms.errors import Refusal, refuse


def make_slot(exam: Exam, wanted: SlotPlan, *, by: int, now: datetime) -> ExamSlot:
    """Plan a time; one that the clocks skip or repeat is refused."""
    if found := flaws(wanted, now=now):
        raise Refusal(*found, status=422)
    slot = ExamSlot(
        exam_id=exam.id, starts_at=wanted.starts_at(), local_start=wanted.local_start,
        time_zone=wanted.time_zone, place=wanted.place, capacity=wanted.capacity, taken=0,
        proctor_person_id=wanted.proctor_person_id, created_at=now, created_by=by,
    )  # fmt: skip
    db.session.add(slot)
    db.session.flush()
    audit.record("exam.slot_planned", "slot", slot.id, by=by, now=now, exam=exam.id)
    return slot


def change(slot_id: int, wanted: Change, confirmed: str, *, by: int, now: datetime) -> list[Effect]:
    """Do exactly what the preview with this digest showed; `preview_outdated` if it cannot.
    Whoever is booked has a mail, once for each change."""
    slot = held_slot(slot_id)
    if slot is None:
        raise refuse("slot_cancelled")
    bookings = _held_bookings(slot_id)
    before = queries.planned(slot, now=now)
    if found := objections(before, wanted, now=now):
        raise Refusal(*found, status=422)
    effects = plan(before, wanted)
    if digest(before, wanted, effects) != confirmed:
        raise refuse("preview_outdated")
    slot.revision += 1
    was = _place("was_", slot)
    if isinstance(wanted, SlotEnd):
        _cancel(slot, bookings, wanted.reason, by=by, now=now)
        _tell("exam_slot_cancelled", slot, effects, now=now, reason=wanted.reason, **was)
    else:
        _move(slot, wanted, by=by, now=now)
        _tell("exam_slot_moved", slot, effects, now=now, **_place("", slot), **was)
    return effects


def _held_bookings(slot_id: int) -> Sequence[ExamBooking]:
    """Locked, so that nobody begins with one of them meanwhile."""
    return db.session.scalars(
        locked(
            sa.select(ExamBooking)
            .where(ExamBooking.slot_id == slot_id, ExamBooking.state == BookingState.BOOKED)
            .order_by(ExamBooking.id)
        )
    ).all()


def _cancel(
    slot: ExamSlot, bookings: Sequence[ExamBooking], reason: str, *, by: int, now: datetime
) -> None:
    for booking in bookings:
        end(booking, by=by, now=now, reason=reason)
    slot.cancelled_at = now
    audit.record(
        "exam.slot_cancelled", "slot", slot.id, by=by, now=now, people=len(bookings),
        private={"reason": reason},
    )  # fmt: skip


def _move(slot: ExamSlot, wanted: SlotPlan, *, by: int, now: datetime) -> None:
    was = slot.starts_at.isoformat()
    slot.starts_at, slot.local_start = wanted.starts_at(), wanted.local_start
    slot.time_zone, slot.place = wanted.time_zone, wanted.place
    slot.capacity, slot.proctor_person_id = wanted.capacity, wanted.proctor_person_id
    db.session.flush()
    will = slot.starts_at.isoformat()
    audit.record("exam.slot_moved", "slot", slot.id, by=by, now=now, was=was, will=will)


def _place(prefix: str, slot: ExamSlot) -> dict[str, str]:
    """When and where, for a mail."""
    return {
        f"{prefix}starts_at": slot.starts_at.isoformat(),
        f"{prefix}place_zone": slot.time_zone,
        f"{prefix}place": slot.place,
    }


def _tell(
    template: str, slot: ExamSlot, effects: Sequence[Effect], *, now: datetime, **facts: Any
) -> None:
    course_code, title = queries.named(slot.exam_id)
    people = [effect.person_id for effect in effects]
    for person_id, address in mail_addresses(people).items():
        letters.write_to(
            address,
            template,
            person_id,
            key=f"{template}:{slot.id}:{slot.revision}:{person_id}",
            now=now,
            course_code=course_code,
            title=title,
            **facts,
        )
