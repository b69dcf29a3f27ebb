"""Every form of an exam's pages sent twice, and again from a page that somebody else overtook."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from certification.exams.models import Exam, ExamPolicy
from certification.items.actions import add_enemy
from certification.items.models import Item, ItemState, ItemVersion
from certification.papers.models import Blueprint, BlueprintCell, CutScore, ExamForm, PaperState
from courses.catalog.models import CourseKind
from lms.audit import AuditEntry
from lms.db import db, unit
from lms.permissions import Role
from tests.certification.papers.test_pages import ROOT, cells, drafted, items, publish_blueprint
from tests.factories import Factory
from tests.page import Form, Page

pytestmark = pytest.mark.thorough


@pytest.fixture
def exam(make: Factory) -> Exam:
    programme = make.programme()
    return make.exam(make.course(programme, "ADM-300", kind=CourseKind.EXAM))


@pytest.fixture
def head(app: Flask, make: Factory) -> FlaskClient:
    return make.sign_in(app.test_client(), make.person("Cora", Role.CERTIFICATION_MANAGER))


@pytest.fixture
def other(app: Flask, make: Factory) -> FlaskClient:
    return make.sign_in(app.test_client(), make.person("Otto", Role.CERTIFICATION_MANAGER))


def count(model: Any, *conditions: Any) -> int:
    with unit(writes=False):
        wanted = sa.select(sa.func.count()).select_from(model).where(*conditions)
        return db.session.scalar(wanted) or 0


def acts(name: str) -> int:
    return count(AuditEntry, AuditEntry.act == name)


def form_at(head: FlaskClient, page: str, action: str) -> Form:
    return Page(head.get(f"{ROOT}{page}")).form(f"{ROOT}{action}")


def twice(form: Form, head: FlaskClient, **values: Any) -> list[TestResponse]:
    return [form.submit(head, **values) for _ in range(2)]


POLICY = {"effective_from": "2099-01-01", "languages": "en", "rules_en": "Work alone."}


def test_a_policy_sent_twice_is_one_version(head: FlaskClient, exam: Exam) -> None:
    sent = twice(form_at(head, "/policy", "/policy"), head, **POLICY)
    assert [one.status_code for one in sent] == [303, 303]
    assert sent[0].location == sent[1].location
    assert count(ExamPolicy) == acts("exam_policy.saved") == 1


def test_a_policy_from_a_page_that_was_overtaken_is_refused_and_nothing_typed_is_lost(
    head: FlaskClient, other: FlaskClient, exam: Exam
) -> None:
    late = form_at(other, "/policy", "/policy")
    assert form_at(head, "/policy", "/policy").submit(head, **POLICY).status_code == 303
    answer = Page(late.submit(other, **{**POLICY, "minutes": "99"}))
    assert answer.status == 422
    assert "in the meantime" in answer.text
    minutes = answer.soup.select_one("#minutes")
    assert minutes is not None
    assert minutes["value"] == "99"
    assert count(ExamPolicy) == 1


def test_a_draft_begun_twice_or_by_two_people_is_one(
    head: FlaskClient, other: FlaskClient, exam: Exam
) -> None:
    late = form_at(other, "/blueprint", "/blueprint/draft")
    sent = twice(form_at(head, "/blueprint", "/blueprint/draft"), head)
    sent.append(late.submit(other))
    assert {one.status_code for one in sent} == {303}
    assert len({one.location for one in sent}) == 1
    assert count(Blueprint) == acts("blueprint.drafted") == 1


def test_a_draft_saved_twice_is_saved_once(head: FlaskClient, exam: Exam, make: Factory) -> None:
    items(make, exam, 2)
    table = cells(("SEC-1", "0", "100", "1", "2"))
    sent = twice(drafted(head), head, scored_items="2", **table)
    assert [one.status_code for one in sent] == [303, 303]
    assert (count(BlueprintCell), acts("blueprint.saved")) == (1, 1)


def test_a_blueprint_published_twice_is_published_once(
    head: FlaskClient, exam: Exam, make: Factory
) -> None:
    items(make, exam, 2)
    table = cells(("SEC-1", "0", "100", "1", "2"))
    assert drafted(head).submit(head, scored_items="2", **table).status_code == 303
    sent = twice(form_at(head, "/blueprint", "/blueprint/publication"), head)
    assert [one.status_code for one in sent] == [303, 303]
    assert acts("blueprint.published") == 1
    assert count(Blueprint, Blueprint.state == PaperState.PUBLISHED) == 1


def test_nobody_publishes_a_draft_that_another_person_changed_after_they_read_it(
    head: FlaskClient, other: FlaskClient, exam: Exam, make: Factory
) -> None:
    items(make, exam, 3)
    table = cells(("SEC-1", "0", "100", "1", "3"))
    assert drafted(head).submit(head, scored_items="2", **table).status_code == 303
    read = form_at(head, "/blueprint", "/blueprint/publication")
    assert drafted(other).submit(other, scored_items="3", **table).status_code == 303
    assert read.submit(head).status_code == 409
    assert count(Blueprint, Blueprint.state == PaperState.PUBLISHED) == 0
    again = form_at(head, "/blueprint", "/blueprint/publication")
    assert again.submit(head).status_code == 303


def test_forms_assembled_twice_are_made_once_and_a_code_is_given_once(
    head: FlaskClient, other: FlaskClient, exam: Exam, make: Factory
) -> None:
    items(make, exam, 4)
    publish_blueprint(head)
    late = form_at(other, "/forms", "/forms")
    values = {"code": "A", "count": "1", "seed": "spring"}
    sent = twice(form_at(head, "/forms", "/forms"), head, **values)
    assert [one.status_code for one in sent] == [303, 303]
    answer = Page(late.submit(other, **values))
    assert (answer.status, answer.error_of("code")) == (
        422,
        "Error: There is a form A already.",
    )
    assert count(ExamForm) == acts("exam_form.assembled") == 1


def assembled(head: FlaskClient, make: Factory, exam: Exam) -> None:
    items(make, exam, 2)
    publish_blueprint(head)
    made = form_at(head, "/forms", "/forms").submit(head, code="A", count="1", seed="s")
    assert made.status_code == 303


@pytest.mark.parametrize(("button", "act"), [(0, "published"), (1, "retired")])
def test_a_form_published_or_retired_twice_is_so_once(
    head: FlaskClient, other: FlaskClient, exam: Exam, make: Factory, button: int, act: str
) -> None:
    assembled(head, make, exam)

    def pressed(who: FlaskClient) -> Callable[[], int]:
        page = Page(who.get(f"{ROOT}/forms/A"))
        forms = page.soup.select(f'form[action="{ROOT}/forms/A/state"]')
        fields = {
            str(one["name"]): str(one["value"]) for one in forms[button].select("input[name]")
        }
        return lambda: who.post(f"{ROOT}/forms/A/state", data=fields).status_code

    mine, theirs = pressed(head), pressed(other)
    assert [mine(), mine(), theirs()] == [303, 303, 409]
    assert acts(f"exam_form.{act}") == 1


def test_a_form_whose_items_left_use_is_not_published(
    head: FlaskClient, exam: Exam, make: Factory
) -> None:
    assembled(head, make, exam)
    with unit(writes=False):
        version = db.session.scalars(sa.select(ItemVersion)).first()
    assert version is not None
    make.moved(version, ItemState.SUSPENDED, by=make.person("Rita"))
    answer = Page(form_at(head, "/forms/A", "/forms/A/state").submit(head))
    assert answer.status == 422
    assert "no longer in use: Q0" in answer.text
    assert acts("exam_form.published") == 0


def test_a_form_whose_items_became_enemies_is_not_published_and_says_so(
    head: FlaskClient, exam: Exam, make: Factory
) -> None:
    assembled(head, make, exam)
    with unit(writes=True):
        asked = db.session.scalars(sa.select(Item).order_by(Item.code)).all()
        add_enemy(asked[0], asked[1], by=None, now=make.now)
    answer = Page(form_at(head, "/forms/A", "/forms/A/state").submit(head))
    pair = f"{asked[0].code} – {asked[1].code}"
    assert answer.status == 422
    assert f"are enemies by now: {pair}." in answer.text
    assert acts("exam_form.published") == 0
    assert pair in Page(head.get(f"{ROOT}/forms/A")).text


CUT = {"cut": "65", "reason": "As the board decided"}


def test_a_cut_score_sent_twice_is_one_decision(head: FlaskClient, exam: Exam) -> None:
    sent = twice(form_at(head, "/cut-score", "/cut-score"), head, **CUT)
    assert [one.status_code for one in sent] == [303, 303]
    assert count(CutScore) == acts("cut_score.decided") == 1


def test_a_cut_score_is_not_decided_past_one_that_was_not_seen(
    head: FlaskClient, other: FlaskClient, exam: Exam
) -> None:
    late = form_at(other, "/cut-score", "/cut-score")
    assert form_at(head, "/cut-score", "/cut-score").submit(head, **CUT).status_code == 303
    answer = Page(late.submit(other, **{**CUT, "cut": "70"}))
    assert answer.status == 422
    assert "in the meantime" in answer.text
    assert count(CutScore) == 1
    assert answer.form(f"{ROOT}/cut-score").submit(other).status_code == 303
    assert count(CutScore) == 2
