"""Appeals against results by a rubric: in time, one at a time, answered without a part in it, and
another result instead of a changed one."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import DBAPIError

from certification.exams.models import Exam, ExamResult
from certification.rubrics import actions_assessments as judging
from certification.rubrics import queries_assessments
from certification.rubrics.models import Assessment
from certification.rubrics.rules import Notes
from certification.scoring import actions_appeals
from certification.scoring import actions_assessed as actions
from certification.scoring import jobs as scoring_jobs
from certification.scoring.models import AppealState
from certification.scoring.models_assessed import AssessmentAppeal
from courses.catalog.models import CourseKind, Programme
from lms import audit, clock
from lms.accounts.models import Person
from lms.db import db, run, unit
from lms.errors import Refusal
from lms.mail import MailMessage, compose
from lms.permissions import Role
from tests.certification.awards.test_awards import at_once
from tests.factories import Factory
from tests.page import Page
from tests.queries import counted

pytestmark = pytest.mark.thorough

DAY = timedelta(days=1)
FULL = Notes({"plan": 3, "safe": 3})


@dataclass
class Stage:
    """An exam that Ada failed, judged by Pia and Olu alike; Cat had no part in it."""

    make: Factory
    programme: Programme
    exam: Exam
    ada: Person
    pia: Person
    olu: Person
    cat: Person
    result_id: int

    def appeal(self, now: datetime | None = None, by: Person | None = None) -> int:
        """An appeal of Ada's."""
        with unit(writes=True):
            result = db.session.get_one(ExamResult, self.result_id)
            who = (by or self.ada).id
            return actions.appeal(result, "I planned it", by=who, now=now or self.make.now).id

    def decides(
        self, appeal_id: int, by: Person, *, is_upheld: bool = True, notes: Notes | None = None
    ) -> None:
        """Somebody's answer."""
        with unit(writes=True):
            row = actions_row(appeal_id)
            actions.decide(
                row, is_upheld=is_upheld, notes=notes, decision="We looked", by=by.id,
                now=self.make.now + DAY,
            )  # fmt: skip


def actions_row(appeal_id: int) -> AssessmentAppeal:
    """The appeal with its result, as the page reads it."""
    return db.session.scalars(
        sa.select(AssessmentAppeal)
        .where(AssessmentAppeal.id == appeal_id)
        .options(sa.orm.joinedload(AssessmentAppeal.result))
    ).one()


@pytest.fixture
def stage(make: Factory) -> Stage:
    programme = make.programme()
    course = make.course(programme, "ADM-X", title="Administrator Exam", kind=CourseKind.EXAM)
    exam = make.exam(course)
    make.rubric(exam)
    make.newer_policy(exam, is_double_marked=True, appeal_days=10)
    people = [make.person("Ada"), *(make.person(n, Role.ASSESSOR) for n in ("Pia", "Olu", "Cat"))]
    for by in people[1:3]:
        draft = make.sheet(exam, people[0], by)
        made = make.handed_over(draft, Notes({"plan": 2, "safe": 2}, {"plan": f"Saw {by.name}"}))
    assert made is not None
    return Stage(make, programme, exam, *people, made.result_id)


def appeals() -> list[AssessmentAppeal]:
    with unit(writes=False):
        return list(db.session.scalars(sa.select(AssessmentAppeal).order_by(AssessmentAppeal.id)))


def results() -> list[ExamResult]:
    with unit(writes=False):
        return list(db.session.scalars(sa.select(ExamResult).order_by(ExamResult.id)))


def mails(app: Flask, template: str) -> list[str]:
    with unit(writes=False):
        wanted = sa.select(MailMessage).where(MailMessage.template == template)
        rows = db.session.scalars(wanted.order_by(MailMessage.id)).all()
        with app.test_request_context():
            return [compose(one, app.extensions["settings"]).get_content() for one in rows]


