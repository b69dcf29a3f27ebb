"""Drafts as catalogue managers work on them: two editors, previews, and who may not."""

from collections.abc import Iterator
from datetime import datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from courses.catalog.models import Course, CourseVersion, DeliveryFormat, Programme, VersionState
from lms import audit, clock
from lms.db import db, unit
from lms.permissions import Role
from tests.factories import Factory
from tests.page import Form, Page

pytestmark = pytest.mark.thorough

COURSE = "/manage/catalog/courses/ADM-101"
EDIT, PREVIEW, DISCARD = (f"{COURSE}/draft/{verb}" for verb in ("edit", "preview", "discard"))


@pytest.fixture(autouse=True)
def frozen(now: datetime) -> Iterator[None]:
    with clock.frozen_at(now):
        yield


@pytest.fixture
def live(make: Factory) -> DeliveryFormat:
    return make.format(make.mode("virtual", has_room=False), "live-virtual-classes")


@pytest.fixture
def foundation(make: Factory, live: DeliveryFormat) -> Course:
    return make.course(make.programme(), minutes=120, formats=[live])


@pytest.fixture
def kim(app: Flask, make: Factory, foundation: Course) -> FlaskClient:
    """A catalogue manager's browser."""
    return make.sign_in(app.test_client(), make.person("Kim", Role.CATALOGUE_MANAGER))


def states(course_code: str = "ADM-101") -> dict[int, str]:
    """Version number → state."""
    with unit(writes=False):
        rows = db.session.execute(
            sa.select(CourseVersion.number, CourseVersion.state)
            .join(Course, Course.id == CourseVersion.course_id)
            .where(Course.code == course_code)
        )
        return {number: state.value for number, state in rows}


def begun(browser: FlaskClient) -> Form:
    """A fresh draft's form."""
    answer = Page(browser.get(COURSE)).form(f"{COURSE}/draft").submit(browser)
    assert (answer.status_code, answer.location) == (303, EDIT)
    return Page(browser.get(EDIT)).form(EDIT)


def published(browser: FlaskClient) -> TestResponse:
    return Page(browser.get(PREVIEW)).form(PREVIEW).submit(browser)


def test_a_draft_begins_as_a_copy_and_is_published_as_previewed(
    client: FlaskClient, kim: FlaskClient
) -> None:
    form = begun(kim)
    assert form.values["title"] == ["Foundation Training"]
    assert form.values["module_title"] == ["Start", "", "", ""]

    saved = form.submit(kim, title="Foundations", outcomes="See\nAct")
    assert (saved.status_code, saved.location) == (303, PREVIEW)
    changed = {row[0]: row[1:] for row in Page(kim.get(PREVIEW)).rows()}
    assert changed == {
        "Title": ["Foundation Training", "Foundations"],
        "Afterwards you can": ["Do it", "See Act"],
    }
    assert "Foundation Training" in client.get("/catalog/adm/adm-101").text

    assert published(kim).location == COURSE
    assert states() == {1: "retired", 2: "published"}
    assert Page(client.get("/catalog/adm/adm-101")).h1 == "Foundations"
    assert "Foundations" in Page(client.get("/catalog?q=foundations")).text
    with unit(writes=False):
        assert list(audit.verify()) == []


def test_people_stay_on_the_version_they_took(
    make: Factory, kim: FlaskClient, foundation: Course
) -> None:
    session = make.class_session(foundation, make.person("Tom"))
    begun(kim).submit(kim, title="Foundations")
    published(kim)
    with unit(writes=False):
        assert db.session.get_one(CourseVersion, session.course_version_id).number == 1


def test_modules_grow_without_a_script_and_empty_lines_are_ignored(kim: FlaskClient) -> None:
    form = begun(kim)
    form.values |= {
        "module_title": ["Start", "", "End", ""],
        "module_minutes": ["60", "", "60", ""],
        "module_topics": ["One, two", "", "", ""],
        "more": ["yes"],
    }

    longer = form.submit(kim)
    assert longer.status_code == 422
    again = Page(longer).form(EDIT)
    assert again.values["module_title"][:2] == ["Start", "End"]
    assert len(again.values["module_title"]) > 4

    assert again.submit(kim).status_code == 303
    assert "End (1 h)" in Page(kim.get(PREVIEW)).text


