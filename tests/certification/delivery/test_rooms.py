"""Times and places of an exam, and who watches it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from certification.delivery import actions
from certification.delivery.models import Attempt, ExamBooking, ExamSlot
from lms import clock
from lms.accounts.models import Person
from lms.db import db, unit
from lms.permissions import Role
from tests.factories import Factory
from tests.page import Page

pytestmark = [pytest.mark.thorough, pytest.mark.usefixtures("no_csrf")]

START = {"rules": "1", "identity": "1", "language": "en"}


@pytest.fixture
def proctor(app: Flask, make: Factory) -> FlaskClient:
    return make.sign_in(app.test_client(), make.person("Pat", Role.ASSESSOR))


@pytest.fixture
def manager(app: Flask, make: Factory) -> FlaskClient:
    return make.sign_in(app.test_client(), make.person("Max", Role.CERTIFICATION_MANAGER))


def planned(manager: FlaskClient, starts: str, **values: str) -> Any:
    sent = {
        "starts": starts, "time_zone": "Europe/Berlin", "place": "Room 2", "capacity": "1",
        **values,
    }  # fmt: skip
    return manager.post("/manage/exams/ADM-300/slots", data=sent)


def rows(model: Any) -> list[Any]:
    with unit(writes=False):
        wanted = sa.select(model).order_by(model.id).execution_options(populate_existing=True)
        return list(db.session.scalars(wanted))


def test_a_time_is_planned_booked_moved_and_given_up(
    make: Factory, browser: FlaskClient, manager: FlaskClient, now: datetime
) -> None:
    make.takeable(kinds=("text",), booking="slot")
    with clock.frozen_at(now):
        assert planned(manager, "2026-12-01T09:00").status_code == 303
        assert planned(manager, "2026-12-02T09:00").status_code == 303
        one, two = rows(ExamSlot)
        assert (one.starts_at.isoformat(), one.local_start.hour) == ("2026-12-01T08:00:00+00:00", 9)
        page = Page(browser.get("/exams/ADM-300"))
        assert "1 Dec 2026, 09:00 CET" in page.text
        place = "/exams/ADM-300/booking"
        assert browser.post(place).status_code == 409
        assert browser.post(place, data={"slot": one.id}).status_code == 303
        assert [slot.taken for slot in rows(ExamSlot)] == [1, 0]
        early = browser.post("/exams/ADM-300/attempt", data=START)
        assert "You may begin at 1 Dec 2026, 09:00 CET." in Page(early).text
        assert browser.post(place, data={"slot": two.id}).status_code == 303
        assert [slot.taken for slot in rows(ExamSlot)] == [0, 1]
        assert browser.post(f"{place}/cancellation").status_code == 303
        assert [slot.taken for slot in rows(ExamSlot)] == [0, 0]
        unbooked = browser.post("/exams/ADM-300/attempt", data=START)
        assert "Book the exam first." in Page(unbooked).text


def test_a_full_or_cancelled_time_is_refused(
    app: Flask, make: Factory, browser: FlaskClient, manager: FlaskClient, now: datetime
) -> None:
    make.takeable(kinds=("text",), booking="slot")
    other = make.sign_in(app.test_client(), make.person("Otto"))
    with clock.frozen_at(now):
        planned(manager, "2026-12-01T09:00")
        slot = rows(ExamSlot)[0]
        assert other.post("/exams/ADM-300/booking", data={"slot": slot.id}).status_code == 303
        full = browser.post("/exams/ADM-300/booking", data={"slot": slot.id})
        assert "No place is left" in Page(full).text
        place = f"/manage/exams/ADM-300/slots/{slot.id}/cancellation"
        page = Page(manager.get(f"{place}?preview=1&reason=Flooded"))
        page.form("#confirm").submit(manager)
        assert [row.state for row in rows(ExamBooking)] == ["cancelled"]
        gone = browser.post("/exams/ADM-300/booking", data={"slot": slot.id})
        assert "was cancelled" in Page(gone).text


@pytest.mark.parametrize(
    ("starts", "told"),
    [("2027-03-28T02:30", "does not exist"), ("2027-10-31T02:30", "comes twice"),
     ("2020-01-01T09:00", "has begun"), ("", "Enter day and time.")],
)  # fmt: skip
def test_a_time_that_is_none_is_named_at_its_field(
    make: Factory, manager: FlaskClient, now: datetime, starts: str, told: str
) -> None:
    make.takeable(kinds=("text",))
    with clock.frozen_at(now):
        answer = planned(manager, starts)
    assert answer.status_code == 422
    assert told in " ".join(Page(answer).errors)
    assert 'aria-invalid="true"' in answer.text
    assert rows(ExamSlot) == []


def test_the_proctor_confirms_who_it_is_and_watches(
    make: Factory, browser: FlaskClient, proctor: FlaskClient, now: datetime
) -> None:
    make.takeable(kinds=("text", "choice"), is_proctored=True)
    with clock.frozen_at(now):
        assert browser.post("/exams/ADM-300/attempt", data=START).status_code == 409
        assert browser.post("/exams/ADM-300/booking").status_code == 303
        assert browser.post("/exams/ADM-300/attempt", data=START).status_code == 409
        booking = rows(ExamBooking)[0]
        assert "Cara Candidate" in Page(proctor.get("/teach/proctor/ADM-300")).text
        place = f"/teach/proctor/ADM-300/bookings/{booking.id}/identity"
        assert proctor.post(place).status_code == 303
        assert browser.post("/exams/ADM-300/attempt", data=START).status_code == 303
        attempt = rows(Attempt)[0]
        entry = {"position": 1, "seq": 1, "response": "Paris"}
        browser.post(f"/exams/attempts/{attempt.code}/answers", json={"answers": [entry]})
        line = proctor.get("/teach/proctor/ADM-300/state").json[attempt.code]
    assert (line["progress"], line["left"], line["kind"]) == ("1 of 2", "60 min 00 s", "open")
    assert "Paris" not in str(line)


def test_who_is_working_stands_above_who_is_expected_and_who_is_done(
    make: Factory, proctor: FlaskClient, now: datetime
) -> None:
    sat = make.takeable(kinds=("text",))
    done, expected, working = (make.person(name) for name in ("Ada", "Ben", "Cyd"))
    for person in (done, working):
        make.begun(sat, person)
    with unit(writes=True):
        attempt = db.session.scalars(sa.select(Attempt).where(Attempt.person_id == done.id)).one()
        actions.submit(attempt.id, by=done.id, now=now)
    make.booked(sat.exam, None, expected)
    with clock.frozen_at(now):
        rows = Page(proctor.get("/teach/proctor/ADM-300")).rows()
    assert [row[0] for row in rows] == ["Cyd", "Ben", "Ada"]


def test_the_proctor_pauses_extends_notes_and_ends(
    make: Factory, candidate: Person, browser: FlaskClient, proctor: FlaskClient, now: datetime
) -> None:
    attempt = make.begun(make.takeable(kinds=("text",)), candidate)
    place = f"/teach/proctor/ADM-300/attempts/{attempt.code}"
    with clock.frozen_at(now + timedelta(minutes=10)):
        assert proctor.post(f"{place}/pause").status_code == 303
        assert "The clock stands" in Page(browser.get(f"/exams/attempts/{attempt.code}")).text
        assert browser.post(f"/exams/attempts/{attempt.code}/submission").status_code == 409
        assert browser.post(f"/exams/attempts/{attempt.code}/break/end").status_code == 409
    with clock.frozen_at(now + timedelta(minutes=15)):
        proctor.post(f"{place}/pause/end")
        assert rows(Attempt)[0].due_at == now + timedelta(minutes=65)
        assert proctor.post(f"{place}/extension", data={"minutes": "0"}).status_code == 422
        proctor.post(f"{place}/extension", data={"minutes": "5", "note": "Fire alarm"})
        sent = {"minutes": "10", "note": "All"}
        assert proctor.post("/teach/proctor/ADM-300/extension", data=sent).status_code == 303
        assert rows(Attempt)[0].due_at == now + timedelta(minutes=80)
        proctor.post(f"{place}/notes", data={"note": "A phone rang."})
        page = Page(proctor.get(place))
        assert "A phone rang." in page.text
        assert "Fire alarm" in page.text
        proctor.post(f"{place}/notes", data={"note": "Cheated.", "void": "1"})
    ended = rows(Attempt)[0]
    assert (ended.state, ended.ended_by) == ("void", "proctor")
    assert "Ended without a result" in Page(browser.get(f"/exams/attempts/{attempt.code}")).text


@pytest.mark.parametrize(("why", "counts"), [("rules", True), ("other", False)])
def test_an_attempt_that_ended_for_the_rules_counts_and_another_does_not(
    make: Factory, candidate: Person, browser: FlaskClient, proctor: FlaskClient, now: datetime,
    why: str, counts: bool,
) -> None:  # fmt: skip
    attempt = make.begun(make.takeable(kinds=("text",), retakes={"waits": [14]}), candidate)
    place = f"/teach/proctor/ADM-300/attempts/{attempt.code}"
    with clock.frozen_at(now):
        assert proctor.post(f"{place}/notes", data={"note": "So", "void": why}).status_code == 303
        ended = Page(browser.get(f"/exams/attempts/{attempt.code}")).text
        assert ("It counts as an attempt" in ended) is counts
        assert ("It counts as no attempt" in ended) is not counts
        assert ("counts as an attempt" in Page(proctor.get(place)).text) is counts
        again = browser.post("/exams/ADM-300/attempt", data=START)
        assert again.status_code == (409 if counts else 303)
    if counts:
        with clock.frozen_at(now + timedelta(days=14)):
            make.sign_in(browser, candidate)
            again = browser.post("/exams/ADM-300/attempt", data=START)
            assert again.status_code == 303
            assert "/exams/attempts/" in again.location


def test_nobody_proctors_themselves(app: Flask, make: Factory, now: datetime) -> None:
    both = make.person("Pat", Role.ASSESSOR)
    attempt = make.begun(make.takeable(kinds=("text",)), both)
    client = make.sign_in(app.test_client(), both)
    place = f"/teach/proctor/ADM-300/attempts/{attempt.code}"
    with clock.frozen_at(now):
        for act in ("/extension", "/pause", "/notes"):
            sent = {"minutes": "60", "note": "Me"}
            assert client.post(f"{place}{act}", data=sent).status_code == 403
    assert rows(Attempt)[0].due_at == now + timedelta(minutes=60)


def test_a_proctor_of_one_programme_does_not_find_another_one(app: Flask, make: Factory) -> None:
    make.takeable(kinds=("text",))
    person = make.person("Pat", Role.ASSESSOR, programme_code="DEV")
    client = make.sign_in(app.test_client(), person)
    assert client.get("/teach/proctor").status_code == 200
    assert client.get("/teach/proctor/ADM-300").status_code == 404
    assert client.get("/teach/proctor/slot-1").status_code == 404


def test_why_not_yet_names_the_course_the_wait_and_the_open_attempt(
    app: Flask, make: Factory, candidate: Person, browser: FlaskClient, now: datetime
) -> None:
    programme = make.programme()
    first = make.course(programme, "ADM-101")
    exam = make.course(programme, "ADM-300", title="Certification Exam", needs=[first])
    with clock.frozen_at(now):
        assert browser.get("/exams/ADM-300").status_code == 404
        make.takeable(exam, kinds=("text",))
        page = Page(browser.get("/exams/ADM-300"))
        assert "First complete “Foundation Training” (ADM-101)." in page.text
        assert "/catalog/adm/adm-101" in page.links
        assert browser.post("/exams/ADM-300/attempt", data=START).status_code == 409
        assert browser.post("/exams/ADM-300/booking").status_code == 409
    assert rows(Attempt) == rows(ExamBooking) == []