def refusal_of(act: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as refused:
        act()
    return refused.value.reasons[0].code


@pytest.mark.parametrize(("days", "is_late"), [(10, False), (11, True)])
def test_the_last_day_is_the_policys(stage: Stage, days: int, is_late: bool) -> None:
    now = stage.make.now + days * DAY
    if is_late:
        assert refusal_of(lambda: stage.appeal(now)) == "appeal_late"
    else:
        stage.appeal(now)
        assert [row.state for row in appeals()] == [AppealState.OPEN]


def test_an_exam_without_a_policy_knows_the_usual_thirty_days(make: Factory) -> None:
    exam = make.exam(make.course(make.programme(), "ADM-Y", kind=CourseKind.EXAM))
    make.rubric(exam)
    ada = make.person("Ada")
    made = make.judged(make.sheet(exam, ada, make.person("Pia")), (1, 1))

    def appeal(days: int) -> None:
        with unit(writes=True):
            result = db.session.get_one(ExamResult, made.result_id)
            actions.appeal(result, "No", by=ada.id, now=make.now + days * DAY)

    assert refusal_of(lambda: appeal(31)) == "appeal_late"
    appeal(30)


def test_a_policy_may_know_no_appeal(stage: Stage) -> None:
    stage.make.newer_policy(stage.exam, appeal_days=0)
    assert refusal_of(stage.appeal) == "appeal_late"


def test_one_at_a_time_and_none_after_an_answer(app: Flask, stage: Stage) -> None:
    first = stage.appeal()
    assert refusal_of(stage.appeal) == "appeal_open"
    (received,) = mails(app, "appeal_received")
    assert f"http://academy.test/exams/results/{stage.result_id}/appeal\n" in received
    with unit(writes=True):
        actions_appeals.withdraw(actions_row(first), by=stage.ada.id, now=stage.make.now)
    second = stage.appeal()
    stage.decides(second, stage.cat, is_upheld=False)
    assert refusal_of(stage.appeal) == "appeal_decided"
    assert [row.state for row in appeals()] == ["withdrawn", "rejected"]
    (decided,) = mails(app, "appeal_decided")
    for said in ("was rejected", "We looked", "Your result stays as it is."):
        assert said in decided
    assert len(results()) == 1


def test_nobody_else_appeals_or_withdraws(stage: Stage) -> None:
    assert refusal_of(lambda: stage.appeal(by=stage.cat)) == "not_yours"
    row = stage.appeal()
    with unit(writes=True):
        withdraw = lambda: actions_appeals.withdraw(  # noqa: E731
            actions_row(row), by=stage.cat.id, now=stage.make.now
        )
        assert refusal_of(withdraw) == "not_yours"


def test_who_had_a_part_does_not_decide(stage: Stage) -> None:
    make, row = stage.make, stage.appeal()
    for by in (stage.pia, stage.olu):
        assert refusal_of(lambda by=by: stage.decides(row, by)) == "appeal_by_part"  # type: ignore[misc]
    assert refusal_of(lambda: stage.decides(row, stage.ada)) == "not_yourself"
    other = make.course(make.programme("USR"), "USR-101")
    make.enrolled(make.class_session(other, stage.cat), stage.ada)
    assert refusal_of(lambda: stage.decides(row, stage.cat)) == "appeal_by_part"
    assert [one.state for one in appeals()] == [AppealState.OPEN]


def test_upheld_it_leads_to_another_result_and_changes_none(app: Flask, stage: Stage) -> None:
    row = stage.appeal()
    stage.decides(row, stage.cat, notes=FULL)
    old, new = results()
    assert (old.score, old.passed, new.score, new.passed) == (50, False, 100, True)
    assert (new.replaces_id, new.by_person_id, new.assessed_as) == (
        old.id, stage.cat.id, "practical",
    )  # fmt: skip
    assert [(one.state, one.new_result_id) for one in appeals()] == [("upheld", new.id)]
    with unit(writes=False):
        made = db.session.scalars(sa.select(Assessment).where(Assessment.result_id == new.id)).one()
        assert (made.reason, made.sitting_id, made.rule) == ("We looked", None, "share-1")
        assert list(audit.verify()) == []
    (decided,) = mails(app, "appeal_decided")
    assert "Your score was 50 and became 100: passed." in decided
    assert f"http://academy.test/exams/results/{new.id}\n" in decided
    assert len(mails(app, "exam_result")) == 2


def test_an_appeal_may_be_upheld_without_judging_anew(stage: Stage) -> None:
    stage.decides(stage.appeal(), stage.cat)
    assert [(one.state, one.new_result_id) for one in appeals()] == [("upheld", None)]
    assert len(results()) == 1


def test_an_appeal_takes_no_pass_away(stage: Stage) -> None:
    first = stage.appeal()
    stage.decides(first, stage.cat, notes=FULL)
    stage.result_id = results()[1].id
    second, dan = stage.appeal(stage.make.now + 2 * DAY), stage.make.person("Dan", Role.ASSESSOR)
    fails = lambda: stage.decides(second, dan, notes=Notes({"plan": 1, "safe": 1}))  # noqa: E731
    assert refusal_of(fails) == "appeal_would_fail"
    assert len(results()) == 2
    assert [one.state for one in appeals()] == ["upheld", "open"]
    # Who answered the first one has a part in what it led to.
    assert refusal_of(lambda: stage.decides(second, stage.cat)) == "appeal_by_part"
    stage.decides(second, dan, notes=Notes({"plan": 2, "safe": 3}))
    assert [row.score for row in results()] == [50, 100, 80]


def test_a_result_that_was_replaced_is_not_appealed_against(stage: Stage) -> None:
    stage.decides(stage.appeal(), stage.cat, notes=FULL)
    assert refusal_of(stage.appeal) == "changed_meanwhile"


def single(make: Factory, stage: Stage, person: Person) -> Assessment:
    """Somebody who failed an exam that one assessor judges."""
    exam = make.exam(make.course(stage.programme, "ADM-Z", kind=CourseKind.EXAM))
    make.rubric(exam)
    return make.judged(make.sheet(exam, person, stage.pia), (1, 1))


def test_nothing_is_corrected_while_an_appeal_waits_or_after_it(stage: Stage) -> None:
    make = stage.make
    made = single(make, stage, stage.ada)

    def correct(result_id: int) -> int:
        with unit(writes=True):
            exam_id = db.session.get_one(ExamResult, result_id).exam_id
            row = queries_assessments.record(result_id, exam_id)
            assert row is not None
            return judging.correct(row.assessment, by=stage.olu.id, now=make.now).id

    begun = correct(made.result_id)
    stage.result_id = made.result_id
    row = stage.appeal()
    assert refusal_of(lambda: correct(made.result_id)) == "answer_the_appeal"

    def record() -> None:
        with unit(writes=True):
            draft = db.session.get_one(judging.AssessmentDraft, begun)
            notes = Notes(FULL.levels, reason="Seen anew")
            judging.submit(draft, notes, revision=1, by=stage.olu.id, now=make.now)

    assert refusal_of(record) == "answer_the_appeal"
    stage.decides(row, stage.cat, notes=FULL)
    assert refusal_of(record) == "changed_meanwhile"
    assert refusal_of(lambda: correct(results()[-1].id)) == "appeal_settled"


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ("UPDATE assessment_appeal SET text = 'x'", "frozen"),
        ("UPDATE assessment_appeal SET new_result_id = 1", "frozen"),
        ("DELETE FROM assessment_appeal", "kept"),
        (
            "UPDATE assessment_appeal SET state = 'rejected', decided_at = at, decided_by = "
            "(SELECT min(j.\"by\") FROM judgement j)", "without a part",
        ),
        (
            "INSERT INTO exam_result (exam_id, person_id, taken_on, score, full_marks, cut_score, "
            "passed, note, at, by_person_id, replaces_id) SELECT exam_id, person_id, taken_on, 9, "
            "full_marks, cut_score, passed, note, at, by_person_id, id FROM exam_result",
            "answered first",
        ),
    ],
)  # fmt: skip
def test_the_database_keeps_appeals_and_who_may_decide(
    stage: Stage, change: str, text: str
) -> None:
    stage.appeal()
    with pytest.raises(DBAPIError, match=text), unit(writes=True):
        db.session.execute(sa.text(change))


