"""What time does to attempts: it ends them, and the breaks in them; and to unused bookings."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from certification.delivery import actions, actions_bookings, queries_slots
from certification.delivery.models import Attempt, AttemptState
from certification.exams.models import ExamPolicy
from lms import clock, jobs
from lms.db import db, run

AT_ONCE = 200


@jobs.tick
def look(now: datetime) -> None:
    """Attempts whose time may be over, breaks that may be used up, bookings that were missed."""
    for attempt_id, due_at in _overdue(now):
        args = {"attempt_id": attempt_id}
        jobs.enqueue("delivery.time_out", args, key=f"{attempt_id}:{due_at.isoformat()}")
    for booking_id, starts_at in queries_slots.overdue(now, AT_ONCE):
        missed = {"booking_id": booking_id}
        jobs.enqueue("delivery.missed", missed, key=f"{booking_id}:{starts_at.isoformat()}")
    for attempt_id in _standing():
        actions.end_rest(attempt_id, now=now)


def _overdue(now: datetime) -> list[tuple[int, datetime]]:
    """Open attempts past their deadline and its grace, oldest first."""
    rows = db.session.execute(
        sa.select(Attempt.id, Attempt.due_at, ExamPolicy.grace_seconds)
        .join(ExamPolicy, ExamPolicy.id == Attempt.policy_id)
        .where(Attempt.state == AttemptState.OPEN, Attempt.due_at < now)
        .order_by(Attempt.due_at, Attempt.id)
        .limit(AT_ONCE)
    )
    return [
        (attempt_id, due_at)
        for attempt_id, due_at, grace in rows
        if due_at is not None and due_at + timedelta(seconds=grace) < now
    ]


def _standing() -> list[int]:
    """Open attempts whose clock stands."""
    return list(
        db.session.scalars(
            sa.select(Attempt.id)
            .where(Attempt.state == AttemptState.OPEN, Attempt.due_at.is_(None))
            .order_by(Attempt.id)
            .limit(AT_ONCE)
        )
    )


@jobs.job("delivery.time_out")
def time_out(args: jobs.Args) -> None:
    """Hand in what is there; more time given meanwhile changes that."""
    run(lambda: actions.time_out(args["attempt_id"], now=clock.now()))


@jobs.job("delivery.missed")
def missed(args: jobs.Args) -> None:
    """Note a booking that nobody used; who begins at the last moment comes first."""
    run(lambda: actions_bookings.miss(args["booking_id"], now=clock.now()))
