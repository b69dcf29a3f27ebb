"""Published forms beyond the exposure cap: still given, and said to who looks after the exam."""

import pytest
import sqlalchemy as sa
from flask import Flask

from certification.exams.models import Exam, ExamPolicy
from certification.papers import actions, queries_cap
from certification.papers.models import Blueprint
from courses.catalog.models import CourseKind
from lms.db import db, unit
from lms.permissions import Role
from tests.factories import Factory
from tests.factories.sittings import Sat
from tests.page import Page

pytestmark = pytest.mark.thorough

MANAGE = "/manage/exams/ADM-300"


@pytest.fixture
def exam(make: Factory) -> Sat:
    """Form A of six items; an item may be asked in 40 of 100 attempts."""
    programme = make.programme()
    course = make.course(programme, "ADM-300", title="Certification Exam", kind=CourseKind.EXAM)
    found = make.exam_form(programme, course)
    with unit(writes=True):
        blueprint = db.session.scalars(sa.select(Blueprint)).one()
        db.session.execute(
            sa.insert(Blueprint).values(
                exam_id=found.exam.id, number=2, state="draft", scored_items=6, exposure_cap=40,
                pilot_items=0, most_shared=100, created_at=make.now, revision=1,
            )
        )  # fmt: skip
        blueprint.state = type(blueprint.state).RETIRED
        db.session.flush()
        db.session.execute(
            sa.update(Blueprint).where(Blueprint.number == 2).values(state="published")
        )
    return found


def sit(make: Factory, exam: Sat, count: int) -> None:
    people = [make.person(f"P{make.next()}") for _ in range(count)]
    make.sat(exam, people, [[["b"]] * len(exam.versions)] * count)


def cap(exam: Sat) -> queries_cap.Cap:
    with unit(writes=False):
        found = queries_cap.cap_of(exam.exam.id)
    assert found is not None
    return found


def test_one_form_cannot_keep_a_cap_from_the_beginning(make: Factory, exam: Sat) -> None:
    found = cap(exam)
    assert (found.given, found.needed, found.is_out_of_reach, found.over) == (1, 3, True, {})


def test_items_beyond_the_cap_are_named_by_form_once_the_attempts_say_something(
    make: Factory, exam: Sat
) -> None:
    sit(make, exam, 19)
    assert cap(exam).over == {}
    sit(make, exam, 1)
    assert cap(exam).over == {exam.form.id: ["I01", "I02", "I03", "I04", "I05", "I06"]}


def test_only_what_is_asked_more_often_than_the_cap_is_named(make: Factory, exam: Sat) -> None:
    programme = make.programme_of(exam.exam)
    forms = [
        Sat(exam.exam, make.form(exam.exam, versions, code=code), versions)
        for code, versions in (
            ("B", [exam.versions[0], make.ready_item(programme, "N1")]),
            ("C", [make.ready_item(programme, "N2")]),
        )
    ]
    for one, count in ((exam, 8), (forms[0], 4), (forms[1], 8)):
        sit(make, one, count)
    found = cap(exam)
    assert found.over == {exam.form.id: ["I01"], forms[0].form.id: ["I01"]}
    assert not found.is_out_of_reach


def test_whoever_is_booked_still_gets_the_form(make: Factory, exam: Sat) -> None:
    sit(make, exam, 20)
    ada = make.person("Ada").id
    with unit(writes=True):
        policy = db.session.scalars(sa.select(ExamPolicy)).one()
        row = db.session.get_one(Exam, exam.exam.id)
        given = actions.form_for(row, ada, policy, seed="s", code="X", now=make.now)
        assert given.id == exam.form.id


def test_the_exams_pages_say_so(app: Flask, make: Factory, exam: Sat) -> None:
    cora = make.sign_in(app.test_client(), make.person("Cora", Role.CERTIFICATION_MANAGER))
    for address in (MANAGE, f"{MANAGE}/forms"):
        text = Page(cora.get(address)).text
        assert "One form cannot keep the exposure cap of 40 %." in text
        assert "over the cap" not in text
    sit(make, exam, 20)
    for address in (MANAGE, f"{MANAGE}/forms"):
        text = Page(cora.get(address)).text
        assert "Items are asked more often than the exposure cap of 40 % allows." in text
        assert "6 items over the cap" in text
    make.newer_policy(exam.exam, form_choice="random")
    for address in (MANAGE, f"{MANAGE}/forms"):
        assert "exposure cap of 40" not in Page(cora.get(address)).text