def test_an_answer_is_frozen(stage: Stage) -> None:
    stage.decides(stage.appeal(), stage.cat, is_upheld=False)
    change = sa.text("UPDATE assessment_appeal SET decision = 'x'")
    with pytest.raises(DBAPIError, match="frozen"), unit(writes=True):
        db.session.execute(change)


def test_who_may_answer_is_reminded_before_and_after_the_day(app: Flask, stage: Stage) -> None:
    row = stage.appeal()
    for days in (22, 24, 25, 32, 33):
        now = stage.make.now + days * DAY
        with clock.frozen_at(now):
            run(lambda now=now: scoring_jobs.look(now))  # type: ignore[misc]
            stage.make.work("scoring.assessment_appeal_due")
    told = mails(app, "appeal_due")
    assert [text.split(",")[0] for text in told] == ["Dear Cat", "Dear Cat"]
    assert all(f"http://academy.test/teach/appeals/assessments/{row}\n" in text for text in told)
    assert "nobody has given it" in told[1]


def sent(form: Any, client: FlaskClient, **values: str) -> Page:
    return Page(form.submit(client, **values))


@pytest.mark.usefixtures("stands")
def test_an_appeal_is_made_answered_and_read(app: Flask, stage: Stage) -> None:
    make = stage.make
    ada, cat, pia = (
        make.sign_in(app.test_client(), one) for one in (stage.ada, stage.cat, stage.pia)
    )
    own = f"/exams/results/{stage.result_id}"
    assert "You may appeal until the end of 3 December 2026" in Page(ada.get(own)).text
    form = Page(ada.get(f"{own}/appeal")).form(f"{own}/appeal")
    assert sent(form, ada).error_of("text") == "Error: Say what should be looked at."
    for _click in range(2):
        assert form.submit(ada, text="I planned it").status_code == 303
    (row,) = appeals()
    address = f"/teach/appeals/assessments/{row.id}"
    assert address in Page(cat.get("/teach/appeals")).links
    seen = Page(pia.get(address))
    assert "somebody else answers the appeal" in seen.text
    assert not seen.has_form(address)
    page = Page(cat.get(address))
    assert "I planned it" in page.text
    assert "Saw Pia" in page.text
    assert "Ada" not in page.text
    assert page.form(address).values["level-plan"] == ["2"]
    wrong = sent(page.form(address), cat, judges="y", outcome="upheld", **{"level-safe": "9"})
    assert wrong.status == 422
    assert "Give the reasons." in " ".join(wrong.errors)
    levels = {"level-plan": "3", "level-safe": "3", "comment-plan": "Indeed"}
    for _click in range(2):
        done = wrong.form(address).submit(
            cat, judges="y", outcome="upheld", decision="It is there", **levels
        )
        assert done.status_code == 303
    _old, new = results()
    assert "This result was corrected." in Page(ada.get(own)).text
    text = Page(ada.get(f"/exams/results/{new.id}")).text
    for said in ("Passed", "Indeed", "Upheld", "Your score was 50 and became 100: passed."):
        assert said in text
    assert "It is there" in Page(ada.get(f"{own}/appeal")).text
    assert "It is there" in Page(cat.get(address)).text
    record = f"/teach/exams/ADM-X/results/{new.id}/assessment"
    assert "Your score was 50 and became 100" in Page(pia.get(record)).text
    assert address not in Page(cat.get("/teach/appeals")).links
    assert address in Page(cat.get("/teach/appeals?state=upheld")).links


