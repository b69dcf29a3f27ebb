"""Long lists of policies, cut scores and forms; a policy's rules before they are kept."""

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from certification.exams.models import Exam, ExamPolicy
from certification.papers.models import CutScore, ExamForm, PaperState
from courses.catalog.models import CourseKind
from lms.db import db, unit
from lms.permissions import Role
from tests.certification.papers.test_forms import blueprint
from tests.factories import Factory
from tests.page import Page

pytestmark = pytest.mark.thorough

ROOT = "/manage/exams/ADM-300"


@pytest.fixture
def exam(make: Factory) -> Exam:
    programme = make.programme()
    return make.exam(make.course(programme, "ADM-300", kind=CourseKind.EXAM))


@pytest.fixture
def head(app: Flask, make: Factory) -> FlaskClient:
    return make.sign_in(app.test_client(), make.person("Cora", Role.CERTIFICATION_MANAGER))


def walked(head: FlaskClient, address: str, column: str) -> Sequence[str]:
    """What a column says on all pages, following "Next page" to the last."""
    found: list[str] = []
    while address:
        page = Page(head.get(address))
        found += [cell.get_text(strip=True) for cell in page.soup.select(column)]
        further = page.soup.select_one("a[rel=next]")
        address = str(further["href"]) if further else ""
    return found


def test_every_policy_is_reached_page_by_page(head: FlaskClient, exam: Exam, make: Factory) -> None:
    for number in range(1, 62):
        make.policy(exam, number=number, effective_from=date(2020, 1, 1) + timedelta(number))
    seen = walked(head, f"{ROOT}/policy", "td[data-label=Version]")
    assert seen == [str(number) for number in range(61, 0, -1)]


def test_every_cut_score_is_reached_page_by_page(
    head: FlaskClient, exam: Exam, make: Factory
) -> None:
    with unit(writes=True):
        db.session.add_all(
            CutScore(
                exam_id=exam.id, cut=Fraction(number), method="fixed", reason="As decided",
                decided_on=date(2026, 1, 1), at=make.now, by=None,
            )
            for number in range(1, 62)
        )  # fmt: skip
    seen = walked(head, f"{ROOT}/cut-score", "td[data-label=Cut]")
    assert seen == [f"{number}\u00a0%" for number in range(61, 0, -1)]


def many_forms(make: Factory, exam: Exam, count: int) -> None:
    blueprint(make, exam, 1, 0)
    with unit(writes=True):
        made_by = db.session.scalars(sa.text("SELECT id FROM blueprint")).one()
        db.session.add_all(
            ExamForm(
                exam_id=exam.id, blueprint_id=made_by, code=f"F{number}", seed="s",
                state=PaperState.PUBLISHED, full_points=Fraction(20), created_at=make.now,
                created_by=None,
            )
            for number in range(1, count + 1)
        )  # fmt: skip


def test_a_cut_score_is_decided_for_a_form_that_the_list_has_no_room_for(
    head: FlaskClient, exam: Exam, make: Factory
) -> None:
    many_forms(make, exam, 61)
    page = Page(head.get(f"{ROOT}/cut-score"))
    offered = [str(one["value"]) for one in page.soup.select("#form-codes option")]
    assert (offered[0], offered[-1], len(offered)) == ("F61", "F12", 50)
    assert "type the code of an older one" in page.text
    sent = page.form(f"{ROOT}/cut-score").submit(
        head, form_code="F2", cut="12", reason="As the board decided"
    )
    assert sent.status_code == 303, sent.text
    with unit(writes=False):
        form = sa.select(ExamForm.code).join(CutScore, CutScore.form_id == ExamForm.id)
        assert db.session.scalars(form).all() == ["F2"]


def test_a_cut_score_for_a_form_that_is_not_there_is_refused_at_its_field(
    head: FlaskClient, exam: Exam, make: Factory
) -> None:
    many_forms(make, exam, 1)
    page = Page(head.get(f"{ROOT}/cut-score"))
    assert "type the code of an older one" not in page.text
    sent = page.form(f"{ROOT}/cut-score").submit(
        head, form_code="F9", cut="12", reason="As the board decided"
    )
    answer = Page(sent)
    assert (answer.status, answer.error_of("form_code")) == (
        422,
        "Error: This exam has no form “F9”.",
    )


def test_the_rules_are_previewed_as_the_candidate_reads_them_and_nothing_is_kept(
    head: FlaskClient, exam: Exam
) -> None:
    page = Page(head.get(f"{ROOT}/policy"))
    form, button = page.form(f"{ROOT}/policy"), page.soup.select_one("button[formaction]")
    assert button is not None
    form.tag["action"] = str(button["formaction"]).partition("#")[0]
    sent = form.submit(
        head,
        languages="en, de",
        minutes="",
        rules_en="Work **alone**. <script>alert(1)</script>",
    )
    page = Page(sent)
    assert page.status == 200
    shown = page.soup.select_one("#preview")
    assert shown is not None
    assert [one.get_text() for one in shown.select("strong")] == ["alone"]
    assert not shown.select("script")
    assert "No rules in this language yet" in shown.get_text()
    assert page.soup.select("[aria-invalid]") == []
    kept = page.soup.select_one("#rules_en")
    assert kept is not None
    assert "Work **alone**." in kept.get_text()
    with unit(writes=False):
        assert db.session.scalars(sa.select(ExamPolicy)).all() == []
    form.tag["action"] = f"{ROOT}/policy"
    values = {"effective_from": "2099-01-01", "languages": "en", "minutes": "60"}
    assert form.submit(head, **values).status_code == 303
    with unit(writes=False):
        assert db.session.scalars(sa.select(ExamPolicy.minutes)).all() == [60]
