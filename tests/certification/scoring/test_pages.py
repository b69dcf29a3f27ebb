"""Scores in the browser: report and appeal, marking, records, decisions on items."""

import csv
import io
from datetime import UTC, datetime, time, timedelta
from fractions import Fraction
from typing import Any

import pikepdf
import pypdfium2
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from certification.delivery.models import Attempt
from certification.scoring.models import Appeal, ItemDisposition, Mark
from certification.scoring.models_work import DispositionChange
from courses.catalog.models import CourseKind, Programme
from lms import clock
from lms.accounts.models import Person
from lms.db import db, unit
from lms.permissions import Role
from tests.factories import Factory
from tests.factories.sittings import Sat
from tests.page import Page
from tests.queries import counted

pytestmark = pytest.mark.thorough

RIGHT, WRONG = ["b"], ["a"]
MANAGE = "/manage/exams/ADM-300"


@pytest.fixture
def programme(make: Factory) -> Programme:
    return make.programme()


@pytest.fixture
def exam(make: Factory, programme: Programme) -> Sat:
    course = make.course(programme, "ADM-300", title="Certification Exam", kind=CourseKind.EXAM)
    return make.exam_form(programme, course, items=10, pilots=1)


@pytest.fixture
def ada(make: Factory) -> Person:
    return make.person("Ada")


@pytest.fixture
def attempt(make: Factory, exam: Sat, ada: Person) -> Attempt:
    """Seven of ten: passed at the cut; item I01 was right."""
    found = make.submitted(exam, ada, [RIGHT] * 7 + [WRONG] * 4)
    make.scored(found)
    return found


@pytest.fixture
def reported(make: Factory, attempt: Attempt) -> Attempt:
    """With its document drawn."""
    make.work("scoring.report")
    return attempt


@pytest.fixture
def candidate(app: Flask, make: Factory, ada: Person) -> FlaskClient:
    return make.sign_in(app.test_client(), ada)


@pytest.fixture
def manager(app: Flask, make: Factory) -> FlaskClient:
    return make.sign_in(app.test_client(), make.person("Cora", Role.CERTIFICATION_MANAGER))


def assessor(app: Flask, make: Factory, name: str) -> FlaskClient:
    return make.sign_in(app.test_client(), make.person(name, Role.ASSESSOR))


def result_of(attempt: Attempt) -> str:
    return f"/exams/attempts/{attempt.code}/result"


def test_the_report_says_the_decision_the_score_and_the_competencies(
    candidate: FlaskClient, attempt: Attempt
) -> None:
    page = Page(candidate.get(result_of(attempt)))
    assert page.status == 200
    assert "70 on a scale from 0 to 100; 70 were needed" in page.text
    assert page.title.startswith("Passed")
    (row,) = page.rows("[aria-labelledby=domains] table")
    assert row[0] == "SEC-1"
    assert row[1:] == ["10", "70 %", "40 % and 89 %", "About what passing takes"]
    assert "You may appeal until the end of" in page.text
    assert "Europe/Berlin" in page.text or "UTC" in page.text


def test_the_report_shows_no_item_and_no_key(candidate: FlaskClient, attempt: Attempt) -> None:
    text = candidate.get(result_of(attempt)).text
    assert "I01" not in text
    assert "Which are prime" not in text


def test_few_items_say_nothing_about_a_competency(
    make: Factory, candidate: FlaskClient, programme: Programme, ada: Person
) -> None:
    course = make.course(programme, "ADM-301", title="Short Exam", kind=CourseKind.EXAM)
    short = make.exam_form_of(course, ["Z1", "Z2", "Z3"])
    found = make.submitted(short, ada, [RIGHT] * 3)
    make.scored(found)
    (row,) = Page(candidate.get(result_of(found))).rows("[aria-labelledby=domains] table")
    assert row[1:] == ["3", "–", "–", "Too few items to say"]