def test_levels_that_take_a_pass_away_are_named_at_the_field(app: Flask, stage: Stage) -> None:
    stage.decides(stage.appeal(), stage.cat, notes=FULL)
    stage.result_id = results()[1].id
    row = stage.appeal(stage.make.now + 2 * DAY)
    dan = stage.make.sign_in(app.test_client(), stage.make.person("Dan", Role.ASSESSOR))
    address = f"/teach/appeals/assessments/{row}"
    form = Page(dan.get(address)).form(address)
    page = sent(form, dan, judges="y", outcome="upheld", decision="x", **{"level-safe": "1"})
    assert page.status == 422
    assert page.error_of("judges").startswith("Error: An appeal takes no pass away.")
    assert len(results()) == 2


def test_an_appeal_is_withdrawn_on_its_page(app: Flask, stage: Stage) -> None:
    ada = stage.make.sign_in(app.test_client(), stage.ada)
    address = f"/exams/results/{stage.result_id}/appeal"
    stage.appeal()
    form = Page(ada.get(address)).form(f"{address}/withdrawal")
    for _click in range(2):
        assert form.submit(ada).status_code == 303
    assert [row.state for row in appeals()] == ["withdrawn"]


def test_others_do_not_find_it(app: Flask, stage: Stage) -> None:
    make, row = stage.make, stage.appeal()
    own, address = f"/exams/results/{stage.result_id}", f"/teach/appeals/assessments/{row}"

    def status(person: Person, path: str) -> int:
        return make.sign_in(app.test_client(), person).get(path).status_code

    assert status(make.person("Eve"), f"{own}/appeal") == 404
    assert status(stage.cat, f"{own}/appeal") == 404
    assert status(stage.ada, address) == 403
    assert status(make.person("Eva", Role.ASSESSOR, programme_code="USR"), address) == 404
    make.class_session(make.course(stage.programme, "ADM-1"), stage.cat)
    assert status(stage.cat, address) == 404


