"""What follows from an appeal is named on both sides, and its candidate reads what came of it."""

import pytest
import sqlalchemy as sa
from flask import Flask, current_app
from flask.testing import FlaskClient

from certification.delivery.models import Attempt
from certification.exams.models import Exam
from certification.papers.models import ExamForm
from certification.scoring.models import Appeal, AppealDisposition, ItemDisposition, ScoreRun
from courses.catalog.models import CourseKind
from lms import clock, mail
from lms.accounts.models import Person
from lms.db import db, unit
from lms.mail import MailMessage
from lms.permissions import Role
from tests.factories import Factory
from tests.factories.sittings import Sat
from tests.page import Page

pytestmark = pytest.mark.thorough

RIGHT, WRONG = ["b"], ["a"]
MANAGE = "/manage/exams/ADM-300"


@pytest.fixture
def exam(make: Factory) -> Sat:
    programme = make.programme()
    course = make.course(programme, "ADM-300", title="Certification Exam", kind=CourseKind.EXAM)
    return make.exam_form(programme, course, items=10)


@pytest.fixture
def ada(make: Factory) -> Person:
    return make.person("Ada")


@pytest.fixture
def attempt(make: Factory, exam: Sat, ada: Person) -> Attempt:
    """Six of ten, one short of passing; item I01 was wrong."""
    found = make.submitted(exam, ada, [WRONG] + [RIGHT] * 6 + [WRONG] * 3)
    with clock.frozen_at(make.now):
        make.scored(found)
    return found


@pytest.fixture
def candidate(app: Flask, make: Factory, ada: Person) -> FlaskClient:
    return make.sign_in(app.test_client(), ada)


@pytest.fixture
def manager(app: Flask, make: Factory) -> FlaskClient:
    return make.sign_in(app.test_client(), make.person("Cora", Role.CERTIFICATION_MANAGER))


@pytest.fixture
def second(app: Flask, make: Factory) -> FlaskClient:
    return make.sign_in(app.test_client(), make.person("Sue", Role.CERTIFICATION_MANAGER))


def appealed(make: Factory, candidate: FlaskClient, attempt: Attempt) -> str:
    """The address at which the appeal is answered."""
    place = f"/exams/attempts/{attempt.code}/appeal"
    with clock.frozen_at(make.now):
        sent = Page(candidate.get(place)).form(place).submit(candidate, text="Item one is wrong")
    assert sent.status_code == 303
    with unit(writes=False):
        return f"/teach/appeals/{db.session.scalars(sa.select(sa.func.max(Appeal.id))).one()}"


def disposed(make: Factory, manager: FlaskClient, appeal: str, item: str = "I01") -> str:
    """The address of a decision on an item that the appeal's page leads to."""
    number = appeal.rpartition("/")[2]
    place = f"{MANAGE}/items/{item}/disposition?appeal={number}"
    assert place in Page(manager.get(appeal)).links
    with clock.frozen_at(make.now):
        sent = (
            Page(manager.get(place))
            .form(place)
            .submit(manager, treatment="credit", reason="Two options are right")
        )
        assert sent.status_code == 303
        make.work("scoring.preview")
    return str(sent.location)


def answered(make: Factory, reader: FlaskClient, appeal: str, **fields: str) -> None:
    values = {"outcome": "upheld", "decision": "You are right", **fields}
    with clock.frozen_at(make.now):
        sent = Page(reader.get(appeal)).form(appeal).submit(reader, **values)
    assert sent.status_code == 303


def told(template: str) -> str:
    """The newest mail of a template, as it is sent."""
    with unit(writes=False):
        wanted = sa.select(MailMessage).where(MailMessage.template == template)
        row = db.session.scalars(wanted.order_by(MailMessage.id.desc())).first()
    assert row is not None
    settings = current_app.extensions["settings"]
    with current_app.app_context():
        return str(mail.compose(row, settings).get_content())


def test_a_decision_on_an_item_and_the_appeal_before_it_name_each_other(
    make: Factory,
    candidate: FlaskClient,
    manager: FlaskClient,
    second: FlaskClient,
    attempt: Attempt,
) -> None:
    appeal = appealed(make, candidate, attempt)
    decision = disposed(make, manager, appeal)
    assert "Preview" in Page(manager.get(appeal)).text
    assert appeal in Page(second.get(decision)).links
    answered(make, second, appeal)
    waits = Page(candidate.get(f"/exams/attempts/{attempt.code}/appeal")).text
    assert "A decision on an item is under way." in waits
    assert "A decision on an item is under way." in told("appeal_decided")

    with clock.frozen_at(make.now):
        Page(second.get(decision)).form(f"{decision}/run").submit(second)
        make.work("scoring.regrade")
    assert decision in Page(manager.get(appeal)).links
    record = Page(manager.get(f"{MANAGE}/attempts/{attempt.code}"))
    assert {decision, appeal} <= set(record.links)
    for place in ("appeal", "result"):
        page = Page(candidate.get(f"/exams/attempts/{attempt.code}/{place}"))
        assert "Everyone gets the points of an item." in page.text
        assert "Your score was 60 and became 70: passed." in page.text
        assert "I01" not in page.text


