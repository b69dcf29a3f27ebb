"""A time that is moved or cancelled: who is booked is shown before, and told once after."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask, current_app
from flask.testing import FlaskClient

from certification.delivery.models import ExamBooking, ExamSlot
from lms import clock, mail
from lms.accounts.models import Person
from lms.db import db, unit
from lms.mail import MailMessage
from lms.permissions import Role
from tests.factories import Factory
from tests.factories.sittings import Sat
from tests.page import Page

pytestmark = pytest.mark.thorough

SLOTS = "/manage/exams/ADM-300/slots"
NEW = {
    "preview": "1", "starts": "2026-12-02T14:00", "time_zone": "Europe/Berlin",
    "place": "Room 9", "capacity": "5", "proctor": "",
}  # fmt: skip


@pytest.fixture
def manager(app: Flask, make: Factory) -> FlaskClient:
    return make.sign_in(app.test_client(), make.person("Max", Role.CERTIFICATION_MANAGER))


@pytest.fixture
def cara(make: Factory) -> Person:
    return make.person("Cara Candidate", time_zone="America/New_York")


@pytest.fixture
def sat(make: Factory) -> Sat:
    return make.takeable(kinds=("text",), booking="slot")


@pytest.fixture
def slot(make: Factory, sat: Sat, cara: Person) -> ExamSlot:
    """1 December, 09:00 in Berlin, with Cara and Otto."""
    planned = make.slot(sat.exam, "2026-12-01T09:00", capacity=3)
    make.booked(sat.exam, planned, cara)
    make.booked(sat.exam, planned, make.person("Otto"))
    return planned


def asked(manager: FlaskClient, slot: ExamSlot, what: str, now: datetime, **values: str) -> Page:
    with clock.frozen_at(now):
        return Page(manager.get(f"{SLOTS}/{slot.id}/{what}", query_string=values))


def confirmed(
    manager: FlaskClient, slot: ExamSlot, what: str, now: datetime, page: Page, times: int = 1
) -> int:
    form = page.form("#confirm")
    with clock.frozen_at(now):
        return [form.submit(manager).status_code for _ in range(times)][-1]


def told(template: str) -> dict[str, str]:
    """Person -> the mail as it is sent."""
    settings = current_app.extensions["settings"]
    with unit(writes=False):
        wanted = sa.select(MailMessage).where(MailMessage.template == template)
        rows = db.session.scalars(wanted.order_by(MailMessage.id)).all()
    with current_app.app_context():
        return {row.facts["name"]: str(mail.compose(row, settings).get_content()) for row in rows}


def states() -> list[str]:
    with unit(writes=False):
        return [
            row.state.value
            for row in db.session.scalars(
                sa.select(ExamBooking)
                .order_by(ExamBooking.id)
                .execution_options(populate_existing=True)
            )
        ]


def test_a_cancelled_time_shows_whom_it_affects_and_tells_each_once(
    make: Factory, manager: FlaskClient, slot: ExamSlot, now: datetime
) -> None:
    page = asked(manager, slot, "cancellation", now, preview="1", reason="The room is flooded")
    assert [row[0] for row in page.rows()] == ["Cara Candidate", "Otto"]
    assert "Loses the place" in page.rows()[0][1]
    assert "Do it: 2 people affected" in page.text
    assert states() == ["booked", "booked"]
    assert confirmed(manager, slot, "cancellation", now, page, times=2) == 303

    assert states() == ["cancelled", "cancelled"]
    mails = told("exam_slot_cancelled")
    assert sorted(mails) == ["Cara Candidate", "Otto"]
    cara = mails["Cara Candidate"]
    assert "1 Dec 2026, 09:00 CET (Europe/Berlin), Room 2" in cara
    assert "for you: 1 Dec 2026, 03:00 EST" in cara
    assert "for you" not in mails["Otto"]
    assert "The room is flooded" in cara
    assert "/exams/ADM-300" in cara


def test_a_moved_time_keeps_the_places_and_tells_each_once(
    make: Factory, manager: FlaskClient, slot: ExamSlot, now: datetime
) -> None:
    page = asked(manager, slot, "dates", now, **NEW)
    assert [row[0] for row in page.rows()] == ["Cara Candidate", "Otto"]
    assert confirmed(manager, slot, "dates", now, page, times=2) == 303
    assert states() == ["booked", "booked"]
    mails = told("exam_slot_moved")
    assert sorted(mails) == ["Cara Candidate", "Otto"]
    assert "2 Dec 2026, 14:00 CET (Europe/Berlin), Room 9" in mails["Otto"]
    assert "Before it was: 1 Dec 2026, 09:00 CET, Room 2" in mails["Otto"]
    assert "for you: 2 Dec 2026, 08:00 EST" in mails["Cara Candidate"]
    again = asked(manager, slot, "dates", now, **{**NEW, "place": "Room 10"})
    assert confirmed(manager, slot, "dates", now, again) == 303
    with unit(writes=False):
        assert db.session.scalar(sa.select(sa.func.count()).select_from(MailMessage)) == 4


def test_more_places_affect_nobody_and_tell_nobody(
    make: Factory, manager: FlaskClient, slot: ExamSlot, now: datetime
) -> None:
    same = {**NEW, "starts": "2026-12-01T09:00", "place": "Room 2"}
    page = asked(manager, slot, "dates", now, **same)
    assert "Nobody is affected." in page.text
    assert confirmed(manager, slot, "dates", now, page) == 303
    assert told("exam_slot_moved") == {}
    with unit(writes=False):
        assert db.session.get_one(ExamSlot, slot.id, populate_existing=True).capacity == 5


def test_who_has_something_else_at_the_new_time_is_marked(
    make: Factory, manager: FlaskClient, slot: ExamSlot, cara: Person, now: datetime
) -> None:
    course = make.exam_course(make.programme("DEV"), "DEV-300")
    other = make.takeable(course, kinds=("text",), booking="slot")
    make.booked(other.exam, make.slot(other.exam, "2026-12-02T13:30"), cara)
    rows = asked(manager, slot, "dates", now, **NEW).rows()
    assert ["Has something else then" in row[1] for row in rows] == [True, False]


def test_somebody_who_books_meanwhile_makes_the_preview_outdated(
    make: Factory, sat: Sat, manager: FlaskClient, slot: ExamSlot, now: datetime
) -> None:
    page = asked(manager, slot, "cancellation", now, preview="1", reason="Flooded")
    make.booked(sat.exam, slot, make.person("Late Lea"))
    form = page.form("#confirm")
    with clock.frozen_at(now):
        answer = form.submit(manager)
    assert answer.status_code == 409
    fresh = Page(answer)
    assert "Nothing was done." in fresh.text
    assert [row[0] for row in fresh.rows()] == ["Cara Candidate", "Otto", "Late Lea"]
    assert states() == ["booked"] * 3
    assert confirmed(manager, slot, "cancellation", now, fresh) == 303
    assert states() == ["cancelled"] * 3


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"starts": "2027-03-28T02:30"}, "does not exist"),
        ({"starts": "2020-01-01T09:00"}, "Choose a later one."),
        ({"capacity": "1"}, "More people are booked than that."),
        ({"proctor": "nobody@example.org"}, "Nobody has this address."),
        ({"place": ""}, "Enter the place."),
    ],
)
def test_a_change_that_cannot_be_is_named_before_it_is_made(
    make: Factory,
    manager: FlaskClient,
    slot: ExamSlot,
    now: datetime,
    values: dict[str, str],
    said: str,
) -> None:
    page = asked(manager, slot, "dates", now, **{**NEW, **values})
    assert page.status == 422
    assert said in " ".join(page.errors)
    assert page.title.startswith("Error:")
    assert not page.has_form("#confirm")


def test_a_time_that_has_begun_or_was_cancelled_is_not_changed(
    make: Factory, manager: FlaskClient, slot: ExamSlot, now: datetime
) -> None:
    begun = slot.starts_at + timedelta(minutes=1)
    with clock.frozen_at(begun):
        make.sign_in(manager, make.person("Mo", Role.CERTIFICATION_MANAGER))
    assert "has begun" in asked(manager, slot, "dates", begun, **NEW).text
    page = asked(manager, slot, "cancellation", now, preview="1", reason="Flooded")
    confirmed(manager, slot, "cancellation", now, page)
    again = asked(manager, slot, "cancellation", now, preview="1", reason="Flooded")
    assert (again.status, "was cancelled" in again.text) == (422, True)


def test_changes_are_for_those_who_configure_this_exam(
    app: Flask, make: Factory, manager: FlaskClient, slot: ExamSlot
) -> None:
    place = f"{SLOTS}/{slot.id}/cancellation"
    elsewhere = make.person("Mia", Role.CERTIFICATION_MANAGER, programme_code="DEV")
    assert make.sign_in(app.test_client(), elsewhere).get(place).status_code == 404
    assert manager.get(f"{SLOTS}/999/cancellation").status_code == 404
    assert manager.get(f"{SLOTS}/{slot.id}/nonsense").status_code == 404
    assert manager.put(place).status_code == 405
    proctor = make.sign_in(app.test_client(), make.person("Pat", Role.ASSESSOR))
    assert proctor.get(place).status_code == 403
