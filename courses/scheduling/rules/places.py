"""The queue's published order: the plan's tier first, then the number drawn when one asked.

A place that does not fit the free seats keeps its position; the seat goes to the next that fits.
Who asked together gets seats all at once or none: a party fits, or it does not.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import TypeAlias


class SeatKind(StrEnum):
    ROOM = "room"
    VIRTUAL = "virtual"


Free: TypeAlias = Mapping[SeatKind, int]


@dataclass(frozen=True, slots=True)
class Place:
    """Somebody's place in the published order. `wanted` None: either kind of seat will do.
    `group`: the first number of those who asked together; they drew one after the other."""

    person_id: int
    tier_rank: int
    number: int
    wanted: SeatKind | None
    group: int | None = None

    @property
    def party(self) -> tuple[int, int]:
        """What those who get seats together have in common."""
        return self.tier_rank, self.number if self.group is None else self.group

    @property
    def order(self) -> tuple[int, int]:
        """What the queue is sorted by."""
        return self.tier_rank, self.number


@dataclass(frozen=True, slots=True)
class Taken:
    """A seat that somebody has, with the place by which it was given."""

    place: Place
    kind: SeatKind


@dataclass(frozen=True, slots=True)
class Step:
    """What the queue does with one place: a seat of a kind, or passed over (None)."""

    place: Place
    kind: SeatKind | None


def fitting_kind(free: Free, wanted: SeatKind | None) -> SeatKind | None:
    """The kind of seat that a wish gets now; a room seat first where either will do."""
    kinds = [wanted] if wanted else list(SeatKind)
    return next((kind for kind in kinds if free.get(kind, 0) > 0), None)


def in_order(queue: Iterable[Place]) -> list[Place]:
    """The queue as it is published."""
    return sorted(queue, key=lambda place: place.order)


def fitting_kinds(free: Free, party: Sequence[Place]) -> list[SeatKind] | None:
    """A seat for each of those who asked together; None when not all of them fit.

    Wishes for one kind come first; to whom either will do gets what is left.
    """
    left, kinds = dict(free), dict[int, SeatKind]()
    for place in sorted(party, key=lambda place: place.wanted is None):
        kind = fitting_kind(left, place.wanted)
        if kind is None:
            return None
        left[kind] -= 1
        kinds[place.number] = kind
    return [kinds[place.number] for place in party]


def parties(queue: Iterable[Place]) -> list[list[Place]]:
    """The queue as it is published, who asked together taken together."""
    return [list(party) for _, party in groupby(in_order(queue), key=lambda place: place.party)]


def next_promotable(free: Free, queue: Iterable[Place]) -> list[Step]:
    """The first in the published order who fit free seats: one, or all who asked together."""
    for party in parties(queue):
        kinds = fitting_kinds(free, party)
        if kinds is not None:
            return [Step(place, kind) for place, kind in zip(party, kinds, strict=True)]
    return []


def steps(free: Free, queue: Iterable[Place]) -> list[Step]:
    """All that the queue does with these free seats, in order.

    Places behind the last promoted one are not named: nobody was put before them.
    """
    left = dict(free)
    walked: list[Step] = []
    for party in parties(queue):
        kinds = fitting_kinds(left, party)
        if kinds is None:
            walked += [Step(place, None) for place in party]
            continue
        for place, kind in zip(party, kinds, strict=True):
            walked.append(Step(place, kind))
            left[kind] -= 1
    while walked and walked[-1].kind is None:
        walked.pop()
    return walked


def stranded(capacity: Free, queue: Iterable[Place]) -> list[list[Place]]:
    """Parties who would not fit if all seats were free: they wait for what does not exist."""
    return [party for party in parties(queue) if fitting_kinds(capacity, party) is None]


def ahead_of(queue: Iterable[Place], place: Place) -> list[Place]:
    """Who stands before this place in the published order."""
    return [other for other in in_order(queue) if other.order < place.order]


def position(queue: Iterable[Place], person_id: int) -> int | None:
    """1 for the first in the queue; None for somebody who does not wait."""
    for index, place in enumerate(in_order(queue), 1):
        if place.person_id == person_id:
            return index
    return None


def displaced(taken: Sequence[Taken], capacity: Free) -> list[Taken]:
    """Who loses a seat when a kind has fewer seats than people: the last in the order first."""
    losers: list[Taken] = []
    for kind in SeatKind:
        own = sorted((one for one in taken if one.kind == kind), key=lambda one: one.place.order)
        losers += reversed(own[max(0, capacity.get(kind, 0)) :])
    return losers
