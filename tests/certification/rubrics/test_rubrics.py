"""A rubric is drafted, saved and published, then never changes. Its editor loses nothing."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import DBAPIError

from certification.exams.models import Exam
from certification.rubrics import actions, queries
from certification.rubrics.models import RubricState, RubricVersion
from certification.rubrics.rules import Rubric, content_of, rubric_from
from courses.catalog.models import Course, CourseKind, Programme
from lms.db import db, unit
from lms.errors import Refusal
from lms.permissions import Role
from tests.factories import Factory
from tests.factories.rubrics import USUAL, criterion
from tests.page import Page

pytestmark = pytest.mark.thorough

HOME = "/manage/exams/ADM-X/rubric"
DRAFT = f"{HOME}/draft"
CRITERIA = f"{DRAFT}/criteria"


@pytest.fixture
def programme(make: Factory) -> Programme:
    return make.programme()


@pytest.fixture
def course(make: Factory, programme: Programme) -> Course:
    course = make.course(programme, "ADM-X", title="Administrator Exam", kind=CourseKind.EXAM)
    make.teaches(course, make.competency(programme))
    return course


@pytest.fixture
def exam(make: Factory, course: Course) -> Exam:
    return make.exam(course)


@pytest.fixture
def cora(app: Flask, make: Factory, exam: Exam) -> FlaskClient:
    """A certification manager's browser."""
    return make.sign_in(app.test_client(), make.person("Cora", Role.CERTIFICATION_MANAGER))


def drafted(make: Factory, exam: Exam) -> RubricVersion:
    with unit(writes=True):
        return actions.start_draft(exam, by=1, now=make.now)


def refusal_of(act: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as refused, unit(writes=True):
        act()
    return refused.value.reasons[0].code


def states(exam: Exam) -> list[str]:
    with unit(writes=False):
        wanted = sa.select(RubricVersion.state).where(RubricVersion.exam_id == exam.id)
        return [one.value for one in db.session.scalars(wanted.order_by(RubricVersion.number))]


def test_a_new_version_begins_as_the_published_one_and_retires_it(
    make: Factory, exam: Exam
) -> None:
    first = make.rubric(exam)
    second = drafted(make, exam)
    assert (second.number, second.content) == (2, first.content)
    assert drafted(make, exam).id == second.id
    with unit(writes=True):
        actions.publish(second, revision=1, by=1, now=make.now)
    assert states(exam) == ["retired", "published"]


def test_a_draft_is_saved_only_over_what_was_read(make: Factory, exam: Exam) -> None:
    draft = drafted(make, exam)
    with unit(writes=True):
        actions.save(draft, USUAL, revision=1, by=1, now=make.now)
    again = lambda: actions.save(draft, Rubric(), revision=1, by=1, now=make.now)  # noqa: E731
    assert refusal_of(again) == "changed_meanwhile"
    early = lambda: actions.publish(draft, revision=1, by=1, now=make.now)  # noqa: E731
    assert refusal_of(early) == "changed_meanwhile"
    with unit(writes=False):
        kept = queries.draft(exam.id)
        assert kept is not None
        assert rubric_from(kept.content) == USUAL


def test_an_empty_rubric_is_kept_but_not_published(make: Factory, exam: Exam) -> None:
    draft = drafted(make, exam)
    publish = lambda: actions.publish(draft, revision=1, by=1, now=make.now)  # noqa: E731
    assert refusal_of(publish) == "rubric_empty"
    unsound = Rubric((criterion("one", 3),))
    save = lambda: actions.save(draft, unsound, revision=1, by=1, now=make.now)  # noqa: E731
    assert refusal_of(save) == "rubric_levels_count"


def test_a_draft_that_is_given_up_leaves_the_published_one(make: Factory, exam: Exam) -> None:
    make.rubric(exam)
    draft = drafted(make, exam)
    with unit(writes=True):
        actions.discard(draft, revision=1, by=1, now=make.now)
    assert states(exam) == ["published"]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE rubric_version SET content = '{}'",
        "UPDATE rubric_version SET state = 'draft'",
        "UPDATE rubric_version SET number = 7",
        "DELETE FROM rubric_version",
    ],
)
def test_the_database_keeps_a_published_version(make: Factory, exam: Exam, change: str) -> None:
    make.rubric(exam)
    with pytest.raises(DBAPIError, match="frozen"), unit(writes=True):
        db.session.execute(sa.text(change))


