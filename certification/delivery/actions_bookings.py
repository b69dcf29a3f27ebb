"""Booking an exam, for a slot or for any time, and the slots themselves. Seats are counted under
the slot's lock, and the database holds `taken <= capacity`."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from certification.delivery import queries
from certification.delivery.models import BOOKING_MOVES, BookingState, ExamBooking, ExamSlot
from certification.delivery.rules import needs
from certification.exams.models import Exam
from courses.scheduling.rules.times import instant, time_flaw
from lms import audit
from lms.clock import today
from lms.db import db, locked
from lms.errors import Refusal, refuse
from lms.lifecycle import check_move
from lms.site import issuer_zone


@dataclass(frozen=True, slots=True)
class SlotPlan:
    """A slot as it is planned: a local time in a named zone."""

    local_start: datetime
    time_zone: str
    place: str
    capacity: int
    proctor_person_id: int | None = None


def book(
    exam: Exam, course_version_id: int, person_id: int, slot_id: int | None, *, now: datetime
) -> ExamBooking:
    """Book an exam for whoever may take it; in a slot while a place is left there."""
    found = queries.candidacy(exam, course_version_id, person_id, today=today(now, issuer_zone()))
    if unmet := [need.reason for need in needs(found.facts, now=now) if not need.met]:
        raise Refusal(*unmet)
    _check_kind(found.policy.booking if found.policy else "", slot_id)
    if slot_id is not None:
        _take(exam, slot_id, now)
    booking = ExamBooking(
        exam_id=exam.id, person_id=person_id, slot_id=slot_id, state=BookingState.BOOKED, at=now,
        by=person_id,
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(booking)
    except sa.exc.IntegrityError as error:
        raise refuse("booked_already") from error
    return booking


def _check_kind(booking: str, slot_id: int | None) -> None:
    if slot_id is None and booking == "slot":
        raise refuse("not_at_any_time")
    if slot_id is not None and booking == "any":
        raise refuse("only_at_any_time")


def _take(exam: Exam, slot_id: int, now: datetime) -> None:
    slot = held_slot(slot_id)
    if slot is None or slot.exam_id != exam.id or slot.cancelled_at is not None:
        raise refuse("slot_cancelled")
    if slot.starts_at <= now:
        raise refuse("slot_past")
    if slot.taken >= slot.capacity:
        raise refuse("slot_full")
    slot.taken += 1
    db.session.flush()


def held_slot(slot_id: int) -> ExamSlot | None:
    """The slot, locked until the unit ends."""
    found: ExamSlot | None = db.session.scalar(
        locked(sa.select(ExamSlot).where(ExamSlot.id == slot_id))
    )
    return found


def _held(exam_id: int, person_id: int) -> ExamBooking:
    """The person's live booking, locked."""
    booking: ExamBooking | None = db.session.scalar(
        locked(
            sa.select(ExamBooking).where(
                ExamBooking.exam_id == exam_id,
                ExamBooking.person_id == person_id,
                ExamBooking.state == BookingState.BOOKED,
            )
        )
    )
    if booking is None:
        raise refuse("not_booked")
    return booking


def _leave(booking: ExamBooking) -> None:
    slot = held_slot(booking.slot_id) if booking.slot_id is not None else None
    if slot is not None:
        slot.taken -= 1


def cancel(exam: Exam, person_id: int, *, by: int, now: datetime, reason: str = "") -> None:
    """Give a booking up; its place is free at once."""
    booking = _held(exam.id, person_id)
    _end(booking, by=by, now=now, reason=reason)


def _end(booking: ExamBooking, *, by: int, now: datetime, reason: str) -> None:
    check_move(BOOKING_MOVES, booking.state, BookingState.CANCELLED)
    _leave(booking)
    booking.state, booking.ended_at, booking.reason = BookingState.CANCELLED, now, reason
    private = {"reason": reason} if reason else None
    audit.record("exam.booking_cancelled", "booking", booking.id, by=by, now=now, private=private)


def move(exam: Exam, person_id: int, slot_id: int, *, now: datetime) -> ExamBooking:
    """Another slot instead: the new place is taken before the old one is free, or nothing is
    changed. Both slots are locked in the order of their ids, so that two who swap never wait for
    one another."""
    booking = _held(exam.id, person_id)
    if booking.slot_id == slot_id:
        return booking
    for one in sorted(one for one in (slot_id, booking.slot_id) if one is not None):
        held_slot(one)
    _take(exam, slot_id, now)
    _leave(booking)
    booking.slot_id, booking.identity_confirmed_at, booking.identity_confirmed_by = (
        slot_id, None, None,
    )  # fmt: skip
    return booking


def confirm_identity(booking_id: int, exam_id: int, *, by: int, now: datetime) -> None:
    """A proctor saw who it is."""
    booking = db.session.scalar(
        locked(
            sa.select(ExamBooking).where(
                ExamBooking.id == booking_id, ExamBooking.exam_id == exam_id
            )
        )
    )
    if booking is None or booking.state != BookingState.BOOKED:
        raise refuse("not_booked")
    if booking.person_id == by:
        raise refuse("not_yourself", status=403)
    booking.identity_confirmed_at, booking.identity_confirmed_by = now, by
    audit.record("exam.identity_confirmed", "booking", booking.id, by=by, now=now)


def make_slot(exam: Exam, plan: SlotPlan, *, by: int, now: datetime) -> ExamSlot:
    """Plan a time; one that the clocks skip or repeat is refused."""
    if flaw := time_flaw(plan.local_start, plan.time_zone):
        raise Refusal(flaw, status=422)
    starts_at = instant(plan.local_start, plan.time_zone)
    if starts_at <= now:
        raise refuse("slot_past", status=422)
    slot = ExamSlot(
        exam_id=exam.id, starts_at=starts_at, local_start=plan.local_start,
        time_zone=plan.time_zone, place=plan.place, capacity=plan.capacity, taken=0,
        proctor_person_id=plan.proctor_person_id, created_at=now, created_by=by,
    )  # fmt: skip
    db.session.add(slot)
    db.session.flush()
    audit.record("exam.slot_planned", "slot", slot.id, by=by, now=now, exam=exam.id)
    return slot


def cancel_slot(slot_id: int, reason: str, *, by: int, now: datetime) -> int:
    """Cancel a slot with all its bookings; returns how many people lost theirs."""
    slot = held_slot(slot_id)
    if slot is None or slot.cancelled_at is not None:
        raise refuse("slot_cancelled")
    bookings = db.session.scalars(
        locked(
            sa.select(ExamBooking)
            .where(ExamBooking.slot_id == slot_id, ExamBooking.state == BookingState.BOOKED)
            .order_by(ExamBooking.id)
        )
    ).all()
    for booking in bookings:
        _end(booking, by=by, now=now, reason=reason)
    slot.cancelled_at = now
    audit.record("exam.slot_cancelled", "slot", slot.id, by=by, now=now, people=len(bookings))
    return len(bookings)
