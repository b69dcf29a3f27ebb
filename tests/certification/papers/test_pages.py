"""Policies, blueprints, forms and cut scores in the browser, without scripts."""

import gzip
import plistlib
from fractions import Fraction
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from certification.exams import browser_file
from certification.exams.models import Exam, ExamPolicy
from certification.papers.models import Blueprint, CutScore, ExamForm, PaperState
from courses.catalog.models import CourseKind
from lms.db import db, unit
from lms.permissions import Role
from tests.factories import Factory
from tests.factories.sittings import ONE_RIGHT
from tests.page import Form, Page

pytestmark = pytest.mark.thorough

ROOT = "/manage/exams/ADM-300"


@pytest.fixture
def exam(make: Factory) -> Exam:
    programme = make.programme()
    course = make.course(programme, "ADM-300", title="Certification Exam", kind=CourseKind.EXAM)
    return make.exam(course)


@pytest.fixture
def head(app: Flask, make: Factory) -> FlaskClient:
    return make.sign_in(app.test_client(), make.person("Cora", Role.CERTIFICATION_MANAGER))


def items(make: Factory, exam: Exam, count: int) -> None:
    programme = make.programme_of(exam)
    author, approver = make.person("Author"), make.person("Approver")
    codes = [f"Q{number:02}" for number in range(count)]
    make.active_items(programme, dict.fromkeys(codes, ONE_RIGHT), author, approver)


def drafted(head: FlaskClient) -> Form:
    """The editor of a new draft."""
    page = Page(head.get(f"{ROOT}/blueprint"))
    sent = page.form(f"{ROOT}/blueprint/draft").submit(head)
    return Page(head.get(sent.location)).form(f"{ROOT}/blueprint/draft/cells")


def cells(*rows: tuple[str, str, str, str, str]) -> dict[str, list[str]]:
    """What the table of cells sends: competency, from, to, at least, at most."""
    names = ("competency", "hardest", "easiest", "least", "most")
    found = {f"cell_{name}": [row[i] for row in rows] for i, name in enumerate(names)}
    empty = [""] * len(rows)
    return {**found, **{f"cell_{n}": empty for n in ("least_points", "most_points", "is_marked")}}


def publish_blueprint(head: FlaskClient, scored: str = "2", least: str = "2") -> None:
    form = drafted(head)
    sent = form.submit(
        head, scored_items=scored, most_shared="0", **cells(("SEC-1", "0", "100", least, "9"))
    )
    assert sent.status_code == 303, sent.text
    page = Page(head.get(f"{ROOT}/blueprint"))
    assert page.form(f"{ROOT}/blueprint/publication").submit(head).status_code == 303


def test_an_exam_says_what_it_still_needs(head: FlaskClient, exam: Exam) -> None:
    assert "Certification Exam" in head.get("/manage/exams").text
    page = Page(head.get(ROOT))
    assert len(page.soup.select(".needs .open")) == 4


def test_forms_come_from_a_blueprint_and_share_nothing(
    head: FlaskClient, exam: Exam, make: Factory
) -> None:
    items(make, exam, 4)
    publish_blueprint(head)
    sent = (
        Page(head.get(f"{ROOT}/forms"))
        .form(f"{ROOT}/forms")
        .submit(head, code="A", count="2", seed="spring")
    )
    assert sent.status_code == 303, sent.text
    with unit(writes=False):
        forms = db.session.scalars(sa.select(ExamForm).order_by(ExamForm.code)).all()
    assert [(f.code, f.state, f.full_points) for f in forms] == [
        ("A", PaperState.DRAFT, 2),
        ("B", PaperState.DRAFT, 2),
    ]
    page = Page(head.get(f"{ROOT}/forms/A"))
    assert "Which are prime" in page.text
    moved = page.form(f"{ROOT}/forms/A/state").submit(head)
    assert moved.status_code == 303
    assert "Published" in head.get(f"{ROOT}/forms/A").text
    again = Page(head.get(f"{ROOT}/forms")).form(f"{ROOT}/forms")
    taken = again.submit(head, code="A", count="1", seed="x")
    assert Page(taken).error_of("code") == "Error: There is a form A already."