def typed(name: str = "Plans the change", **changes: str) -> dict[str, str]:
    """A criterion with two levels as one types it."""
    first = {
        "name-0": name, "text-0": "A plan", "needed-0": "2", "competency-0": "SEC-1",
        "level-0-0": "No", "points-0-0": "0", "level-1-0": "Yes", "points-1-0": "2,5",
        "seen-1-0": "Names the way back",
    }  # fmt: skip
    return first | {key.replace("_", "-"): value for key, value in changes.items()}


def test_a_rubric_is_written_and_published_in_the_browser(exam: Exam, cora: FlaskClient) -> None:
    started = Page(cora.get(HOME)).form(DRAFT).submit(cora)
    assert started.headers["Location"].endswith(DRAFT)
    saved = Page(cora.get(DRAFT)).form(CRITERIA).submit(cora, kinds=["interview"], **typed())
    assert saved.headers["Location"].endswith(HOME)
    page = Page(cora.get(HOME))
    assert page.rows("main table")[1] == ["Yes", "2.5", "Names the way back"]
    assert "Has to be passed: “Yes” or better" in page.text
    page.form(f"{HOME}/publication").submit(cora)
    with unit(writes=False):
        row = queries.published(exam.id)
        assert row is not None
        rubric = rubric_from(row.content)
    assert rubric.kinds == ("interview",)
    assert [(one.name, one.needed, one.competency) for one in rubric.criteria] == [
        ("Plans the change", 2, "SEC-1")
    ]
    assert Page(cora.get(f"{HOME}/1")).h1 == "Rubric, version 1"


def test_a_criterion_keeps_its_id_through_versions_and_no_strange_one_is_taken(
    make: Factory, exam: Exam, cora: FlaskClient
) -> None:
    make.rubric(exam)
    Page(cora.get(HOME)).form(DRAFT).submit(cora)
    form = Page(cora.get(DRAFT)).form(CRITERIA)
    form.submit(cora, **{"name-0": "Renamed", "id-1": "made-up"})
    with unit(writes=False):
        row = queries.draft(exam.id)
        assert row is not None
        first, second = rubric_from(row.content).criteria
    assert (first.id, first.name) == ("plan", "Renamed")
    assert second.name == "SAFE"
    assert second.id not in ("safe", "made-up")


