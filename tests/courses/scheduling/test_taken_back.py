"""A self-paced completion that was confirmed by mistake: taken back by a new fact with a reason,
its effects shown before; an award that was made stays."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from certification.awards.models import Award
from certification.competency.models import Evidence
from courses.catalog.models import Course, Programme
from courses.scheduling.actions import self_paced
from courses.scheduling.models import Completion, SelfPacedEnrolment
from courses.scheduling.queries import courses
from lms import audit, clock, jobs
from lms.accounts.models import Person
from lms.db import Base, db, unit
from lms.errors import Refusal
from lms.mail import MailMessage
from lms.permissions import Role
from tests.courses.scheduling.browse import page, submit, text
from tests.factories import Factory


@pytest.fixture(autouse=True)
def frozen(now: datetime) -> Iterator[None]:
    with clock.frozen_at(now):
        yield


@pytest.fixture
def course(make: Factory) -> Course:
    return make.course(make.programme(), title="Basics", is_self_paced=True)


@pytest.fixture
def ada(make: Factory) -> Person:
    return make.person("Ada")


@pytest.fixture
def tom(make: Factory) -> Person:
    return make.person("Tom Trainer", Role.TRAINER)


@pytest.fixture
def completion(make: Factory, course: Course, ada: Person, tom: Person) -> Completion:
    """Tom confirmed that Ada completed the course."""
    with unit(writes=True):
        version = courses.version_by_code(course.code)
        assert version is not None
        enrolment = self_paced.start_self_paced(version, ada.id, by=ada.id, now=make.now)
        return self_paced.complete_self_paced(enrolment, "UTC", by=tom.id, now=make.now)


def address(completion: Completion) -> str:
    return f"/teach/self-paced/completed/{completion.id}"


def all_of(model: type[Base]) -> list[Any]:
    with unit(writes=False):
        return list(db.session.scalars(sa.select(model).order_by(sa.text("id"))))


def test_it_is_withdrawn_with_the_reason_and_the_course_goes_on(
    app: Flask, make: Factory, completion: Completion, tom: Person, ada: Person, now: datetime
) -> None:
    trainer = make.sign_in(app.test_client(), tom)
    listed = trainer.get("/teach/self-paced/completed")
    assert "Ada Basics ADM-101" in text(listed)

    done = submit(
        trainer, trainer.get(address(completion)), "main form", reason="That was Bob, not Ada."
    )

    assert done.status_code == 303
    shown = text(trainer.get("/teach/self-paced/completed"))
    assert "Taken back" in shown
    assert "That was Bob, not Ada." in shown
    assert "Ada Basics" in text(trainer.get("/teach/self-paced")), "under way again"
    (row,) = all_of(Completion)
    assert (row.withdrawn_by, row.withdrawn_at) == (tom.id, now)
    assert row.completed_on == now.date(), "what was recorded stands"
    first, second = all_of(SelfPacedEnrolment)
    assert first.finished_at == now
    assert second.finished_at is None
    (mail,) = [m for m in all_of(MailMessage) if m.template == "completion_withdrawn"]
    assert mail.person_id == ada.id
    assert mail.facts["reason"] == "That was Bob, not Ada."
    with unit(writes=False):
        assert list(audit.verify()) == []


def test_without_a_reason_nothing_happens(
    app: Flask, make: Factory, completion: Completion, tom: Person
) -> None:
    trainer = make.sign_in(app.test_client(), tom)
    wrong = submit(trainer, trainer.get(address(completion)), "main form", reason=" ")
    assert wrong.status_code == 422
    field = page(wrong).select_one("#reason")
    assert field is not None
    assert field["aria-invalid"] == "true"
    assert all_of(Completion)[0].withdrawn_at is None


def test_the_second_of_two_is_told(make: Factory, completion: Completion, tom: Person) -> None:
    for refused in (False, True):
        with unit(writes=True):
            if refused:
                with pytest.raises(Refusal, match="changed_meanwhile"):
                    self_paced.take_back(completion.id, "again", by=tom.id, now=make.now)
            else:
                self_paced.take_back(completion.id, "once", by=tom.id, now=make.now)
    assert len(all_of(SelfPacedEnrolment)) == 2


def test_nobody_takes_back_their_own(make: Factory, completion: Completion, ada: Person) -> None:
    with unit(writes=True), pytest.raises(Refusal, match="own_completion"):
        self_paced.take_back(completion.id, "mine", by=ada.id, now=make.now)


def test_it_can_be_confirmed_again(
    make: Factory, completion: Completion, tom: Person, now: datetime
) -> None:
    with unit(writes=True):
        self_paced.take_back(completion.id, "too early", by=tom.id, now=now)
    again = all_of(SelfPacedEnrolment)[-1]
    with unit(writes=True):
        enrolment = db.session.get_one(SelfPacedEnrolment, again.id)
        self_paced.complete_self_paced(enrolment, "UTC", by=tom.id, now=now)
    assert [row.withdrawn_at is None for row in all_of(Completion)] == [False, True]


def test_the_page_says_what_it_takes_away_and_that_an_award_stays(
    app: Flask, make: Factory, course: Course, completion: Completion, tom: Person
) -> None:
    with unit(writes=False):
        programme = db.session.get_one(Programme, course.programme_id)
    version = make.scheme(programme)
    skill = make.competency(programme)
    make.teaches(course, skill)
    with clock.frozen_at(make.now):
        jobs.handler_of("learning.completed")({"completion_id": completion.id})
    (award,) = all_of(Award)
    assert award.scheme_version_id == version.id

    trainer = make.sign_in(app.test_client(), tom)
    shown = text(trainer.get(address(completion)))
    assert f"Evidence for “{skill.title}” at level 2 no longer counts." in shown
    assert "An award that was made stays" in shown
    assert "relies on this completion" in shown
    submit(trainer, trainer.get(address(completion)), "main form", reason="A mistake.")
    jobs.handler_of("learning.completion_withdrawn")({"completion_id": completion.id})

    (award,) = all_of(Award)
    (evidence,) = all_of(Evidence)
    assert evidence.withdrawn_at is not None


@pytest.mark.parametrize("role", [Role.AUDITOR, None])
def test_others_have_no_business_here(
    app: Flask, client: FlaskClient, make: Factory, completion: Completion, role: Role | None
) -> None:
    person = make.person("Rita", *([role] if role else []))
    reader = make.sign_in(client, person)
    assert reader.get(address(completion)).status_code in {403, 404}
    assert reader.get("/teach/self-paced/completed").status_code in {403, 404}


def test_a_trainer_of_another_programme_does_not_find_it(
    client: FlaskClient, make: Factory, completion: Completion
) -> None:
    other = make.person("Olaf", Role.TRAINER, programme_code="DEV")
    assert make.sign_in(client, other).get(address(completion)).status_code == 404
