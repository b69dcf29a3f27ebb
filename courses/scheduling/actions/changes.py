"""Administrative changes of a class session, in two phases: a plan to look at, then its run."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from courses.scheduling.actions import news
from courses.scheduling.actions.groups import strand
from courses.scheduling.actions.queue import (
    close_entry,
    decide,
    end_seat,
    lock,
    note,
    promote,
    put_in_queue,
)
from courses.scheduling.models import (
    ClassSession,
    Meeting,
    SeatEnd,
    SessionState,
    WaitingEntry,
    WaitingState,
)
from courses.scheduling.queries import standing
from courses.scheduling.queries.clashes import clashes_of
from courses.scheduling.queries.previews import also_concerned
from courses.scheduling.rules import changes as rules
from courses.scheduling.rules import enrolment
from courses.scheduling.rules.places import Place
from courses.scheduling.rules.states import MOVES
from courses.scheduling.rules.times import Slot, spans
from lms.db import db
from lms.errors import Refusal, refuse
from lms.lifecycle import check_move

STRANDED = ("group_too_large_now", "kind_is_gone")


def run(
    class_session: ClassSession,
    change: rules.Change,
    digest: str,
    *,
    despite: Collection[str] = (),
    by: int,
    now: datetime,
) -> list[rules.Effect]:
    """Do exactly what the preview with this digest showed; `preview_outdated` if it cannot.

    Refuses (`trainer_is_booked`) while the trainer has to be elsewhere at the same time, except
    in the class sessions whose codes are in `despite`.
    """
    session = lock(class_session)
    snapshot = standing.snapshot(session, now=now, also=also_concerned(change))
    reasons = rules.objections(snapshot, change, now=now)
    if reasons:
        raise Refusal(*reasons)
    effects = rules.plan(snapshot, change)
    if rules.digest(snapshot, change, effects) != digest:
        raise refuse("preview_outdated")
    booked = enrolment.booked(clashes_of(session, change, now=now), despite)
    if booked:
        raise Refusal(*booked)
    session.revision += 1
    _apply(session, change, effects, by=by, now=now)
    return effects


def _apply(
    session: ClassSession,
    change: rules.Change,
    effects: list[rules.Effect],
    *,
    by: int,
    now: datetime,
) -> None:
    match change:
        case rules.Move():
            _move(session, change, effects, by=by, now=now)
        case rules.Cancel():
            _cancel(session, change, effects, by=by, now=now)
        case rules.Replace():
            _replace(session, change, effects, by=by, now=now)
        case rules.Resize():
            _resize(session, change, effects, by=by, now=now)


def _keys(session: ClassSession, effects: list[rules.Effect]) -> dict[int, str]:
    return {e.person_id: f"{session.id}:{session.revision}:{e.person_id}" for e in effects}


def _move(
    session: ClassSession,
    change: rules.Move,
    effects: list[rules.Effect],
    *,
    by: int,
    now: datetime,
) -> None:
    before = session.starts_at
    session.time_zone, session.venue = change.time_zone, change.venue
    session.room, session.join_url = change.room, change.join_url
    set_meetings(session, change.slots)
    session.settled_seats = 0  # until it begins anew, a seat may go to somebody else
    was, will = before.isoformat(), session.starts_at.isoformat()
    note("class_session.moved", session, by=by, now=now, was=was, will=will)
    news.tell("moved", session, _keys(session, effects), now=now)
    promote(session, by=by, now=now)


def set_meetings(session: ClassSession, slots: tuple[Slot, ...]) -> None:
    """Replace the meetings: local times as scheduled, instants beside them."""
    db.session.execute(sa.delete(Meeting).where(Meeting.class_session_id == session.id))
    for number, (slot, span) in enumerate(
        zip(slots, spans(slots, session.time_zone), strict=True), 1
    ):
        db.session.add(
            Meeting(
                class_session_id=session.id,
                position=number,
                local_start=f"{slot.local_start:%Y-%m-%dT%H:%M}",
                local_end=f"{slot.local_end:%Y-%m-%dT%H:%M}",
                starts_at=span.starts_at,
                ends_at=span.ends_at,
            )
        )
        session.starts_at = span.starts_at if number == 1 else session.starts_at
        session.ends_at = span.ends_at
    db.session.flush()


def _cancel(
    session: ClassSession,
    change: rules.Cancel,
    effects: list[rules.Effect],
    *,
    by: int,
    now: datetime,
) -> None:
    check_move(MOVES, session.state, SessionState.CANCELLED)
    session.state, session.state_reason = SessionState.CANCELLED, change.reason
    for seat in standing.live_seats(session.id):
        end_seat(session, seat, SeatEnd.SESSION_CANCELLED, by=by, now=now)
        decide(session, seat.person_id, "lost_seat", "session_cancelled", by=by, now=now)
    for entry in standing.waiting(session.id):
        close_entry(entry, WaitingState.CLOSED, by=by, now=now)
        decide(session, entry.person_id, "left", "session_cancelled", by=by, now=now)
    private = {"reason": change.reason}
    note("class_session.cancelled", session, by=by, now=now, private=private)
    news.tell("session_cancelled", session, _keys(session, effects), now=now, reason=change.reason)


def _replace(
    session: ClassSession,
    change: rules.Replace,
    effects: list[rules.Effect],
    *,
    by: int,
    now: datetime,
) -> None:
    was, session.trainer_person_id = session.trainer_person_id, change.trainer_person_id
    db.session.flush()
    will = change.trainer_person_id
    note("class_session.trainer_replaced", session, by=by, now=now, was=was, will=will)
    news.tell("trainer_changed", session, _keys(session, effects), now=now)


def _resize(
    session: ClassSession,
    change: rules.Resize,
    effects: list[rules.Effect],
    *,
    by: int,
    now: datetime,
) -> None:
    losers = [effect.person_id for effect in effects if effect.what == "back_to_queue"]
    for person_id in losers:
        _displace(session, person_id, by=by, now=now)
    session.room_capacity, session.virtual_capacity = change.room, change.virtual
    db.session.flush()
    room, virtual = change.room, change.virtual
    note("class_session.resized", session, by=by, now=now, room=room, virtual=virtual)
    promoted = {seat.person_id for seat in promote(session, by=by, now=now)}
    keys = {p: key for p, key in _keys(session, effects).items() if p in {*losers} - promoted}
    news.tell("displaced", session, keys, now=now)
    strand(session, [e.person_id for e in effects if e.what in STRANDED], by=by, now=now)


def _displace(session: ClassSession, person_id: int, *, by: int, now: datetime) -> WaitingEntry:
    seat = standing.live_seat(session.id, person_id)
    if seat is None:
        raise refuse("preview_outdated")
    end_seat(session, seat, SeatEnd.CAPACITY_LOWERED, by=by, now=now)
    decide(session, person_id, "displaced", "capacity_lowered", by=by, now=now)
    place = Place(person_id, seat.tier_rank, seat.number, seat.wanted_kind)
    return put_in_queue(session, place, organisation_id=seat.organisation_id, by=by, now=now)


def set_open(class_session: ClassSession, *, is_open: bool, by: int, now: datetime) -> None:
    """Close enrolment (nobody new, nobody promoted), or open it again for the queue first."""
    session = lock(class_session)
    wanted = SessionState.SCHEDULED if is_open else SessionState.CLOSED
    check_move(MOVES, session.state, wanted)
    session.state = wanted
    session.revision += 1
    db.session.flush()
    act = "class_session.opened" if is_open else "class_session.closed"
    note(act, session, by=by, now=now)
    promote(session, by=by, now=now)