def test_who_failed_reads_when_the_exam_may_be_taken_again(
    make: Factory, candidate: FlaskClient, exam: Sat, ada: Person
) -> None:
    make.newer_policy(exam.exam, retakes={"waits": [3650]})
    found = make.submitted(exam, ada, [WRONG] * 11)
    make.scored(found)
    page = Page(candidate.get(result_of(found)))
    assert page.title.startswith("Not passed")
    said = "The next attempt is possible from 20 Nov 2036, 10:00 CET."
    assert said in page.text
    assert "/exams/ADM-300" in page.links
    make.work("scoring.report")
    assert said in printed(candidate.get(f"{result_of(found)}.pdf"))


def printed(answer: TestResponse) -> str:
    """The words of a document."""
    pages = pypdfium2.PdfDocument(answer.data)
    return " ".join(" ".join(page.get_textpage().get_text_range() for page in pages).split())


@pytest.mark.parametrize(
    ("retakes", "said"),
    [
        ({"waits": []}, "You may take the exam again now."),
        ({"waits": [], "most": 1, "window_days": None}, "All attempts are used: 1."),
    ],
)
def test_page_and_document_say_alike_whether_one_may_sit_again(
    make: Factory,
    candidate: FlaskClient,
    exam: Sat,
    ada: Person,
    retakes: dict[str, Any],
    said: str,
) -> None:
    make.newer_policy(exam.exam, retakes=retakes)
    found = make.submitted(exam, ada, [WRONG] * 11)
    make.scored(found)
    make.work("scoring.report")
    assert said in Page(candidate.get(result_of(found))).text
    assert said in printed(candidate.get(f"{result_of(found)}.pdf"))


def test_who_passed_is_not_told_of_another_attempt(
    candidate: FlaskClient, reported: Attempt
) -> None:
    words = printed(candidate.get(f"{result_of(reported)}.pdf"))
    assert "counts towards your certifications" in words
    assert "again" not in words


