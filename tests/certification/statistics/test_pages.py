"""Statistics in the browser: asked for, computed by a job, drawn, exported."""

import csv
import io

import pytest
from flask import Flask
from flask.testing import FlaskClient

from certification.statistics import queries
from courses.catalog.models import CourseKind
from lms import jobs
from lms.accounts.models import Person
from lms.db import unit
from lms.permissions import Role
from tests.factories import Factory
from tests.factories.sittings import Sat, answers_of
from tests.page import Page
from tests.queries import counted

pytestmark = pytest.mark.thorough

ADDRESS = "/manage/exams/ADM-300/statistics"
PEOPLE, ITEMS = 40, 6


@pytest.fixture
def exam(make: Factory) -> Sat:
    programme = make.programme()
    course = make.course(programme, "ADM-300", title="Certification Exam", kind=CourseKind.EXAM)
    return make.exam_form(programme, course, items=ITEMS, pilots=1)


@pytest.fixture
def reader(client: FlaskClient, make: Factory) -> FlaskClient:
    return make.sign_in(client, make.person("Cora", Role.CERTIFICATION_MANAGER))


def crowd(make: Factory, count: int = PEOPLE) -> list[Person]:
    return [make.person(f"Person {n}") for n in range(count)]


def compute(exam: Sat) -> None:
    """What a worker does with the run that waits."""
    with unit(writes=False):
        run = queries.waiting(exam.exam.id)
    assert run is not None
    jobs.handler_of("statistics.compute")({"run_id": run.id})


def ask(reader: FlaskClient, exam: Sat, **fields: str) -> None:
    sent = Page(reader.get(ADDRESS)).form(ADDRESS).submit(reader, **fields)
    assert sent.status_code == 303, sent.text
    compute(exam)


def test_without_attempts_there_is_a_way_to_ask(reader: FlaskClient, exam: Sat) -> None:
    assert "No figures yet" in Page(reader.get(ADDRESS)).text


def test_the_figures_are_those_of_the_answers(
    reader: FlaskClient, exam: Sat, make: Factory
) -> None:
    answers = answers_of(PEOPLE, ITEMS + 1)
    make.sat(exam, crowd(make), answers)
    ask(reader, exam)

    page = Page(reader.get(f"{ADDRESS}?sort=code"))

    right = [sum(row[item] == ["b"] for row in answers) for item in range(ITEMS + 1)]
    shown = {
        row[0].split()[0]: row
        for row in page.rows("[aria-labelledby=items] table")
        if row[0].startswith("I0")
    }
    assert [float(shown[f"I{n + 1:02}"][2]) for n in range(ITEMS + 1)] == pytest.approx(
        [count / PEOPLE for count in right], abs=0.006
    )
    assert "Pilot" in shown["I07"][0]
    assert "40" in page.text
    assert "1 pilot item" in page.text


def test_a_second_run_is_not_made_while_one_waits(reader: FlaskClient, exam: Sat) -> None:
    for _ in range(2):
        sent = Page(reader.get(ADDRESS)).form(ADDRESS).submit(reader)
        assert sent.status_code == 303
    assert "Computing the figures" in reader.get(ADDRESS).text
    compute(exam)
    with unit(writes=False):
        assert queries.waiting(exam.exam.id) is None


def test_a_repeated_job_keeps_the_first_report(reader: FlaskClient, exam: Sat) -> None:
    Page(reader.get(ADDRESS)).form(ADDRESS).submit(reader)
    with unit(writes=False):
        run = queries.waiting(exam.exam.id)
    assert run is not None
    for _ in range(2):
        jobs.handler_of("statistics.compute")({"run_id": run.id})
    with unit(writes=False):
        newest = queries.newest(exam.exam.id)
    assert newest is not None
    assert newest.id == run.id


def test_an_item_is_drawn_with_its_tables(reader: FlaskClient, exam: Sat, make: Factory) -> None:
    make.sat(exam, crowd(make), answers_of(PEOPLE, ITEMS + 1))
    ask(reader, exam)
    page = Page(reader.get(f"{ADDRESS}/items/{exam.versions[0].id}"))
    assert page.status == 200
    assert len(page.soup.select(".plot svg[role=img]")) == 2
    assert "b (right)" in page.text
    assert reader.get(f"{ADDRESS}/items/999999").status_code == 404


