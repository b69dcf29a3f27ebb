"""Competencies are shown by facts: completed courses, passed exams, and people who saw it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from certification.awards.progress import learner
from certification.competency.actions import ask, decide, from_completion, observe, withdraw
from certification.competency.models import (
    Competency,
    Evidence,
    EvidenceKind,
    Framework,
    Validation,
    ValidationState,
)
from certification.competency.queries import map_of
from courses.catalog.models import CourseVersion, Programme
from lms import audit
from lms.accounts.models import Person
from lms.db import db, unit
from lms.errors import Refusal
from lms.mail import MailMessage
from lms.permissions import Role
from tests.certification.awards.test_awards import at_once
from tests.factories import Factory
from tests.page import Page, words

QUEUE = "/teach/validations"
OWN = "/me/competencies"


@dataclass
class Stage:
    """One competency, an assessor and a learner."""

    make: Factory
    now: datetime
    programme: Programme
    skill: Competency
    pia: Person
    ada: Person

    def ask(self, level: int = 3) -> Validation:
        """Ada asks for a confirmation."""
        with unit(writes=True):
            ask(self.ada.id, self.skill, level, note="I hardened the cluster.", now=self.now)
        with unit(writes=False):
            return db.session.scalars(sa.select(Validation).order_by(Validation.id.desc())).first()  # type: ignore[return-value]

    def decide(self, row: Validation, *, confirmed: bool, by: Person, level: int = 3) -> None:
        """An assessor decides today."""
        with unit(writes=True):
            decide(
                db.session.get_one(Validation, row.id),
                confirmed=confirmed,
                level=level,
                on=self.now.date(),
                note="Seen on Monday.",
                by=by.id,
                now=self.now,
            )

    def own(self, on: date | None = None) -> int:
        """Ada's level on a day."""
        with unit(writes=False):
            found = map_of(self.ada.id, self.programme.id, on or self.now.date())
        assert found is not None
        return found.rows[0].own


@pytest.fixture
def stage(make: Factory, now: datetime) -> Stage:
    programme = make.programme()
    skill = make.competency(programme)
    return Stage(make, now, programme, skill, make.person("Pia", Role.ASSESSOR), make.person("Ada"))


def evidence() -> list[Evidence]:
    with unit(writes=False):
        return list(db.session.scalars(sa.select(Evidence).order_by(Evidence.id)))


def test_a_completed_course_shows_its_competencies_once(stage: Stage) -> None:
    course = stage.make.course(stage.programme)
    stage.make.teaches(course, stage.skill, level=2)
    with unit(writes=False):
        version = db.session.scalars(sa.select(CourseVersion)).one()
    completion = stage.make.completion(stage.ada, course, version)
    for _ in range(2):
        with unit(writes=True):
            from_completion(completion, now=stage.now)
    assert [(row.level, row.kind) for row in evidence()] == [(2, EvidenceKind.COURSE)]
    assert stage.own() == 2
    assert stage.own(stage.now.date() - timedelta(days=1)) == 0
    with unit(writes=True):
        withdraw(EvidenceKind.COURSE, completion.id, now=stage.now)
    assert stage.own() == 0
    assert len(evidence()) == 1


def test_a_confirmed_request_is_evidence(stage: Stage) -> None:
    stage.decide(stage.ask(), confirmed=True, by=stage.pia)
    assert [(row.level, row.kind) for row in evidence()] == [(3, EvidenceKind.OBSERVATION)]
    assert stage.own() == 3
    with unit(writes=False):
        assert db.session.scalars(sa.select(MailMessage.template)).all() == ["validation_decided"]
        assert list(audit.verify()) == []


def test_a_declined_request_is_none(stage: Stage) -> None:
    row = stage.ask()
    stage.decide(row, confirmed=False, by=stage.pia)
    assert evidence() == []
    with unit(writes=False):
        state = db.session.scalar(sa.select(Validation.state).where(Validation.id == row.id))
    assert state is ValidationState.DECLINED


def test_nobody_confirms_themselves(stage: Stage) -> None:
    row = stage.ask()
    with pytest.raises(Refusal, match="not_yourself"):
        stage.decide(row, confirmed=True, by=stage.ada)
    with pytest.raises(Refusal, match="not_yourself"), unit(writes=True):
        observe(
            stage.ada,
            stage.skill,
            3,
            on=stage.now.date(),
            note="",
            by=stage.ada.id,
            now=stage.now,
        )
    assert evidence() == []


def test_a_level_that_the_framework_lacks_is_refused(stage: Stage) -> None:
    with pytest.raises(Refusal, match="level_unknown"):
        stage.ask(level=5)
    row = stage.ask(level=4)
    with pytest.raises(Refusal, match="level_unknown"):
        stage.decide(row, confirmed=True, by=stage.pia, level=0)


def test_the_same_request_waits_once(stage: Stage) -> None:
    stage.ask()
    with pytest.raises(Refusal, match="validation_waits"):
        stage.ask()
    stage.ask(level=4)


@pytest.mark.postgres
def test_eight_requests_at_once_are_one(app: Flask, stage: Stage) -> None:
    def work() -> object:
        skill = db.session.get_one(Competency, stage.skill.id)
        return ask(stage.ada.id, skill, 3, note="", now=stage.now)

    found = at_once(app, [work] * 8)
    assert sum(isinstance(result, Refusal) for result in found) == 7


