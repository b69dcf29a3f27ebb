"""The pages of class sessions, as people use them: forms sent, colleagues, outsiders."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from courses.scheduling.actions import changes, seats
from courses.scheduling.actions.roster import Typed, save_roster
from courses.scheduling.models import (
    ClassSession,
    Completion,
    Result,
    Seat,
    SeatKind,
    SelfPacedEnrolment,
    WaitingEntry,
)
from courses.scheduling.queries.previews import preview
from courses.scheduling.queries.sessions import by_id
from courses.scheduling.rules.changes import Cancel, Move, Replace, Resize
from courses.scheduling.rules.marks import Grade, Marks, Outcome
from courses.scheduling.rules.times import Slot
from lms import clock
from lms.accounts.models import Person
from lms.db import db, unit
from lms.mail import MailMessage, compose
from lms.permissions import Role
from tests.courses.scheduling.browse import fields_of, page, submit, text
from tests.factories import Factory

pytestmark = pytest.mark.thorough


@pytest.fixture(autouse=True)
def frozen(now: datetime) -> Iterator[None]:
    with clock.frozen_at(now):
        yield


@pytest.fixture
def tom(make: Factory) -> Person:
    return make.person("Tom Trainer", Role.TRAINER)


@pytest.fixture
def session(make: Factory, tom: Person) -> ClassSession:
    return make.class_session(make.course(make.programme()), tom, room=1, virtual=1)


def browser(app: Flask, make: Factory, person: Person) -> FlaskClient:
    return make.sign_in(app.test_client(), person)


def count(model: type[Seat] | type[WaitingEntry] | type[Result] | type[Completion]) -> int:
    with unit(writes=False):
        return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def test_a_visitor_sees_the_dates_and_is_asked_to_sign_in(
    client: FlaskClient, session: ClassSession
) -> None:
    assert "Foundation Training" in text(client.get("/class-sessions"))

    shown = text(client.get(f"/class-sessions/{session.code}"))

    assert "Mon 21 Dec 2026, 10:00–18:00 CET" in shown
    assert "for you: 09:00–17:00 UTC" in shown
    assert "Sign in to enrol" in shown
    assert client.post(f"/class-sessions/{session.code}/seat").status_code == 400


def test_filters_narrow_the_list_and_stand_in_the_address(
    make: Factory, client: FlaskClient, session: ClassSession, tom: Person
) -> None:
    other = make.course(make.programme("USR", "Users"), "USR-100", title="Basics")
    make.class_session(other, tom)

    answer = client.get("/class-sessions?programme=USR")

    cards = [link.get_text() for link in page(answer).select("#results h2 a")]
    assert cards == ["Basics"]
    assert page(answer).select_one("select[name=programme] option[selected]")["value"] == "USR"
    assert "No class session matches" in text(
        client.get("/class-sessions?programme=USR&course=ADM-101")
    )


def test_the_list_pages_by_its_last_row(
    make: Factory, client: FlaskClient, session: ClassSession, tom: Person
) -> None:
    course = make.course(make.programme("USR", "Users"), "USR-100", title="Basics")
    for day in range(1, 27):
        make.class_session(course, tom, starts_at=session.starts_at + timedelta(days=day))

    first = client.get("/class-sessions")
    link = page(first).select_one("a[rel=next]")
    assert link is not None
    second = client.get(str(link["href"]))

    shown = [page(answer).select("#results h2 a") for answer in (first, second)]
    assert [len(rows) for rows in shown] == [25, 2]
    assert client.get("/class-sessions?after=nonsense").status_code == 404


def test_a_learner_enrols_with_a_wish_and_cancels(
    app: Flask, make: Factory, session: ClassSession
) -> None:
    mine = browser(app, make, make.person("Ada"))
    address = f"/class-sessions/{session.code}"

    done = submit(mine, mine.get(address), "#enrol", kind="virtual")
    assert done.status_code == 303
    assert "You have a seat (Virtual)" in text(mine.get(address))

    form = f"form[action='{address}/seat/cancellation']"
    assert submit(mine, mine.get(address), form).status_code == 303
    assert "Take a seat" in text(mine.get(address))


def test_a_double_click_takes_one_seat_and_ends_on_the_same_page(
    app: Flask, make: Factory, session: ClassSession
) -> None:
    mine = browser(app, make, make.person("Ada"))
    shown = mine.get(f"/class-sessions/{session.code}")

    first, second = (submit(mine, shown, "#enrol") for _ in range(2))

    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location
    assert count(Seat) == 1


def test_a_full_class_session_offers_the_queue_with_its_order(
    app: Flask, make: Factory, session: ClassSession
) -> None:
    for name in ("Bob", "Cid"):
        make.enrolled(session, make.person(name))
    mine = browser(app, make, make.person("Ada"))
    address = f"/class-sessions/{session.code}"

    submit(mine, mine.get(address), "#enrol", kind="room")

    shown = text(mine.get(address))
    assert "You are number 1 of 1 on the waiting list." in shown
    assert "You wait for: Room." in shown
    form = f"form[action='{address}/queue/departure']"
    submit(mine, mine.get(address), form)
    assert "Join the waiting list" in text(mine.get(address))


def test_a_learner_switches_to_the_other_kind(
    app: Flask, make: Factory, session: ClassSession
) -> None:
    ada = make.person("Ada")
    make.enrolled(session, ada, SeatKind.ROOM)
    mine = browser(app, make, ada)
    address = f"/class-sessions/{session.code}"

    submit(mine, mine.get(address), f"form[action='{address}/seat/kind']")

    assert "Kind: Virtual." in text(mine.get(address))


def test_a_manager_enrols_own_people_and_nobody_else(
    app: Flask, make: Factory, session: ClassSession
) -> None:
    acme, rival = make.organisation("acme"), make.organisation("rival")
    ada, rita = make.person("Ada", organisation=acme), make.person("Rita", organisation=rival)
    manager = make.person("Mona", Role.ORGANISATION_MANAGER, organisation=acme, limit=acme)
    theirs = browser(app, make, manager)
    address = f"/class-sessions/{session.code}"
    form = f"form[action='{address}/colleagues']"

    shown = theirs.get(address)
    names = [option.get_text() for option in page(shown).select("#colleague option")]
    assert names == ["Ada", "Mona"]
    assert submit(theirs, shown, form, person=rita.public_id).status_code == 404
    assert submit(theirs, shown, form, person=ada.public_id).status_code == 303
    assert "Ada has a seat" in text(theirs.get(address))
    learner = browser(app, make, rita)
    token = fields_of(page(learner.get(address)).select_one("#enrol"))["csrf_token"]
    refused = learner.post(f"{address}/colleagues", data={"csrf_token": token})
    assert refused.status_code == 403


def test_an_unknown_class_session_is_not_found_and_other_verbs_are_refused(
    client: FlaskClient, session: ClassSession
) -> None:
    assert client.get("/class-sessions/CS-9999").status_code == 404
    assert client.put(f"/class-sessions/{session.code}/seat").status_code in (400, 405)


def test_the_calendar_file_keeps_its_uid_and_names_its_zone(
    client: FlaskClient, session: ClassSession
) -> None:
    answer = client.get(f"/class-sessions/{session.code}/calendar.ics")

    assert answer.content_type == "text/calendar; charset=utf-8"
    assert f"UID:{session.code}-1@academy.test" in answer.text
    assert "SEQUENCE:1" in answer.text
    assert "DTSTART;TZID=Europe/Amsterdam:20261221T100000" in answer.text
    assert "BEGIN:VTIMEZONE" in answer.text


def test_the_trainer_marks_the_roster_with_one_save(
    app: Flask, make: Factory, session: ClassSession, tom: Person
) -> None:
    ada, bob = make.person("Ada"), make.person("Bob")
    make.enrolled(session, ada)
    make.enrolled(session, bob)
    mine = browser(app, make, tom)
    cells = {
        f"presence-{ada.id}": "present",
        f"outcome-{ada.id}": "passed",
        f"score-{ada.id}": "81",
        f"presence-{bob.id}": "absent",
    }

    done = submit(mine, mine.get(f"/teach/{session.code}"), "#roster", **cells)

    assert done.status_code == 303
    shown = page(mine.get(f"/teach/{session.code}"))
    assert "Saved: 2 rows." in shown.get_text()
    assert fields_of(shown.select_one("#roster"))[f"score-{ada.id}"] == "81"
    assert (count(Result), count(Completion)) == (1, 1)
    history = text(mine.get(f"/teach/{session.code}/history"))
    assert "Result: Passed, 81 of 100" in history
    assert "Attendance: Absent" in history


def test_a_wrong_cell_is_named_and_nothing_typed_is_lost(
    app: Flask, make: Factory, session: ClassSession, tom: Person
) -> None:
    ada, bob = make.person("Ada"), make.person("Bob")
    make.enrolled(session, ada)
    make.enrolled(session, bob)
    mine = browser(app, make, tom)
    cells = {
        f"outcome-{ada.id}": "passed",
        f"score-{ada.id}": "181",
        f"note-{bob.id}": "Bring the badge",
    }

    wrong = submit(mine, mine.get(f"/teach/{session.code}"), "#roster", **cells)

    assert wrong.status_code == 422
    shown = page(wrong)
    assert shown.title is not None
    assert shown.title.get_text().startswith("Error:")
    field = shown.select_one(f"#score-{ada.id}")
    assert field is not None
    assert (field["value"], field["aria-invalid"]) == ("181", "true")
    described = shown.select_one(f"#{field['aria-describedby']}")
    assert described is not None
    assert "0 to 100" in described.get_text()
    summary = [link["href"] for link in shown.select("#error-summary a")]
    assert summary == [f"#score-{ada.id}", f"#outcome-{bob.id}"]
    assert fields_of(shown.select_one("#roster"))[f"note-{bob.id}"] == "Bring the badge"
    assert count(Result) == 0


def test_good_rows_are_saved_and_the_bad_one_is_named(
    app: Flask, make: Factory, session: ClassSession, tom: Person
) -> None:
    ada, bob = make.person("Ada"), make.person("Bob")
    make.enrolled(session, ada)
    make.enrolled(session, bob)
    mine = browser(app, make, tom)
    cells = {f"outcome-{ada.id}": "passed", f"presence-{bob.id}": "absent"}
    cells |= {f"outcome-{bob.id}": "passed", f"note-{bob.id}": "Came late"}

    half = submit(mine, mine.get(f"/teach/{session.code}"), "#roster", **cells)

    assert (half.status_code, count(Result), count(Completion)) == (200, 1, 1)
    shown = page(half)
    assert "Saved: 1 row. The others were not saved: please correct this first" in text(half)
    assert [link["href"] for link in shown.select("#error-summary a")] == [f"#outcome-{bob.id}"]
    assert shown.select_one("[data-unsaved]") is not None
    kept = fields_of(shown.select_one("#roster"))
    assert (kept[f"presence-{bob.id}"], kept[f"note-{bob.id}"]) == ("absent", "Came late")
    assert submit(mine, half, "#roster", **{f"outcome-{bob.id}": "failed"}).status_code == 303
    assert count(Result) == 2


def test_a_row_changed_meanwhile_stops_no_other_row(
    app: Flask, make: Factory, session: ClassSession, tom: Person
) -> None:
    ada, bob = make.person("Ada"), make.person("Bob")
    make.enrolled(session, ada)
    make.enrolled(session, bob)
    mine = browser(app, make, tom)
    theirs = browser(app, make, make.person("Anna", Role.ADMINISTRATOR))
    address = f"/teach/{session.code}"
    before = mine.get(address)
    submit(theirs, theirs.get(address), "#roster", **{f"outcome-{ada.id}": "failed"})
    cells = {f"outcome-{ada.id}": "passed", f"outcome-{bob.id}": "passed"}

    half = submit(mine, before, "#roster", **cells)

    assert (half.status_code, count(Result), count(Completion)) == (200, 2, 1)
    assert "recorded meanwhile: Failed" in text(half)
    assert submit(mine, half, "#roster").status_code == 303
    assert (count(Result), count(Completion)) == (3, 2)


def test_scores_without_a_result_are_one_error_that_names_all(
    app: Flask, make: Factory, session: ClassSession, tom: Person
) -> None:
    people = [make.person("Ada"), make.person("Bob")]
    for person in people:
        make.enrolled(session, person)
    mine = browser(app, make, tom)
    cells = {f"score-{person.id}": "80" for person in people}

    wrong = submit(mine, mine.get(f"/teach/{session.code}"), "#roster", **cells)

    assert wrong.status_code == 422
    errors = page(wrong).select("#error-summary li")
    assert len(errors) == 1
    assert [link.get_text() for link in errors[0].select("a")] == ["Ada", "Bob"]
    filled = submit(mine, wrong, "#roster", fill="passed")
    assert submit(mine, filled, "#roster").status_code == 303
    assert (count(Result), count(Completion)) == (2, 2)


def test_all_passed_passes_nobody_who_was_absent(
    app: Flask, make: Factory, session: ClassSession, tom: Person
) -> None:
    ada, bob = make.person("Ada"), make.person("Bob")
    make.enrolled(session, ada)
    make.enrolled(session, bob)
    mine = browser(app, make, tom)
    changes = {f"presence-{bob.id}": "absent", "fill": "passed"}

    filled = submit(mine, mine.get(f"/teach/{session.code}"), "#roster", **changes)

    fields = fields_of(page(filled).select_one("#roster"))
    assert (fields[f"outcome-{ada.id}"], fields[f"outcome-{bob.id}"]) == ("passed", "")
    assert count(Result) == 0


def test_all_present_fills_the_empty_cells_and_saves_nothing(
    app: Flask, make: Factory, session: ClassSession, tom: Person
) -> None:
    ada, bob = make.person("Ada"), make.person("Bob")
    make.enrolled(session, ada)
    make.enrolled(session, bob)
    mine = browser(app, make, tom)
    shown = mine.get(f"/teach/{session.code}")
    changes = {f"presence-{bob.id}": "absent", f"score-{ada.id}": "7", "fill": "present"}

    for _ in range(2):  # the back button and once more
        filled = submit(mine, shown, "#roster", **changes)
        assert filled.status_code == 200
        fields = fields_of(page(filled).select_one("#roster"))
        assert fields[f"presence-{ada.id}"] == "present"
        assert fields[f"presence-{bob.id}"] == "absent"
        assert fields[f"score-{ada.id}"] == "7"
    saved = submit(mine, filled, "#roster", **{f"score-{ada.id}": ""})
    assert saved.status_code == 303


def test_a_row_changed_meanwhile_is_shown_and_saved_again_on_purpose(
    app: Flask, make: Factory, session: ClassSession, tom: Person
) -> None:
    ada = make.person("Ada")
    make.enrolled(session, ada)
    mine = browser(app, make, tom)
    theirs = browser(app, make, make.person("Anna", Role.ADMINISTRATOR))
    address = f"/teach/{session.code}"
    mine_shown, theirs_shown = mine.get(address), theirs.get(address)
    submit(theirs, theirs_shown, "#roster", **{f"outcome-{ada.id}": "failed"})

    overtaken = submit(mine, mine_shown, "#roster", **{f"outcome-{ada.id}": "passed"})

    assert overtaken.status_code == 409
    assert "recorded meanwhile: Failed" in text(overtaken)
    assert submit(mine, overtaken, "#roster").status_code == 303
    assert (count(Result), count(Completion)) == (2, 1)


def test_other_trainers_do_not_see_the_roster_and_learners_do_not_teach(
    app: Flask, make: Factory, session: ClassSession
) -> None:
    other = browser(app, make, make.person("Tina", Role.TRAINER))
    learner = browser(app, make, make.person("Ada"))
    auditor = browser(app, make, make.person("Otto", Role.AUDITOR))
    limited = browser(app, make, make.person("Carl", Role.CATALOGUE_MANAGER, programme_code="USR"))
    address = f"/teach/{session.code}"

    assert other.get(address).status_code == 404
    assert other.get(f"{address}/history").status_code == 404
    assert learner.get(address).status_code == 403
    assert auditor.get(address).status_code == 200
    assert limited.get(address).status_code == 404
    assert limited.get(f"/manage/class-sessions/{session.code}").status_code == 404


def test_the_trainers_page_lists_what_is_theirs(
    app: Flask, make: Factory, session: ClassSession, tom: Person
) -> None:
    tina = make.person("Tina", Role.TRAINER)

    assert session.code in text(browser(app, make, tom).get("/teach"))
    assert session.code not in text(browser(app, make, tina).get("/teach"))


def test_the_virtual_room_is_offered_until_the_end(
    app: Flask, make: Factory, session: ClassSession, tom: Person, now: datetime
) -> None:
    ada = make.person("Ada")
    make.enrolled(session, ada)
    with unit(writes=True):
        db.session.get_one(ClassSession, session.id).join_url = "https://meet.example/academy"
    readers = (ada, f"/class-sessions/{session.code}"), (tom, f"/teach/{session.code}")

    for ends_in, is_offered in ((timedelta(minutes=1), True), (timedelta(), False)):
        with unit(writes=True):
            row = db.session.get_one(ClassSession, session.id)
            row.starts_at, row.ends_at = now - timedelta(hours=8), now + ends_in
        for reader, path in readers:
            shown = text(browser(app, make, reader).get(path))
            assert ("Join virtually" in shown) is is_offered


def test_an_administrator_schedules_a_class_session_of_two_days(
    app: Flask, make: Factory, session: ClassSession, tom: Person
) -> None:
    admin = browser(app, make, make.person("Anna", Role.ADMINISTRATOR))
    form = "form[action='/manage/class-sessions/new']"
    changes = {
        "time_zone": "Europe/Berlin",
        "meetings-0-day": "2027-03-27",
        "meetings-0-start": "09:00",
        "meetings-0-end": "17:00",
        "meetings-1-day": "2027-03-28",
        "meetings-1-start": "09:00",
        "meetings-1-end": "17:00",
        "room_capacity": "12",
    }

    done = submit(admin, admin.get("/manage/class-sessions/new"), form, **changes)

    assert done.status_code == 303
    assert done.location == "/manage/class-sessions/ADM-101-270327"
    with unit(writes=False):
        made = db.session.scalar(
            sa.select(ClassSession).where(ClassSession.code == "ADM-101-270327")
        )
    assert made is not None
    assert made.starts_at.isoformat() == "2027-03-27T08:00:00+00:00"
    assert made.ends_at.isoformat() == "2027-03-28T15:00:00+00:00"
    copied = page(admin.get(f"/manage/class-sessions/new?copy={made.code}"))
    assert fields_of(copied.select_one(form))["meetings-1-day"] == "2027-03-28"


def test_a_time_that_does_not_exist_is_refused_beside_its_row(
    app: Flask, make: Factory, session: ClassSession
) -> None:
    admin = browser(app, make, make.person("Anna", Role.ADMINISTRATOR))
    form = "form[action='/manage/class-sessions/new']"
    changes = {
        "time_zone": "Europe/Berlin",
        "meetings-0-day": "2027-03-28",
        "meetings-0-start": "02:30",
        "meetings-0-end": "17:00",
        "room_capacity": "12",
    }

    wrong = submit(admin, admin.get("/manage/class-sessions/new"), form, **changes)

    assert wrong.status_code == 422
    start = page(wrong).select_one("#meetings-0-start")
    assert start is not None
    assert start["aria-invalid"] == "true"
    assert "2027-03-28 02:30 does not exist in Europe/Berlin" in text(wrong)
    assert "02:30" in str(start["value"])


def test_a_change_is_previewed_by_a_get_and_then_run(
    app: Flask, make: Factory, session: ClassSession
) -> None:
    for name in ("Ada", "Bob"):
        make.enrolled(session, make.person(name))
    admin = browser(app, make, make.person("Anna", Role.ADMINISTRATOR))
    address = f"/manage/class-sessions/{session.code}/capacity"

    shown = submit(admin, admin.get(address), "#change", virtual="0")

    assert shown.status_code == 200
    assert "Bob What happens" not in text(shown)
    assert "Bob loses the seat" in text(shown)
    done = submit(admin, shown, "#confirm")
    assert done.status_code == 303
    managed = text(admin.get(f"/manage/class-sessions/{session.code}"))
    assert "lost the seat, back in the queue" in managed


def test_an_outdated_preview_shows_the_new_one_and_does_nothing(
    app: Flask, make: Factory, session: ClassSession
) -> None:
    make.enrolled(session, make.person("Ada"))
    admin = browser(app, make, make.person("Anna", Role.ADMINISTRATOR))
    address = f"/manage/class-sessions/{session.code}/cancellation"
    shown = submit(admin, admin.get(address), "#change", reason="Storm")
    make.enrolled(session, make.person("Bob"))

    outdated = submit(admin, shown, "#confirm")

    assert outdated.status_code == 409
    assert "Bob loses the seat" in text(outdated)
    with unit(writes=False):
        assert db.session.get_one(ClassSession, session.id).revision == 1
    assert submit(admin, outdated, "#confirm").status_code == 303
    public = text(app.test_client().get(f"/class-sessions/{session.code}"))
    assert "This class session was cancelled. Storm" in public


def test_only_who_manages_the_catalogue_changes_class_sessions(
    app: Flask, make: Factory, session: ClassSession, tom: Person
) -> None:
    auditor = browser(app, make, make.person("Otto", Role.AUDITOR))
    trainer = browser(app, make, tom)
    address = f"/manage/class-sessions/{session.code}"

    assert auditor.get(address).status_code == 200
    for what in ("dates", "capacity", "trainer", "cancellation"):
        assert auditor.get(f"{address}/{what}").status_code == 403
        assert trainer.get(f"{address}/{what}").status_code == 403
    assert auditor.get(f"{address}/other").status_code == 404


def test_a_self_paced_course_is_started_and_confirmed_by_a_trainer(
    app: Flask, make: Factory, tom: Person, session: ClassSession
) -> None:
    make.course(make.programme("USR", "Users"), "USR-100", title="Basics", is_self_paced=True)
    ada = make.person("Ada")
    learner, trainer = browser(app, make, ada), browser(app, make, tom)
    token = fields_of(page(learner.get(f"/class-sessions/{session.code}")).select_one("#enrol"))[
        "csrf_token"
    ]

    started = learner.post("/catalog/usr/usr-100/enrolment", data={"csrf_token": token})
    again = learner.post("/catalog/usr/usr-100/enrolment", data={"csrf_token": token})

    assert (started.status_code, again.status_code) == (303, 409)
    shown = trainer.get("/teach/self-paced")
    assert "Ada Basics" in text(shown)
    assert submit(trainer, shown, "form[action$='/completion']").status_code == 303
    with unit(writes=False):
        enrolment = db.session.scalars(sa.select(SelfPacedEnrolment)).one()
    assert enrolment.finished_at is not None
    assert count(Completion) == 1
    assert "Nobody takes a course" in text(trainer.get("/teach/self-paced"))


def test_a_course_on_dates_cannot_be_started_alone(
    app: Flask, make: Factory, session: ClassSession
) -> None:
    learner = browser(app, make, make.person("Ada"))
    token = fields_of(page(learner.get(f"/class-sessions/{session.code}")).select_one("#enrol"))[
        "csrf_token"
    ]

    refused = learner.post("/catalog/adm/adm-101/enrolment", data={"csrf_token": token})

    assert refused.status_code == 409
    assert (
        learner.post("/catalog/adm/none/enrolment", data={"csrf_token": token}).status_code == 404
    )


def test_an_administrator_cancels_one_seat_of_this_class_session_only(
    app: Flask, make: Factory, session: ClassSession, tom: Person
) -> None:
    ada = make.person("Ada")
    seat = make.enrolled(session, ada)
    other = make.class_session(
        make.course(make.programme("USR", "Users"), "USR-100"), make.person("Tina")
    )
    admin = browser(app, make, make.person("Anna", Role.ADMINISTRATOR))
    address = f"/manage/class-sessions/{session.code}"
    link = page(admin.get(address)).select_one("a[href*='/seats/']")
    assert link is not None
    shown = admin.get(str(link["href"]))
    assert "Nobody waits for it" in text(shown)
    form = page(shown).select_one("form[action$='/cancellation']")
    assert form is not None
    data = fields_of(form)

    foreign = f"/manage/class-sessions/{other.code}/seats/{seat.id}/cancellation"
    assert admin.get(foreign).status_code == 404
    assert admin.post(foreign, data={"csrf_token": data["csrf_token"]}).status_code == 404
    assert submit(admin, shown, "form[action$='/cancellation']").status_code == 303
    assert "The seat of Ada is cancelled" in text(admin.get(address))


def test_a_seat_for_which_somebody_waits_is_given_back_only_knowingly(
    app: Flask, make: Factory, session: ClassSession
) -> None:
    ada, bob, cid = [make.person(name) for name in ("Ada", "Bob", "Cid")]
    for person in (ada, bob, cid):
        make.enrolled(session, person)
    address = f"/class-sessions/{session.code}"
    form = f"form[action='{address}/seat/cancellation']"
    mine = browser(app, make, ada)
    shown = mine.get(address)
    assert page(shown).select_one(form) is None
    assert page(shown).select_one(f"a[href='{address}/seat/cancellation']") is not None

    asked = mine.get(f"{address}/seat/cancellation")
    assert "At once the seat goes to somebody who waits for it." in text(asked)
    assert "Cid" not in text(asked)
    admin = browser(app, make, make.person("Anna", Role.ADMINISTRATOR))
    link = page(admin.get(f"/manage{address}")).select_one("a[href*='/seats/']")
    assert link is not None
    assert "At once the seat goes to: Cid." in text(admin.get(str(link["href"])))

    assert submit(mine, asked, form).status_code == 303
    assert mine.get(f"{address}/seat/cancellation").status_code == 409
    assert "You have a seat" in text(browser(app, make, cid).get(address))


def crowd(session: ClassSession, size: int, now: datetime) -> None:
    """Learners with seats, made in one unit."""
    with unit(writes=True):
        people = [
            Person(name=f"L {n}", sort_name=f"l {n}", search_name=f"l {n}", created_at=now)
            for n in range(size)
        ]
        db.session.add_all(people)
        db.session.flush()
        db.session.add_all(
            Seat(
                class_session_id=session.id,
                person_id=person.id,
                kind=SeatKind.ROOM,
                tier_rank=1,
                number=number,
                taken_at=now,
            )
            for number, person in enumerate(people)
        )
        row = db.session.get_one(ClassSession, session.id)
        row.room_capacity = row.room_taken = row.room_taken + size


@pytest.mark.parametrize("address", ["/teach/{}", "/manage/class-sessions/{}"])
def test_two_hundred_learners_take_as_many_queries_as_two(
    app: Flask, make: Factory, session: ClassSession, now: datetime, address: str
) -> None:
    admin = browser(app, make, make.person("Anna", Role.ADMINISTRATOR))
    sent: list[str] = []
    sa.event.listen(db.engine, "before_cursor_execute", lambda *args: sent.append(args[2]))

    def queries() -> int:
        sent.clear()
        assert admin.get(address.format(session.code)).status_code == 200
        return len([statement for statement in sent if statement.startswith("SELECT")])

    crowd(session, 2, now)
    queries()  # fills what a process keeps
    few = queries()
    crowd(session, 198, now)

    assert queries() == few <= 14


def test_every_mail_reads_well(app: Flask, make: Factory, now: datetime, tom: Person) -> None:
    session = make.class_session(make.course(make.programme()), tom, room=1)
    ada, bob = make.person("Ada"), make.person("Bob", time_zone="Asia/Tokyo")
    make.enrolled(session, ada)
    make.enrolled(session, bob, SeatKind.ROOM)
    admin = make.person("Anna", Role.ADMINISTRATOR)
    tina = make.person("Tina", Role.TRAINER)
    marks = {bob.id: Typed(Marks(None, Grade(Outcome.FAILED, 40, "Try again")), None, None)}
    with unit(writes=True):
        seats.cancel_seat(session, ada.id, by=ada.id, now=now)
    slot = Slot(datetime(2027, 1, 19, 9), datetime(2027, 1, 19, 17))
    seats_first = Resize(0, 1)
    move = Move((slot,), "Europe/Amsterdam", "Rotterdam", "1.01", "")
    with unit(writes=True):
        save_roster(session, marks, by=tom.id, now=now)
    for change in (Replace(tina.id), move, seats_first, Cancel("Storm & flood")):
        with unit(writes=True):
            digest = preview(by_id(session.id), change, now=now).digest
            changes.run(session, change, digest, by=admin.id, now=now)

    with unit(writes=False):
        messages = db.session.scalars(sa.select(MailMessage).order_by(MailMessage.id)).all()
        texts = {
            message.template: compose(message, app.extensions["settings"]) for message in messages
        }
    assert set(texts) == {
        "enrolled", "waiting", "promoted", "seat_cancelled", "result", "trainer_changed", "moved",
        "displaced", "kind_is_gone", "session_cancelled",
    }  # fmt: skip
    for template, mail in texts.items():
        body = mail.get_content()
        assert "Foundation Training" in str(mail["Subject"]), template
        assert f"http://academy.test/class-sessions/{session.code}" in body
        assert "CET" in body
    waiting = texts["waiting"].get_content()
    assert "Mon 21 Dec 2026, 10:00–18:00 CET (for you: Mon 21 Dec, 18:00–02:00" in waiting
    assert "Storm & flood" in texts["session_cancelled"].get_content()
    assert "Try again" in texts["result"].get_content()
