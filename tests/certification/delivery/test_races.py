"""Many at once, on PostgreSQL with real threads: one start, one hand-in, no place sold twice."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from certification.delivery import actions, actions_bookings, actions_slots, saving
from certification.delivery.models import (
    Attempt,
    AttemptEvent,
    AttemptResponse,
    ExamBooking,
    ExamSlot,
)
from certification.delivery.rules_slots import SlotPlan
from courses.catalog.models import CourseVersion
from lms.db import db, run, unit
from lms.errors import Refusal
from tests.factories import Factory

pytestmark = pytest.mark.postgres
AT_ONCE = 12


def together(app: Flask, work: Callable[[int], Any], count: int = AT_ONCE) -> list[Any]:
    """What each of the threads that begin at the same moment got: a value or a refusal's code."""
    gate, found = threading.Barrier(count, timeout=60), [None] * count

    def one(number: int) -> None:
        with app.app_context():
            gate.wait()
            try:
                found[number] = run(lambda: work(number))
            except Refusal as refusal:
                found[number] = refusal.reasons[0].code  # type: ignore[call-overload]
            finally:
                db.session.remove()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def count(*conditions: Any, model: Any) -> int:
    with unit(writes=False):
        return (
            db.session.scalar(sa.select(sa.func.count()).select_from(model).where(*conditions)) or 0
        )


def jobs_of(attempt: Attempt) -> int:
    with unit(writes=False):
        wanted = sa.text("SELECT count(*) FROM dbos.workflow_status WHERE workflow_uuid = :name")
        name = f"scoring.attempt_submitted:{attempt.id}"
        return int(db.session.execute(wanted, {"name": name}).scalar_one())


def test_twelve_hand_ins_are_one(app: Flask, make: Factory, now: datetime) -> None:
    person = make.person("Cara")
    attempt = make.begun(make.takeable(kinds=("text",)), person)
    found = together(app, lambda _n: actions.submit(attempt.id, by=person.id, now=now))
    assert sorted(found) == [False] * (AT_ONCE - 1) + [True]
    ended = AttemptEvent.kind == "submitted"
    assert count(ended, model=AttemptEvent) == 1
    assert jobs_of(attempt) == 1


def test_handing_in_and_the_sweep_end_an_attempt_once(
    app: Flask, make: Factory, now: datetime
) -> None:
    person = make.person("Cara")
    attempt = make.begun(make.takeable(kinds=("text",)), person)
    late = now + timedelta(minutes=61)

    def end(number: int) -> bool:
        if number % 2:
            return actions.time_out(attempt.id, now=late)
        return actions.submit(attempt.id, by=person.id, now=late)

    assert sum(together(app, end)) == 1
    assert count(AttemptEvent.kind == "submitted", model=AttemptEvent) == 1


def test_twelve_starts_are_one_attempt(app: Flask, make: Factory, now: datetime) -> None:
    sat, person = make.takeable(kinds=("text",)), make.person("Cara")
    with unit(writes=False):
        version = db.session.scalars(
            sa.select(CourseVersion.id).where(CourseVersion.course_id == sat.exam.course_id)
        ).one()

    def begin(_number: int) -> str:
        actions.start(sat.exam, version, person.id, language="en", has_confirmed=True, now=now)
        return "begun"

    found = together(app, begin)
    assert found.count("begun") == 1
    assert set(found) == {"begun", "attempt_is_open"}
    assert count(model=Attempt) == count(model=ExamBooking) == 1


def test_saves_of_many_pages_at_once_end_in_the_highest_number(
    app: Flask, make: Factory, now: datetime
) -> None:
    person = make.person("Cara")
    attempt = make.begun(make.takeable(kinds=("text",)), person)

    def save(number: int) -> Any:
        pinned = saving.pinned(attempt.code, person.id)
        return saving.save(pinned, [saving.Save(1, number + 1, f"{number + 1}")], now=now)

    together(app, save)
    with unit(writes=False):
        row = db.session.scalars(sa.select(AttemptResponse)).one()
        numbers = db.session.scalars(
            sa.select(AttemptEvent.number).order_by(AttemptEvent.number)
        ).all()
        events = db.session.scalar(sa.select(Attempt.events))
    assert (row.client_seq, row.response) == (AT_ONCE, str(AT_ONCE))
    assert numbers == list(range(1, len(numbers) + 1))
    assert events == len(numbers)


def test_no_place_of_a_slot_is_sold_twice_while_others_cancel(
    app: Flask, make: Factory, now: datetime
) -> None:
    sat = make.takeable(kinds=("text",), booking="slot")
    people = [make.person(f"Person {number}") for number in range(AT_ONCE)]
    with unit(writes=True):
        plan = SlotPlan(datetime(2026, 12, 1, 9), "Europe/Berlin", "Room 2", 4)
        slot_id = actions_slots.make_slot(sat.exam, plan, by=people[0].id, now=now).id
    with unit(writes=False):
        version = db.session.scalars(
            sa.select(CourseVersion.id).where(CourseVersion.course_id == sat.exam.course_id)
        ).one()

    def book(number: int) -> str:
        person = people[number].id
        actions_bookings.book(sat.exam, version, person, slot_id, now=now)
        if number % 3 == 0:
            actions_bookings.cancel(sat.exam, person, by=person, now=now)
        return "booked"

    together(app, book)
    live = count(ExamBooking.state == "booked", model=ExamBooking)
    with unit(writes=False):
        slot = db.session.scalars(sa.select(ExamSlot)).one()
    assert slot.taken == live <= 4