def test_what_the_bank_is_short_of_is_named(head: FlaskClient, exam: Exam, make: Factory) -> None:
    items(make, exam, 1)
    publish_blueprint(head, least="2")
    assert "SEC-1 0–100 %: 2 items wanted, 1 there." in Page(head.get(f"{ROOT}/blueprint")).text
    sent = (
        Page(head.get(f"{ROOT}/forms"))
        .form(f"{ROOT}/forms")
        .submit(head, code="A", count="1", seed="s")
    )
    assert sent.status_code == 422
    assert "2 items wanted, 1 there" in Page(sent).text
    with unit(writes=False):
        assert not db.session.scalars(sa.select(ExamForm)).all()


def test_a_wrong_cell_is_named_and_nothing_typed_is_lost(
    head: FlaskClient, exam: Exam, make: Factory
) -> None:
    items(make, exam, 1)
    form = drafted(head)
    sent = form.submit(head, scored_items="7", **cells(("SEC-1", "80", "20", "x", "3")))
    page = Page(sent)
    assert page.status == 422
    assert "Cell 1: Enter a whole number from 0 to 500." in page.text
    assert page.field("scored_items")["value"] == "7"
    assert page.field("cell_least")["value"] == "x"
    assert page.field("cell_least")["aria-invalid"] == "true"


def test_cells_that_cannot_add_up_are_not_published(
    head: FlaskClient, exam: Exam, make: Factory
) -> None:
    items(make, exam, 1)
    drafted(head).submit(head, scored_items="50", **cells(("SEC-1", "0", "100", "1", "2")))
    page = Page(head.get(f"{ROOT}/blueprint"))
    sent = page.form(f"{ROOT}/blueprint/publication").submit(head)
    assert sent.status_code == 422
    assert "The cells add up to 1 to 2 items, the form has 50." in Page(sent).text


def test_a_draft_that_was_saved_meanwhile_is_not_overwritten(
    head: FlaskClient, exam: Exam, make: Factory
) -> None:
    items(make, exam, 1)
    form, row = drafted(head), cells(("SEC-1", "0", "100", "1", "2"))
    assert form.submit(head, **row).status_code == 303
    late = form.submit(head, once="other", **row)
    assert late.status_code == 422
    assert "Somebody changed this in the meantime" in Page(late).text
    with unit(writes=False):
        assert len(db.session.scalars(sa.select(Blueprint)).all()) == 1


def test_a_published_blueprint_is_frozen_in_the_database(
    head: FlaskClient, exam: Exam, make: Factory
) -> None:
    items(make, exam, 2)
    publish_blueprint(head)
    with pytest.raises(sa.exc.DBAPIError, match="frozen"), unit(writes=True):
        db.session.execute(sa.text("UPDATE blueprint SET scored_items = 9"))
    with pytest.raises(sa.exc.DBAPIError, match="frozen"), unit(writes=True):
        db.session.execute(sa.text("DELETE FROM blueprint_cell"))


def test_a_policy_is_a_new_version_and_wants_its_rules(
    head: FlaskClient, exam: Exam, now: object
) -> None:
    form = Page(head.get(f"{ROOT}/policy")).form(f"{ROOT}/policy")
    values = {"effective_from": "2099-01-01", "languages": "en, de", "rules_en": "Work alone."}
    missing = Page(form.submit(head, **values))
    assert missing.status == 422
    assert missing.error_of("languages").endswith("missing: de.")
    form = missing.form(f"{ROOT}/policy")
    sent = form.submit(head, rules_de="Arbeiten Sie allein.", waits="1, 14", browser_keys="ab")
    assert "Key 1 is not of 64 hex digits." in Page(sent).text
    form = Page(sent).form(f"{ROOT}/policy")
    assert form.submit(head, browser_keys="A" * 64).status_code == 303
    late = Page(head.get(f"{ROOT}/policy")).form(f"{ROOT}/policy")
    past = late.submit(head, effective_from="2020-01-01")
    assert "later day" in Page(past).error_of("effective_from")
    with unit(writes=False):
        rows = db.session.scalars(sa.select(ExamPolicy)).all()
    assert [(r.number, r.languages, r.browser_keys, r.retakes["waits"]) for r in rows] == [
        (1, ["en", "de"], ["a" * 64], [1, 14])
    ]


