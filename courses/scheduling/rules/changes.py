"""Administrative changes of a class session: whom each affects, row by row, before it is run.

`plan` is the whole truth: the preview shows its rows, the run does exactly them. The digest ties
the two together; it changes when anything that the plan read has changed.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import TypeAlias

from courses.scheduling.rules.places import (
    Place,
    SeatKind,
    Taken,
    displaced,
    in_order,
    steps,
    stranded,
)
from courses.scheduling.rules.states import SessionState
from courses.scheduling.rules.times import Slot, Span, disorder, overlap, slot_flaws, spans
from lms.reasons import Reason


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A class session as a plan sees it. `busy`: other meetings of each person concerned;
    `is_open`: people may still take seats."""

    revision: int
    state: SessionState
    is_open: bool
    starts_at: datetime
    ends_at: datetime
    trainer_person_id: int
    capacity: Mapping[SeatKind, int]
    taken: tuple[Taken, ...]
    queue: tuple[Place, ...]
    meetings: tuple[Span, ...] = ()
    busy: Mapping[int, tuple[Span, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Effect:
    """What happens to one person; `overlaps` warns of another meeting at the new time."""

    person_id: int
    what: str
    overlaps: bool = False
    kind: SeatKind | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """New dates or a new place."""

    slots: tuple[Slot, ...]
    time_zone: str
    venue: str
    room: str
    join_url: str


@dataclass(frozen=True, slots=True)
class Cancel:
    """The class session does not take place."""

    reason: str


@dataclass(frozen=True, slots=True)
class Replace:
    """Another trainer."""

    trainer_person_id: int


@dataclass(frozen=True, slots=True)
class Resize:
    """Other capacities."""

    room: int
    virtual: int

    @property
    def capacity(self) -> dict[SeatKind, int]:
        """Seats per kind."""
        return {SeatKind.ROOM: self.room, SeatKind.VIRTUAL: self.virtual}


Change: TypeAlias = Move | Cancel | Replace | Resize


def plan(snapshot: Snapshot, change: Change) -> list[Effect]:
    """Everybody whom the change affects: the trainer, seats and queue in the published order."""
    match change:
        case Cancel():
            return _everybody(snapshot, "loses_seat", "leaves_queue", "teaches_no_more")
        case Move():
            meetings = spans(change.slots, change.time_zone)
            return [
                Effect(e.person_id, e.what, overlap(meetings, snapshot.busy.get(e.person_id, ())))
                for e in _everybody(
                    snapshot, "new_dates", "new_dates_waiting", "new_dates_teaching"
                )
            ]
        case Replace():
            return _replaced(snapshot, change)
        case Resize():
            return _resized(snapshot, change)


def _seated(snapshot: Snapshot) -> list[Taken]:
    return sorted(snapshot.taken, key=lambda taken: taken.place.order)


def _everybody(snapshot: Snapshot, seated: str, waiting: str, teaching: str) -> list[Effect]:
    return [
        Effect(snapshot.trainer_person_id, teaching),
        *[Effect(taken.place.person_id, seated, kind=taken.kind) for taken in _seated(snapshot)],
        *[Effect(place.person_id, waiting) for place in in_order(snapshot.queue)],
    ]


def _replaced(snapshot: Snapshot, change: Replace) -> list[Effect]:
    clash = overlap(snapshot.meetings, snapshot.busy.get(change.trainer_person_id, ()))
    return [
        Effect(snapshot.trainer_person_id, "teaches_no_more"),
        Effect(change.trainer_person_id, "teaches_now", clash),
        *[Effect(taken.place.person_id, "other_trainer") for taken in _seated(snapshot)],
    ]


def _resized(snapshot: Snapshot, change: Resize) -> list[Effect]:
    losers = displaced(snapshot.taken, change.capacity)
    back = [Effect(taken.place.person_id, "back_to_queue", kind=taken.kind) for taken in losers]
    queue = [*snapshot.queue, *[taken.place for taken in losers]]
    if not snapshot.is_open:
        return back + _stranded(snapshot, change, queue)
    left = {kind: max(0, size - _count(snapshot, kind)) for kind, size in change.capacity.items()}
    gets = [
        Effect(step.place.person_id, "gets_seat", kind=step.kind)
        for step in steps(left, queue)
        if step.kind
    ]
    gone = {effect.person_id for effect in gets}
    rest = [place for place in queue if place.person_id not in gone]
    return back + gets + _stranded(snapshot, change, rest)


def _stranded(snapshot: Snapshot, change: Resize, queue: list[Place]) -> list[Effect]:
    """Who fitted before and never will again, unless the group is split or the wish changed."""
    before = {place.person_id for one in stranded(snapshot.capacity, queue) for place in one}
    return [
        Effect(place.person_id, "group_too_large_now")
        if len(party) > 1
        else Effect(place.person_id, "kind_is_gone")
        for party in stranded(change.capacity, queue)
        for place in party
        if place.person_id not in before
    ]


def _count(snapshot: Snapshot, kind: SeatKind) -> int:
    return sum(taken.kind == kind for taken in snapshot.taken)


def objections(snapshot: Snapshot, change: Change, *, now: datetime) -> list[Reason]:
    """Why the change cannot be run at all, whoever it affects."""
    if snapshot.state == SessionState.CANCELLED:
        return [Reason("session_cancelled_before")]
    if snapshot.ends_at <= now:
        return [Reason("session_over")]
    match change:
        case Move():
            return move_flaws(change, now=now)
        case Replace():
            return _trainer_flaws(snapshot, change)
        case Resize():
            return _capacity_flaws(snapshot, change, now=now)
        case Cancel():
            return []


def _trainer_flaws(snapshot: Snapshot, change: Replace) -> list[Reason]:
    if change.trainer_person_id == snapshot.trainer_person_id:
        return [Reason("same_trainer")]
    return [Reason("trainer_is_learner")] if change.trainer_person_id in _people(snapshot) else []


def _capacity_flaws(snapshot: Snapshot, change: Resize, *, now: datetime) -> list[Reason]:
    if change.room + change.virtual == 0:
        return [Reason("no_capacity")]
    loses = displaced(snapshot.taken, change.capacity)
    return [Reason("seats_are_in_use")] if snapshot.starts_at <= now and loses else []


def move_flaws(change: Move, *, now: datetime) -> list[Reason]:
    """What is wrong with new dates."""
    flaws = [flaw for slot in change.slots for flaw in slot_flaws(slot, change.time_zone)]
    if flaws:
        return flaws
    if disorder(change.slots):
        return [Reason("meetings_disordered")]
    if spans(change.slots, change.time_zone)[0].starts_at <= now:
        return [Reason("starts_in_the_past")]
    return []


def _people(snapshot: Snapshot) -> set[int]:
    return {t.place.person_id for t in snapshot.taken} | {p.person_id for p in snapshot.queue}


def digest(snapshot: Snapshot, change: Change, effects: list[Effect]) -> str:
    """What the reader of a preview confirms; another situation has another digest."""
    facts = {
        "revision": snapshot.revision,
        "state": snapshot.state,
        "kind": type(change).__name__,
        "change": asdict(change),
        "effects": [asdict(effect) for effect in effects],
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()