def test_a_neutralised_item_has_no_figures(reader: FlaskClient, exam: Sat, make: Factory) -> None:
    make.sat(exam, crowd(make), answers_of(PEOPLE, ITEMS + 1), treatments={2: "neutral"})
    ask(reader, exam)
    page = Page(reader.get(ADDRESS))
    assert "1 neutralised item" in page.text
    assert not [
        row for row in page.rows("[aria-labelledby=items] table") if row[0].startswith("I02")
    ]


def test_groups_are_compared_only_of_those_who_agreed(
    reader: FlaskClient, exam: Sat, make: Factory
) -> None:
    people = crowd(make, 4)
    make.agrees_to_statistics(people[0], people[1])
    rows = answers_of(4, ITEMS + 1)
    make.sat(exam, people[:2], rows[:2], language="en")
    make.sat(exam, people[2:], rows[2:], language="de")
    with unit(writes=False):
        assert queries.groups(exam.exam.id, "language") == [("en", 2)]
    form = Page(reader.get(f"{ADDRESS}?grouping=language")).form(ADDRESS)
    again = form.submit(reader, grouping="language", reference="en", focal="en")
    assert again.status_code == 422
    assert "two different groups" in Page(again).text


def test_exports_have_a_line_for_each_item_and_option(
    reader: FlaskClient, exam: Sat, make: Factory
) -> None:
    make.sat(exam, crowd(make), answers_of(PEOPLE, ITEMS + 1))
    ask(reader, exam)
    items = list(csv.DictReader(io.StringIO(reader.get(f"{ADDRESS}/items.csv").text)))
    options = list(csv.DictReader(io.StringIO(reader.get(f"{ADDRESS}/options.csv").text)))
    assert [row["item"][:3] for row in items] == [f"I{n:02}" for n in range(1, ITEMS + 2)]
    assert {row["option"] for row in options} == {"a", "b", "c"}
    assert reader.get(f"{ADDRESS}/others.csv").status_code == 404


def test_pairs_of_one_room_are_leads(reader: FlaskClient, exam: Sat, make: Factory) -> None:
    make.sat(exam, crowd(make, 2), answers_of(2, ITEMS + 1))
    ask(reader, exam)
    page = Page(reader.get(f"{ADDRESS}/pairs"))
    assert "Leads, not findings" in page.text
    assert "No such pair" in page.text


def test_who_teaches_the_programme_sees_no_figures(
    client: FlaskClient, exam: Sat, make: Factory
) -> None:
    teacher = make.person("Tea", Role.CERTIFICATION_MANAGER)
    make.class_session(make.course(make.programme_of(exam.exam)), trainer=teacher)
    reader = make.sign_in(client, teacher)
    assert reader.get(ADDRESS).status_code == 404


def test_others_and_unknown_exams(
    client: FlaskClient, exam: Sat, make: Factory, app: Flask
) -> None:
    colleague = make.sign_in(app.test_client(), make.person("Col", Role.AUTHOR))
    assert colleague.get(ADDRESS).status_code == 200
    assert colleague.get("/manage/exams/NO/statistics").status_code == 404
    learner = make.sign_in(app.test_client(), make.person("Lea"))
    assert learner.get(ADDRESS).status_code == 403
    elsewhere = make.person("Eve", Role.AUTHOR, programme_code="OTHER")
    assert make.sign_in(app.test_client(), elsewhere).get(ADDRESS).status_code == 404
    assert colleague.put(ADDRESS).status_code == 405
    assert client.get(ADDRESS).status_code in (302, 303, 401)


@pytest.mark.parametrize("count", [2, 30])
def test_a_run_asks_the_same_of_the_database_for_few_and_for_many(
    reader: FlaskClient, exam: Sat, make: Factory, count: int
) -> None:
    make.sat(exam, crowd(make, count), answers_of(count, ITEMS + 1))
    with unit(writes=False), counted() as statements:
        queries.gathered(exam.exam.id)
    assert len(statements) == 5


def test_a_person_agrees_in_the_profile(client: FlaskClient, make: Factory) -> None:
    person = make.person("Ada")
    signed_in = make.sign_in(client, person)
    Page(signed_in.get("/account")).form("/account").submit(signed_in, compares="y")
    assert "You agreed on" in signed_in.get("/account").text