def test_every_mistake_is_named_beside_its_field_and_nothing_typed_is_lost(
    kim: FlaskClient,
) -> None:
    form = begun(kim)
    form.values |= {
        "module_title": ["", "x" * 201],
        "module_minutes": ["ten", "²"],
        "module_topics": ["kept", "y" * 201],
    }

    answer = form.submit(
        kim, title="", languages="Deutsch", hours="0", outcomes="fine\n" + "z" * 201
    )

    page = Page(answer)
    assert page.status == 422
    assert page.title.startswith("Error:")
    for name in ("title", "languages", "hours", "outcomes"):
        assert page.error_of(name), name
    assert "Line 2 has more than 200 characters." in page.error_of("outcomes")
    assert len(page.soup.select("table .error")) == 5
    assert page.field("module_topics")["value"] == "kept"
    assert page.field("languages")["value"] == "Deutsch"


@pytest.mark.parametrize("typed", ["en, xx", "en-XA", "und", "de, en-XX"])
def test_a_language_that_nobody_can_name_is_refused(kim: FlaskClient, typed: str) -> None:
    """It would stand in everybody's filter of the catalogue as two bare letters."""
    page = Page(begun(kim).submit(kim, languages=typed))
    assert page.status == 422
    assert typed.rpartition(" ")[2] in page.error_of("languages")
    assert page.field("languages")["value"] == typed


def test_languages_with_a_script_or_a_country_are_known(kim: FlaskClient) -> None:
    assert begun(kim).submit(kim, languages="en, zh-Hant, pt-BR,fil").status_code == 303


def test_a_draft_says_what_it_lacks_and_is_not_published(kim: FlaskClient) -> None:
    form = begun(kim)
    form.submit(kim, hours="3", formats=[])

    page = Page(kim.get(PREVIEW))

    assert "Choose at least one delivery format." in page.text
    assert "The modules add up to 120 minutes, the course to 180." in page.text
    assert not page.has_form(PREVIEW)
    token = form.values["csrf_token"]
    refused = kim.post(PREVIEW, data={"csrf_token": token, "revision": 2, "over": 1})
    assert refused.status_code == 422
    assert states() == {1: "published", 2: "draft"}


def test_the_second_of_two_editors_sees_both_texts_and_loses_nothing(
    app: Flask, make: Factory, kim: FlaskClient
) -> None:
    lee = make.sign_in(app.test_client(), make.person("Lee", Role.ADMINISTRATOR))
    mine, theirs = begun(kim), Page(lee.get(EDIT)).form(EDIT)
    theirs.submit(lee, title="Lee's title")

    late = Page(mine.submit(kim, title="Kim's title"))

    assert late.status == 409
    assert "Somebody changed this in the meantime." in late.errors[0]
    assert late.rows()[0] == ["Title", "Lee's title", "Kim's title"]
    assert late.field("title")["value"] == "Kim's title"
    assert Page(lee.get(EDIT)).field("title")["value"] == "Lee's title"
    assert late.form(EDIT).submit(kim).status_code == 303
    assert Page(kim.get(EDIT)).field("title")["value"] == "Kim's title"


def test_a_draft_that_was_published_meanwhile_goes_on_as_a_new_one(
    app: Flask, make: Factory, kim: FlaskClient
) -> None:
    lee = make.sign_in(app.test_client(), make.person("Lee", Role.ADMINISTRATOR))
    mine = begun(kim)
    Page(lee.get(EDIT)).form(EDIT).submit(lee, title="Lee's title")
    published(lee)

    late = Page(mine.submit(kim, title="Kim's title"))

    assert late.status == 409
    assert "published or discarded in the meantime" in late.errors[0]
    assert late.form(EDIT).submit(kim).status_code == 303
    assert states() == {1: "retired", 2: "published", 3: "draft"}


def test_a_preview_is_published_only_as_it_was_seen(kim: FlaskClient) -> None:
    begun(kim)
    seen = Page(kim.get(PREVIEW)).form(PREVIEW)
    Page(kim.get(EDIT)).form(EDIT).submit(kim, title="Changed since")

    refused = Page(seen.submit(kim))

    assert refused.status == 409
    assert "The situation changed since the preview was drawn." in refused.text
    assert "Changed since" in refused.text
    assert states() == {1: "published", 2: "draft"}
    assert refused.form(PREVIEW).submit(kim).status_code == 303


def test_a_double_click_publishes_once(kim: FlaskClient) -> None:
    begun(kim)
    form = Page(kim.get(PREVIEW)).form(PREVIEW)
    first, second = form.submit(kim), form.submit(kim)
    assert first.location == second.location == COURSE
    assert states() == {1: "retired", 2: "published"}
    assert kim.get(PREVIEW).status_code == 404


def test_a_discarded_draft_is_shown_once_more_before_it_goes(kim: FlaskClient) -> None:
    begun(kim).submit(kim, title="Bad idea")
    page = Page(kim.get(DISCARD))
    assert ["Title", "Foundation Training", "Bad idea"] in page.rows()
    assert page.form(DISCARD).submit(kim).location == COURSE
    assert states() == {1: "published"}


