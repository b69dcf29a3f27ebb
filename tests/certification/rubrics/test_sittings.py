"""Two assessors judge alone; who differ too much leave it to a third, and there is one result."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import DBAPIError

from certification.delivery.queries import candidacy
from certification.delivery.rules import needs
from certification.exams.models import Exam, ExamResult
from certification.rubrics import actions_assessments as actions
from certification.rubrics import actions_sittings, actions_works
from certification.rubrics import queries_assessments as queries
from certification.rubrics.models import Assessment, AssessmentDraft, Kind
from certification.rubrics.models_sittings import AssessmentSitting, Judgement
from certification.rubrics.rules import RULE, Notes
from certification.rubrics.rules_sittings import MEAN
from courses.catalog.models import Course, CourseKind, Programme
from courses.catalog.snapshot import catalog
from lms import audit
from lms.accounts.models import Person
from lms.db import db, unit
from lms.errors import Refusal
from lms.mail import MailMessage
from lms.permissions import Role
from tests.factories import Factory
from tests.factories.rubrics import USUAL
from tests.page import Page
from tests.queries import counted

pytestmark = pytest.mark.thorough

HOME = "/teach/exams/ADM-X"
BEGIN = f"{HOME}/assessments"
MARKING = "/teach/marking"


@dataclass
class Stage:
    """An exam of 100 marks with 70 to pass that two assessors judge by ten points, one apart at
    most; three of them, and a candidate."""

    make: Factory
    programme: Programme
    course: Course
    exam: Exam
    pia: Person
    olu: Person
    tia: Person
    ada: Person

    def begin(
        self, by: Person, kind: Kind = Kind.PRACTICAL, day: date | None = None
    ) -> AssessmentDraft:
        """An assessor's notes about Ada."""
        with unit(writes=True):
            exam = db.session.get_one(Exam, self.exam.id)
            return actions.begin(
                exam, self.ada, kind, taken_on=day or self.make.now.date(), by=by.id,
                now=self.make.now,
            )  # fmt: skip

    def judges(
        self, by: Person, plan: int, safe: int, comments: Mapping[str, str] | None = None
    ) -> Assessment | None:
        """One assessor's judgement of Ada."""
        notes = Notes({"plan": plan, "safe": safe}, comments or {}, f"Says {by.name}")
        return self.make.handed_over(self.begin(by), notes)


@pytest.fixture
def stage(make: Factory) -> Stage:
    programme = make.programme()
    course = make.course(programme, "ADM-X", title="Administrator Exam", kind=CourseKind.EXAM)
    exam = make.exam(course)
    make.rubric(exam)
    make.newer_policy(exam, is_double_marked=True, moderation_gap=1)
    team = [make.person(name, Role.ASSESSOR) for name in ("Pia", "Olu", "Tia")]
    return Stage(make, programme, course, exam, *team, make.person("Ada"))


def rows(model: Any) -> list[Any]:
    with unit(writes=False):
        return list(db.session.scalars(sa.select(model).order_by(model.id)))


def mails() -> list[str]:
    with unit(writes=False):
        return list(db.session.scalars(sa.select(MailMessage.template)))


