"""Booking an exam, for a slot or for any time. Seats are counted under the slot's lock, and the
database holds `taken <= capacity`."""

from datetime import datetime

import sqlalchemy as sa

from certification.delivery import queries
from certification.delivery.models import BOOKING_MOVES, BookingState, ExamBooking, ExamSlot
from certification.delivery.rules import needs
from certification.delivery.rules_slots import missed_at
from certification.exams.models import Exam
from lms import audit
from lms.clock import today
from lms.db import db, locked
from lms.errors import Refusal, refuse
from lms.lifecycle import check_move
from lms.site import issuer_zone


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


def held(exam_id: int, person_id: int) -> ExamBooking | None:
    """The person's live booking, locked until the unit ends: one that is given up, missed or
    cancelled with its slot meanwhile is none."""
    found: ExamBooking | None = db.session.scalar(
        locked(
            sa.select(ExamBooking).where(
                ExamBooking.exam_id == exam_id,
                ExamBooking.person_id == person_id,
                ExamBooking.state == BookingState.BOOKED,
            )
        )
    )
    return found


def _held(exam_id: int, person_id: int) -> ExamBooking:
    booking = held(exam_id, person_id)
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
    end(booking, by=by, now=now, reason=reason)


def end(booking: ExamBooking, *, by: int, now: datetime, reason: str) -> None:
    """Cancel a locked booking."""
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


def miss(booking_id: int, *, now: datetime) -> bool:
    """Note that nobody used a booking in time; True for the one time that it was noted.

    A start holds the booking while it uses it: whichever comes first, the other one finds it done.
    A slot that was moved meanwhile has its time still before it.
    """
    booking: ExamBooking | None = db.session.scalar(
        locked(sa.select(ExamBooking).where(ExamBooking.id == booking_id))
    )
    slot = booking and booking.slot_id and db.session.get(ExamSlot, booking.slot_id)
    if booking is None or not slot or booking.state != BookingState.BOOKED:
        return False
    adjustment = queries.adjustment_of(booking.person_id, today(now, issuer_zone()))
    percent = adjustment.extra_percent if adjustment else 0
    if now <= missed_at(slot.starts_at, percent=percent):
        return False
    check_move(BOOKING_MOVES, booking.state, BookingState.MISSED)
    booking.state, booking.ended_at = BookingState.MISSED, now
    audit.record("exam.booking_missed", "booking", booking.id, by=None, now=now)
    return True