def test_only_a_course_with_a_version_loses_its_draft(kim: FlaskClient) -> None:
    made = (
        Page(kim.get("/manage/catalog/programmes/ADM/courses/new"))
        .form()
        .submit(kim, title="New", code="ADM-999", slug="new")
    )
    assert made.location == "/manage/catalog/courses/ADM-999/draft/edit"
    refused = Page(kim.get("/manage/catalog/courses/ADM-999/draft/discard")).form().submit(kim)
    assert refused.status_code == 409
    assert states("ADM-999") == {1: "draft"}


def test_a_course_that_would_need_itself_is_refused(
    make: Factory, kim: FlaskClient, foundation: Course
) -> None:
    programme = db.session.get_one(Programme, foundation.programme_id)
    advanced = make.course(programme, "ADM-201", needs=[foundation])

    refused = Page(begun(kim).submit(kim, prerequisites=[str(advanced.id)]))

    assert refused.status == 422
    assert "the course would need itself" in refused.errors[0]


def test_a_new_programme_and_course_become_visible_when_published(
    client: FlaskClient, kim: FlaskClient, live: DeliveryFormat
) -> None:
    Page(kim.get("/manage/catalog/programmes/new")).form().submit(
        kim, title="Auditors", code="AUD", slug="auditors"
    )
    address = "/manage/catalog/programmes/AUD/courses/new"
    taken = Page(Page(kim.get(address)).form().submit(kim, title="X", code="ADM-101", slug="x"))
    assert taken.status == 422
    assert taken.error_of("code")
    edit = (
        Page(kim.get(address)).form().submit(kim, title="Evidence", code="AUD-1", slug="evidence")
    )
    assert client.get("/catalog/auditors/evidence").status_code == 404

    form = Page(kim.get(edit.location)).form(edit.location)
    form.values |= {"module_title": ["All"], "module_minutes": ["60"], "module_topics": [""]}
    form.submit(kim, summary="In short", hours="1", languages="en, de", formats=[str(live.id)])
    preview = edit.location.replace("edit", "preview")
    Page(kim.get(preview)).form(preview).submit(kim)

    assert Page(client.get("/catalog/auditors/evidence")).h1 == "Evidence"


def test_a_manager_of_one_programme_finds_no_other(
    app: Flask, make: Factory, foundation: Course
) -> None:
    make.course(make.programme("USR", "Users"), "USR-101", title="Basics")
    person = make.person("Una", Role.CATALOGUE_MANAGER, programme_code="USR")
    una = make.sign_in(app.test_client(), person)

    assert "Basics" in Page(una.get("/manage/catalog")).text
    assert "Foundation" not in Page(una.get("/manage/catalog")).text
    assert una.get(COURSE).status_code == 404
    assert una.get("/manage/catalog/programmes/ADM/courses/new").status_code == 404
    assert una.get("/manage/catalog/programmes/new").status_code == 404
    token = Page(una.get("/manage/catalog/courses/USR-101")).form().values["csrf_token"]
    for address in (f"{COURSE}/draft", EDIT, PREVIEW, DISCARD):
        assert una.post(address, data={"csrf_token": token}).status_code == 404
    assert states() == {1: "published"}


def test_auditors_read_and_learners_do_not(app: Flask, make: Factory, kim: FlaskClient) -> None:
    begun(kim)
    auditor = make.sign_in(app.test_client(), make.person("Aud", Role.AUDITOR))
    learner = make.sign_in(app.test_client(), make.person("Lea"))
    page = Page(auditor.get(COURSE))
    assert "Draft" in page.text
    assert not page.soup.select("main form")
    assert not [link for link in page.links if "draft" in link]
    assert auditor.get(EDIT).status_code == 403
    assert learner.get("/manage/catalog").status_code == 403
    assert learner.get(EDIT).status_code == 403


@pytest.mark.parametrize("address", ["", "/draft/edit", "/draft/preview", "/draft/discard"])
def test_unknown_courses_and_missing_drafts_are_not_found(kim: FlaskClient, address: str) -> None:
    assert kim.get(f"/manage/catalog/courses/NONE{address}").status_code == 404
    assert kim.get(f"{COURSE}{address}").status_code == (404 if address else 200)
    assert kim.get(f"{COURSE}/draft").location == COURSE


def test_what_is_published_is_frozen_and_there_is_one_of_each(
    make: Factory, foundation: Course
) -> None:
    for state in (VersionState.PUBLISHED, VersionState.DRAFT):
        if state is VersionState.DRAFT:
            make.version(foundation, number=5, state=state)
        with pytest.raises(sa.exc.IntegrityError):
            make.version(foundation, number=6, state=state)
