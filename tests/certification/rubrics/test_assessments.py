"""An assessor judges by the rubric: notes are kept, what is recorded never changes."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import DBAPIError

from certification.competency.models import Evidence
from certification.exams.actions import record_result, show_evidence
from certification.exams.models import Exam, ExamResult
from certification.rubrics import actions_assessments as actions
from certification.rubrics import queries_assessments as queries
from certification.rubrics.models import Assessment, AssessmentDraft, AssessmentMark, Kind
from certification.rubrics.rules import RULE, Notes
from courses.catalog.models import Course, CourseKind, Programme
from lms import audit
from lms.accounts.models import Account, Person
from lms.db import db, unit
from lms.errors import Refusal
from lms.mail import MailMessage, compose
from lms.permissions import Role
from tests.factories import Factory
from tests.factories.rubrics import USUAL
from tests.page import Page

pytestmark = pytest.mark.thorough

HOME = "/teach/exams/ADM-X"
BEGIN = f"{HOME}/assessments"


@dataclass
class Stage:
    """An exam of 100 marks with 70 to pass, judged by ten points; two assessors and a candidate."""

    make: Factory
    programme: Programme
    course: Course
    exam: Exam
    pia: Person
    olu: Person
    ada: Person

    def begin(self, **changes: Any) -> AssessmentDraft:
        """Pia's notes about Ada, empty yet."""
        values = {"taken_on": self.make.now.date(), "by": self.pia.id, "now": self.make.now}
        person, kind = changes.pop("person", self.ada), changes.pop("kind", Kind.PRACTICAL)
        with unit(writes=True):
            exam = db.session.get_one(Exam, self.exam.id)
            return actions.begin(exam, person, kind, **{**values, **changes})

    def judged(self, plan: int, safe: int) -> Assessment:
        """Ada judged by Pia today."""
        return self.make.judged(self.begin(), (plan, safe), {"safe": "Mind the gap"})

    def corrected(self, old: Assessment, plan: int, safe: int, by: Person) -> Assessment:
        """The assessment replaced by another one."""
        with unit(writes=True):
            row = queries.record(old.result_id, self.exam.id)
            assert row is not None
            draft = actions.correct(row.assessment, by=by.id, now=self.make.now)
        return self.make.judged(draft, (plan, safe))

    def address(self, person: Person) -> str:
        """The person's e-mail address."""
        with unit(writes=False):
            wanted = sa.select(Account.email).where(Account.person_id == person.id)
            return db.session.scalars(wanted).one()


@pytest.fixture
def stage(make: Factory) -> Stage:
    programme = make.programme()
    course = make.course(programme, "ADM-X", title="Administrator Exam", kind=CourseKind.EXAM)
    exam = make.exam(course)
    make.rubric(exam)
    pia, olu = (make.person(name, Role.ASSESSOR) for name in ("Pia", "Olu"))
    return Stage(make, programme, course, exam, pia, olu, make.person("Ada"))


@pytest.fixture
def pia(app: Flask, stage: Stage) -> FlaskClient:
    return stage.make.sign_in(app.test_client(), stage.pia)


def results() -> list[ExamResult]:
    with unit(writes=False):
        return list(db.session.scalars(sa.select(ExamResult).order_by(ExamResult.id)))


