"""The learner's page: what runs, what came of it, what is next."""

from datetime import datetime, timedelta

import pytest
from flask import Flask

from certification.delivery.models import Attempt
from courses.catalog.models import Course, CourseKind
from courses.scheduling.actions import changes
from courses.scheduling.actions.roster import Typed, save_roster
from courses.scheduling.models import ClassSession
from courses.scheduling.queries import standing
from courses.scheduling.rules import changes as rules
from courses.scheduling.rules.changes import Cancel
from courses.scheduling.rules.marks import Grade, Marks, Outcome, Presence
from lms.accounts.models import Person
from lms.clock import frozen_at
from lms.db import db, unit
from lms.permissions import Role
from tests.factories import Factory
from tests.factories.sittings import Sat
from tests.page import Page, words
from tests.queries import counted

pytestmark = pytest.mark.thorough

RIGHT, WRONG = ["b"], ["a"]


@pytest.fixture
def exam(make: Factory) -> Sat:
    """An exam that a certification asks for."""
    programme = make.programme()
    course = make.course(programme, "ADM-300", title="Certification Exam", kind=CourseKind.EXAM)
    make.rule(make.scheme(programme), {"all_of": [{"exam": "ADM-300", "at_least": 70}]})
    return make.exam_form(programme, course, items=10)


@pytest.fixture
def ada(make: Factory) -> Person:
    return make.person("Ada")


def read(app: Flask, make: Factory, reader: Person, path: str, now: datetime) -> Page:
    """A page as this reader sees it then."""
    with frozen_at(now):
        return Page(make.sign_in(app.test_client(), reader).get(path))


def todos(page: Page) -> list[str]:
    return [words(entry) for entry in page.soup.select(".todo li")]


def attempted(make: Factory, exam: Sat, person: Person, right: int, now: datetime) -> Attempt:
    """Handed in and scored, with so many of ten right."""
    answers = [RIGHT] * right + [WRONG] * (10 - right)
    attempt = make.submitted(exam, person, answers, ended_at=now)
    make.scored(attempt)
    return attempt


def test_a_running_exam_stands_first_with_the_way_on(
    app: Flask, make: Factory, ada: Person, now: datetime
) -> None:
    sat = make.takeable(kinds=("choice",))
    attempt = make.begun(sat, ada)

    page = read(app, make, ada, "/me", now + timedelta(minutes=5))

    assert todos(page)[0].startswith("Certification Exam is running The clock runs until ")
    assert f"/exams/attempts/{attempt.code}" in page.links


@pytest.mark.parametrize(("right", "word"), [(3, "not passed"), (9, "passed")])
def test_the_result_is_there_for_two_weeks_and_on_the_pages_of_the_exams(
    app: Flask, make: Factory, exam: Sat, ada: Person, now: datetime, right: int, word: str
) -> None:
    attempt = attempted(make, exam, ada, right, now)
    href = f"/exams/attempts/{attempt.code}/result"

    home = read(app, make, ada, "/me", now + timedelta(days=13))
    assert any(f"Certification Exam: {word}" in todo for todo in todos(home))
    assert href in home.links
    for path in ("/exams", "/exams/ADM-300"):
        page = read(app, make, ada, path, now)
        assert href in page.links
        assert word.capitalize() in words(page.soup.select_one("section[aria-labelledby=attempts]"))
    later = read(app, make, ada, "/me", now + timedelta(days=15))
    assert href not in later.links


def test_the_pathway_says_that_the_exam_was_not_passed(
    app: Flask, make: Factory, exam: Sat, ada: Person, now: datetime
) -> None:
    attempted(make, exam, ada, 3, now)

    page = read(app, make, ada, "/me", now + timedelta(days=20))

    assert "Not passed" in words(page.soup.select_one(".path"))


def test_what_waits_for_its_marks_says_so(
    app: Flask, make: Factory, exam: Sat, ada: Person, now: datetime
) -> None:
    make.submitted(exam, ada, [RIGHT] * 10, ended_at=now)

    assert any("handed in" in todo for todo in todos(read(app, make, ada, "/me", now)))
    assert "Handed in: result pending" in read(app, make, ada, "/exams", now).text


