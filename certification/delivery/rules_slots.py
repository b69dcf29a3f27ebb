"""Changes of a slot: whom each affects before it is made, and when a booking is missed. Pure.

`plan` is the whole truth: the preview shows its rows, the change does exactly them. The digest
ties the two together.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias

from certification.delivery.rules import ENTRY
from courses.scheduling.rules.times import Span, instant, overlap, time_flaw
from lms.reasons import Reason

GRACE = timedelta(minutes=5)
"""After the last moment for beginning, before a booking counts as missed."""


def missed_at(starts_at: datetime, *, percent: int) -> datetime:
    """From when on a booking that nobody used is missed."""
    return starts_at + ENTRY * (100 + percent) / 100 + GRACE


@dataclass(frozen=True, slots=True)
class SlotPlan:
    """A slot as it is planned: a local time in a named zone."""

    local_start: datetime
    time_zone: str
    place: str
    capacity: int
    proctor_person_id: int | None = None

    def starts_at(self) -> datetime:
        """The instant, once `flaws` found none."""
        return instant(self.local_start, self.time_zone)


@dataclass(frozen=True, slots=True)
class SlotEnd:
    """The slot does not take place."""

    reason: str


Change: TypeAlias = SlotPlan | SlotEnd


@dataclass(frozen=True, slots=True)
class Planned:
    """A slot as a change sees it. `booked`: (person, booking) in the order of booking; `busy`:
    what else these people have to do."""

    revision: int
    is_cancelled: bool
    starts_at: datetime
    time_zone: str
    place: str
    taken: int
    minutes: int
    booked: tuple[tuple[int, int], ...] = ()
    busy: Mapping[int, tuple[Span, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Effect:
    """What happens to one person; `overlaps` warns of something else at the new time."""

    person_id: int
    booking_id: int
    what: str
    """`place_lost` or `place_moved`."""
    overlaps: bool = False


def flaws(plan: SlotPlan, *, now: datetime) -> list[Reason]:
    """What is wrong with a time: one that the clocks skip or repeat, or that has begun."""
    if flaw := time_flaw(plan.local_start, plan.time_zone):
        return [flaw]
    return [Reason("slot_past")] if plan.starts_at() <= now else []


def objections(slot: Planned, change: Change, *, now: datetime) -> list[Reason]:
    """Why a change cannot be made, whoever it affects."""
    if slot.is_cancelled:
        return [Reason("slot_cancelled")]
    if isinstance(change, SlotEnd):
        return []
    if slot.starts_at <= now:
        return [Reason("slot_has_begun")]
    found = flaws(change, now=now)
    return [*found, Reason("slot_too_small")] if change.capacity < slot.taken else found


def plan(slot: Planned, change: Change) -> list[Effect]:
    """Everybody whom the change affects, in the order of booking; seats and proctors alone affect
    nobody who is booked."""
    if isinstance(change, SlotEnd):
        return [Effect(person, booking, "place_lost") for person, booking in slot.booked]
    starts_at = change.starts_at()
    if (starts_at, change.time_zone, change.place) == (slot.starts_at, slot.time_zone, slot.place):
        return []
    span = [Span(starts_at, starts_at + timedelta(minutes=slot.minutes))]
    return [
        Effect(person, booking, "place_moved", overlap(span, slot.busy.get(person, ())))
        for person, booking in slot.booked
    ]


def digest(slot: Planned, change: Change, effects: Sequence[Effect]) -> str:
    """What the reader of a preview confirms; another situation has another digest."""
    facts = {
        "revision": slot.revision,
        "kind": type(change).__name__,
        "change": asdict(change),
        "effects": [asdict(effect) for effect in effects],
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()
