"""People who are enrolled together: all of them get seats at once, or all of them wait."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from courses.scheduling.rules.enrolment import Candidate, Offer, why_not
from courses.scheduling.rules.places import (
    Free,
    Place,
    SeatKind,
    ahead_of,
    fitting_kinds,
    next_promotable,
)
from lms.reasons import Reason


@dataclass(frozen=True, slots=True)
class Request:
    """Who is to be enrolled together, and where they will stand: by the weakest of their plans."""

    people: Sequence[int]
    wanted: SeatKind | None
    tier_rank: int
    first_number: int

    @property
    def places(self) -> list[Place]:
        """Their places in the published order, one after the other."""
        first = self.first_number
        return [
            Place(person, self.tier_rank, first + ahead, self.wanted, first)
            for ahead, person in enumerate(self.people)
        ]


@dataclass(frozen=True, slots=True)
class GroupPlan:
    """What enrolling the group does. `kinds` is empty when everybody waits, from `position` on."""

    places: Sequence[Place]
    refused: Mapping[int, Sequence[Reason]]
    objections: Sequence[Reason]
    kinds: Sequence[SeatKind]
    position: int

    @property
    def is_possible(self) -> bool:
        """Whether everybody may be enrolled."""
        return not self.refused and not self.objections

    @property
    def digest(self) -> str:
        """What the reader of the preview confirms: these people, and seats or the queue."""
        facts = [[(place.person_id, place.wanted) for place in self.places], self.kinds]
        return hashlib.sha256(json.dumps(facts, default=str).encode()).hexdigest()


def plan(
    request: Request,
    offer: Offer,
    candidates: Mapping[int, Candidate],
    free: Free,
    queue: Sequence[Place],
    *,
    now: datetime,
) -> GroupPlan:
    """Seats for all of them when they are the first that fit, else places in the queue."""
    places = request.places
    whys = {
        person: why_not(offer, candidates[person], request.wanted, now=now)
        for person in request.people
    }
    first = next_promotable(free, [*queue, *places])
    is_first = bool(first and places) and first[0].place == places[0]
    return GroupPlan(
        places=places,
        refused={person: reasons for person, reasons in whys.items() if reasons},
        objections=_size_flaws(offer, places, request.wanted),
        kinds=[step.kind for step in first if step.kind] if is_first else [],
        position=len(ahead_of(queue, places[0])) + 1 if places else 0,
    )


def _size_flaws(offer: Offer, places: Sequence[Place], wanted: SeatKind | None) -> list[Reason]:
    if len(places) < 2:
        return [Reason("group_of_one")]
    if wanted is not None and wanted not in offer.kinds:
        return [Reason("kind_not_offered")]
    if fitting_kinds(offer.capacity, places) is None:
        most = offer.capacity[wanted] if wanted else sum(offer.capacity.values())
        return [Reason("group_too_large", {"people": len(places), "most": most})]
    return []
