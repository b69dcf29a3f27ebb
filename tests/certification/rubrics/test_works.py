"""Work is handed in as a file, replaced until an assessor begins, and only ever saved."""

import io
from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import DBAPIError
from werkzeug.test import TestResponse

from certification.exams.models import Exam
from certification.rubrics import files, queries_works
from certification.rubrics.models import Assessment, Kind, SubmittedWork
from courses.catalog.models import CourseKind
from lms.accounts.models import Person
from lms.db import db, unit
from lms.errors import Refusal
from lms.permissions import Role
from tests.factories import Factory
from tests.factories.rubrics import USUAL
from tests.page import Page

pytestmark = pytest.mark.thorough

WORK = "/exams/ADM-X/work"
BEGIN = "/teach/exams/ADM-X/assessments"
PDF = b"%PDF-1.7 a plan"


@pytest.fixture
def exam(make: Factory) -> Exam:
    course = make.course(make.programme(), "ADM-X", title="Exam", kind=CourseKind.EXAM)
    exam = make.exam(course)
    make.rubric(exam)
    return exam


@pytest.fixture
def ada(make: Factory, exam: Exam) -> Person:
    return make.person("Ada")


@pytest.fixture
def candidate(app: Flask, make: Factory, ada: Person) -> FlaskClient:
    return make.sign_in(app.test_client(), ada)


@pytest.fixture
def pia(make: Factory, exam: Exam) -> Person:
    return make.person("Pia", Role.ASSESSOR)


def handed_in(client: FlaskClient, content: bytes = PDF, name: str = "plan.pdf") -> TestResponse:
    """The file sent by the page's form."""
    return Page(client.get(WORK)).form(WORK).submit(client, file=(io.BytesIO(content), name))


def works() -> list[SubmittedWork]:
    with unit(writes=False):
        return list(db.session.scalars(sa.select(SubmittedWork).order_by(SubmittedWork.number)))


def test_a_newer_file_counts_and_those_before_are_kept(candidate: FlaskClient) -> None:
    assert handed_in(candidate).status_code == 303
    assert handed_in(candidate, b"PK\x03\x04 zipped", "../up/Mein Plan.docx").status_code == 303
    first, second = works()
    assert (first.number, first.name, first.media) == (1, "plan.pdf", "application/pdf")
    assert (second.number, second.name, second.media) == (2, "Mein Plan.docx", "application/zip")
    page = Page(candidate.get(WORK))
    assert [row[0] for row in page.rows("table.table")] == ["Mein Plan.docx", "plan.pdf"]
    assert candidate.get(f"{WORK}/1").data == PDF


def test_a_file_is_saved_and_never_shown(candidate: FlaskClient) -> None:
    handed_in(candidate, b"<script>alert(1)</script>", "evil.html")
    answer = candidate.get(f"{WORK}/1")
    assert answer.headers["Content-Disposition"] == "attachment; filename=evil.html.txt"
    assert answer.mimetype == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", "The file is empty."),
        (b"MZ\x90\x00\x03", "This is none of the kinds of file that can be handed in"),
        (b"a" * (files.MOST_BYTES + 1), "The file is larger than 6 MB."),
    ],
)
def test_what_cannot_be_taken_is_named_at_the_field(
    candidate: FlaskClient, content: bytes, error: str
) -> None:
    answer = Page(handed_in(candidate, content))
    assert answer.status == 422
    assert error in answer.error_of("file")
    assert works() == []


def test_a_double_click_hands_in_once(candidate: FlaskClient) -> None:
    page = Page(candidate.get(WORK))
    for _n in range(2):
        sent = page.form(WORK).submit(candidate, file=(io.BytesIO(PDF), "plan.pdf"))
        assert sent.status_code == 303
    assert len(works()) == 1


def test_work_waits_is_judged_and_cannot_be_replaced_meanwhile(
    app: Flask, make: Factory, candidate: FlaskClient, pia: Person
) -> None:
    handed_in(candidate)
    assessor = make.sign_in(app.test_client(), pia)
    queue = Page(assessor.get(BEGIN))
    file = f"/teach/exams/ADM-X/works/{works()[0].id}"
    assert file in queue.links
    assert assessor.get(file).data == PDF
    begun = queue.form(f'form.inline[action="{BEGIN}"]').submit(assessor)
    address = str(begun.headers["Location"]).removeprefix("http://localhost")
    assert file in Page(assessor.get(address)).links
    assert file not in Page(assessor.get(BEGIN)).links
    assert "It cannot be replaced now." in Page(candidate.get(WORK)).text
    assert not Page(candidate.get(WORK)).has_form(WORK)
    levels = {"level-plan": "3", "level-safe": "3"}
    done = Page(assessor.get(address)).form(address).submit(assessor, submit="yes", **levels)
    assert done.status_code == 303
    with unit(writes=False):
        made = db.session.scalars(sa.select(Assessment)).one()
    assert (made.kind, made.work_id) == (Kind.WORK, works()[0].id)
    assert (
        file in Page(assessor.get(f"/teach/exams/ADM-X/results/{made.result_id}/assessment")).links
    )
    assert Page(candidate.get(WORK)).rows("table.table")[0][-1] == "Judged"
    assert handed_in(candidate, b"Second try", "again.txt").status_code == 303


