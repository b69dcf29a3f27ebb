"""A form's page: competency by competency, with what candidates made of it."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from certification.exams.models import Exam
from certification.papers import actions
from certification.papers.models import PaperState
from certification.statistics import actions as statistics
from certification.statistics import queries as figures
from courses.catalog.models import CourseKind
from lms import jobs
from lms.db import unit
from lms.permissions import Role
from tests.certification.papers.test_forms import blueprint
from tests.factories import Factory
from tests.factories.sittings import ONE_RIGHT, Sat, answers_of
from tests.page import Page
from tests.queries import counted

pytestmark = pytest.mark.thorough

ROOT = "/manage/exams/ADM-300"
PEOPLE = 40


@pytest.fixture
def exam(make: Factory) -> Exam:
    programme = make.programme()
    return make.exam(make.course(programme, "ADM-300", kind=CourseKind.EXAM))


@pytest.fixture
def head(app: Flask, make: Factory) -> FlaskClient:
    return make.sign_in(app.test_client(), make.person("Cora", Role.CERTIFICATION_MANAGER))


def assembled(make: Factory, exam: Exam, count: int) -> Sat:
    programme = make.programme_of(exam)
    author, approver = make.person("Author"), make.person("Approver")
    codes = [f"Q{number:02}" for number in range(count)]
    versions = make.active_items(programme, dict.fromkeys(codes, ONE_RIGHT), author, approver)
    blueprint(make, exam, count, 0)
    make.policy(exam)
    with unit(writes=True):
        (form,) = actions.assemble_forms(exam, None, {"A": "seed"}, by=None, now=make.now)
        actions.move(form, PaperState.PUBLISHED, by=None, now=make.now)
    return Sat(exam, form, versions)


def rows(head: FlaskClient) -> list[list[str]]:
    page = Page(head.get(f"{ROOT}/forms/A"))
    table = page.soup.find("caption", string="Points and difficulty by competency")
    assert table is not None
    assert table.parent is not None
    return [
        [cell.get_text(" ", strip=True) for cell in row.select("th, td")]
        for row in table.parent.select("tr")
    ]


def test_a_form_says_points_and_mean_estimate_by_competency(
    head: FlaskClient, exam: Exam, make: Factory
) -> None:
    assembled(make, exam, 2)
    heads, competency, whole = rows(head)
    assert heads == ["Competency", "Items", "Points", "Share", "Mean estimate"]
    assert competency[1:] == ["2", "2", "100 %", "65.0 %"]
    assert whole == ["The whole form", "2", "2", "100 %", "65.0 %"]


def test_once_enough_people_sat_it_a_form_says_what_a_mean_candidate_earns(
    head: FlaskClient, exam: Exam, make: Factory
) -> None:
    sat = assembled(make, exam, 6)
    make.sat(sat, [make.person(f"Person {n}") for n in range(PEOPLE)], answers_of(PEOPLE, 6))
    with unit(writes=True):
        statistics.ask(exam, grouping="", reference="", focal="", by=1, now=make.now)
    with unit(writes=False):
        run = figures.waiting(exam.id)
    assert run is not None
    jobs.handler_of("statistics.compute")({"run_id": run.id})
    with unit(writes=False):
        known = figures.item_figures(exam.id)
    heads, _competency, whole = rows(head)
    assert heads[5:] == ["Expected points", "Discrimination"]
    assert len(known) == 6
    assert whole[5] == f"{sum(p or 0 for p, _ in known.values()):.1f}"
    assert float(whole[6]) == pytest.approx(sum(r or 0 for _, r in known.values()) / 6, abs=0.006)


def test_a_forms_page_asks_as_often_for_many_items_as_for_few(
    app: Flask, make: Factory, exam: Exam
) -> None:
    author, approver = make.person("Author"), make.person("Approver")
    programme = make.programme_of(exam)
    cora = make.person("Cora", Role.CERTIFICATION_MANAGER)
    browser = make.sign_in(app.test_client(), cora)
    codes = [f"Q{number:02}" for number in range(12)]
    versions = make.active_items(programme, dict.fromkeys(codes, ONE_RIGHT), author, approver)
    make.form(exam, versions[:2], code="FEW")
    make.form(exam, versions, code="MANY")
    browser.get(f"{ROOT}/forms/FEW")
    with counted() as few:
        browser.get(f"{ROOT}/forms/FEW")
    with counted() as many:
        browser.get(f"{ROOT}/forms/MANY")
    assert len(many) == len(few)
