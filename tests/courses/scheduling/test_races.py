"""Seats and queue under real threads. SQLite hides these races, so they run on PostgreSQL."""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DBAPIError

from courses.scheduling.actions import changes, groups, seats
from courses.scheduling.actions.roster import Typed, save_roster
from courses.scheduling.models import ClassSession, Completion, Result, Seat, SeatKind, WaitingEntry
from courses.scheduling.queries import standing
from courses.scheduling.queries.groups import group_plan
from courses.scheduling.queries.previews import preview
from courses.scheduling.queries.sessions import by_id
from courses.scheduling.rules.changes import Resize
from courses.scheduling.rules.marks import Grade, Marks, Outcome
from courses.scheduling.rules.places import next_promotable
from lms import audit
from lms.accounts.models import Person
from lms.db import db, run, unit
from lms.errors import Refusal
from lms.permissions import Role
from tests.factories import Factory

pytestmark = pytest.mark.postgres
Work = Callable[[], object]


@pytest.fixture
def session(make: Factory) -> ClassSession:
    """One room seat."""
    return make.class_session(make.course(make.programme()), make.person("Tom"), room=1)


def at_once(app: Flask, works: Sequence[Work]) -> list[object]:
    """Run all of these at the same moment, each in a thread; refusals are results too."""
    ready = threading.Barrier(len(works), timeout=60)
    results: list[object] = [None] * len(works)

    def one(number: int, work: Work) -> None:
        with app.app_context():
            ready.wait()
            try:
                results[number] = run(work)
            except (Refusal, DBAPIError) as error:
                results[number] = error
            finally:
                db.session.remove()

    threads = [threading.Thread(target=one, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def enrolment(session: ClassSession, person: Person, now: datetime) -> Work:
    return lambda: seats.enrol(session, person.id, by=person.id, now=now)


def check(session: ClassSession, now: datetime) -> None:
    """What must hold at every instant: counters, capacities, and nobody waits for a free seat."""
    with unit(writes=False):
        row = by_id(session.id)
        live = standing.live_seats(session.id)
        queue = [standing.place_of(entry) for entry in standing.waiting(session.id)]
        assert [sum(seat.kind == kind for seat in live) for kind in SeatKind] == [
            row.room_taken,
            row.virtual_taken,
        ]
        assert row.room_taken <= row.room_capacity
        assert row.virtual_taken <= row.virtual_capacity
        assert next_promotable(standing.free(row), queue) == []
        people = [seat.person_id for seat in live] + [place.person_id for place in queue]
        assert len(people) == len(set(people))
        assert list(audit.verify()) == []


def test_sixteen_threads_on_the_last_seat(
    app: Flask, make: Factory, session: ClassSession, now: datetime
) -> None:
    people = [make.person(f"Learner {number}") for number in range(16)]

    results = at_once(app, [enrolment(session, person, now) for person in people])

    assert sum(isinstance(result, Seat) for result in results) == 1
    assert sum(isinstance(result, WaitingEntry) for result in results) == 15
    check(session, now)
    with unit(writes=False):
        seat = standing.live_seats(session.id)[0]
        numbers = [entry.number for entry in standing.waiting(session.id)]
    assert seat.number == 1
    assert numbers == list(range(2, 17))


def grouped(session: ClassSession, people: list[Person], now: datetime) -> Work:
    ids = [person.id for person in people]

    def work() -> object:
        seen = group_plan(by_id(session.id), ids, None, now=now)
        return groups.enrol_group(session, ids, None, seen.digest, by=ids[0], now=now)

    return work


def test_groups_and_single_people_at_once_are_seated_whole_or_not_at_all(
    app: Flask, make: Factory, now: datetime
) -> None:
    session = make.class_session(make.course(make.programme()), make.person("Tom"), room=7)
    parties = [[make.person(f"Group {n} {m}") for m in range(3)] for n in range(4)]
    alone = [make.person(f"Learner {number}") for number in range(4)]
    works = [grouped(session, party, now) for party in parties]

    at_once(app, works + [enrolment(session, person, now) for person in alone])

    check(session, now)
    with unit(writes=False):
        seated = {seat.person_id for seat in standing.live_seats(session.id)}
    for party in parties:
        assert len(seated & {person.id for person in party}) in (0, 3)


def test_one_person_from_twelve_browsers_gets_one_seat(
    app: Flask, make: Factory, session: ClassSession, now: datetime
) -> None:
    ada = make.person("Ada")

    results = at_once(app, [enrolment(session, ada, now)] * 12)

    assert sum(isinstance(result, Seat) for result in results) == 1
    assert sum(isinstance(result, Refusal) for result in results) == 11
    check(session, now)


def test_cancels_switches_enrolments_and_capacities_at_once(
    app: Flask, make: Factory, session: ClassSession, now: datetime
) -> None:
    admin = make.person("Anna", Role.ADMINISTRATOR)
    with unit(writes=True):
        row = db.session.get_one(ClassSession, session.id)
        row.room_capacity, row.virtual_capacity = 4, 2
    early = [make.person(f"Early {number}") for number in range(8)]
    late = [make.person(f"Late {number}") for number in range(5)]
    for number, person in enumerate(early):
        make.enrolled(session, person, [SeatKind.ROOM, None][number % 2])

    def cancel(person: Person) -> Work:
        return lambda: seats.cancel_seat(session, person.id, by=person.id, now=now)

    def resize(room: int, virtual: int) -> Work:
        def work() -> object:
            change = Resize(room, virtual)
            digest = preview(by_id(session.id), change, now=now).digest
            return changes.run(session, change, digest, by=admin.id, now=now)

        return work

    def switch(person: Person) -> Work:
        return lambda: seats.switch(session, person.id, SeatKind.VIRTUAL, by=person.id, now=now)

    at_once(
        app,
        [
            *[enrolment(session, person, now) for person in late],
            *[cancel(person) for person in early[:3]],
            *[resize(room, virtual) for room, virtual in ((2, 2), (3, 0), (6, 1))],
            *[switch(person) for person in early[3:5]],
        ],
    )

    check(session, now)


def test_two_trainers_saving_one_row_at_once_leave_one_chain_of_facts(
    app: Flask, make: Factory, session: ClassSession, now: datetime
) -> None:
    ada = make.person("Ada")
    make.enrolled(session, ada)
    trainers = [make.person(f"Trainer {number}") for number in range(6)]

    def save(trainer: Person, score: int) -> Work:
        row = Typed(Marks(None, Grade(Outcome.PASSED, score)), None, None)
        return lambda: save_roster(session, {ada.id: row}, by=trainer.id, now=now).written

    results = at_once(app, [save(trainer, 60 + n) for n, trainer in enumerate(trainers)])

    assert sorted(map(str, results)) == ["0"] * 5 + ["1"]
    with unit(writes=False):
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Result)) == 1