@pytest.mark.parametrize(
    ("changes", "field", "error"),
    [
        ({"name_0": ""}, "name-0", "Name the criterion."),
        ({"level_1_0": ""}, "level-1-0", "Name the level."),
        ({"points_1_0": "many"}, "points-1-0", "Enter points from 0 to 1,000, such as 2 or 2.5."),
        ({"points_1_0": "1.234"}, "points-1-0", "Enter points from 0 to 1,000, such as 2 or 2.5."),
        ({"points_1_0": "0"}, "points-1-0", "Each level has more points than the one above it."),
        ({"needed_0": "3"}, "needed-0", "There is no such level."),
        ({"text_0": "x" * 1001}, "text-0", "Use 1000 characters at most."),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(
    exam: Exam, cora: FlaskClient, changes: dict[str, str], field: str, error: str
) -> None:
    Page(cora.get(HOME)).form(DRAFT).submit(cora)
    wrong = typed(**changes)
    answer = Page(Page(cora.get(DRAFT)).form(CRITERIA).submit(cora, **wrong))
    assert answer.status == 422
    assert answer.title.startswith("Error:")
    assert error in answer.error_of(field)
    assert answer.errors == [f"Criterion 1: {error}"]
    assert answer.soup.select_one(f'#error-summary a[href="#{field}"]')
    kept = answer.form(CRITERIA).values
    assert all(kept[name] == [value] for name, value in wrong.items())
    with unit(writes=False):
        row = queries.draft(exam.id)
        assert row is not None
        assert row.content == content_of(Rubric())


def test_one_level_only_and_no_form_of_exam_are_named(exam: Exam, cora: FlaskClient) -> None:
    Page(cora.get(HOME)).form(DRAFT).submit(cora)
    form = Page(cora.get(DRAFT)).form(CRITERIA)
    form.values.pop("kinds")
    one_level = typed(level_1_0="", points_1_0="", seen_1_0="", needed_0="")
    answer = Page(form.submit(cora, **one_level))
    assert answer.errors == [
        "Criterion 1: A criterion has two levels at least.", "Choose at least one."
    ]  # fmt: skip
    assert answer.error_of("level-1-0") or "two levels" in answer.text


def test_criteria_are_moved_and_more_are_written_without_a_script(
    make: Factory, exam: Exam, cora: FlaskClient
) -> None:
    make.rubric(exam)
    Page(cora.get(HOME)).form(DRAFT).submit(cora)
    moved = Page(Page(cora.get(DRAFT)).form(CRITERIA).submit(cora, up="1"))
    assert [moved.field(f"name-{n}")["value"] for n in range(3)] == ["SAFE", "PLAN", ""]
    assert moved.form(CRITERIA).submit(cora).status_code == 303
    with unit(writes=False):
        row = queries.draft(exam.id)
        assert row is not None
        assert [one.id for one in rubric_from(row.content).criteria] == ["safe", "plan"]


def test_two_editors_do_not_overwrite_each_other(exam: Exam, cora: FlaskClient) -> None:
    Page(cora.get(HOME)).form(DRAFT).submit(cora)
    one, other = (Page(cora.get(DRAFT)).form(CRITERIA) for _n in range(2))
    assert one.submit(cora, **typed("Mine")).status_code == 303
    answer = Page(other.submit(cora, **typed("Yours")))
    assert answer.status == 422
    assert "Somebody changed this in the meantime." in answer.errors[0]
    assert answer.field("name-0")["value"] == "Yours"


def test_a_second_click_begins_saves_and_publishes_once(exam: Exam, cora: FlaskClient) -> None:
    start = Page(cora.get(HOME)).form(DRAFT)
    assert [start.submit(cora).status_code for _n in range(2)] == [303, 303]
    save = Page(cora.get(DRAFT)).form(CRITERIA)
    assert [save.submit(cora, **typed()).status_code for _n in range(2)] == [303, 303]
    publish = Page(cora.get(HOME)).form(f"{HOME}/publication")
    assert [publish.submit(cora).status_code for _n in range(2)] == [303, 303]
    assert states(exam) == [RubricState.PUBLISHED.value]


def test_who_may_see_and_write_it(
    app: Flask, make: Factory, programme: Programme, course: Course, exam: Exam
) -> None:
    make.rubric(exam)

    def status(name: str, role: Role, path: str = HOME, **limit: str) -> int:
        person = make.person(name, role, **limit)  # type: ignore[arg-type]
        return make.sign_in(app.test_client(), person).get(path).status_code

    assert status("Aud", Role.AUDITOR) == 200
    assert status("Aud2", Role.AUDITOR, DRAFT) == 403
    assert status("Ann", Role.ASSESSOR, DRAFT) == 403
    assert status("Out", Role.CERTIFICATION_MANAGER, programme_code="USR") == 404
    assert status("New", Role.CERTIFICATION_MANAGER, DRAFT) == 404
    assert status("Num", Role.CERTIFICATION_MANAGER, f"{HOME}/9") == 404
    teacher = make.person("Tea", Role.CERTIFICATION_MANAGER)
    make.class_session(make.course(programme, "ADM-101"), teacher)
    client = make.sign_in(app.test_client(), teacher)
    assert client.get(HOME).status_code == 404
    assert client.delete(HOME).status_code == 405
