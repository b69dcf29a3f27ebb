"""What a proctor sees: who is booked, who is in, how far, since when unseen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from certification.delivery.models import (
    Adjustment,
    Attempt,
    AttemptEvent,
    AttemptResponse,
    AttemptState,
    BookingState,
    ExamBooking,
    ExamSlot,
)
from certification.exams.models import Exam
from certification.papers.models import FormItem
from courses.catalog.models import Course, CourseVersion, Programme, VersionState
from lms.accounts.models import Person
from lms.db import AnySelect, db

MOST = 300
"""People in one console."""
_TURN = {"open": 0, "paused": 0, "booked": 1}
"""Of states in a console; all others come last."""


@dataclass(frozen=True, slots=True)
class Held:
    """An exam or a slot whose candidates are watched together."""

    exam_id: int
    slot_id: int | None
    course_code: str
    title: str
    slot: ExamSlot | None

    @property
    def code(self) -> str:
        """In addresses."""
        return self.course_code if self.slot_id is None else f"slot-{self.slot_id}"


@dataclass(frozen=True, slots=True)
class Seat:
    """A candidate of the console."""

    person_id: int
    name: str
    booking_id: int | None
    confirmed_at: datetime | None
    attempt_id: int | None
    code: str
    state: str
    """`booked`, `missed`, `open`, `paused`, `submitted`, `void`."""
    started_at: datetime | None
    due_at: datetime | None
    seen_at: datetime | None
    ended_at: datetime | None
    answered: int
    total: int
    percent: int
    has_reader: bool
    has_large_print: bool


def exams(programme_codes: Sequence[str] | None) -> Sequence[Any]:
    """(exam id, course code, title, open attempts, waiting bookings) of all exams within reach."""
    running = _count(Attempt, Attempt.state == AttemptState.OPEN)
    waiting = _count(ExamBooking, ExamBooking.state == BookingState.BOOKED)
    statement = (
        sa.select(
            Exam.id, Course.code, CourseVersion.title, running.label("running"),
            waiting.label("waiting"),
        )
        .join(Course, Course.id == Exam.course_id)
        .join(Programme, Programme.id == Course.programme_id)
        .join(CourseVersion, CourseVersion.course_id == Course.id)
        .where(CourseVersion.state == VersionState.PUBLISHED)
        .order_by(Programme.position, Course.position)
    )  # fmt: skip
    if programme_codes is not None:
        statement = statement.where(Programme.code.in_(programme_codes))
    return db.session.execute(statement).all()


def _count(model: Any, condition: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.count())
        .select_from(model)
        .where(model.exam_id == Exam.id, condition)
        .correlate(Exam)
        .scalar_subquery()
    )


def slots(exam_ids: Sequence[int], *, since: datetime, limit: int = 50) -> Sequence[ExamSlot]:
    """Slots of these exams from an instant on, soonest first."""
    return db.session.scalars(
        sa.select(ExamSlot)
        .where(
            ExamSlot.exam_id.in_(exam_ids),
            ExamSlot.starts_at >= since,
            ExamSlot.cancelled_at.is_(None),
        )
        .order_by(ExamSlot.starts_at, ExamSlot.id)
        .limit(limit)
    ).all()


def seats(held: Held, *, since: datetime) -> list[Seat]:
    """Live bookings, open attempts, and those that ended or were missed since an instant, in two
    queries: first who is working, then who is expected, last who is done."""
    booked, sat = (
        db.session.execute(_booked(held, since)).all(),
        db.session.execute(_sat(held, since)),
    )
    rows = [_waiting(row) for row in booked] + [_sitting(row) for row in sat]
    return sorted(
        rows, key=lambda row: (_TURN.get(row.state, 2), row.name.casefold(), row.attempt_id or 0)
    )


def _booked(held: Held, since: datetime) -> AnySelect:
    statement = (
        sa.select(ExamBooking, Person.name, Adjustment)
        .join(Person, Person.id == ExamBooking.person_id)
        .outerjoin(Adjustment, _adjusts(ExamBooking.person_id))
        .where(
            ExamBooking.exam_id == held.exam_id,
            sa.or_(
                ExamBooking.state == BookingState.BOOKED,
                sa.and_(ExamBooking.state == BookingState.MISSED, ExamBooking.ended_at >= since),
            ),
        )
        .order_by(Person.sort_name, ExamBooking.id)
        .limit(MOST)
    )
    return statement if held.slot_id is None else statement.where(_in_slot(held))


def _adjusts(person_id: Any) -> sa.ColumnElement[bool]:
    return sa.and_(Adjustment.person_id == person_id, Adjustment.withdrawn_at.is_(None))


def _in_slot(held: Held) -> sa.ColumnElement[bool]:
    return ExamBooking.slot_id == held.slot_id


def _sat(held: Held, since: datetime) -> AnySelect:
    answered = (
        sa.select(sa.func.count())
        .where(AttemptResponse.attempt_id == Attempt.id, AttemptResponse.response.is_not(None))
        .correlate(Attempt)
        .scalar_subquery()
    )
    total = (
        sa.select(sa.func.count())
        .where(FormItem.form_id == Attempt.form_id)
        .correlate(Attempt)
        .scalar_subquery()
    )
    statement = (
        sa.select(
            Attempt, Person.name, answered.label("answered"), total.label("total"), Adjustment
        )
        .join(Person, Person.id == Attempt.person_id)
        .outerjoin(ExamBooking, ExamBooking.id == Attempt.booking_id)
        .outerjoin(Adjustment, _adjusts(Attempt.person_id))
        .where(
            Attempt.exam_id == held.exam_id,
            sa.or_(Attempt.state == AttemptState.OPEN, Attempt.ended_at >= since),
        )
        .order_by(Attempt.id.desc())
        .limit(MOST)
        .execution_options(populate_existing=True)
    )
    return statement if held.slot_id is None else statement.where(_in_slot(held))


def _waiting(row: Any) -> Seat:
    booking, name, adjustment = row
    return Seat(
        booking.person_id, name, booking.id, booking.identity_confirmed_at, None, "",
        booking.state.value,
        None, None, None, None, 0, 0, *_adjustment(adjustment),
    )  # fmt: skip


def _sitting(row: Any) -> Seat:
    attempt, name, answered, total, adjustment = row
    stands = attempt.state == AttemptState.OPEN and attempt.due_at is None
    return Seat(
        attempt.person_id, name, None, None, attempt.id, attempt.code,
        "paused" if stands else attempt.state.value, attempt.started_at, attempt.due_at,
        attempt.seen_at, attempt.ended_at, answered, total, *_adjustment(adjustment),
    )  # fmt: skip


def _adjustment(row: Adjustment | None) -> tuple[int, bool, bool]:
    return (row.extra_percent, row.has_reader, row.has_large_print) if row else (0, False, False)


def attempt_in(held: Held, code: str) -> Attempt | None:
    """An attempt of this console."""
    statement = (
        sa.select(Attempt)
        .outerjoin(ExamBooking, ExamBooking.id == Attempt.booking_id)
        .where(Attempt.code == code, Attempt.exam_id == held.exam_id)
    )
    if held.slot_id is not None:
        statement = statement.where(_in_slot(held))
    return db.session.scalar(statement)


def open_in(held: Held) -> Sequence[int]:
    """Ids of the open attempts of this console."""
    statement = (
        sa.select(Attempt.id)
        .outerjoin(ExamBooking, ExamBooking.id == Attempt.booking_id)
        .where(Attempt.exam_id == held.exam_id, Attempt.state == AttemptState.OPEN)
        .order_by(Attempt.id)
        .limit(MOST)
    )
    if held.slot_id is not None:
        statement = statement.where(_in_slot(held))
    return db.session.scalars(statement).all()


def booking_in(held: Held, booking_id: int) -> ExamBooking | None:
    """A booking of this console."""
    statement = sa.select(ExamBooking).where(
        ExamBooking.id == booking_id, ExamBooking.exam_id == held.exam_id
    )
    return db.session.scalar(statement if held.slot_id is None else statement.where(_in_slot(held)))


def story(attempt_id: int) -> Sequence[Any]:
    """What happened beside the answers: (event, who)."""
    return db.session.execute(
        sa.select(AttemptEvent, Person.name)
        .outerjoin(Person, Person.id == AttemptEvent.by)
        .where(AttemptEvent.attempt_id == attempt_id, AttemptEvent.kind != "answered")
        .order_by(AttemptEvent.number)
    ).all()
