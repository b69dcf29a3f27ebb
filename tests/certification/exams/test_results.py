"""Exam results: recorded by somebody else, corrected by a new fact, nothing typed is lost."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from certification.competency.models import Evidence
from certification.exams.actions import record_result, show_evidence
from certification.exams.models import Exam, ExamResult
from certification.exams.queries import history_of
from courses.catalog.models import Course, CourseKind, Programme
from lms import audit
from lms.accounts.models import Account, Person
from lms.db import db, unit
from lms.errors import Refusal
from lms.mail import MailMessage
from lms.permissions import Role
from tests.certification.awards.test_awards import at_once
from tests.factories import Factory
from tests.page import Page

PAGE = "/teach/exams/ADM-X"


@dataclass
class Stage:
    """An exam of 100 points with 70 to pass, an assessor and a candidate."""

    make: Factory
    now: datetime
    programme: Programme
    course: Course
    exam: Exam
    pia: Person
    ada: Person

    def record(self, score: int, *, days: int = 0, **values: Any) -> ExamResult:
        """Ada's result of today."""
        with unit(writes=True):
            return record_result(
                self.exam,
                self.ada,
                **{
                    "taken_on": self.now.date() + timedelta(days=days),
                    "score": score,
                    "note": "",
                    "by": self.pia.id,
                    "now": self.now,
                    **values,
                },
            )

    def address(self, person: Person) -> str:
        """The person's e-mail address."""
        with unit(writes=False):
            return db.session.scalars(
                sa.select(Account.email).where(Account.person_id == person.id)
            ).one()


@pytest.fixture
def stage(make: Factory, now: datetime) -> Stage:
    programme = make.programme()
    course = make.course(programme, "ADM-X", title="Administrator Exam", kind=CourseKind.EXAM)
    exam = make.exam(course)
    return Stage(
        make,
        now,
        programme,
        course,
        exam,
        make.person("Pia", Role.ASSESSOR),
        make.person("Ada"),
    )


@pytest.fixture
def pia(app: Flask, stage: Stage) -> FlaskClient:
    return stage.make.sign_in(app.test_client(), stage.pia)


def results() -> list[ExamResult]:
    with unit(writes=False):
        return list(db.session.scalars(sa.select(ExamResult).order_by(ExamResult.id)))