def count(model: Any) -> int:
    with unit(writes=False):
        return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def refusal_of(act: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as refused:
        act()
    return refused.value.reasons[0].code


def test_what_was_judged_is_a_result_with_its_record(stage: Stage) -> None:
    made = stage.judged(3, 2)
    (result,) = results()
    assert (result.score, result.passed, result.assessed_as) == (70, True, "practical")
    assert (made.points, made.full_points, made.rule, made.missed) == (7, 10, RULE, [])
    with unit(writes=False):
        row = queries.record(result.id, stage.exam.id)
        assert row is not None
        assert row.assessor == "Pia"
        assert row.assessment.rubric.number == 1
        marks = {one: (mark.level, mark.points, mark.comment) for one, mark in row.marks.items()}
        mails = db.session.scalars(sa.select(MailMessage.template)).all()
        assert list(audit.verify()) == []
    assert marks == {"plan": (3, 4, ""), "safe": (2, 3, "Mind the gap")}
    assert mails == ["exam_result"]
    assert count(AssessmentDraft) == 0


def test_what_had_to_be_passed_fails_the_exam(stage: Stage) -> None:
    made = stage.judged(3, 1)
    (result,) = results()
    assert (result.score, result.passed) == (40, False)
    assert made.missed == ["safe"]


def shown(stage: Stage, assessment: Assessment) -> None:
    """What the worker does after a result."""
    with unit(writes=True):
        result = db.session.get_one(ExamResult, assessment.result_id)
        show_evidence(result, stage.exam, now=stage.make.now)


def test_a_pass_is_evidence_and_a_correction_takes_it_back(stage: Stage) -> None:
    make = stage.make
    make.teaches(stage.course, make.competency(stage.programme), level=3)
    first = stage.judged(3, 3)
    shown(stage, first)
    second = stage.corrected(first, 3, 1, stage.olu)
    shown(stage, second)
    with unit(writes=False):
        (evidence,) = db.session.scalars(sa.select(Evidence)).all()
    assert (evidence.source_id, evidence.level) == (first.result_id, 3)
    assert evidence.withdrawn_at == make.now
    assert [(row.passed, row.replaces_id) for row in results()] == [
        (True, None), (False, first.result_id),
    ]  # fmt: skip
    with unit(writes=False):
        record = queries.record(second.result_id, stage.exam.id)
        assert record is not None
        history = queries.history(record.assessment)
        old = queries.record(first.result_id, stage.exam.id)
    assert [row.assessor for row in history] == ["Olu", "Pia"]
    assert old is not None
    assert old.later_id == second.result_id
    assert second.reason == "Seen anew"


def test_a_correction_keeps_the_version_that_judged(stage: Stage) -> None:
    first = stage.judged(3, 3)
    stage.make.rubric(stage.exam, replace(USUAL, kinds=("interview",)))
    second = stage.corrected(first, 2, 2, stage.pia)
    assert second.rubric_id == first.rubric_id
    again = lambda: stage.corrected(first, 1, 1, stage.pia)  # noqa: E731
    assert refusal_of(again) == "changed_meanwhile"


def test_nobody_judges_themselves_or_whom_they_taught(stage: Stage) -> None:
    make = stage.make
    assert refusal_of(lambda: stage.begin(person=stage.pia)) == "not_yourself"
    draft = stage.begin()
    session = make.class_session(make.course(make.programme("USR"), "USR-101"), stage.pia)
    make.enrolled(session, stage.ada)
    assert refusal_of(lambda: stage.begin(by=stage.pia.id)) == "trained_by_you"
    assert refusal_of(lambda: make.judged(draft, (3, 3))) == "trained_by_you"
    first = make.judged(stage.begin(by=stage.olu.id), (3, 3))
    assert refusal_of(lambda: stage.corrected(first, 1, 1, stage.pia)) == "trained_by_you"
    assert refusal_of(lambda: stage.corrected(first, 1, 1, stage.ada)) == "not_yourself"
    assert len(results()) == 1


def test_what_cannot_be_judged_is_refused(stage: Stage) -> None:
    tomorrow = stage.make.now.date() + timedelta(days=1)
    assert refusal_of(lambda: stage.begin(taken_on=tomorrow)) == "in_the_future"
    assert refusal_of(lambda: stage.begin(kind=Kind.WORK)) == "work_missing"
    stage.make.rubric(stage.exam, replace(USUAL, kinds=("practical",)))
    assert refusal_of(lambda: stage.begin(kind=Kind.INTERVIEW)) == "rubric_other_kind"
    other = stage.make.exam(stage.make.course(stage.programme, "ADM-Y", kind=CourseKind.EXAM))
    with unit(writes=True):
        begin = lambda: actions.begin(  # noqa: E731
            other, stage.ada, Kind.PRACTICAL,
            taken_on=stage.make.now.date(), by=stage.pia.id, now=stage.make.now,
        )  # fmt: skip
        assert refusal_of(begin) == "rubric_missing"


def test_notes_are_one_a_person_and_exam_and_are_taken_up_again(stage: Stage) -> None:
    first = stage.begin()
    assert stage.begin().id == first.id
    assert refusal_of(lambda: stage.begin(kind=Kind.INTERVIEW)) == "draft_open"
    assert stage.begin(by=stage.olu.id).id != first.id


def test_notes_are_kept_only_over_what_was_read(stage: Stage) -> None:
    draft, make = stage.begin(), stage.make

    def save(revision: int, comment: str) -> None:
        with unit(writes=True):
            notes = Notes(comment=comment)
            actions.save(draft, notes, revision=revision, by=stage.pia.id, now=make.now)

    save(1, "first")
    assert refusal_of(lambda: save(1, "second")) == "changed_meanwhile"
    with unit(writes=False):
        assert db.session.get_one(AssessmentDraft, draft.id).notes["comment"] == "first"


def test_a_result_of_that_day_is_not_recorded_twice(stage: Stage) -> None:
    mine, theirs = stage.begin(), stage.begin(by=stage.olu.id)
    stage.make.judged(mine, (3, 3))
    assert refusal_of(lambda: stage.make.judged(theirs, (1, 1))) == "result_exists"
    assert refusal_of(lambda: stage.make.judged(mine, (1, 1))) == "changed_meanwhile"
    assert len(results()) == 1


def test_a_bare_score_does_not_replace_what_was_judged(stage: Stage) -> None:
    stage.judged(3, 3)
    (judged,) = results()
    with unit(writes=True):
        correct = lambda: record_result(  # noqa: E731
            stage.exam, stage.ada, taken_on=stage.make.now.date(), score=10, note="x",
            by=stage.olu.id, now=stage.make.now, replaces=judged,
        )  # fmt: skip
        assert refusal_of(correct) == "result_of_rubric"


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE assessment SET comment = 'x'",
        "DELETE FROM assessment",
        "UPDATE assessment_mark SET level = 1",
        "DELETE FROM assessment_mark",
    ],
)
def test_the_database_keeps_what_was_recorded(stage: Stage, change: str) -> None:
    stage.judged(3, 3)
    with pytest.raises(DBAPIError, match="frozen"), unit(writes=True):
        db.session.execute(sa.text(change))