def test_the_page_asks_as_often_whatever_the_learner_did(
    app: Flask, make: Factory, exam: Sat, ada: Person, now: datetime
) -> None:
    reader = make.sign_in(app.test_client(), ada)
    reader.get("/me")
    with counted() as few:
        reader.get("/me")
    for ordinal, right in enumerate((3, 4, 9), 1):
        answers = [RIGHT] * right + [WRONG] * (10 - right)
        make.scored(make.submitted(exam, ada, answers, ended_at=now, ordinal=ordinal))
    with counted() as many:
        reader.get("/me")

    assert len(few) == len(many)


@pytest.fixture
def session(make: Factory) -> ClassSession:
    """A class session of a course that a certification asks for."""
    programme = make.programme()
    course = make.course(programme, "ADM-101")
    make.scheme(programme)
    return make.class_session(course, make.person("Tom"), room=1)


def after(session: ClassSession, days: int = 1) -> datetime:
    return session.ends_at + timedelta(days=days)


def marked(session: ClassSession, person: Person, marks: Marks, now: datetime) -> None:
    """What the trainer records of this person."""
    with unit(writes=True):
        typed = {person.id: Typed(marks, None, None)}
        save_roster(session, typed, by=session.trainer_person_id, now=now)


def test_a_class_session_that_took_place_is_not_forgotten_before_its_result(
    app: Flask, make: Factory, session: ClassSession, ada: Person
) -> None:
    make.enrolled(session, ada)

    page = read(app, make, ada, "/me", after(session))

    assert "Result pending" in words(page.soup.select_one("section[aria-labelledby=next]"))
    assert "Result pending" in words(page.soup.select_one(".path"))
    assert "You have no seat" not in page.text
    assert todos(page) == []


@pytest.mark.parametrize(("zone", "is_told"), [("Europe/Berlin", False), ("Asia/Tokyo", True)])
def test_the_readers_own_time_is_told_where_it_is_another(
    app: Flask, make: Factory, session: ClassSession, zone: str, is_told: bool
) -> None:
    reader = make.person("Ren", time_zone=zone)
    make.enrolled(session, reader)
    page = read(app, make, reader, "/me", session.starts_at - timedelta(days=1))
    assert ("for you" in words(page.soup.select_one(".next"))) is is_told


@pytest.mark.parametrize(
    "marks",
    [
        Marks(Presence.PRESENT, Grade(Outcome.PASSED, 80)),
        Marks(Presence.PRESENT, Grade(Outcome.FAILED, 20)),
        Marks(Presence.ABSENT, None),
    ],
)
def test_once_it_is_marked_it_is_pending_no_more(
    app: Flask, make: Factory, session: ClassSession, ada: Person, marks: Marks
) -> None:
    make.enrolled(session, ada)
    marked(session, ada, marks, after(session))

    assert "Result pending" not in read(app, make, ada, "/me", after(session)).text


def cancelled(session: ClassSession, now: datetime) -> None:
    """Called off by its trainer."""
    with unit(writes=True):
        row, change = db.session.get_one(ClassSession, session.id), Cancel("The trainer is ill.")
        before = standing.snapshot(row, now=now)
        digest = rules.digest(before, change, rules.plan(before, change))
        changes.run(row, change, digest, by=row.trainer_person_id, now=now)


def test_a_cancelled_class_session_is_told_with_the_way_to_another_date(
    app: Flask, make: Factory, session: ClassSession, ada: Person, now: datetime
) -> None:
    make.enrolled(session, ada)
    bob = make.person("Bob")
    make.enrolled(session, bob)
    cancelled(session, now)

    home = read(app, make, ada, "/me", now + timedelta(days=13))
    told = words(home.soup.select_one("section[aria-labelledby=next]"))
    assert "Cancelled" in told
    assert "The trainer is ill." in told
    assert "/class-sessions?course=ADM-101" in home.links
    waited = read(app, make, bob, "/me", now)
    assert "no seat became free" not in waited.text
    assert "Cancelled" in words(waited.soup.select_one("section[aria-labelledby=next]"))
    later = read(app, make, ada, "/me", now + timedelta(days=15))
    assert "The trainer is ill." not in later.text


