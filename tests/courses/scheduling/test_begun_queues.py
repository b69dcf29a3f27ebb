"""A queue ends when its class session begins: swept once, one mail each, shown as closed."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from courses.scheduling import jobs as due
from courses.scheduling.models import ClassSession, QueueDecision, WaitingEntry, WaitingState
from lms import clock, jobs
from lms.accounts.models import Person
from lms.db import db, run, unit
from lms.mail import MailMessage, compose
from lms.permissions import Role
from tests.courses.scheduling.browse import text
from tests.factories import Factory

pytestmark = pytest.mark.thorough


@pytest.fixture
def session(make: Factory) -> ClassSession:
    trainer = make.person("Tom Trainer", Role.TRAINER)
    return make.class_session(make.course(make.programme()), trainer, room=1)


@pytest.fixture
def waiting(make: Factory, session: ClassSession) -> list[Person]:
    """One with a seat, two who wait; returns those who wait."""
    people = [make.person(name) for name in ("Ada", "Bob", "Cid")]
    for person in people:
        make.enrolled(session, person)
    return people[1:]


def sweep(now: datetime) -> int:
    """What a worker does: look, then run what became due. Returns how many queues were due."""
    run(lambda: due.see_begun_queues(now))
    rows = jobs.client().list_workflows(workflow_id_prefix="scheduling.close_queue:")
    with clock.frozen_at(now):
        for row in rows:
            jobs.handler_of("scheduling.close_queue")(row.input["args"][1])
    return len(rows)


def states() -> list[WaitingState]:
    with unit(writes=False):
        return list(db.session.scalars(sa.select(WaitingEntry.state).order_by(WaitingEntry.id)))


def mails() -> list[MailMessage]:
    with unit(writes=False):
        return list(
            db.session.scalars(sa.select(MailMessage).where(MailMessage.template == "queue_closed"))
        )


def test_before_the_beginning_nothing_is_due(
    session: ClassSession, waiting: list[Person], now: datetime
) -> None:
    assert sweep(session.starts_at - timedelta(seconds=1)) == 0
    assert states() == [WaitingState.WAITING] * 2


def test_at_the_beginning_each_entry_is_closed_with_one_mail(
    app: Flask, session: ClassSession, waiting: list[Person]
) -> None:
    for _again in range(2):
        sweep(session.starts_at)
    assert states() == [WaitingState.CLOSED] * 2
    assert {mail.person_id for mail in mails()} == {person.id for person in waiting}
    assert len(mails()) == 2
    with app.test_request_context():
        body = compose(mails()[0], app.extensions["settings"]).get_body(("plain",))
    assert body is not None
    assert "no seat became free for you" in body.get_content()
    assert "/class-sessions?course=ADM-101" in body.get_content()
    with unit(writes=False):
        whys = db.session.scalars(sa.select(QueueDecision.why).where(QueueDecision.what == "left"))
        assert list(whys) == ["session_began"] * 2


def test_one_that_was_moved_meanwhile_keeps_its_queue(
    session: ClassSession, waiting: list[Person]
) -> None:
    begins = session.starts_at
    run(lambda: due.see_begun_queues(begins))
    with unit(writes=True):
        row = db.session.get_one(ClassSession, session.id)
        row.starts_at += timedelta(days=7)
        row.ends_at += timedelta(days=7)
    with clock.frozen_at(begins):
        jobs.handler_of("scheduling.close_queue")({"class_session_id": session.id})
    assert states() == [WaitingState.WAITING] * 2


def test_the_learner_sees_that_it_is_closed(
    app: Flask, make: Factory, session: ClassSession, waiting: list[Person]
) -> None:
    sweep(session.starts_at)
    with clock.frozen_at(session.starts_at + timedelta(hours=1)):
        reader = make.sign_in(app.test_client(), waiting[0])
        admin = make.sign_in(app.test_client(), make.person("Anna", Role.ADMINISTRATOR))
        shown = text(reader.get(f"/class-sessions/{session.code}"))
        mine = text(reader.get("/me"))
        managed = text(admin.get(f"/manage/class-sessions/{session.code}"))
    assert "The waiting list is closed. No seat became free for you" in shown
    assert "Find another date" in shown
    assert "Closed: no seat became free" in mine
    assert "the class session has begun" in managed


def test_after_two_weeks_the_own_page_forgets_it(
    app: Flask, make: Factory, session: ClassSession, waiting: list[Person]
) -> None:
    sweep(session.starts_at)
    with clock.frozen_at(session.starts_at + timedelta(days=15)):
        reader = make.sign_in(app.test_client(), waiting[0])
        assert "Closed: no seat" not in text(reader.get("/me"))
