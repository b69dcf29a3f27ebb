"""A trainer who is booked already: the other class session is named, and a scheduler who knows
of it can go ahead; one who does not know cannot."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from courses.scheduling.models import ClassSession
from lms import clock
from lms.accounts.models import Person
from lms.db import db, unit
from lms.permissions import Role
from tests.courses.scheduling.browse import fields_of, page, submit, text
from tests.factories import Factory

pytestmark = pytest.mark.thorough

FORM = "form[action='/manage/class-sessions/new']"


@pytest.fixture(autouse=True)
def frozen(now: datetime) -> Iterator[None]:
    with clock.frozen_at(now):
        yield


@pytest.fixture
def tom(make: Factory) -> Person:
    return make.person("Tom Trainer", Role.TRAINER)


@pytest.fixture
def booked(make: Factory, tom: Person) -> ClassSession:
    """Tom teaches on Monday, 21 December 2026, 10:00 to 18:00 in Amsterdam."""
    return make.class_session(make.course(make.programme(), title="The other course"), tom)


@pytest.fixture
def admin(app: Flask, make: Factory) -> FlaskClient:
    return make.sign_in(app.test_client(), make.person("Anna", Role.ADMINISTRATOR))


def sessions() -> int:
    with unit(writes=False):
        return db.session.scalar(sa.select(sa.func.count()).select_from(ClassSession)) or 0


def plan(tom: Person, start: str = "17:00", end: str = "19:00") -> dict[str, str]:
    return {
        "trainer": str(tom.id),
        "time_zone": "Europe/Amsterdam",
        "meetings-0-day": "2026-12-21",
        "meetings-0-start": start,
        "meetings-0-end": end,
        "room_capacity": "5",
    }


def test_a_new_class_session_names_the_other_one_and_waits_for_a_tick(
    admin: FlaskClient, booked: ClassSession, tom: Person
) -> None:
    warned = submit(admin, admin.get("/manage/class-sessions/new"), FORM, **plan(tom))

    assert warned.status_code == 422
    assert f"“The other course” ({booked.code})" in text(warned)
    box = page(warned).select_one("#despite")
    assert box is not None
    assert (box["value"], box["aria-describedby"]) == (booked.code, "despite-error")
    assert sessions() == 1

    done = submit(admin, warned, FORM, despite=booked.code)

    assert done.status_code == 303
    assert sessions() == 2


def test_one_that_begins_when_the_other_ends_needs_no_tick(
    admin: FlaskClient, booked: ClassSession, tom: Person
) -> None:
    new = admin.get("/manage/class-sessions/new")
    done = submit(admin, new, FORM, **plan(tom, "18:00", "19:00"))
    assert done.status_code == 303


def test_a_tick_for_another_class_session_is_not_enough(
    admin: FlaskClient, booked: ClassSession, tom: Person
) -> None:
    new = admin.get("/manage/class-sessions/new")
    warned = submit(admin, new, FORM, **plan(tom), despite="CS-9999")
    assert warned.status_code == 422
    assert sessions() == 1


class TestChanges:
    @pytest.fixture
    def session(self, make: Factory, booked: ClassSession, now: datetime) -> ClassSession:
        """Rita's, at the same time."""
        rita = make.person("Rita", Role.TRAINER)
        with unit(writes=False):
            course = booked.course_id
        version = make.course(make.programme("DEV"), "DEV-101", title="This course")
        assert version.id != course
        return make.class_session(version, rita, starts_at=now + timedelta(days=28, hours=1))

    def test_another_trainer_who_is_booked_is_named_in_the_preview(
        self, admin: FlaskClient, session: ClassSession, booked: ClassSession, tom: Person
    ) -> None:
        address = f"/manage/class-sessions/{session.code}/trainer"
        shown = submit(admin, admin.get(address), "#change", trainer=str(tom.id))
        assert "The trainer is booked at the same time" in text(shown)
        assert f"The other course {booked.code}" in text(shown)

        refused = submit(admin, shown, "#confirm")
        assert refused.status_code == 422
        assert "Error: Replace the trainer" in text(refused)
        for marked in ('#error-summary a[href="#despite"]', '#despite[aria-invalid="true"]'):
            assert page(refused).select_one(marked) is not None
        assert "Tick this, or choose other times or another trainer." in text(refused)

        done = submit(admin, refused, "#confirm", despite=booked.code)
        assert done.status_code == 303
        with unit(writes=False):
            moved = db.session.get_one(ClassSession, session.id, populate_existing=True)
            assert moved.trainer_person_id == tom.id

    def test_a_move_onto_another_meeting_of_the_trainer_is_named(
        self, admin: FlaskClient, make: Factory, booked: ClassSession, tom: Person, now: datetime
    ) -> None:
        later = make.class_session(
            make.course(make.programme("DEV"), "DEV-101"), tom, starts_at=now + timedelta(days=40)
        )
        address = f"/manage/class-sessions/{later.code}/dates"
        dates = {
            "meetings-0-day": "2026-12-21",
            "meetings-0-start": "09:00",
            "meetings-0-end": "11:00",
        }
        shown = submit(admin, admin.get(address), "#change", **dates)
        assert f"The other course {booked.code}" in text(shown)
        refused = submit(admin, shown, "#confirm")
        assert refused.status_code == 422
        form = page(refused).select_one("#confirm")
        assert form is not None
        kept = fields_of(form)
        assert {name: kept[name] for name in dates} == dates
        done = submit(admin, shown, "#confirm", despite=booked.code)
        assert done.status_code == 303

    def test_a_move_to_a_free_day_says_nothing(
        self, admin: FlaskClient, session: ClassSession
    ) -> None:
        address = f"/manage/class-sessions/{session.code}/dates"
        shown = submit(admin, admin.get(address), "#change", **{"meetings-0-day": "2026-12-23"})
        assert "The trainer is booked" not in text(shown)
        assert submit(admin, shown, "#confirm").status_code == 303
