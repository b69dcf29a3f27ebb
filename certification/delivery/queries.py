"""Reading attempts, bookings, slots and adjustments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from certification.delivery.models import (
    Adjustment,
    AdjustmentReason,
    Attempt,
    AttemptEvent,
    AttemptResponse,
    AttemptState,
    BookingState,
    ExamBooking,
    ExamSlot,
)
from certification.delivery.queries_renewal import renewals_of
from certification.delivery.queries_tries import tried
from certification.delivery.rules import Facts, Standing, replay
from certification.exams.models import Exam, ExamPolicy
from certification.exams.queries import policy_on
from certification.exams.retakes import retakes_from
from certification.papers.models import Blueprint, PaperState
from certification.papers.queries_form import given_forms
from certification.rubrics.queries import published
from courses.scheduling.queries.standing import completed_courses, prerequisites
from lms.db import db


def attempt_by_code(code: str) -> Attempt | None:
    """The attempt of this code, with its policy."""
    return db.session.scalar(
        sa.select(Attempt).where(Attempt.code == code).options(joinedload(Attempt.policy))
    )


def attempt_by_id(attempt_id: int) -> Attempt:
    """An attempt that is known to exist, with its policy."""
    return db.session.scalars(
        sa.select(Attempt).where(Attempt.id == attempt_id).options(joinedload(Attempt.policy))
    ).one()


def responses_of(attempt_id: int) -> dict[int, AttemptResponse]:
    """The answers that hold, by place."""
    rows = db.session.scalars(
        sa.select(AttemptResponse)
        .where(AttemptResponse.attempt_id == attempt_id)
        .order_by(AttemptResponse.position)
        .execution_options(populate_existing=True)
    )
    return {row.position: row for row in rows}


def events_of(attempt_id: int) -> Sequence[AttemptEvent]:
    """Everything that happened, in order."""
    return db.session.scalars(
        sa.select(AttemptEvent)
        .where(AttemptEvent.attempt_id == attempt_id)
        .order_by(AttemptEvent.number)
    ).all()


def standing_of(attempt_id: int) -> Standing:
    """Where an attempt stands, without its answers."""
    return replay(
        db.session.scalars(
            sa.select(AttemptEvent)
            .where(AttemptEvent.attempt_id == attempt_id, AttemptEvent.kind != "answered")
            .order_by(AttemptEvent.number)
        )
    )


def adjustment_of(person_id: int, today: date) -> Adjustment | None:
    """What this person gets in every exam today."""
    return db.session.scalar(
        sa.select(Adjustment).where(
            Adjustment.person_id == person_id,
            Adjustment.withdrawn_at.is_(None),
            sa.or_(Adjustment.valid_until.is_(None), Adjustment.valid_until >= today),
        )
    )


def adjustments_of(person_id: int) -> Sequence[Adjustment]:
    """All that were ever granted to a person, newest first."""
    return db.session.scalars(
        sa.select(Adjustment)
        .where(Adjustment.person_id == person_id)
        .order_by(Adjustment.id.desc())
    ).all()


def attempts_of(person_id: int, exam_ids: Sequence[int]) -> Sequence[Attempt]:
    """A person's attempts at these exams, newest first."""
    return db.session.scalars(
        sa.select(Attempt)
        .where(Attempt.person_id == person_id, Attempt.exam_id.in_(exam_ids))
        .order_by(Attempt.id.desc())
    ).all()


def booking_of(exam_id: int, person_id: int) -> ExamBooking | None:
    """A person's live booking for an exam, with its slot."""
    return db.session.scalar(
        sa.select(ExamBooking)
        .where(
            ExamBooking.exam_id == exam_id,
            ExamBooking.person_id == person_id,
            ExamBooking.state == BookingState.BOOKED,
        )
        .options(joinedload(ExamBooking.slot))
        .execution_options(populate_existing=True)
    )


def bookings_of(person_id: int, exam_ids: Sequence[int]) -> dict[int, ExamBooking]:
    """A person's live bookings by exam."""
    rows = db.session.scalars(
        sa.select(ExamBooking)
        .where(
            ExamBooking.person_id == person_id,
            ExamBooking.exam_id.in_(exam_ids),
            ExamBooking.state == BookingState.BOOKED,
        )
        .options(joinedload(ExamBooking.slot))
    )
    return {row.exam_id: row for row in rows}


def slots(exam_id: int, *, since: datetime, limit: int = 50) -> Sequence[ExamSlot]:
    """The next slots of an exam that are not cancelled."""
    return db.session.scalars(
        sa.select(ExamSlot)
        .where(
            ExamSlot.exam_id == exam_id,
            ExamSlot.cancelled_at.is_(None),
            ExamSlot.starts_at >= since,
        )
        .order_by(ExamSlot.starts_at, ExamSlot.id)
        .limit(limit)
    ).all()


def slot_by_id(slot_id: int, exam_id: int | None = None) -> ExamSlot | None:
    """A slot, perhaps only when it is of this exam."""
    statement = sa.select(ExamSlot).where(ExamSlot.id == slot_id)
    if exam_id is not None:
        statement = statement.where(ExamSlot.exam_id == exam_id)
    return db.session.scalar(statement.options(joinedload(ExamSlot.exam)))


@dataclass(frozen=True, slots=True)
class Candidacy:
    """A person before an exam: what holds for them and what they need."""

    policy: ExamPolicy | None
    facts: Facts
    ordinal: int
    """Of the attempt that would be the next."""


def candidacy(exam: Exam, course_version_id: int, person_id: int, *, today: date) -> Candidacy:
    """What decides whether this person may take the exam today."""
    policy = policy_on(exam.id, today)
    missing, met = prerequisites(course_version_id, completed_courses(person_id))
    attempts = attempts_of(person_id, [exam.id])
    running = [one for one in attempts if one.state == AttemptState.OPEN]
    tries, version = tried([exam.id], person_id, attempts)[exam.id]
    has_passed = any(one.passed for one in tries)
    facts = Facts(
        has_policy=policy is not None,
        has_form=policy is not None and _has_form(exam.id, policy),
        is_judged=published(exam.id) is not None,
        missing=[(one.code, one.title) for one in missing],
        completed=[(one.code, one.title) for one in met],
        open_attempt=running[0].code if running else "",
        tries=tries,
        retakes=retakes_from(policy.retakes if policy else {}),
        version=version,
        renewal=renewals_of([exam], person_id, today).get(exam.id) if has_passed else None,
    )
    return Candidacy(policy, facts, max((one.ordinal for one in attempts), default=0) + 1)


def _has_form(exam_id: int, policy: ExamPolicy) -> bool:
    if policy.form_choice == "random":
        found = sa.select(Blueprint.id).where(
            Blueprint.exam_id == exam_id, Blueprint.state == PaperState.PUBLISHED
        )
        return db.session.scalar(found.limit(1)) is not None
    return bool(given_forms(exam_id))


def reasons_of(adjustment_ids: Sequence[int]) -> dict[int, str]:
    """Why adjustments were granted; for those who may know."""
    rows = db.session.scalars(
        sa.select(AdjustmentReason).where(AdjustmentReason.adjustment_id.in_(adjustment_ids))
    )
    return {row.adjustment_id: row.reason for row in rows}