def test_work_that_waits_is_paged(app: Flask, make: Factory, exam: Exam, pia: Person) -> None:
    assessor = make.sign_in(app.test_client(), pia)
    for name in ("Bea", "Cem", "Pia's own"):
        person = pia if name == "Pia's own" else make.person(name)
        handed_in(make.sign_in(app.test_client(), person))
    with unit(writes=False):
        first = queries_works.waiting(exam.id, pia.id, size=1)
        second = queries_works.waiting(exam.id, pia.id, first.rows[0][0].id, size=1)
    assert [page.rows[0][1].name for page in (first, second)] == ["Bea", "Cem"]
    assert (first.is_first, second.is_first, second.next_cursor) == (True, False, None)
    beyond = Page(assessor.get(f"{BEGIN}?waiting={first.next_cursor}"))
    assert ("Cem" in beyond.text, "Bea" in beyond.text) == (True, False)


def test_a_file_that_came_too_late_is_refused(
    make: Factory, candidate: FlaskClient, exam: Exam, ada: Person, pia: Person
) -> None:
    handed_in(candidate)
    form = Page(candidate.get(WORK)).form(WORK)
    make.sheet(exam, ada, pia, Kind.WORK)
    answer = Page(form.submit(candidate, file=(io.BytesIO(b"late"), "late.txt")))
    assert answer.status == 422
    assert answer.errors[0].startswith("An assessor has begun to look at your work")
    assert len(works()) == 1


def test_a_file_is_judged_once(
    make: Factory, candidate: FlaskClient, exam: Exam, ada: Person, pia: Person
) -> None:
    handed_in(candidate)
    olu = make.person("Olu", Role.ASSESSOR)
    mine, theirs = (make.sheet(exam, ada, one, Kind.WORK) for one in (pia, olu))
    make.judged(mine, (3, 3))
    with pytest.raises(Refusal, match="work_judged"):
        make.judged(theirs, (1, 1))
    with pytest.raises(Refusal, match="work_judged"):
        make.sheet(exam, ada, pia, Kind.WORK)


def test_others_find_no_file(
    app: Flask, make: Factory, candidate: FlaskClient, exam: Exam, pia: Person
) -> None:
    handed_in(candidate)
    file = f"/teach/exams/ADM-X/works/{works()[0].id}"

    def status(person: Person, path: str) -> int:
        return make.sign_in(app.test_client(), person).get(path).status_code

    assert status(make.person("Eve"), f"{WORK}/1") == 404
    assert status(make.person("Eva"), file) == 403
    assert status(make.person("Out", Role.ASSESSOR, programme_code="USR"), file) == 404
    assert status(pia, file) == 200
    assert status(pia, "/teach/exams/ADM-X/works/999") == 404
    assert candidate.delete(WORK).status_code == 405


def test_an_exam_that_asks_for_no_work_has_no_page(
    make: Factory, candidate: FlaskClient, exam: Exam
) -> None:
    assert WORK in Page(candidate.get("/exams/ADM-X")).links
    make.rubric(exam, replace(USUAL, kinds=("practical",)))
    assert candidate.get(WORK).status_code == 404
    assert WORK not in Page(candidate.get("/exams/ADM-X")).links
    assert candidate.get("/exams/NOPE/work").status_code == 404


@pytest.mark.parametrize(
    "change", ["UPDATE submitted_work SET size = 1", "DELETE FROM submitted_work"]
)
def test_the_database_keeps_what_was_handed_in(candidate: FlaskClient, change: str) -> None:
    handed_in(candidate)
    with pytest.raises(DBAPIError, match="frozen"), unit(writes=True):
        db.session.execute(sa.text(change))


@pytest.mark.parametrize(
    ("content", "media"),
    [
        (b"%PDF-1.4", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"PK\x03\x04", "application/zip"),
        ("Gr\N{LATIN SMALL LETTER U WITH DIAERESIS}ße\r\n\t- eins".encode(), "text/plain"),
        (b"\xef\xbb\xbfwith a mark", "text/plain"),
        (b"\xff\xfeU\x00", None),
        (b"text\x00", None),
        (b"\x1b[31mred", None),
        (b"\x7fELF\x02\x01\x01\x00", None),
    ],
)
def test_a_file_is_what_its_content_says(content: bytes, media: str | None) -> None:
    assert files.media_of(content) == media


@pytest.mark.parametrize(
    ("name", "media", "shown"),
    [
        ("plan.pdf", "application/pdf", "plan.pdf"),
        ("plan.PDF", "application/pdf", "plan.PDF"),
        ("C:\\Users\\ada\\plan.exe", "application/pdf", "plan.exe.pdf"),
        ("../../etc/passwd", "text/plain", "passwd.txt"),
        ("notes.md", "text/plain", "notes.md"),
        ('a\r\nb";x.csv', "text/plain", "a__b__x.csv"),
        ("", "image/png", "work.png"),
        (".txt", "text/plain", "txt.txt"),
        ("x" * 300 + ".zip", "application/zip", "x" * 116 + ".zip"),
    ],
)
def test_a_name_ends_as_its_content_is(name: str, media: str, shown: str) -> None:
    assert files.named(name, media) == shown
