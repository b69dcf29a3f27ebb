"""The moves of seats and queue that every action is made of. All need the session's lock."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from courses.scheduling.actions import news
from courses.scheduling.models import (
    ClassSession,
    QueueDecision,
    Seat,
    SeatEnd,
    SeatKind,
    WaitingEntry,
    WaitingState,
)
from courses.scheduling.queries import standing
from courses.scheduling.rules import places
from lms import audit
from lms.db import db, locked


def lock(class_session: ClassSession) -> ClassSession:
    """The class session with its row locked until the unit ends, read afresh."""
    mine = locked(sa.select(ClassSession).where(ClassSession.id == class_session.id))
    session: ClassSession = db.session.scalars(mine).one()
    return session


def note(act: str, session: ClassSession, *, by: int | None, now: datetime, **facts: Any) -> None:
    """Audit an act on a class session."""
    audit.record(act, "class_session", session.id, by=by, now=now, **facts)


def decide(
    class_session: ClassSession,
    person_id: int,
    what: str,
    why: str,
    *,
    by: int | None,
    now: datetime,
) -> QueueDecision:
    """Log what became of somebody in the queue, and why."""
    decision = QueueDecision(
        class_session_id=class_session.id,
        person_id=person_id,
        what=what,
        why=why,
        at=now,
        by_person_id=by,
    )
    db.session.add(decision)
    db.session.flush()
    return decision


def draw_number(class_session: ClassSession) -> int:
    """The next number of the queue."""
    number = class_session.next_number
    class_session.next_number = number + 1
    return number


def count(class_session: ClassSession, kind: SeatKind, change: int) -> None:
    """Raise or lower the count of taken seats, which a CHECK holds within the capacity."""
    if kind == SeatKind.ROOM:
        class_session.room_taken += change
    else:
        class_session.virtual_taken += change


def give_seat(
    class_session: ClassSession,
    place: places.Place,
    kind: SeatKind,
    *,
    organisation_id: int | None,
    by: int | None,
    now: datetime,
) -> Seat:
    """Seat somebody."""
    seat = Seat(
        class_session_id=class_session.id,
        person_id=place.person_id,
        organisation_id=organisation_id,
        kind=kind,
        wanted_kind=place.wanted,
        tier_rank=place.tier_rank,
        number=place.number,
        taken_at=now,
        taken_by=by,
    )
    db.session.add(seat)
    count(class_session, kind, 1)
    db.session.flush()
    note(
        "seat.taken",
        class_session,
        by=by,
        now=now,
        person=place.person_id,
        kind=kind.value,
        number=place.number,
    )
    return seat


def end_seat(
    class_session: ClassSession, seat: Seat, end: SeatEnd, *, by: int | None, now: datetime
) -> None:
    """Take a seat away; the row stays and says why."""
    seat.ended_at, seat.ended_by, seat.end = now, by, end
    count(class_session, seat.kind, -1)
    db.session.flush()
    note(
        "seat.ended",
        class_session,
        by=by,
        now=now,
        person=seat.person_id,
        kind=seat.kind.value,
        why=end.value,
    )


def put_in_queue(
    class_session: ClassSession,
    place: places.Place,
    *,
    organisation_id: int | None,
    by: int | None,
    now: datetime,
) -> WaitingEntry:
    """Give somebody this place in the queue; one who had it before gets it back."""
    entry = db.session.scalar(
        sa.select(WaitingEntry).where(
            WaitingEntry.class_session_id == class_session.id, WaitingEntry.number == place.number
        )
    )
    if entry is None:
        entry = WaitingEntry(
            class_session_id=class_session.id,
            person_id=place.person_id,
            organisation_id=organisation_id,
            tier_rank=place.tier_rank,
            number=place.number,
            joined_at=now,
            joined_by=by,
        )
        db.session.add(entry)
    entry.wanted_kind, entry.group_number = place.wanted, place.group
    entry.state, entry.decided_at = WaitingState.WAITING, None
    db.session.flush()
    note(
        "queue.joined",
        class_session,
        by=by,
        now=now,
        person=place.person_id,
        number=place.number,
        tier=place.tier_rank,
    )
    return entry


def close_entry(entry: WaitingEntry, state: WaitingState, *, by: int | None, now: datetime) -> None:
    """End somebody's waiting."""
    entry.state, entry.decided_at = state, now
    db.session.flush()
    audit.record(
        "queue.left",
        "class_session",
        entry.class_session_id,
        by=by,
        now=now,
        person=entry.person_id,
        number=entry.number,
        state=state.value,
    )


def close_begun(class_session_id: int, *, now: datetime) -> None:
    """End the waiting for a class session that has begun; each who waited gets one mail."""
    session: ClassSession = db.session.scalars(
        locked(sa.select(ClassSession).where(ClassSession.id == class_session_id))
    ).one()
    if session.starts_at > now:
        return
    keys = {}
    for entry in standing.waiting(session.id):
        close_entry(entry, WaitingState.CLOSED, by=None, now=now)
        decision = decide(session, entry.person_id, "left", "session_began", by=None, now=now)
        keys[entry.person_id] = str(decision.id)
    news.tell("queue_closed", session, keys, now=now)


def pass_over(
    class_session: ClassSession, place: places.Place, *, by: int | None, now: datetime
) -> None:
    """Log that a seat went to somebody behind this place, because it does not fit here."""
    why = "kind_not_free" if place.group is None else "group_does_not_fit"
    decide(class_session, place.person_id, "skipped", why, by=by, now=now)


def promote(class_session: ClassSession, *, by: int | None, now: datetime) -> list[Seat]:
    """Give the free seats to the queue, in the published order; each decision is logged."""
    if not standing.is_open(class_session, now=now):
        return []
    entries = {entry.number: entry for entry in standing.waiting(class_session.id)}
    queue = [standing.place_of(entry) for entry in entries.values()]
    seats = []
    for step in places.steps(standing.free(class_session), queue):
        entry = entries[step.place.number]
        if step.kind is None:
            pass_over(class_session, step.place, by=by, now=now)
        else:
            seats.append(_promote_one(class_session, entry, step.kind, by=by, now=now))
    return seats


def _promote_one(
    class_session: ClassSession,
    entry: WaitingEntry,
    kind: SeatKind,
    *,
    by: int | None,
    now: datetime,
) -> Seat:
    close_entry(entry, WaitingState.PROMOTED, by=by, now=now)
    place = standing.place_of(entry)
    seat = give_seat(
        class_session, place, kind, organisation_id=entry.organisation_id, by=by, now=now
    )
    decision = decide(class_session, entry.person_id, "promoted", "first_that_fits", by=by, now=now)
    news.tell(
        "promoted",
        class_session,
        {entry.person_id: str(decision.id)},
        now=now,
        kind=kind.value,
    )
    return seat