def test_a_policy_with_a_browser_file_takes_its_key_by_itself(
    head: FlaskClient, app: Flask, exam: Exam, make: Factory
) -> None:
    values = {
        "effective_from": "2099-01-01", "languages": "en", "rules_en": "Work alone.",
        "browser_keys": "b" * 64, "has_browser_file": "y",
    }  # fmt: skip
    form = Page(head.get(f"{ROOT}/policy")).form(f"{ROOT}/policy")
    assert form.submit(head, **values).status_code == 303
    page = Page(head.get(f"{ROOT}/policy"))
    file = app.test_client().get("/exams/ADM-300/browser/1.seb")
    found = plistlib.loads(gzip.decompress(gzip.decompress(file.data)[4:]))
    assert found["startURL"] == "http://academy.test/exams/ADM-300"
    with unit(writes=False):
        row = db.session.scalars(sa.select(ExamPolicy)).one()
    own = browser_file.config_key(row.browser_settings or {})
    assert row.browser_keys == ["b" * 64, own]
    assert own in page.text
    assert "/exams/ADM-300/browser/1.seb" in page.links
    # The next version begins with what was typed and ticked; unticked, the key goes with the file.
    form = page.form(f"{ROOT}/policy")
    assert form.values["browser_keys"][0].strip() == "b" * 64
    assert form.values["has_browser_file"] == ["y"]
    del form.values["has_browser_file"]
    assert form.submit(head, effective_from="2099-01-01").status_code == 303
    with unit(writes=False):
        newest = db.session.scalars(sa.select(ExamPolicy).where(ExamPolicy.number == 2)).one()
    assert (newest.browser_keys, newest.browser_settings) == (["b" * 64], None)
    assert app.test_client().get("/exams/ADM-300/browser/2.seb").status_code == 404


def settings_of(number: int) -> dict[str, Any]:
    with unit(writes=False):
        wanted = sa.select(ExamPolicy).where(ExamPolicy.number == number)
        row = db.session.scalars(wanted).one()
    assert row.browser_settings is not None
    assert row.browser_keys == [browser_file.config_key(row.browser_settings)]
    return dict(row.browser_settings)


def test_a_password_to_leave_the_exam_browser_is_kept_changed_and_taken_away(
    head: FlaskClient, app: Flask, exam: Exam, make: Factory
) -> None:
    values = {
        "effective_from": "2099-01-01", "languages": "en", "rules_en": "Work alone.",
        "quit_password": "quiet river",
    }  # fmt: skip
    form = Page(head.get(f"{ROOT}/policy")).form(f"{ROOT}/policy")
    sent = Page(form.submit(head, **values))
    assert "belongs to the file" in sent.error_of("quit_password")
    short = Page(form.submit(head, **{**values, "quit_password": "short", "has_browser_file": "y"}))
    assert "8 to 128 characters" in short.error_of("quit_password")
    assert form.submit(head, has_browser_file="y", **values).status_code == 303
    # The SHA-256 of "quiet river", as any other program computes it.
    digest = "1838b2bea62deb25153f0d3f34950fc347b81a6e40a11e91952f4d65f47d4dea"
    assert settings_of(1)["hashedQuitPassword"] == digest
    file = app.test_client().get("/exams/ADM-300/browser/1.seb").data
    found = plistlib.loads(gzip.decompress(gzip.decompress(file)[4:]))
    assert (found["hashedQuitPassword"], found["allowQuit"]) == (digest, True)

    page = Page(head.get(f"{ROOT}/policy"))
    assert "quiet river" not in str(page.soup)
    assert digest not in str(page.soup)
    form = page.form(f"{ROOT}/policy")
    assert form.submit(head, effective_from="2099-01-01").status_code == 303
    assert settings_of(2)["hashedQuitPassword"] == digest
    form = Page(head.get(f"{ROOT}/policy")).form(f"{ROOT}/policy")
    both = Page(form.submit(head, quit_password="other words", drops_quit_password="y"))
    assert both.error_of("quit_password")
    form, day = Page(head.get(f"{ROOT}/policy")).form(f"{ROOT}/policy"), "2099-01-01"
    assert form.submit(head, effective_from=day, quit_password="other words").status_code == 303
    assert settings_of(3)["hashedQuitPassword"] not in (digest, "")
    form = Page(head.get(f"{ROOT}/policy")).form(f"{ROOT}/policy")
    assert form.submit(head, effective_from=day, drops_quit_password="y").status_code == 303
    assert "hashedQuitPassword" not in settings_of(4)
    assert not Page(head.get(f"{ROOT}/policy")).soup.select("[name=drops_quit_password]")