def test_the_report_is_a_tagged_document_of_its_own(
    app: Flask, candidate: FlaskClient, reported: Attempt
) -> None:
    answer = candidate.get(f"{result_of(reported)}.pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.data.startswith(b"%PDF-")
    with pikepdf.open(io.BytesIO(answer.data)) as document:
        assert "/StructTreeRoot" in document.Root
        assert document.Root.Lang == "en"
    assert answer.headers["Cache-Control"] == "no-store"


def test_before_it_is_drawn_the_document_is_promised(
    make: Factory, candidate: FlaskClient, exam: Sat, ada: Person
) -> None:
    found = make.submitted(exam, ada, [RIGHT] * 10)
    make.scored(found)
    answer = candidate.get(f"{result_of(found)}.pdf")
    assert answer.status_code == 303
    assert "being made" in candidate.get(answer.location).text


def test_an_attempt_that_waits_says_so(
    make: Factory, candidate: FlaskClient, exam: Sat, ada: Person
) -> None:
    found = make.submitted(exam, ada, [RIGHT] * 10)
    assert "have arrived" in Page(candidate.get(result_of(found))).text
    assert candidate.get(f"{result_of(found)}.pdf").status_code == 404


@pytest.mark.parametrize("part", ["result", "result.pdf", "appeal"])
def test_a_report_is_the_candidates_alone(
    app: Flask, make: Factory, reported: Attempt, manager: FlaskClient, part: str
) -> None:
    address = f"/exams/attempts/{reported.code}/{part}"
    outsider = make.sign_in(app.test_client(), make.person("Otto"))
    assert outsider.get(address).status_code == 404
    assert manager.get(address).status_code == 404
    assert app.test_client().get(address).status_code == 303
    assert outsider.get(f"/exams/attempts/NOTHING/{part}").status_code == 404
    assert outsider.delete(address).status_code in (400, 405)


def test_an_appeal_is_made_answered_and_read(
    app: Flask, make: Factory, candidate: FlaskClient, attempt: Attempt
) -> None:
    address = f"/exams/attempts/{attempt.code}/appeal"
    empty = Page(Page(candidate.get(address)).form(address).submit(candidate))
    assert (empty.status, empty.error_of("text")) == (422, "Error: Say what should be looked at.")
    form = Page(candidate.get(address)).form(address)
    for _ in range(2):
        sent = form.submit(candidate, text="Item four has two right answers")
        assert sent.status_code == 303
    with unit(writes=False):
        row = db.session.scalars(sa.select(Appeal)).one()

    ann = assessor(app, make, "Ann")
    waiting = Page(ann.get("/teach/appeals")).text
    assert attempt.code in waiting
    assert "overdue" not in waiting
    assert "due soon" not in waiting
    before = datetime.combine(row.answer_due_on - timedelta(days=7), time(12), UTC)
    with clock.frozen_at(before):
        assert "due soon" in Page(assessor(app, make, "Lou").get("/teach/appeals")).text
    after = datetime.combine(row.answer_due_on + timedelta(days=1), time(12), UTC)
    with clock.frozen_at(after):
        assert "overdue" in Page(assessor(app, make, "Lena").get("/teach/appeals")).text
    answer = f"/teach/appeals/{row.id}"
    shown = Page(ann.get(answer))
    assert "two right answers" in shown.text
    assert "Ada" not in shown.text
    sent = shown.form(answer).submit(ann, outcome="rejected", decision="One is right: see page 3")
    assert sent.status_code == 303
    assert "see page 3" in Page(candidate.get(address)).text
    assert Page(candidate.get(result_of(attempt))).text.count("Rejected") == 1
    assert not Page(ann.get(answer)).has_form(answer)


def test_an_appeal_is_withdrawn(candidate: FlaskClient, attempt: Attempt) -> None:
    address = f"/exams/attempts/{attempt.code}/appeal"
    Page(candidate.get(address)).form(address).submit(candidate, text="Hm")
    form = Page(candidate.get(address)).form(f"{address}/withdrawal")
    assert form.submit(candidate).status_code == 303
    assert "Withdrawn" in Page(candidate.get(address)).text
    assert candidate.post(f"{address}/withdrawal", data=form.values).status_code == 303


def test_appeals_are_not_for_everybody(
    app: Flask, make: Factory, candidate: FlaskClient, attempt: Attempt
) -> None:
    address = f"/exams/attempts/{attempt.code}/appeal"
    Page(candidate.get(address)).form(address).submit(candidate, text="Hm")
    with unit(writes=False):
        row = db.session.scalars(sa.select(Appeal)).one()
    auditor = make.sign_in(app.test_client(), make.person("Rita", Role.AUDITOR))
    elsewhere = make.sign_in(
        app.test_client(), make.person("Eli", Role.ASSESSOR, programme_code="DEV")
    )
    assert auditor.get(f"/teach/appeals/{row.id}").status_code == 403
    assert elsewhere.get(f"/teach/appeals/{row.id}").status_code == 404
    assert elsewhere.get("/teach/appeals?state=nonsense").status_code == 404
    assert auditor.put(f"/teach/appeals/{row.id}").status_code in (400, 405)


@pytest.fixture
def essay(make: Factory, programme: Programme, exam: Sat, ada: Person) -> Attempt:
    """An answer that waits: terms for 2 points, use for 3."""
    versions = [*exam.versions[:2], make.ready_item(programme, "E1", "essay")]
    form = make.form(exam.exam, versions, code="B", full=Fraction(7))
    found = make.submitted(
        Sat(exam.exam, form, versions), ada, [RIGHT, RIGHT, "First line\n<b>Second</b>"]
    )
    make.scored(found)
    return found


def test_an_answer_is_marked_by_its_rubric_without_a_name(
    app: Flask, make: Factory, essay: Attempt
) -> None:
    ann = assessor(app, make, "Ann")
    assert f"/teach/marking/{essay.id}/3" in Page(ann.get("/teach/marking")).links
    address = f"/teach/marking/{essay.id}/3"
    page = Page(ann.get(address))
    assert "Ada" not in page.text
    assert essay.code not in page.text
    assert "<b>Second</b>" in page.text

    wrong = Page(page.form(address).submit(ann, **{"points-t": "9", "points-u": "x"}))
    assert wrong.status == 422
    assert wrong.title.startswith("Error:")
    assert wrong.error_of("points-t") == "Error: Enter points between 0 and 2."
    assert wrong.field("points-t")["value"] == "9"
    assert len(wrong.errors) == 2

    form = page.form(address)
    for _ in range(2):
        sent = form.submit(ann, **{"points-t": "1.5", "points-u": "3"}, comment="Good")
        assert sent.status_code == 303
    with unit(writes=False):
        (mark,) = db.session.scalars(sa.select(Mark)).all()
    assert (mark.points, mark.comment) == ({"t": "1.5", "u": "3"}, "Good")


def test_an_own_mark_can_be_corrected_and_others_marks_are_not_seen(
    app: Flask, make: Factory, exam: Sat, essay: Attempt, ada: Person
) -> None:
    ann, bob = assessor(app, make, "Ann"), assessor(app, make, "Bob")
    address = f"/teach/marking/{essay.id}/3"
    Page(ann.get(address)).form(address).submit(ann, **{"points-t": "1", "points-u": "1"})
    again = Page(ann.get(address))
    assert again.field("points-t")["value"] == "1"
    sent = again.form(address).submit(ann, **{"points-t": "2", "points-u": "2"})
    assert sent.status_code == 303
    assert bob.get(address).status_code == 404
    make.work("scoring.marks_complete")
    assert address not in Page(ann.get("/teach/marking")).links


def test_marking_is_for_assessors_of_the_programme_who_do_not_teach_it(
    app: Flask, make: Factory, programme: Programme, essay: Attempt
) -> None:
    address = f"/teach/marking/{essay.id}/3"
    trainer = make.person("Tia", Role.ASSESSOR)
    make.class_session(make.course(programme, "ADM-101"), trainer)
    elsewhere = make.person("Eli", Role.ASSESSOR, programme_code="DEV")
    for person in (trainer, elsewhere):
        reader = make.sign_in(app.test_client(), person)
        assert reader.get(address).status_code == 404
        assert address not in Page(reader.get("/teach/marking")).links
    learner = make.sign_in(app.test_client(), make.person("Lea"))
    assert learner.get(address).status_code == 403
    assert assessor(app, make, "Ann").get("/teach/marking/9999/1").status_code == 404


def test_a_decision_record_names_everything_that_decided(
    manager: FlaskClient, make: Factory, exam: Sat, attempt: Attempt
) -> None:
    listed = Page(manager.get(f"{MANAGE}/attempts"))
    assert [cell[:2] for cell in listed.rows()] == [[attempt.code, "Ada"]]
    page = Page(manager.get(f"{MANAGE}/attempts/{attempt.code}"))
    for text in ("version 1", "7 raw points of 10", "the exam's own marks", "First score"):
        assert text in page.text
    items = page.rows("[aria-labelledby=items] table")
    assert len(items) == 11
    assert items[0][1].startswith("I01 v1")
    assert "Tried out, not counted" in items[10][3]


def test_records_are_not_for_trainers_of_the_programme_nor_for_assessors(
    app: Flask, make: Factory, programme: Programme, attempt: Attempt
) -> None:
    address = f"{MANAGE}/attempts/{attempt.code}"
    teaches = make.person("Tia", Role.CERTIFICATION_MANAGER)
    make.class_session(make.course(programme, "ADM-101"), teaches)
    assert make.sign_in(app.test_client(), teaches).get(address).status_code == 404
    assert assessor(app, make, "Ann").get(address).status_code == 403
    auditor = make.sign_in(app.test_client(), make.person("Rita", Role.AUDITOR))
    assert auditor.get(address).status_code == 200
    assert auditor.get(f"{MANAGE}/attempts/NOTHING").status_code == 404
    assert "/items/I01/disposition" not in auditor.get(address).text


def disposed(manager: FlaskClient, make: Factory, **fields: str) -> str:
    """The address of a previewed decision on item I01."""
    address = f"{MANAGE}/items/I01/disposition"
    values = {"treatment": "neutral", "reason": "Two options are right", **fields}
    sent = Page(manager.get(address)).form(address).submit(manager, **values)
    assert sent.status_code == 303, Page(sent).errors
    make.work("scoring.preview")
    return sent.location


def test_a_decision_is_previewed_confirmed_and_carried_out(
    app: Flask, manager: FlaskClient, make: Factory, exam: Sat, attempt: Attempt
) -> None:
    make.scored(make.submitted(exam, make.person("=Ben"), [WRONG] + [RIGHT] * 10))
    address = disposed(manager, make)
    page = Page(manager.get(address))
    assert [row[0].split()[0] for row in page.rows()] == ["Ada", "=Ben"]
    assert "Passed → not passed" in page.rows()[0][3]
    assert page.rows("main table")[0][5] == "–"

    assert not page.has_form(f"{address}/run")
    assert "A second person carries it out." in page.text
    second = make.sign_in(app.test_client(), make.person("Sue Second", Role.CERTIFICATION_MANAGER))
    form = Page(second.get(address)).form(f"{address}/run")
    for _ in range(2):
        assert form.submit(second).status_code == 303
    assert Page(manager.get(address)).soup.select_one("progress") is not None
    make.work("scoring.regrade")
    done = Page(manager.get(f"{address}?show=lost"))
    assert "proposed by Cora" in done.text
    assert "carried out by Sue Second" in done.text
    assert "Proposed, decides nothing" in done.rows()[0][5]

    with unit(writes=False):
        change = db.session.scalars(
            sa.select(DispositionChange).where(
                DispositionChange.passed_before, ~DispositionChange.passed_after
            )
        ).one()
    settle = f"{address}/changes/{change.id}"
    for part in (done, Page(second.get(address))):
        assert not part.has_form(settle)
        assert "Somebody else settles it" in part.text
    third = make.sign_in(app.test_client(), make.person("Tom Third", Role.CERTIFICATION_MANAGER))
    sent = Page(third.get(address)).form(settle)
    sent.values["keep"] = ["1"]
    assert sent.submit(third, reason="The candidate was told so").status_code == 303
    assert "The candidate was told so" in Page(manager.get(f"{address}?show=lost")).text
    assert make.result_of(attempt).passed


def test_the_changes_are_a_file_whose_cells_are_harmless(
    manager: FlaskClient, make: Factory, exam: Sat, attempt: Attempt
) -> None:
    make.scored(make.submitted(exam, make.person("=Ben"), [WRONG] + [RIGHT] * 10))
    address = disposed(manager, make)
    rows = list(csv.DictReader(io.StringIO(manager.get(f"{address}/changes.csv").text)))
    assert [row["person"] for row in rows] == ["Ada", "'=Ben"]
    assert (rows[0]["passed_before"], rows[0]["passed_after"]) == ("True", "False")


def test_awards_that_stand_on_a_result_are_named(
    manager: FlaskClient, make: Factory, programme: Programme, exam: Sat, attempt: Attempt
) -> None:
    make.rule(make.scheme(programme), {"exam": "ADM-300", "at_least": 70})
    with clock.frozen_at(make.now):
        make.work("exams.result_recorded")
    page = Page(manager.get(disposed(manager, make)))
    assert page.rows()[0][4] == "Certified Administrator"
    assert any(link.startswith("/manage/awards/") for link in page.links)


def test_a_wrong_key_is_named_beside_its_field(
    manager: FlaskClient, make: Factory, attempt: Attempt
) -> None:
    address = f"{MANAGE}/items/I01/disposition"
    form = Page(manager.get(address)).form(address)
    sent = Page(form.submit(manager, treatment="rekey", key="z", reason="Typing error"))
    assert sent.status == 422
    assert "cannot be the item's key" in sent.error_of("key")
    assert Page(manager.get(address)).field("key").get_text().strip() == "b"
    nothing = Page(form.submit(manager))
    assert nothing.errors


def decided_on(manager: FlaskClient, make: Factory, exam: Sat, kind: str, **changes: Any) -> Page:
    """The page for a decision on an item of a kind that somebody was asked."""
    version = make.ready_item(make.programme_of(exam.exam), "K1", kind, **changes)
    other = Sat(exam.exam, make.form(exam.exam, [version], code="K"), [version])
    make.submitted(other, make.person("Bea"), [None])
    return Page(manager.get(f"{MANAGE}/items/K1/disposition"))


def test_the_key_of_an_order_is_shown_as_places(
    manager: FlaskClient, make: Factory, exam: Sat
) -> None:
    page = decided_on(manager, make, exam, "order", key=["d", "b", "c", "a"])
    assert [(row[0], row[2]) for row in page.rows()] == [
        ("a", "4"), ("b", "2"), ("c", "3"), ("d", "1"),
    ]  # fmt: skip


def test_the_key_of_gaps_is_shown_gap_by_gap(
    manager: FlaskClient, make: Factory, exam: Sat
) -> None:
    page = decided_on(manager, make, exam, "inline")
    assert page.rows("table:has(code)") == [["f", "flows"], ["s", "stays"]]
    filled = page.soup.select("main table")[1]
    assert [row.get_text(" ", strip=True) for row in filled.select("tbody tr")] == [
        "w f flows", "i s stays",
    ]  # fmt: skip
    assert "Water w , ice i ." in page.soup.select_one(".prose").get_text(" ", strip=True)  # type: ignore[union-attr]


def test_the_key_of_a_match_names_both_sides(
    manager: FlaskClient, make: Factory, exam: Sat
) -> None:
    page = decided_on(manager, make, exam, "match")
    filled = page.soup.select("main table")[1]
    assert next(row.get_text(" ", strip=True) for row in filled.select("tbody tr")) == (
        "x France fr Paris"
    )


def test_a_preview_is_dropped_or_made_anew(
    manager: FlaskClient, make: Factory, attempt: Attempt
) -> None:
    address = disposed(manager, make)
    fresh = Page(manager.get(address)).form(f"{address}/renewal").submit(manager).location
    assert fresh != address
    make.work("scoring.preview")
    assert Page(manager.get(fresh)).form(f"{fresh}/drop").submit(manager).status_code == 303
    states = [row[2] for row in Page(manager.get(f"{MANAGE}/dispositions")).rows()]
    assert states == ["Dropped", "Dropped"]


def test_decisions_are_for_managers_of_the_programme(
    app: Flask, make: Factory, manager: FlaskClient, attempt: Attempt
) -> None:
    address = disposed(manager, make)
    auditor = make.sign_in(app.test_client(), make.person("Rita", Role.AUDITOR))
    elsewhere = make.sign_in(
        app.test_client(), make.person("Mia", Role.CERTIFICATION_MANAGER, programme_code="DEV")
    )
    assert auditor.get(address).status_code == 200
    assert not Page(auditor.get(address)).has_form(f"{address}/run")
    app.config["WTF_CSRF_ENABLED"] = False
    assert auditor.post(f"{address}/run").status_code == 403
    assert elsewhere.get(address).status_code == 404
    assert elsewhere.post(f"{address}/run").status_code == 404
    assert manager.get(f"{MANAGE}/dispositions/999").status_code == 404
    assert manager.get(f"{MANAGE}/items/NONE/disposition").status_code == 404
    assert manager.get(f"{address}?show=nonsense").status_code == 404
    assert manager.get(f"{address}/run").location == address
    with unit(writes=False):
        assert db.session.scalars(sa.select(ItemDisposition.state)).one() == "preview"


def test_a_page_of_many_costs_no_more_queries(
    manager: FlaskClient, make: Factory, exam: Sat, attempt: Attempt
) -> None:
    def asked(address: str) -> int:
        manager.get(address)
        with counted() as statements:
            assert manager.get(address).status_code == 200
        return len(statements)

    few = disposed(manager, make, reason="One")
    before = [asked(few), asked(f"{MANAGE}/attempts")]
    Page(manager.get(few)).form(f"{few}/drop").submit(manager)
    attempts = [make.submitted(exam, make.person(f"Person {n}"), [RIGHT] * 9) for n in range(12)]
    make.scored(*attempts)
    many = disposed(manager, make, reason="Many")
    assert len(Page(manager.get(f"{many}?show=all")).rows()) == 13
    assert [asked(many), asked(f"{MANAGE}/attempts")] == before