def test_the_list_asks_the_same_however_many_wait(app: Flask, stage: Stage) -> None:
    make, asked = stage.make, []
    cat = make.sign_in(app.test_client(), stage.cat)
    for number in range(2):
        for _person in range(1 + 3 * number):
            bob = make.person(f"B{make.next()}")
            for by in (stage.pia, stage.olu):
                made = make.handed_over(make.sheet(stage.exam, bob, by), FULL)
            assert made is not None
            with unit(writes=True):
                result = db.session.get_one(ExamResult, made.result_id)
                actions.appeal(result, "No", by=bob.id, now=make.now)
        cat.get("/teach/appeals")
        with counted() as statements:
            assert cat.get("/teach/appeals").status_code == 200
        asked.append(len(statements))
    assert asked[0] == asked[1]


BOTH = pytest.mark.parametrize(
    "on",
    [
        pytest.param("sqlite", marks=pytest.mark.sqlite),
        pytest.param("postgresql", marks=pytest.mark.postgres),
    ],
)


@BOTH
def test_many_at_once_are_one_appeal_and_one_answer(app: Flask, stage: Stage, on: str) -> None:
    ada, now, result_id = stage.ada.id, stage.make.now, stage.result_id

    def appeal() -> object:
        result = db.session.get_one(ExamResult, result_id)
        return actions.appeal(result, "No", by=ada, now=now).id

    found = at_once(app, [appeal] * 8)
    codes = [one.reasons[0].code for one in found if isinstance(one, Refusal)]
    assert codes == ["appeal_open"] * 7
    (row,) = appeals()
    deciders = [stage.make.person(f"D{n}", Role.ASSESSOR).id for n in range(8)]

    def decide(by: int) -> object:
        return actions.decide(
            actions_row(row.id), is_upheld=True, notes=FULL, decision="Yes", by=by, now=now + DAY
        )

    found = at_once(app, [lambda by=by: decide(by) for by in deciders])  # type: ignore[misc]
    codes = [one.reasons[0].code for one in found if isinstance(one, Refusal)]
    assert set(codes) <= {"changed_meanwhile", "appeal_by_part"}
    assert (len(codes), len(results()), found.count(None)) == (7, 2, 1)


@BOTH
def test_a_correction_and_an_appeal_at_once_leave_one_chain(
    app: Flask, stage: Stage, on: str
) -> None:
    make = stage.make
    made = single(make, stage, stage.ada)
    with unit(writes=True):
        exam_id = db.session.get_one(ExamResult, made.result_id).exam_id
        found = queries_assessments.record(made.result_id, exam_id)
        assert found is not None
        draft_id = judging.correct(found.assessment, by=stage.olu.id, now=make.now).id
    ada, olu, now, old = stage.ada.id, stage.olu.id, make.now, made.result_id

    made_it = threading.Event()

    def correct() -> object:
        made_it.wait(10)
        draft = db.session.get_one(judging.AssessmentDraft, draft_id)
        notes = Notes(FULL.levels, reason="Seen anew")
        return judging.submit(draft, notes, revision=1, by=olu, now=now) is not None

    def appeal() -> object:
        """Not committed yet while the correction begins."""
        row = actions.appeal(db.session.get_one(ExamResult, old), "No", by=ada, now=now)
        made_it.set()
        time.sleep(0.5)
        return row.id

    ended = at_once(app, [correct, appeal])
    refused = [one.reasons[0].code for one in ended if isinstance(one, Refusal)]
    assert refused == ["answer_the_appeal"]
    assert (len(appeals()), [row.id for row in results() if row.replaces_id == old]) == (1, [])