def test_a_policy_never_changes(head: FlaskClient, exam: Exam, make: Factory) -> None:
    make.policy(exam)
    with pytest.raises(sa.exc.DBAPIError, match="frozen"), unit(writes=True):
        db.session.execute(sa.text("UPDATE exam_policy SET minutes = 1"))


def test_cut_scores_are_decided_with_a_reason_and_kept(
    head: FlaskClient, exam: Exam, make: Factory
) -> None:
    form = Page(head.get(f"{ROOT}/cut-score")).form(f"{ROOT}/cut-score")
    assert form.submit(head, cut="120", reason="More than everything").status_code == 422
    assert form.submit(head, cut="65.5", reason="short").status_code == 422
    for cut in ("65.5", "70"):
        form = Page(head.get(f"{ROOT}/cut-score")).form(f"{ROOT}/cut-score")
        assert form.submit(head, cut=cut, reason="As the board decided").status_code == 303
    with unit(writes=False):
        found = db.session.scalars(sa.select(CutScore.cut).order_by(CutScore.id)).all()
    assert found == [Fraction("65.5"), 70]


def test_colleagues_readers_outsiders(app: Flask, exam: Exam, make: Factory) -> None:
    pages = ("", "/policy", "/blueprint", "/forms", "/cut-score")
    auditor = make.sign_in(app.test_client(), make.person("Aud", Role.AUDITOR))
    assert {auditor.get(f"{ROOT}{page}").status_code for page in pages} == {200}
    assert auditor.post(f"{ROOT}/forms").status_code in (400, 403)
    assert auditor.get(f"{ROOT}/blueprint/draft").status_code == 403
    teacher = make.person("Tea", Role.CERTIFICATION_MANAGER)
    make.class_session(make.course(make.programme_of(exam)), trainer=teacher)
    for client in (
        make.sign_in(app.test_client(), teacher),
        make.sign_in(app.test_client(), make.person("Eve", Role.AUTHOR, programme_code="NO")),
    ):
        assert {client.get(f"{ROOT}{page}").status_code for page in pages} == {404}
    learner = make.sign_in(app.test_client(), make.person("Lea"))
    assert {learner.get(f"{ROOT}{page}").status_code for page in pages} == {403}
    assert auditor.get(f"{ROOT}/forms/Z").status_code == 404
    assert auditor.put(f"{ROOT}/forms").status_code == 405


def test_supply_is_a_table_of_competencies_by_difficulty_that_says_each_cell_in_words(
    head: FlaskClient, exam: Exam, make: Factory
) -> None:
    items(make, exam, 5)
    form = drafted(head)
    wanted = cells(
        ("SEC-1", "0", "40", "1", "2"),
        ("SEC-1", "41", "70", "2", "3"),
        ("SEC-1", "0", "100", "1", "1"),
    )
    assert form.submit(head, scored_items="4", **wanted).status_code == 303
    table = Page(head.get(f"{ROOT}/blueprint")).soup.select_one("table.supply")
    assert table is not None
    heads = [one.get_text(" ", strip=True) for one in table.select("thead th[scope=col]")]
    assert heads == ["Competency", "0–40 %", "0–100 %", "41–70 %"]
    (row,) = table.select("tbody tr")
    said = [one.get_text(" ", strip=True) for one in row.select("th[scope=row], td")]
    assert said[1:] == ["0 for 1–2 1 missing", "5 for 1 plenty", "5 for 2–3 thin"]
    assert [one["class"] for one in row.select("td")] == [["missing"], ["plenty"], ["thin"]]
    assert all(one.select_one("svg") for one in row.select("td"))


@pytest.mark.parametrize("name", ["statistics", "slots", "cut-score-studies", "attempts"])
def test_every_page_of_an_exam_leads_back_to_it(head: FlaskClient, exam: Exam, name: str) -> None:
    crumbs = Page(head.get(f"{ROOT}/{name}")).soup.find(class_="crumbs")
    hrefs = [link["href"] for link in crumbs.find_all("a")]
    assert hrefs == ["/manage", "/manage/exams", ROOT]