def refusal_of(act: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as refused:
        act()
    return refused.value.reasons[0].code


@pytest.mark.parametrize(("score", "passed"), [(69, False), (70, True), (100, True), (0, False)])
def test_the_cut_score_passes(stage: Stage, score: int, passed: bool) -> None:
    row = stage.record(score)
    assert (row.passed, row.cut_score, row.full_marks) == (passed, 70, 100)
    with unit(writes=False):
        assert db.session.scalars(sa.select(MailMessage.template)).all() == ["exam_result"]
        assert list(audit.verify()) == []


def test_what_cannot_be_a_result_is_refused(stage: Stage) -> None:
    assert refusal_of(lambda: stage.record(101)) == "score_out_of_range"
    assert refusal_of(lambda: stage.record(-1)) == "score_out_of_range"
    assert refusal_of(lambda: stage.record(80, days=1)) == "in_the_future"
    assert refusal_of(lambda: stage.record(80, by=stage.ada.id)) == "not_yourself"
    assert results() == []


def test_a_sitting_has_one_result_and_another_day_its_own(stage: Stage) -> None:
    stage.record(50)
    assert refusal_of(lambda: stage.record(90)) == "result_exists"
    stage.record(90, days=-1)
    assert [row.score for row in results()] == [50, 90]


def test_a_correction_is_a_new_fact_that_names_the_old_one(stage: Stage) -> None:
    first = stage.record(50)
    second = stage.record(75, replaces=first, note="A sheet was overlooked")
    assert [(row.score, row.replaces_id) for row in results()] == [(50, None), (75, first.id)]
    with unit(writes=False):
        assert [row.score for row in history_of(second)] in ([75, 50], [50, 75])
    assert refusal_of(lambda: stage.record(80, replaces=first)) == "changed_meanwhile"


@pytest.mark.postgres
def test_of_eight_corrections_at_once_one_counts(app: Flask, stage: Stage) -> None:
    first = stage.record(50)

    def correct() -> object:
        return record_result(
            db.session.get_one(Exam, stage.exam.id),
            db.session.get_one(Person, stage.ada.id),
            taken_on=stage.now.date(),
            score=90,
            note="",
            by=stage.pia.id,
            now=stage.now,
            replaces=db.session.get_one(ExamResult, first.id),
        ).score

    found = at_once(app, [correct] * 8)
    assert found.count(90) == 1
    assert sum(isinstance(result, Refusal) for result in found) == 7
    assert len(results()) == 2


def test_a_later_cut_score_changes_no_old_result(stage: Stage) -> None:
    stage.record(70)
    with unit(writes=True):
        db.session.execute(sa.update(Exam).values(cut_score=80))
    assert [(row.cut_score, row.passed) for row in results()] == [(70, True)]


def test_a_passed_exam_is_evidence_and_a_correction_takes_it_back(stage: Stage) -> None:
    stage.make.teaches(stage.course, stage.make.competency(stage.programme), level=3)
    first = stage.record(90)
    with unit(writes=True):
        show_evidence(first, stage.exam, now=stage.now)
        show_evidence(first, stage.exam, now=stage.now)
    second = stage.record(10, replaces=first)
    with unit(writes=True):
        show_evidence(second, stage.exam, now=stage.now)
    with unit(writes=False):
        [evidence] = db.session.scalars(sa.select(Evidence)).all()
    assert (evidence.level, evidence.source_id) == (3, first.id)
    assert evidence.withdrawn_at is not None


def test_a_sheet_is_saved_with_one_save(stage: Stage, pia: FlaskClient) -> None:
    people = [stage.make.person(f"Person{number}") for number in range(30)]
    typed = {
        "taken_on": date(2026, 11, 20).isoformat(),
        "person": [stage.address(person) for person in people],
        "score": [str(40 + number * 2) for number in range(30)],
        "note": [""] * 30,
    }
    page = Page(pia.get(PAGE))
    saved = page.form(PAGE).submit(pia, **typed)
    assert saved.status_code == 303
    assert [row.score for row in results()] == [40 + number * 2 for number in range(30)]
    assert sum(row.passed for row in results()) == 15
    again = Page(pia.get(PAGE))
    assert "30 results are recorded." in again.text
    assert len(again.rows("table.table")) == 30


def test_one_wrong_line_saves_none_and_keeps_what_was_typed(stage: Stage, pia: FlaskClient) -> None:
    ada = stage.address(stage.ada)
    answer = Page(
        Page(pia.get(PAGE))
        .form(PAGE)
        .submit(
            pia,
            person=[ada, "nobody@people.example", ada],
            score=["88", "50", "many"],
            note=["calm", "", ""],
        )
    )
    assert answer.status == 422
    assert results() == []
    assert [tag["value"] for tag in answer.soup.select('[name="score"]')][:3] == [
        "88",
        "50",
        "many",
    ]
    assert answer.soup.select_one("#person-1")["aria-invalid"] == "true"  # type: ignore[index]
    assert "Nobody has this address." in answer.text
    assert "Enter a score between 0 and 100." in answer.text


def test_an_empty_sheet_is_no_result(stage: Stage, pia: FlaskClient) -> None:
    answer = Page(Page(pia.get(PAGE)).form(PAGE).submit(pia))
    assert answer.status == 422
    assert "Fill at least one line." in answer.text


def test_a_double_click_records_once(stage: Stage, pia: FlaskClient) -> None:
    form = Page(pia.get(PAGE)).form(PAGE)
    typed = {"person": [stage.address(stage.ada)], "score": ["88"], "note": [""]}
    answers = [form.submit(pia, **typed) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert len(results()) == 1


def test_a_result_is_corrected_on_its_page(stage: Stage, pia: FlaskClient) -> None:
    first = stage.record(50)
    address = f"{PAGE}/results/{first.id}"
    form = Page(pia.get(address)).form(address)
    empty = Page(form.submit(pia, score="75"))
    assert empty.status == 422
    assert empty.error_of("note") == "Error: Say why."
    high = Page(pia.get(address)).form(address).submit(pia, score="101", note="Typo")
    assert high.status_code == 422
    assert Page(high).error_of("score") == "Error: Enter a score between 0 and 100."
    done = Page(pia.get(address)).form(address).submit(pia, score="75", note="Typo")
    assert done.status_code == 303
    assert [row.score for row in results()] == [50, 75]


def test_roles_and_foreign_exams(app: Flask, stage: Stage) -> None:
    make, first = stage.make, stage.record(50)

    def status(person: Person, address: str) -> int:
        return make.sign_in(app.test_client(), person).get(address).status_code

    colleague = make.person("Olu", Role.ASSESSOR)
    outsider = make.person("Eva", Role.ASSESSOR, programme_code="USR")
    trainer = make.person("Tom", Role.TRAINER)
    assert status(colleague, PAGE) == 200
    assert status(outsider, PAGE) == 404
    assert status(outsider, f"{PAGE}/results/{first.id}") == 404
    assert status(trainer, PAGE) == 403
    assert status(colleague, "/teach/exams/NOPE") == 404
    assert status(colleague, f"{PAGE}/results/{first.id + 999}") == 404
    client = make.sign_in(app.test_client(), colleague)
    assert client.delete(PAGE).status_code == 405