def test_a_result_is_taken_back_or_corrected_by_one_of_many_at_once(
    app: Flask, make: Factory, session: ClassSession, now: datetime
) -> None:
    ada, tom = make.person("Ada"), make.person("Tim")
    make.enrolled(session, ada)
    with unit(writes=True):
        passed = Typed(Marks(None, Grade(Outcome.PASSED)), None, None)
        save_roster(session, {ada.id: passed}, by=tom.id, now=now)
        first = db.session.scalars(sa.select(Result.id)).one()

    def save(grade: Grade | None, mistake: str = "") -> Work:
        row = Typed(Marks(None, grade), None, first, mistake)
        return lambda: save_roster(session, {ada.id: row}, by=tom.id, now=now).written

    works = [save(None, f"Mistake {number}") for number in range(4)]
    results = at_once(app, works + [save(Grade(Outcome.FAILED))] * 2)

    assert sorted(map(str, results)) == ["0"] * 5 + ["1"]
    with unit(writes=False):
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Result)) == 2
        assert db.session.scalars(sa.select(Completion.withdrawn_at)).one() is not None
        assert list(audit.verify()) == []


def test_a_waiting_group_is_split_or_given_up_by_one_of_many(
    app: Flask, make: Factory, now: datetime
) -> None:
    """Splits and departures of one group at once, while seats come free: one of them happens."""
    course = make.course(make.programme())
    session = make.class_session(course, make.person("Tom"), room=3)
    seated = [make.person(name) for name in ("Ada", "Bob", "Cid")]
    for person in seated:
        make.enrolled(session, person)
    group = [make.person(f"Member {number}").id for number in range(3)]
    with unit(writes=True):
        digest = group_plan(by_id(session.id), group, None, now=now).digest
        groups.enrol_group(session, group, None, digest, by=group[0], now=now)
    by = group[0]
    ends: list[Work] = [lambda: groups.split(session, 4, by=by, now=now)] * 4
    ends += [lambda: groups.give_up(session, 4, by=by, now=now)] * 4
    ends += [
        lambda one=person: seats.cancel_seat(session, one.id, by=one.id, now=now)
        for person in seated[:2]
    ]

    results = at_once(app, ends)

    assert sum(result is None for result in results[:8]) == 1
    assert {str(result) for result in results[:8] if result is not None} == {"group_gone"}
    assert results[8:] == [None, None]
    check(session, now)
