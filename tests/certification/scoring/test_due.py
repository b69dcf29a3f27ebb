"""Reminders of appeals: to those who may answer, once before the day and once after it."""

import threading
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import joinedload

from certification.delivery.models import Attempt, AttemptEvent
from certification.scoring import actions_appeals, actions_due
from certification.scoring import jobs as scoring_jobs
from certification.scoring.models import Appeal
from certification.scoring.queries_due import standing, untold
from courses.catalog.models import CourseKind, Programme
from lms import clock
from lms.accounts.models import Person
from lms.db import db, run, unit
from lms.mail import MailMessage, compose
from lms.permissions import Role
from tests.factories import Factory

pytestmark = pytest.mark.thorough

DUE = date(2026, 12, 23)
DAY = timedelta(days=1)


@pytest.fixture
def programme(make: Factory) -> Programme:
    return make.programme()


@pytest.fixture
def attempt(make: Factory, programme: Programme) -> Attempt:
    course = make.course(programme, "ADM-300", title="Certification Exam", kind=CourseKind.EXAM)
    exam = make.exam_form(programme, course, items=10)
    found = make.submitted(exam, make.person("Ada"), [["b"]] * 6)
    make.scored(found)
    return found


@pytest.fixture
def ann(make: Factory) -> Person:
    """Who may answer."""
    return make.person("Ann", Role.ASSESSOR)


@pytest.fixture
def appeal_id(make: Factory, attempt: Attempt) -> int:
    """Made on 23 November: its answer is due by the end of 23 December."""
    with unit(writes=True):
        found = db.session.scalars(
            sa.select(Attempt).where(Attempt.id == attempt.id).options(joinedload(Attempt.policy))
        ).one()
        row = actions_appeals.appeal(found, "No", by=attempt.person_id, now=make.now)
    assert row.answer_due_on == DUE
    return row.id


def days_later(make: Factory, days: int) -> None:
    """A worker looks twice on that day, and each of its jobs runs twice."""
    now = make.now + days * DAY
    with clock.frozen_at(now):
        for _ in range(2):
            run(lambda: scoring_jobs.look(now))
        make.work("scoring.appeal_due")


def told() -> list[tuple[str, bool]]:
    """(name, whether it was overdue) of each reminder."""
    with unit(writes=False):
        wanted = (
            sa.select(Person.name, MailMessage.facts)
            .join(Person, Person.id == MailMessage.person_id)
            .where(MailMessage.template == "appeal_due")
            .order_by(MailMessage.id)
        )
        return [(name, facts["is_overdue"]) for name, facts in db.session.execute(wanted)]


def still_untold(make: Factory, days: int) -> list[int]:
    with unit(writes=False):
        return list(untold((make.now + days * DAY).date(), 10))


@pytest.mark.parametrize(
    ("today", "says"),
    [
        (date(2026, 12, 15), ""), (date(2026, 12, 16), "soon"), (DUE, "soon"),
        (date(2026, 12, 24), "overdue"),
    ],
)  # fmt: skip
def test_an_answer_is_due_soon_for_a_week(today: date, says: str) -> None:
    assert standing(DUE, today) == says


def test_who_may_answer_is_told_once_before_and_once_after(
    make: Factory, appeal_id: int, ann: Person
) -> None:
    days_later(make, 22)
    assert told() == []
    for day in (23, 24, 30):
        days_later(make, day)
        assert told() == [("Ann", False)]
        assert still_untold(make, day) == []
    for day in (31, 32, 60):
        days_later(make, day)
        assert told() == [("Ann", False), ("Ann", True)]


def test_after_a_long_stop_only_the_later_one_is_sent(
    make: Factory, appeal_id: int, ann: Person
) -> None:
    days_later(make, 40)
    assert told() == [("Ann", True)]


def test_nobody_is_told_of_an_appeal_that_is_answered(
    make: Factory, appeal_id: int, ann: Person
) -> None:
    now = make.now + 23 * DAY
    with clock.frozen_at(now):
        run(lambda: scoring_jobs.look(now))
        with unit(writes=True):
            actions_appeals.decide_appeal(
                db.session.get_one(Appeal, appeal_id), is_upheld=False, scores=False,
                decision="No", by=ann.id, now=now,
            )  # fmt: skip
        make.work("scoring.appeal_due")
    assert told() == []


def test_whoever_may_not_answer_is_not_told(
    make: Factory, programme: Programme, attempt: Attempt, appeal_id: int, ann: Person
) -> None:
    pat, tom = make.person("Pat", Role.ASSESSOR), make.person("Tom", Role.ASSESSOR)
    make.person("Eli", Role.ASSESSOR, programme_code="DEV")
    make.person("Joe", Role.ASSESSOR, programme_code=programme.code)
    make.person("Rita", Role.AUDITOR)
    taught = make.course(programme, "ADM-101")
    make.class_session(taught, trainer=tom)
    with unit(writes=True):
        db.session.add(
            AttemptEvent(
                attempt_id=attempt.id, number=99, kind="incident", data={"note": "Noise"},
                at=make.now - DAY, by=pat.id,
            )
        )  # fmt: skip
    days_later(make, 23)
    assert sorted(told()) == [("Ann", False), ("Joe", False)]


def test_when_everybody_had_a_part_the_mail_says_so(
    app: Flask, make: Factory, attempt: Attempt, appeal_id: int, ann: Person
) -> None:
    with unit(writes=True):
        db.session.add(
            AttemptEvent(
                attempt_id=attempt.id, number=99, kind="incident", data={"note": "Noise"},
                at=make.now - DAY, by=ann.id,
            )
        )  # fmt: skip
    days_later(make, 23)
    assert told() == [("Ann", False)]
    with unit(writes=False):
        mail = db.session.scalars(
            sa.select(MailMessage).where(MailMessage.template == "appeal_due")
        ).one()
    text = compose(mail, app.extensions["settings"]).get_content()
    assert "Give somebody without one the role" in text
    assert "23 December 2026" in text
    assert f"/teach/appeals/{appeal_id}" in text


@pytest.mark.postgres
def test_two_workers_at_once_tell_once(
    app: Flask, make: Factory, appeal_id: int, ann: Person
) -> None:
    gate, now = threading.Barrier(8, timeout=60), make.now + 23 * DAY

    def body() -> None:
        with app.app_context():
            gate.wait()
            run(lambda: actions_due.remind(appeal_id, now=now))

    threads = [threading.Thread(target=body) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told() == [("Ann", False)]
    with unit(writes=False):
        row = db.session.get_one(Appeal, appeal_id, populate_existing=True)
        assert (row.reminded_at, row.overdue_told_at) == (now, None)


def test_the_instant_is_the_issuers_day(make: Factory, appeal_id: int, ann: Person) -> None:
    last = datetime(2026, 12, 23, 23, 59, tzinfo=clock.UTC)
    run(lambda: actions_due.remind(appeal_id, now=last))
    assert told() == [("Ann", False)]
    run(lambda: actions_due.remind(appeal_id, now=last + timedelta(minutes=1)))
    assert told() == [("Ann", False), ("Ann", True)]