def opened(stage: Stage, client: FlaskClient) -> str:
    """The address of the sheet about Ada, begun on the page."""
    form = Page(client.get(BEGIN)).form(BEGIN)
    day = stage.make.now.date().isoformat()
    answer = form.submit(client, person=stage.address(stage.ada), kind="interview", taken_on=day)
    assert answer.status_code == 303, Page(answer).errors
    return str(answer.headers["Location"]).removeprefix("http://localhost")


def test_a_person_is_judged_in_the_browser(stage: Stage, pia: FlaskClient) -> None:
    address = opened(stage, pia)
    kept = (
        Page(pia.get(address))
        .form(address)
        .submit(pia, save="yes", **{"level-plan": "2", "comment-plan": "Good", "comment": "Calm"})
    )
    assert kept.status_code == 303
    page = Page(pia.get(address))
    assert page.form(address).values["level-plan"] == ["2"]
    assert page.field("comment-plan").get_text().strip() == "Good"
    done = page.form(address).submit(pia, submit="yes", **{"level-safe": "3"})
    assert done.headers["Location"].endswith(HOME)
    (result,) = results()
    assert (result.score, result.assessed_as) == (80, "interview")
    listed = Page(pia.get(HOME))
    assert f"{HOME}/results/{result.id}/assessment" in listed.links
    assert f"{HOME}/results/{result.id}" not in listed.links
    record = Page(pia.get(f"{HOME}/results/{result.id}/assessment"))
    for said in ("version 1", "share-1", "8 of 10 points", "Interview", "Good", "Calm", "Pia"):
        assert said in record.text
    assert pia.get(address).status_code == 404


def test_missing_levels_are_named_and_nothing_typed_is_lost(stage: Stage, pia: FlaskClient) -> None:
    address = opened(stage, pia)
    answer = Page(
        Page(pia.get(address))
        .form(address)
        .submit(pia, submit="yes", comment="So far", **{"level-plan": "3", "comment-safe": "Hm"})
    )
    assert answer.status == 422
    assert answer.title.startswith("Error:")
    assert answer.errors == ["SAFE: Choose a level."]
    assert answer.soup.select_one('#error-summary a[href="#level-safe-1"]')
    (group,) = answer.soup.select('fieldset[aria-invalid="true"]')
    assert "level-safe-error" in str(group["aria-describedby"])
    assert answer.form(address).values["level-plan"] == ["3"]
    assert answer.field("comment-safe").get_text().strip() == "Hm"
    assert results() == []
    assert answer.form(address).submit(pia, submit="yes", **{"level-safe": "9"}).status_code == 422
    long = {"level-safe": "2", "comment-safe": "x" * 2001}
    long_answer = Page(answer.form(address).submit(pia, submit="yes", **long))
    assert long_answer.errors == ["SAFE: Use 2000 characters at most."]


