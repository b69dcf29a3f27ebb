"""Adjustments: granted once per person, they hold in every exam, also in one that is running."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from certification.delivery import actions
from certification.delivery.models import Adjustment, AdjustmentReason, Attempt, AttemptState
from lms import audit
from lms.accounts.models import Person
from lms.db import db, locked
from lms.errors import refuse


@dataclass(frozen=True, slots=True)
class Grant:
    """What a person gets."""

    extra_percent: int = 0
    break_minutes: int = 0
    has_reader: bool = False
    has_large_print: bool = False
    valid_until: date | None = None


def grant(person_id: int, wanted: Grant, reason: str, *, by: int, now: datetime) -> Adjustment:
    """Grant an adjustment in place of the one that holds; a running attempt gets it at once."""
    if person_id == by:
        raise refuse("not_yourself", status=403)
    _hold(person_id)
    _end(person_id, by=by, now=now)
    row = Adjustment(
        person_id=person_id, extra_percent=wanted.extra_percent,
        break_minutes=wanted.break_minutes, has_reader=wanted.has_reader,
        has_large_print=wanted.has_large_print, valid_until=wanted.valid_until, at=now, by=by,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    db.session.add(AdjustmentReason(adjustment_id=row.id, reason=reason))
    _apply(person_id, wanted, by=by, now=now)
    audit.record(
        "adjustment.granted", "person", person_id, by=by, now=now, private={"reason": reason},
        adjustment=row.id,
    )  # fmt: skip
    return row


def withdraw(person_id: int, *, by: int, now: datetime) -> None:
    """Later exams are without it; a running attempt keeps what it got."""
    if person_id == by:
        raise refuse("not_yourself", status=403)
    _hold(person_id)
    _end(person_id, by=by, now=now)
    audit.record("adjustment.withdrawn", "person", person_id, by=by, now=now)


def _hold(person_id: int) -> None:
    """Two who grant at once follow one another."""
    db.session.execute(locked(sa.select(Person.id).where(Person.id == person_id)))


def _end(person_id: int, *, by: int, now: datetime) -> None:
    db.session.execute(
        sa.update(Adjustment)
        .where(Adjustment.person_id == person_id, Adjustment.withdrawn_at.is_(None))
        .values(withdrawn_at=now, withdrawn_by=by)
    )


def _apply(person_id: int, wanted: Grant, *, by: int, now: datetime) -> None:
    running = db.session.scalars(
        sa.select(Attempt.id)
        .where(Attempt.person_id == person_id, Attempt.state == AttemptState.OPEN)
        .order_by(Attempt.id)
    ).all()
    data = {"extra_percent": wanted.extra_percent, "break_minutes": wanted.break_minutes}
    for attempt_id in running:
        attempt = actions.hold(attempt_id)
        if attempt.state == AttemptState.OPEN:
            actions.note(attempt, "adjusted", data, by=by, now=now)
