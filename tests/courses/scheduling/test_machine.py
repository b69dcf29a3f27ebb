"""Seats and queue as a state machine: whatever happens in whatever order, the promises hold."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from courses.scheduling.rules.places import (
    Free,
    Place,
    SeatKind,
    Taken,
    displaced,
    fitting_kinds,
    in_order,
    next_promotable,
    parties,
    steps,
    stranded,
)

pytestmark = pytest.mark.thorough

PEOPLE = st.integers(1, 12)
WISHES = st.sampled_from([SeatKind.ROOM, SeatKind.VIRTUAL, None])


class Queue(RuleBasedStateMachine):
    """The rules as the actions apply them, on plain values."""

    def __init__(self) -> None:
        super().__init__()
        self.capacity = {SeatKind.ROOM: 2, SeatKind.VIRTUAL: 1}
        self.taken: list[Taken] = []
        self.queue: list[Place] = []
        self.number = 0

    def free(self) -> Free:
        return {
            kind: size - sum(one.kind == kind for one in self.taken)
            for kind, size in self.capacity.items()
        }

    def people(self) -> list[int]:
        return [one.place.person_id for one in self.taken] + [p.person_id for p in self.queue]

    def promote(self) -> None:
        before = in_order(self.queue)
        walked = steps(self.free(), self.queue)
        assert [step.place for step in walked] == before[: len(walked)]
        for step in walked:
            if step.kind is not None:
                self.queue.remove(step.place)
                self.taken.append(Taken(step.place, step.kind))

    @rule(person=PEOPLE, tier=st.integers(1, 3), wanted=WISHES)
    def enrol(self, person: int, tier: int, wanted: SeatKind | None) -> None:
        if person in self.people():
            return
        self.number += 1
        self.ask([Place(person, tier, self.number, wanted)])

    @rule(
        people=st.lists(PEOPLE, min_size=2, max_size=4, unique=True),
        tier=st.integers(1, 3),
        wanted=WISHES,
    )
    def enrol_together(self, people: list[int], tier: int, wanted: SeatKind | None) -> None:
        if set(people) & set(self.people()):
            return
        first = self.number + 1
        self.number += len(people)
        self.ask(
            [Place(one, tier, first + ahead, wanted, first) for ahead, one in enumerate(people)]
        )

    def ask(self, party: list[Place]) -> None:
        first = next_promotable(self.free(), [*self.queue, *party])
        if first and first[0].place is party[0]:
            self.taken += [Taken(step.place, step.kind) for step in first if step.kind]
        else:
            self.queue += party

    @rule(person=PEOPLE)
    def cancel(self, person: int) -> None:
        self.taken = [one for one in self.taken if one.place.person_id != person]
        self.promote()

    @rule(person=PEOPLE)
    def leave(self, person: int) -> None:
        self.queue = [place for place in self.queue if place.person_id != person]
        self.promote()

    @rule(person=PEOPLE)
    def split(self, person: int) -> None:
        groups = {place.group for place in self.queue if place.person_id == person} - {None}
        before = in_order(self.queue)
        self.queue = [
            replace(place, group=None) if place.group in groups else place for place in self.queue
        ]
        assert [p.person_id for p in in_order(self.queue)] == [p.person_id for p in before]
        self.promote()

    @rule(room=st.integers(0, 4), virtual=st.integers(0, 4))
    def resize(self, room: int, virtual: int) -> None:
        self.capacity = {SeatKind.ROOM: room, SeatKind.VIRTUAL: virtual}
        losers = displaced(self.taken, self.capacity)
        kept = [one for one in self.taken if one not in losers]
        for loser in losers:
            rivals = [one for one in kept if one.kind == loser.kind]
            assert all(one.place.order < loser.place.order for one in rivals)
        alone = [replace(one.place, group=None) for one in losers]
        self.taken, self.queue = kept, self.queue + alone
        self.promote()

    @invariant()
    def never_oversold(self) -> None:
        assert all(left >= 0 for left in self.free().values())

    @invariant()
    def nobody_waits_for_a_free_seat(self) -> None:
        assert all(fitting_kinds(self.free(), party) is None for party in parties(self.queue))

    @invariant()
    def a_group_is_seated_or_waits_as_a_whole(self) -> None:
        waiting = {place.group for place in self.queue if place.group is not None}
        assert waiting.isdisjoint(one.place.group for one in self.taken)

    @invariant()
    def who_waits_in_vain_waits_for_what_does_not_exist(self) -> None:
        for party in stranded(self.capacity, self.queue):
            wishes = [place.wanted for place in party]
            short = [kind for kind in SeatKind if wishes.count(kind) > self.capacity[kind]]
            assert short or len(party) > sum(self.capacity.values())

    @invariant()
    def each_person_is_there_once(self) -> None:
        assert len(self.people()) == len(set(self.people()))

    @invariant()
    def a_seat_is_of_the_wanted_kind(self) -> None:
        assert all(one.place.wanted in (None, one.kind) for one in self.taken)


@pytest.mark.sqlite
def test_seats_and_queue_keep_their_promises() -> None:
    run_state_machine_as_test(
        Queue,
        settings=settings(
            max_examples=60,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
