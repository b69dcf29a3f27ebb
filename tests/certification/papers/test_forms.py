"""Forms from the bank: pilots that are enemies stay apart, a candidate hears no cell."""

import pytest
import sqlalchemy as sa

from certification.exams.models import Exam, ExamPolicy
from certification.items import actions as items
from certification.items.models import Item, ItemState
from certification.papers import actions
from certification.papers.actions_blueprint import (
    BlueprintPlan,
    CellPlan,
    publish,
    save,
    start_draft,
)
from certification.papers.models import Blueprint, FormItem
from courses.catalog.models import CourseKind
from lms.db import db, unit
from lms.errors import Refusal
from tests.factories import Factory


@pytest.fixture
def exam(make: Factory) -> Exam:
    programme = make.programme()
    return make.exam(make.course(programme, "ADM-300", kind=CourseKind.EXAM))


def blueprint(make: Factory, exam: Exam, scored: int, pilots: int) -> None:
    competency = make.shown_competency(make.programme_of(exam))
    by = make.person("Head").id
    with unit(writes=True):
        draft = start_draft(exam, by=by, now=make.now)
        cell = CellPlan(competency.id, 0, 100, scored, scored)
        plan = BlueprintPlan(scored, pilots, 100, 100, "", [cell])
        save(draft, plan, revision=1, by=by, now=make.now)
        publish(db.session.get_one(Blueprint, draft.id), by=by, now=make.now)


def test_pilot_items_that_are_enemies_never_share_a_form(make: Factory, exam: Exam) -> None:
    programme = make.programme_of(exam)
    author, approver = make.person("Author"), make.person("Approver")
    make.active_item(programme, "S1", author, approver, key=["b"], most=1)
    pilots = []
    for code in ("P1", "P2"):
        version = make.item(programme, code, by=author, key=["b"], most=1)
        make.moved(version, ItemState.REVIEW, by=author)
        pilots.append(make.moved(version, ItemState.PILOT, by=approver).item_id)
    with unit(writes=True):
        first, second = (db.session.get_one(Item, one) for one in pilots)
        items.add_enemy(first, second, by=author.id, now=make.now)
    blueprint(make, exam, 1, 2)
    with unit(writes=True):
        (form,) = actions.assemble_forms(exam, None, {"A": "seed"}, by=None, now=make.now)
        asked = db.session.scalars(
            sa.select(FormItem.is_pilot).where(FormItem.form_id == form.id)
        ).all()
    assert sorted(asked) == [False, True]


def test_a_candidate_hears_nothing_of_what_the_bank_lacks(make: Factory, exam: Exam) -> None:
    blueprint(make, exam, 3, 0)
    make.policy(exam, form_choice="random")
    with unit(writes=False):
        policy = db.session.scalars(sa.select(ExamPolicy)).one()
    with pytest.raises(Refusal) as refused, unit(writes=True):
        actions.form_for(exam, 1, policy, seed="s", code="x", now=make.now)
    assert [reason.code for reason in refused.value.reasons] == ["no_form"]