@pytest.mark.postgres
def test_of_two_assessors_one_decides(app: Flask, stage: Stage) -> None:
    row = stage.ask()
    olu = stage.make.person("Olu", Role.ASSESSOR)

    def work(by: int, confirmed: bool) -> object:
        return decide(
            db.session.get_one(Validation, row.id),
            confirmed=confirmed,
            level=3,
            on=stage.now.date(),
            note="",
            by=by,
            now=stage.now,
        )

    found = at_once(app, [lambda: work(stage.pia.id, True), lambda: work(olu.id, False)] * 3)
    assert sum(isinstance(result, Refusal) for result in found) == 5
    assert len(evidence()) <= 1


def test_the_map_of_the_home_page_says_the_same_as_the_full_one(stage: Stage) -> None:
    stage.decide(stage.ask(level=2), confirmed=True, by=stage.pia, level=2)
    stage.decide(stage.ask(level=4), confirmed=True, by=stage.pia, level=4)
    assert stage.own() == 4
    assert learner(stage.ada.id, stage.now.date()).levels() == {"SEC-1": 4}


def test_the_whole_way_in_the_browser(app: Flask, stage: Stage) -> None:
    ada = stage.make.sign_in(app.test_client(), stage.ada)
    pia = stage.make.sign_in(app.test_client(), stage.pia)
    wrong = Page(Page(ada.get(OWN)).form(OWN).submit(ada, competency="SEC-1", level="9"))
    assert wrong.status == 422
    assert wrong.error_of("level") == "Error: Not a valid choice."
    asked = Page(ada.get(OWN)).form(OWN).submit(ada, competency="SEC-1", level="3", note="Seen")
    assert asked.status_code == 303
    queue = Page(pia.get(QUEUE))
    assert "Ada" in queue.text
    [address] = [link for link in queue.links if link.startswith(f"{QUEUE}/")]
    missing = Page(Page(pia.get(address)).form(address).submit(pia))
    assert missing.status == 422
    tomorrow = (datetime.now().date() + timedelta(days=2)).isoformat()
    future = Page(
        Page(pia.get(address)).form(address).submit(pia, decision="confirm", observed_on=tomorrow)
    )
    assert future.error_of("observed_on") == "Error: The day lies in the future."
    done = Page(pia.get(address)).form(address).submit(pia, decision="confirm")
    assert done.status_code == 303
    assert pia.get(address).status_code == 404
    assert "Reached" in Page(ada.get(OWN)).text or stage.own(date(2099, 1, 1)) == 3


NAMED = ["1: Aware", "2: Guided", "3: Able", "4: Expert"]


def names_of(page: Page) -> list[str]:
    return [words(option) for option in page.field("level").select("option")]


def test_levels_are_chosen_by_their_names(app: Flask, stage: Stage) -> None:
    ada = stage.make.sign_in(app.test_client(), stage.ada)
    pia = stage.make.sign_in(app.test_client(), stage.pia)
    address = f"{QUEUE}/{stage.ask(level=2).id}"
    decision = Page(pia.get(address))
    for page in (Page(ada.get(OWN)), decision, Page(pia.get("/teach/observations/new"))):
        assert names_of(page) == NAMED
    assert decision.form(address).values["level"] == ["2"]


def test_each_scale_has_its_own_levels(app: Flask, stage: Stage) -> None:
    """A form for all competencies offers the longest scale; one competency, its own."""
    programme = stage.make.programme("USR", "Users")
    skill = stage.make.competency(programme, "USE-1")
    with unit(writes=True):
        scale = [{"level": 1, "title": "Aware"}, {"level": 2, "title": "Fluent"}]
        db.session.get_one(Framework, skill.framework_id).levels = scale
    ada = stage.make.sign_in(app.test_client(), stage.ada)
    page = Page(ada.get(OWN))
    assert names_of(page) == ["1: Aware", "2: Guided / Fluent", "3: Able", "4: Expert"]
    wrong = Page(page.form(OWN).submit(ada, competency="USE-1", level="3"))
    assert wrong.error_of("level") == "Error: This competency has the levels 1 to 2."
    assert (
        Page(ada.get(OWN)).form(OWN).submit(ada, competency="USE-1", level="2").status_code == 303
    )
    [row] = db.session.scalars(sa.select(Validation))
    pia = stage.make.sign_in(app.test_client(), stage.pia)
    assert names_of(Page(pia.get(f"{QUEUE}/{row.id}"))) == ["1: Aware", "2: Fluent"]


def test_who_may_decide(app: Flask, stage: Stage) -> None:
    address = f"{QUEUE}/{stage.ask().id}"
    make = stage.make

    def status(person: Person) -> int:
        client: FlaskClient = make.sign_in(app.test_client(), person)
        return client.get(address).status_code

    assert status(make.person("Olu", Role.ASSESSOR)) == 200
    assert status(make.person("Eva", Role.ASSESSOR, programme_code="USR")) == 404
    assert status(make.person("Aud", Role.AUDITOR)) == 403
    assert status(make.person("Bob")) == 403
    client = make.sign_in(app.test_client(), stage.pia)
    assert client.get(f"{QUEUE}/999999").status_code == 404
    assert client.delete(address).status_code == 405