def test_a_score_after_an_appeal_is_told_on_the_page_and_in_the_mail(
    make: Factory, exam: Sat, candidate: FlaskClient, second: FlaskClient, attempt: Attempt
) -> None:
    appeal = appealed(make, candidate, attempt)
    answered(make, second, appeal, scores="y")
    with unit(writes=False):
        row = db.session.scalars(sa.select(Appeal)).one()
        run = db.session.get_one(ScoreRun, row.run_id)
    assert (run.kind, run.state, run.scaled) == ("appeal", "deciding", 60)
    page = Page(candidate.get(f"/exams/attempts/{attempt.code}/appeal"))
    assert "Your exam was scored once more. Your score stays 60." in page.text
    assert "Your score stays 60." in told("appeal_decided")
    assert "Score run 2" in Page(second.get(appeal)).text


def test_an_answer_without_effect_says_so(
    make: Factory, candidate: FlaskClient, second: FlaskClient, attempt: Attempt
) -> None:
    appeal = appealed(make, candidate, attempt)
    answered(make, second, appeal, outcome="rejected")
    page = Page(candidate.get(f"/exams/attempts/{attempt.code}/appeal"))
    assert "Your result stays as it is." in page.text
    assert "Your result stays as it is." in told("appeal_decided")


def test_a_preview_made_anew_follows_from_the_same_appeal(
    make: Factory, candidate: FlaskClient, manager: FlaskClient, attempt: Attempt
) -> None:
    appeal = appealed(make, candidate, attempt)
    decision = disposed(make, manager, appeal)
    fresh = Page(manager.get(decision)).form(f"{decision}/renewal").submit(manager).location
    links = Page(manager.get(appeal)).links
    assert fresh in links
    assert decision not in links


def test_a_decision_of_before_is_named_afterwards_once(
    make: Factory,
    candidate: FlaskClient,
    manager: FlaskClient,
    second: FlaskClient,
    attempt: Attempt,
) -> None:
    first = appealed(make, candidate, attempt)
    decision = disposed(make, manager, first)
    eve = make.person("Eve")
    other = make.submitted(_sat(make, attempt), eve, [WRONG] * 10)
    with clock.frozen_at(make.now):
        make.scored(other)
    client = make.sign_in(candidate.application.test_client(), eve)
    appeal = appealed(make, client, other)
    place = f"{appeal}/decisions"
    page = Page(second.get(appeal))
    form = page.form(place)
    assert form.submit(second, disposition="999").status_code == 422
    form = Page(second.get(appeal)).form(place)
    for _ in range(2):
        assert form.submit(second, disposition=decision.rpartition("/")[2]).status_code == 303
    with unit(writes=False):
        rows = db.session.scalars(sa.select(AppealDisposition)).all()
    assert len(rows) == 2
    assert decision in Page(second.get(appeal)).links
    assert {first, appeal} <= set(Page(second.get(decision)).links)


def _sat(make: Factory, attempt: Attempt) -> Sat:
    with unit(writes=False):
        exam = db.session.get_one(Exam, attempt.exam_id)
        return Sat(exam, db.session.get_one(ExamForm, attempt.form_id), [])


def test_nothing_follows_from_a_rejected_appeal(
    app: Flask,
    make: Factory,
    candidate: FlaskClient,
    manager: FlaskClient,
    second: FlaskClient,
    attempt: Attempt,
) -> None:
    appeal = appealed(make, candidate, attempt)
    answered(make, second, appeal, outcome="rejected")
    number = appeal.rpartition("/")[2]
    assert f"appeal={number}" not in manager.get(appeal).text
    place = f"{MANAGE}/items/I01/disposition?appeal={number}"
    refused = (
        Page(manager.get(place))
        .form(place)
        .submit(manager, treatment="credit", reason="Two options")
    )
    assert refused.status_code == 422
    with unit(writes=False):
        assert db.session.scalars(sa.select(ItemDisposition)).all() == []
    elsewhere = make.person("Mia", Role.ASSESSOR, programme_code="DEV")
    app.config["WTF_CSRF_ENABLED"] = False
    client = make.sign_in(app.test_client(), elsewhere)
    assert client.post(f"{appeal}/decisions", data={"disposition": "1"}).status_code == 404
    assert candidate.post(f"{appeal}/decisions", data={"disposition": "1"}).status_code == 403