def test_who_has_another_date_is_not_reminded_of_the_cancelled_one(
    app: Flask, make: Factory, session: ClassSession, ada: Person, now: datetime
) -> None:
    make.enrolled(session, ada)
    cancelled(session, now)
    with unit(writes=False):
        course = db.session.get_one(Course, session.course_id)
    make.enrolled(make.class_session(course, make.person("Tim")), ada)

    assert "The trainer is ill." not in read(app, make, ada, "/me", now).text


def test_a_cancelled_class_session_offers_neither_seats_nor_a_calendar_entry(
    app: Flask, make: Factory, session: ClassSession, ada: Person, now: datetime
) -> None:
    cancelled(session, now)

    page = read(app, make, ada, f"/class-sessions/{session.code}", now)

    assert "1 of 1 free" not in page.text
    assert "Add to calendar" not in page.text
    assert "The trainer is ill." in page.text
    assert "/class-sessions?course=ADM-101" in page.links


@pytest.mark.parametrize(
    ("when", "hours", "word"),
    [("upcoming", -1, "1 seat left"), ("upcoming", 1, "Under way"), ("past", 9, "Took place")],
)
def test_the_administrators_list_counts_seats_only_before_the_start(
    app: Flask, make: Factory, session: ClassSession, when: str, hours: int, word: str
) -> None:
    admin = make.person("Anna", Role.ADMINISTRATOR)
    at = session.starts_at + timedelta(hours=hours)

    listed = read(app, make, admin, f"/manage/class-sessions?when={when}", at)
    one = read(app, make, admin, f"/manage/class-sessions/{session.code}", at)

    assert listed.rows()[0][-1] == word
    assert word in words(one.soup.select_one("section[aria-labelledby=plan]"))


def test_who_waits_sees_the_place_in_the_published_order(
    app: Flask, make: Factory, session: ClassSession, ada: Person, now: datetime
) -> None:
    gold = make.person("Gil", organisation=make.organisation(plan=make.plan()))
    for person in (make.person("Bob"), make.person("Cid"), ada, gold):
        make.enrolled(session, person)

    places = [
        words(read(app, make, one, "/me", now).soup.select_one("section[aria-labelledby=next]"))
        for one in (gold, ada)
    ]
    page = read(app, make, ada, f"/class-sessions/{session.code}", now)

    assert "Waiting: number 1" in places[0]
    assert "Waiting: number 3" in places[1]
    assert "You are number 3 of 3 on the waiting list." in page.text
    assert "either kind" not in page.text
    admin = make.person("Anna", Role.ADMINISTRATOR)
    managed = read(app, make, admin, f"/manage/class-sessions/{session.code}", now)
    assert "either kind" not in managed.text


def test_where_there_are_two_kinds_the_wish_is_named(
    app: Flask, make: Factory, session: ClassSession, ada: Person, now: datetime
) -> None:
    with unit(writes=False):
        course = db.session.get_one(Course, session.course_id)
    hybrid = make.class_session(course, make.person("Tim"), room=1, virtual=1)
    for person in (make.person("Bob"), make.person("Cid"), ada):
        make.enrolled(hybrid, person)

    page = read(app, make, ada, f"/class-sessions/{hybrid.code}", now)

    assert "You wait for: either kind." in page.text


def test_a_course_offers_no_second_seat_to_who_has_one(
    app: Flask, make: Factory, session: ClassSession, ada: Person
) -> None:
    address = "/catalog/adm/adm-101"
    before = session.starts_at - timedelta(days=1)
    dates = "section[aria-labelledby=dates]"
    assert "Take a seat" in words(read(app, make, ada, address, before).soup.select_one(dates))
    make.enrolled(session, ada)
    shown = words(read(app, make, ada, address, before).soup.select_one(dates))
    assert "You are enrolled." in shown
    assert "Take a seat" not in shown


def test_who_completed_a_course_is_not_asked_what_is_missing(
    app: Flask, make: Factory, session: ClassSession, ada: Person
) -> None:
    make.enrolled(session, ada)
    marked(session, ada, Marks(Presence.PRESENT, Grade(Outcome.PASSED, 80)), after(session))
    with unit(writes=False):
        course = db.session.get_one(Course, session.course_id)
    later = make.class_session(course, make.person("Tim"), starts_at=after(session, 30))
    page = read(app, make, ada, f"/class-sessions/{later.code}", after(session, 2))
    assert "You completed this course." in page.text
    assert "Why not yet?" not in page.text
