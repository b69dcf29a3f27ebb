"""Bookings that nobody used: noted once, after the last moment for beginning, and no attempt."""

import threading
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from certification.delivery import actions, actions_bookings, jobs
from certification.delivery.models import Attempt, ExamBooking, ExamSlot
from courses.catalog.models import CourseVersion
from lms import clock
from lms.accounts.models import Person
from lms.db import db, run, unit
from lms.errors import Refusal
from lms.permissions import Role
from tests.factories import Factory
from tests.factories.sittings import Sat
from tests.page import Page

pytestmark = pytest.mark.usefixtures("no_csrf")

START = {"rules": "1", "identity": "1", "language": "en"}
STARTS = datetime.fromisoformat("2026-12-01T08:00:00+00:00")
LAST = STARTS + timedelta(minutes=30)
MISSED = LAST + timedelta(minutes=5)


@pytest.fixture
def sat(make: Factory) -> Sat:
    return make.takeable(kinds=("text",), booking="slot", retakes={"waits": [30], "most": 1})


@pytest.fixture
def cara(make: Factory) -> Person:
    return make.person("Cara Candidate")


@pytest.fixture
def slot(make: Factory, sat: Sat, cara: Person) -> ExamSlot:
    found = make.slot(sat.exam, "2026-12-01T09:00")
    make.booked(sat.exam, found, cara)
    return found


def look(make: Factory, now: datetime) -> None:
    """What the worker does at an instant: look, then the jobs, each twice."""
    with unit(writes=True):
        jobs.look(now)
    with clock.frozen_at(now):
        make.work("delivery.missed")


def bookings() -> list[tuple[str, datetime | None]]:
    with unit(writes=False):
        wanted = sa.select(ExamBooking).order_by(ExamBooking.id)
        rows = db.session.scalars(wanted.execution_options(populate_existing=True))
        return [(row.state.value, row.ended_at) for row in rows]


def test_a_booking_is_missed_once_after_the_last_moment_and_its_grace(
    make: Factory, slot: ExamSlot
) -> None:
    look(make, MISSED)
    assert bookings() == [("booked", None)]
    after = MISSED + timedelta(seconds=1)
    look(make, after)
    assert bookings() == [("missed", after)]
    look(make, after + timedelta(hours=1))
    assert bookings() == [("missed", after)]


def test_extra_time_makes_the_time_for_beginning_longer(
    make: Factory, slot: ExamSlot, cara: Person
) -> None:
    make.adjusted(cara, extra_percent=100)
    look(make, MISSED + timedelta(minutes=30))
    assert bookings() == [("booked", None)]
    look(make, MISSED + timedelta(minutes=31))
    assert [state for state, _at in bookings()] == ["missed"]


def test_a_booking_for_any_time_and_one_that_was_moved_on_are_not_missed(
    make: Factory, sat: Sat, slot: ExamSlot, cara: Person
) -> None:
    make.booked(sat.exam, None, make.person("Any Ann"))
    later = make.slot(sat.exam, "2026-12-02T09:00")
    after = MISSED + timedelta(seconds=1)
    with unit(writes=True):
        jobs.look(after)
        actions_bookings.move(sat.exam, cara.id, later.id, now=STARTS - timedelta(days=1))
    with clock.frozen_at(after):
        make.work("delivery.missed")
    assert [state for state, _at in bookings()] == ["booked", "booked"]