def test_a_double_click_records_once(stage: Stage, pia: FlaskClient) -> None:
    address = opened(stage, pia)
    form = Page(pia.get(address)).form(address)
    levels = {"level-plan": "3", "level-safe": "3"}
    answers = [form.submit(pia, submit="yes", **levels) for _n in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert (len(results()), count(Assessment), count(AssessmentMark)) == (1, 1, 2)


def test_who_comes_second_keeps_what_was_typed(stage: Stage, pia: FlaskClient) -> None:
    address = opened(stage, pia)
    stage.make.judged(stage.begin(by=stage.olu.id), (3, 3))
    levels = {"level-plan": "1", "level-safe": "2"}
    answer = Page(Page(pia.get(address)).form(address).submit(pia, submit="yes", **levels))
    assert (answer.status, answer.h1) == (422, "Ada")
    assert answer.errors == ["There is a result of this day already. Correct that one."]
    assert answer.form(address).values["level-safe"] == ["2"]


def test_a_correction_needs_its_reason(stage: Stage, pia: FlaskClient) -> None:
    old = stage.judged(3, 3)
    page = f"{HOME}/results/{old.result_id}/assessment"
    begun = Page(pia.get(page)).form(page).submit(pia)
    address = str(begun.headers["Location"]).removeprefix("http://localhost")
    sheet = Page(pia.get(address))
    assert sheet.form(address).values["level-safe"] == ["3"]
    answer = Page(sheet.form(address).submit(pia, submit="yes"))
    assert answer.error_of("reason") == "Error: Say why the assessment is corrected."
    done = answer.form(address).submit(
        pia, submit="yes", reason="Overlooked", **{"level-plan": "1"}
    )
    assert done.status_code == 303
    assert [row.score for row in results()] == [100, 60]
    assert "This assessment was corrected." in Page(pia.get(page)).text
    assert not Page(pia.get(page)).has_form(page)


def test_notes_are_given_up_without_a_result(stage: Stage, pia: FlaskClient) -> None:
    address = opened(stage, pia)
    Page(pia.get(address)).form(f"{address}/deletion").submit(pia)
    assert (count(AssessmentDraft), results()) == (0, [])


def test_who_cannot_be_judged_is_named_at_the_field(stage: Stage, pia: FlaskClient) -> None:
    nobody = Page(Page(pia.get(BEGIN)).form(BEGIN).submit(pia, person="nobody@people.example"))
    assert nobody.error_of("person") == "Error: Nobody has this address."
    make = stage.make
    make.enrolled(make.class_session(make.course(stage.programme, "ADM-1"), stage.pia), stage.ada)
    taught = Page(Page(pia.get(BEGIN)).form(BEGIN).submit(pia, person=stage.address(stage.ada)))
    assert "You taught this person" in taught.error_of("person")
    own = Page(pia.get(BEGIN)).form(BEGIN).submit(pia, person=stage.address(stage.pia))
    assert own.status_code == 403


def test_the_candidate_reads_levels_and_comments(app: Flask, stage: Stage) -> None:
    made, make = stage.judged(2, 1), stage.make
    ada = make.sign_in(app.test_client(), stage.ada)
    address = f"/exams/results/{made.result_id}"
    page = Page(ada.get(address))
    assert page.h1 == "Not passed"
    for said in ("Mind the gap", "Well done", "2 of 10 points", "version 1", "Sees 1", "Sees 2"):
        assert said in page.text
    assert address in Page(ada.get("/exams")).links
    assert address in Page(ada.get("/exams/ADM-X")).links
    other = make.sign_in(app.test_client(), make.person("Eve"))
    assert other.get(address).status_code == 404
    later = stage.corrected(made, 3, 3, stage.pia)
    assert f"/exams/results/{later.result_id}" in Page(ada.get(address)).links


def test_the_mail_leads_to_the_feedback_and_that_of_a_bare_score_does_not(
    app: Flask, stage: Stage
) -> None:
    made, make, bob = stage.judged(3, 3), stage.make, stage.make.person("Bob")
    with unit(writes=True):
        record_result(
            db.session.get_one(Exam, stage.exam.id), bob,
            taken_on=make.now.date(), score=80, note="", by=stage.pia.id, now=make.now,
        )  # fmt: skip
    with unit(writes=False):
        mails = db.session.scalars(sa.select(MailMessage).order_by(MailMessage.id)).all()
        with app.test_request_context():
            judged, bare = (compose(one, app.extensions["settings"]).get_content() for one in mails)
    assert f"http://academy.test/exams/results/{made.result_id}\n" in judged
    assert "/exams/results/" not in bare


def test_others_find_neither_notes_nor_records(app: Flask, stage: Stage) -> None:
    make, draft = stage.make, stage.begin()
    made = make.judged(stage.begin(by=stage.olu.id), (3, 3))

    def status(person: Person, path: str) -> int:
        return make.sign_in(app.test_client(), person).get(path).status_code

    outsider = make.person("Eva", Role.ASSESSOR, programme_code="USR")
    auditor = make.person("Aud", Role.AUDITOR)
    record = f"{HOME}/results/{made.result_id}/assessment"
    assert status(stage.pia, f"{BEGIN}/{draft.id}") == 200
    assert status(stage.olu, f"{BEGIN}/{draft.id}") == 404
    assert status(outsider, BEGIN) == 404
    assert status(outsider, record) == 404
    assert status(auditor, record) == 200
    assert status(auditor, BEGIN) == 403
    assert status(make.person("Tom", Role.TRAINER), record) == 403
    assert status(stage.pia, f"{HOME}/results/999/assessment") == 404
    assert status(stage.pia, f"{BEGIN}/999") == 404