def refusal_of(act: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as refused:
        act()
    return refused.value.reasons[0].code


def test_the_first_judgement_is_no_result_yet(stage: Stage) -> None:
    assert stage.judges(stage.pia, 3, 3) is None
    assert rows(ExamResult) == rows(Assessment) == rows(AssessmentDraft) == mails() == []
    (sitting,), (judgement,) = rows(AssessmentSitting), rows(Judgement)
    assert (sitting.round, sitting.ended_at, sitting.policy_id) == (2, None, 1)
    assert (judgement.by, judgement.round, judgement.points) == (stage.pia.id, 1, 10)


def test_two_decide_by_their_mean(stage: Stage) -> None:
    stage.judges(stage.pia, 3, 2, {"plan": "Neat"})
    made = stage.judges(stage.olu, 3, 2, {"plan": "Sound"})
    assert made is not None
    assert (made.points, made.rule, made.by) == (7, MEAN, stage.olu.id)
    (result,), (sitting,) = rows(ExamResult), rows(AssessmentSitting)
    assert (result.score, result.passed, result.assessed_as) == (70, True, "practical")
    assert (sitting.result_id, sitting.ended_by) == (result.id, stage.olu.id)
    assert mails() == ["exam_result"]
    with unit(writes=False):
        record = queries.record(result.id, stage.exam.id)
        assert record is not None
        assert [(row.Judgement.round, row.name) for row in record.judged] == [
            (1, "Pia"),
            (2, "Olu"),
        ]
        assert list(audit.verify()) == []


def test_the_mean_is_exact_and_rounded_down_only_as_a_score(make: Factory) -> None:
    exam = make.exam(make.course(make.programme(), "ADM-Y", kind=CourseKind.EXAM))
    make.rubric(exam, replace(USUAL, criteria=(replace(USUAL.criteria[0], levels=tuple(
        replace(one, points=Fraction(points)) for one, points in zip(
            USUAL.criteria[0].levels, ("0", "2.5", "3"), strict=True
        )
    )), USUAL.criteria[1])))  # fmt: skip
    make.newer_policy(exam, is_double_marked=True, moderation_gap=1)
    ada, team = make.person("Ada"), [make.person(name) for name in ("Pia", "Olu")]
    for by, plan in zip(team, (3, 2), strict=True):
        made = make.handed_over(make.sheet(exam, ada, by), Notes({"plan": plan, "safe": 3}))
    assert made is not None
    assert (made.points, made.full_points) == (Fraction("8.75"), 9)
    assert rows(ExamResult)[0].score == 97


def test_who_are_apart_wait_for_a_third_who_decides_alone(stage: Stage) -> None:
    stage.judges(stage.pia, 3, 3)
    assert stage.judges(stage.olu, 2, 3) is None
    assert rows(ExamResult) == []
    assert rows(AssessmentSitting)[0].round == 3
    made = stage.judges(stage.tia, 2, 2, {"safe": "Slow"})
    assert made is not None
    assert (made.points, made.rule, made.comment, made.by) == (5, RULE, "Says Tia", stage.tia.id)
    assert [row.score for row in rows(ExamResult)] == [50]
    assert mails() == ["exam_result"]


def test_who_differ_on_what_has_to_be_passed_are_apart(stage: Stage) -> None:
    stage.make.newer_policy(stage.exam, is_double_marked=True, moderation_gap=10)
    stage.judges(stage.pia, 3, 1)
    assert stage.judges(stage.olu, 3, 2) is None
    assert rows(AssessmentSitting)[0].round == 3


def test_nobody_judges_twice_or_themselves_or_whom_they_taught(stage: Stage) -> None:
    make, kept = stage.make, stage.begin(stage.tia)
    stage.judges(stage.pia, 3, 3)
    assert refusal_of(lambda: stage.judges(stage.pia, 3, 3)) == "judged_before"
    assert refusal_of(lambda: stage.begin(stage.ada)) == "not_yourself"
    make.enrolled(make.class_session(make.course(stage.programme, "ADM-1"), stage.tia), stage.ada)
    assert refusal_of(lambda: stage.begin(stage.tia)) == "trained_by_you"
    assert refusal_of(lambda: make.judged(kept, (3, 3))) == "trained_by_you"
    assert len(rows(Judgement)) == 1


def test_a_sitting_is_of_one_day_form_and_rubric(stage: Stage) -> None:
    other, day = stage.begin(stage.olu), stage.make.now.date() - timedelta(days=1)
    stage.judges(stage.pia, 3, 3)
    assert refusal_of(lambda: stage.begin(stage.tia, day=day)) == "result_open"
    assert refusal_of(lambda: stage.begin(stage.tia, Kind.INTERVIEW)) == "result_open"
    stage.make.rubric(stage.exam, replace(USUAL, kinds=("interview",)))
    assert stage.begin(stage.tia).rubric_id == other.rubric_id
    made = stage.make.handed_over(other, Notes({"plan": 3, "safe": 3}))
    assert made is not None
    assert made.rubric_id == other.rubric_id


def test_notes_by_another_version_are_given_up_first(stage: Stage) -> None:
    first = stage.begin(stage.pia)
    stage.make.rubric(stage.exam, replace(USUAL, kinds=("practical",)))
    newer = stage.begin(stage.olu)
    stage.make.handed_over(first, Notes({"plan": 3, "safe": 3}))
    assert refusal_of(lambda: stage.make.judged(newer, (3, 3))) == "sitting_other_rubric"
    with unit(writes=True):
        row = db.session.get_one(AssessmentDraft, newer.id)
        actions.discard(row, revision=1, by=stage.olu.id)
    assert stage.judges(stage.olu, 3, 3) is not None


def test_the_candidate_does_not_try_again_meanwhile(stage: Stage) -> None:
    stage.judges(stage.pia, 1, 1)
    with unit(writes=False):
        card, now = catalog().by_id()[stage.course.id], stage.make.now
        found = candidacy(stage.exam, card.version_id, stage.ada.id, today=now.date())
        unmet = [one.reason.code for one in needs(found.facts, now=now) if not one.met]
    assert unmet[-1:] == ["result_open"]


def test_a_file_that_waits_for_another_assessor_is_not_replaced(stage: Stage) -> None:
    file = actions_works.File("0" * 64, "plan.pdf", "application/pdf", 1)

    def hand_in() -> int:
        with unit(writes=True):
            exam = db.session.get_one(Exam, stage.exam.id)
            return actions_works.hand_in(exam, stage.ada.id, file, now=stage.make.now).id

    work = hand_in()
    stage.make.handed_over(stage.begin(stage.pia, Kind.WORK), Notes({"plan": 3, "safe": 3}))
    assert refusal_of(hand_in) == "work_started"
    second = stage.begin(stage.olu, Kind.WORK)
    assert second.work_id == work
    made = stage.make.judged(second, (3, 3))
    assert made.work_id == work


def test_what_several_decided_is_not_corrected_by_one(app: Flask, stage: Stage) -> None:
    stage.judges(stage.pia, 3, 3)
    made = stage.judges(stage.olu, 3, 3)
    assert made is not None
    address = f"{HOME}/results/{made.result_id}/assessment"
    with unit(writes=True):
        row = queries.record(made.result_id, stage.exam.id)
        assert row is not None
        correct = lambda: actions.correct(row.assessment, by=stage.tia.id, now=stage.make.now)  # noqa: E731
        assert refusal_of(correct) == "decided_by_two"
    page = Page(stage.make.sign_in(app.test_client(), stage.tia).get(address))
    assert not page.has_form(address)
    for said in ("Pia", "Olu", "Second assessor", "Two assessors judged, each alone.", MEAN):
        assert said in page.text


def opened(client: FlaskClient, address: str) -> Page:
    """The sheet behind the button of the list at the address."""
    answer = Page(client.get(address)).form(BEGIN).submit(client)
    assert answer.status_code == 303
    return Page(client.get(str(answer.headers["Location"]).removeprefix("http://localhost")))


def test_neither_sees_what_the_other_recorded_before_both_did(app: Flask, stage: Stage) -> None:
    make = stage.make
    pia, olu = (make.sign_in(app.test_client(), one) for one in (stage.pia, stage.olu))
    draft = stage.begin(stage.pia)
    address = f"{BEGIN}/{draft.id}"
    sheet = Page(pia.get(address))
    assert "Two assessors judge this exam, each alone" in sheet.text
    levels = {
        "level-plan": "2",
        "level-safe": "3",
        "comment-plan": "Peculiar",
        "comment": "Unsettling",
    }
    for _click in range(2):
        done = sheet.form(address).submit(pia, submit="yes", **levels)
        assert done.headers["Location"].endswith(BEGIN)
    assert "Another assessor judges next." in Page(pia.get(BEGIN)).text
    for client in (pia, olu):
        for page in (MARKING, BEGIN, HOME):
            assert "Peculiar" not in client.get(page).text
    assert "Ada" not in Page(pia.get(MARKING)).text
    assert "Somebody else judges" in Page(pia.get(BEGIN)).text
    assert "Second assessor" in Page(olu.get(MARKING)).text
    theirs = opened(olu, MARKING)
    assert theirs.h1 == "Ada"
    for secret in ("Peculiar", "Unsettling", "checked"):
        assert secret not in str(theirs.soup.main)


def test_the_candidate_reads_both_and_never_who(app: Flask, stage: Stage) -> None:
    stage.judges(stage.pia, 3, 2, {"plan": "Neat"})
    made = stage.judges(stage.olu, 3, 2, {"plan": "Sound"})
    assert made is not None
    ada = stage.make.sign_in(app.test_client(), stage.ada)
    page = Page(ada.get(f"/exams/results/{made.result_id}"))
    for said in ("Neat", "Sound", "Says Pia", "Says Olu", "Assessor 1: L3", "Assessor 2: L3"):
        assert said.replace("Says Pia", "Says") in page.text
    assert "Second assessor" not in page.text


def test_moderation_is_listed_to_whom_it_concerns(app: Flask, stage: Stage) -> None:
    make = stage.make
    stage.judges(stage.pia, 3, 3)
    stage.judges(stage.olu, 1, 3)
    clients = {one.name: make.sign_in(app.test_client(), one) for one in (stage.olu, stage.tia)}
    assert "Ada" not in Page(clients["Olu"].get(MARKING)).text
    listed = Page(clients["Tia"].get(MARKING))
    assert "Ada" in listed.text
    assert "Moderation" in listed.text
    outsider = make.person("Eva", Role.ASSESSOR, programme_code="USR")
    assert "Ada" not in Page(make.sign_in(app.test_client(), outsider).get(MARKING)).text
    make.enrolled(make.class_session(make.course(stage.programme, "ADM-1"), stage.tia), stage.ada)
    assert "Ada" not in Page(clients["Tia"].get(MARKING)).text


def test_the_lists_ask_the_same_however_many_wait(app: Flask, stage: Stage) -> None:
    make = stage.make
    tia = make.sign_in(app.test_client(), stage.tia)
    asked = []
    for number in range(2):
        for _person in range(1 + 3 * number):
            draft = make.sheet(stage.exam, make.person(f"C{make.next()}"), stage.pia)
            make.handed_over(draft, Notes({"plan": 3, "safe": 3}))
        tia.get(MARKING)
        with counted() as statements:
            assert tia.get(MARKING).status_code == 200
            assert tia.get(BEGIN).status_code == 200
        asked.append(len(statements))
    assert asked[0] == asked[1]


def test_a_sitting_ends_without_a_result_for_a_reason(app: Flask, stage: Stage) -> None:
    make = stage.make
    stage.judges(stage.pia, 3, 3)
    manager = make.sign_in(app.test_client(), make.person("Max", Role.CERTIFICATION_MANAGER))
    address = f"{HOME}/sittings/{rows(AssessmentSitting)[0].id}/end"
    assert address in Page(manager.get(BEGIN)).links
    pia = make.sign_in(app.test_client(), stage.pia)
    assert address not in Page(pia.get(BEGIN)).links
    assert pia.get(address).status_code == 403
    empty = Page(Page(manager.get(address)).form(address).submit(manager))
    assert empty.error_of("reason") == "Error: Give the reason."
    form = empty.form(address)
    assert [form.submit(manager, reason="Wrong person").status_code for _n in range(2)] == [
        303,
        303,
    ]
    assert manager.get(address).status_code == 404
    (sitting,) = rows(AssessmentSitting)
    assert (sitting.end_reason, sitting.result_id) == ("Wrong person", None)
    assert (rows(ExamResult), mails()) == ([], [])
    assert stage.judges(stage.olu, 1, 1) is None
    assert [row.round for row in rows(AssessmentSitting)] == [2, 2]


def test_a_sitting_that_has_its_result_does_not_end_again(stage: Stage) -> None:
    stage.judges(stage.pia, 3, 3)
    (sitting,) = rows(AssessmentSitting)
    stage.judges(stage.olu, 3, 3)

    def end(by: Person) -> None:
        with unit(writes=True):
            row = db.session.get_one(AssessmentSitting, sitting.id)
            actions_sittings.end(row, "No", by=by.id, now=stage.make.now)

    assert refusal_of(lambda: end(stage.tia)) == "changed_meanwhile"
    assert refusal_of(lambda: end(stage.ada)) == "not_yourself"


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE judgement SET comment = 'x'",
        "DELETE FROM judgement",
        "UPDATE assessment_sitting SET round = 1",
        "UPDATE assessment_sitting SET taken_on = '2026-01-01'",
        "DELETE FROM assessment_sitting",
    ],
)
def test_the_database_keeps_who_judged_what(stage: Stage, change: str) -> None:
    stage.judges(stage.pia, 3, 3)
    stage.judges(stage.olu, 3, 3)
    with pytest.raises(DBAPIError, match=r"frozen|kept"), unit(writes=True):
        db.session.execute(sa.text(change))


def test_the_database_lets_nobody_judge_themselves(stage: Stage) -> None:
    stage.judges(stage.pia, 3, 3)
    (first,) = rows(Judgement)
    with pytest.raises(DBAPIError, match="nobody judges themselves"), unit(writes=True):
        db.session.add(
            Judgement(
                sitting_id=first.sitting_id, round=2, levels={}, comments={}, comment="",
                points=Fraction(0), by=stage.ada.id, at=stage.make.now,
            )
        )  # fmt: skip
