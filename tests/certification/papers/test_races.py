"""Many people at once, on PostgreSQL with real threads: one version, one draft, one code."""

from datetime import date
from fractions import Fraction

import pytest
import sqlalchemy as sa
from flask import Flask

from certification.exams import actions_policy
from certification.exams.models import Exam, ExamPolicy
from certification.papers import actions, actions_blueprint
from certification.papers.actions_blueprint import BlueprintPlan, CellPlan
from certification.papers.models import Blueprint, CutScore, ExamForm, FormItem, PaperState
from courses.catalog.models import CourseKind
from lms.db import db, unit
from tests.certification.delivery.test_races import AT_ONCE, count, together
from tests.certification.papers.test_forms import blueprint
from tests.factories import Factory
from tests.factories.sittings import ONE_RIGHT

pytestmark = pytest.mark.postgres


@pytest.fixture
def exam(make: Factory) -> Exam:
    programme = make.programme()
    exam = make.exam(make.course(programme, "ADM-300", kind=CourseKind.EXAM))
    author, approver = make.person("Author"), make.person("Approver")
    codes = [f"Q{number}" for number in range(4)]
    make.active_items(programme, dict.fromkeys(codes, ONE_RIGHT), author, approver)
    return exam


def plan(make: Factory, exam: Exam, scored: int = 2) -> BlueprintPlan:
    cell = CellPlan(make.shown_competency(make.programme_of(exam)).id, 0, 100, 1, 4)
    return BlueprintPlan(scored, 0, 100, 100, "", [cell])


def test_twelve_policies_at_once_are_one_version(app: Flask, make: Factory, exam: Exam) -> None:
    values = {
        "minutes": 60, "grace_seconds": 10, "booking": "any", "form_choice": "fixed",
        "is_proctored": False, "scale_bottom": 0, "is_double_marked": False,
        "moderation_gap": 1, "appeal_days": 30, "languages": ["en"], "browser_keys": [],
        "rules": {"en": "Work alone."}, "retakes": {"waits": []},
    }  # fmt: skip
    day = date(2099, 1, 1)

    def save(number: int) -> str:
        actions_policy.save(
            exam, {**values, "minutes": number + 1}, effective_from=day, seen=0, today=day,
            by=1, now=make.now,
        )  # fmt: skip
        return "saved"

    found = together(app, save)
    assert sorted(found) == ["changed_meanwhile"] * (AT_ONCE - 1) + ["saved"]
    assert count(model=ExamPolicy) == 1


def test_twelve_drafts_at_once_are_one(app: Flask, make: Factory, exam: Exam) -> None:
    found = together(app, lambda _n: actions_blueprint.start_draft(exam, by=1, now=make.now).id)
    assert len(set(found)) == 1
    assert count(model=Blueprint) == 1


def test_of_twelve_saves_of_one_draft_one_is_kept_whole(
    app: Flask, make: Factory, exam: Exam
) -> None:
    with unit(writes=True):
        draft = actions_blueprint.start_draft(exam, by=1, now=make.now)
    wanted = plan(make, exam)

    def save(_number: int) -> str:
        actions_blueprint.save(draft, wanted, revision=1, by=1, now=make.now)
        return "saved"

    found = together(app, save)
    assert sorted(found) == ["changed_meanwhile"] * (AT_ONCE - 1) + ["saved"]


def test_a_draft_is_published_as_it_was_read_or_not_at_all(
    app: Flask, make: Factory, exam: Exam
) -> None:
    first, other = plan(make, exam), plan(make, exam, 3)
    with unit(writes=True):
        draft = actions_blueprint.start_draft(exam, by=1, now=make.now)
        actions_blueprint.save(draft, first, revision=1, by=1, now=make.now)

    def act(number: int) -> str:
        if number % 2:
            actions_blueprint.save(draft, other, revision=2, by=1, now=make.now)
            return "saved"
        actions_blueprint.publish(draft, revision=2, by=1, now=make.now)
        return "published"

    found = together(app, act)
    assert len([one for one in found if one != "changed_meanwhile"]) == 1
    with unit(writes=False):
        row = db.session.execute(sa.select(Blueprint.state, Blueprint.scored_items)).one()
    assert tuple(row) in [(PaperState.PUBLISHED, 2), (PaperState.DRAFT, 3)]


def test_twelve_assemblies_of_one_code_are_one_form(app: Flask, make: Factory, exam: Exam) -> None:
    blueprint(make, exam, 2, 0)

    def make_form(_number: int) -> str:
        actions.assemble_forms(exam, None, {"A": "seed"}, by=1, now=make.now)
        return "made"

    found = together(app, make_form)
    assert sorted(found) == ["form_code_taken"] * (AT_ONCE - 1) + ["made"]
    assert (count(model=ExamForm), count(model=FormItem)) == (1, 2)


def test_a_form_is_published_and_retired_in_some_order_each_once(
    app: Flask, make: Factory, exam: Exam
) -> None:
    blueprint(make, exam, 2, 0)
    with unit(writes=True):
        (form,) = actions.assemble_forms(exam, None, {"A": "seed"}, by=1, now=make.now)

    def move(number: int) -> str:
        wanted = PaperState.RETIRED if number % 2 else PaperState.PUBLISHED
        actions.move(form, wanted, by=1, now=make.now)
        return wanted.value

    found = together(app, move)
    assert found.count("retired") == 1
    assert found.count("published") <= 1
    assert set(found) <= {"retired", "published", "move_not_allowed"}


def test_twelve_decisions_from_one_page_are_one(app: Flask, make: Factory, exam: Exam) -> None:
    def decide(number: int) -> str:
        actions.decide_cut(
            exam.id, None, Fraction(60 + number), reason="As the board decided",
            today=date(2026, 1, 1), by=1, now=make.now, seen=0,
        )  # fmt: skip
        return "decided"

    found = together(app, decide)
    assert sorted(found) == ["changed_meanwhile"] * (AT_ONCE - 1) + ["decided"]
    assert count(model=CutScore) == 1