def test_candidate_and_proctor_see_it_and_another_time_may_be_booked_at_once(
    app: Flask, make: Factory, sat: Sat, slot: ExamSlot, cara: Person
) -> None:
    make.slot(sat.exam, "2026-12-02T09:00")
    now, pat = MISSED + timedelta(minutes=1), make.person("Pat", Role.ASSESSOR)
    look(make, now)
    with clock.frozen_at(now):
        browser = make.sign_in(app.test_client(), cara)
        proctor = make.sign_in(app.test_client(), pat)
        page = Page(browser.get("/exams/ADM-300"))
        assert "You did not come to the exam of 1 Dec 2026, 09:00 CET." in page.text
        assert "It counts as no attempt." in page.text
        assert "Missed" in Page(browser.get("/exams")).text
        for place in (f"slot-{slot.id}", "ADM-300"):
            seen = Page(proctor.get(f"/teach/proctor/{place}"))
            assert "Did not come" in seen.text
            assert not seen.has_form(f"/teach/proctor/{place}/bookings/1/identity")
        # One attempt is all that the policy gives: a missed booking used none of it.
        assert booked_again(browser) == 303
        assert "You did not come" not in Page(browser.get("/exams/ADM-300")).text
    with clock.frozen_at(STARTS + timedelta(days=1, minutes=1)):
        make.sign_in(browser, cara)
        assert browser.post("/exams/ADM-300/attempt", data=START).status_code == 303


def booked_again(browser: FlaskClient) -> int:
    with unit(writes=False):
        later = db.session.scalars(sa.select(sa.func.max(ExamSlot.id))).one()
    return browser.post("/exams/ADM-300/booking", data={"slot": later}).status_code


def test_who_began_at_the_last_moment_did_not_miss_it(
    app: Flask, make: Factory, slot: ExamSlot, cara: Person
) -> None:
    with clock.frozen_at(LAST):
        browser = make.sign_in(app.test_client(), cara)
        assert browser.post("/exams/ADM-300/attempt", data=START).status_code == 303
    look(make, MISSED + timedelta(minutes=1))
    assert [state for state, _at in bookings()] == ["used"]


def begun_at_the_last_moment(sat: Sat, person: Person) -> str:
    """By a clock that stands there, while the workers' clocks are past it."""
    version = db.session.scalars(
        sa.select(CourseVersion.id).where(CourseVersion.course_id == sat.exam.course_id)
    ).one()
    actions.start(sat.exam, version, person.id, language="en", has_confirmed=True, now=LAST)
    return "begun"


def missed_by_now() -> bool:
    booking_id = db.session.scalars(sa.select(ExamBooking.id)).one()
    return actions_bookings.miss(booking_id, now=MISSED + timedelta(seconds=1))


@pytest.mark.postgres
def test_a_start_that_met_the_look_half_way_waits_and_finds_the_booking_missed(
    app: Flask, make: Factory, sat: Sat, slot: ExamSlot, cara: Person
) -> None:
    found = []

    def begin() -> None:
        with app.app_context():
            try:
                found.append(run(lambda: begun_at_the_last_moment(sat, cara)))
            except Refusal as refusal:
                found.append(refusal.reasons[0].code)
            finally:
                db.session.remove()

    thread = threading.Thread(target=begin)
    with unit(writes=True):
        assert missed_by_now()
        thread.start()
        thread.join(1)
        assert thread.is_alive()
    thread.join()
    assert found == ["booking_needed"]
    assert [state for state, _at in bookings()] == ["missed"]


@pytest.mark.postgres
def test_a_start_and_the_look_at_the_same_second_end_in_one_of_both(
    app: Flask, make: Factory, sat: Sat, slot: ExamSlot, cara: Person
) -> None:
    gate, found = threading.Barrier(12, timeout=60), []

    def begin() -> str:
        return begun_at_the_last_moment(sat, cara)

    def miss() -> str:
        return "missed" if missed_by_now() else "late"

    def one(number: int) -> None:
        with app.app_context():
            gate.wait()
            try:
                found.append(run(miss if number % 2 else begin))
            except Refusal as refusal:
                found.append(refusal.reasons[0].code)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found.count("begun") + found.count("missed") == 1, found
    with unit(writes=False):
        attempts = db.session.scalar(sa.select(sa.func.count()).select_from(Attempt))
    assert attempts == found.count("begun")
    assert [state for state, _at in bookings()] == ["used" if attempts else "missed"]
