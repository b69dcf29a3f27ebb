"""What administrators see of a class session's people, and why the queue did what it did."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from courses.scheduling.models import (
    ClassSession,
    QueueDecision,
    Seat,
    WaitingEntry,
    WaitingState,
)
from lms.accounts.models import Person
from lms.db import db


def seats_with_names(class_session_id: int) -> Sequence[Seat]:
    """Live seats by name."""
    return db.session.scalars(
        sa.select(Seat)
        .join(Seat.person)
        .options(joinedload(Seat.person))
        .where(Seat.class_session_id == class_session_id, Seat.ended_at.is_(None))
        .order_by(Person.sort_name, Person.id)
    ).all()


def seat_of(class_session_id: int, seat_id: int) -> Seat | None:
    """A live seat of this class session, with its person."""
    return db.session.scalar(
        sa.select(Seat)
        .options(joinedload(Seat.person))
        .where(
            Seat.id == seat_id,
            Seat.class_session_id == class_session_id,
            Seat.ended_at.is_(None),
        )
    )


def queue_with_names(class_session_id: int) -> Sequence[WaitingEntry]:
    """The queue in its published order."""
    return db.session.scalars(
        sa.select(WaitingEntry)
        .options(joinedload(WaitingEntry.person))
        .where(
            WaitingEntry.class_session_id == class_session_id,
            WaitingEntry.state == WaitingState.WAITING,
        )
        .order_by(WaitingEntry.tier_rank, WaitingEntry.number)
    ).all()


def begun_queues(*, now: datetime, limit: int = 100) -> list[tuple[int, int]]:
    """Class sessions that have begun with people still waiting, and the newest entry of each."""
    rows = db.session.execute(
        sa.select(WaitingEntry.class_session_id, sa.func.max(WaitingEntry.id))
        .join(ClassSession, ClassSession.id == WaitingEntry.class_session_id)
        .where(WaitingEntry.state == WaitingState.WAITING, ClassSession.starts_at <= now)
        .group_by(WaitingEntry.class_session_id)
        .order_by(WaitingEntry.class_session_id)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in rows]


def closed_entry(class_session_id: int, person_id: int) -> WaitingEntry | None:
    """The person's place in a queue that ended without a seat."""
    return db.session.scalar(
        sa.select(WaitingEntry)
        .where(
            WaitingEntry.class_session_id == class_session_id,
            WaitingEntry.person_id == person_id,
            WaitingEntry.state == WaitingState.CLOSED,
        )
        .order_by(WaitingEntry.id.desc())
        .limit(1)
    )


def decisions(class_session_id: int, limit: int = 100) -> Sequence[sa.Row[QueueDecision, str]]:
    """The newest decisions with whom they were about."""
    return db.session.execute(
        sa.select(QueueDecision, Person.name)
        .join(Person, Person.id == QueueDecision.person_id)
        .where(QueueDecision.class_session_id == class_session_id)
        .order_by(QueueDecision.id.desc())
        .limit(limit)
    ).all()
