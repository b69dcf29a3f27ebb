"""Cut-score studies in the browser: rounds of a panel, Hofstee, groups, the decision."""

import io
from fractions import Fraction
from typing import Any

import pikepdf
import pypdfium2
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from certification.cutscores.models import CutStudy, Rating, StudyState
from certification.papers.models import CutScore
from courses.catalog.models import CourseKind
from lms import clock, jobs
from lms.accounts.models import Person
from lms.db import db, unit
from lms.mail import MailMessage
from lms.permissions import Role
from tests.factories import Factory
from tests.factories.sittings import Sat, answers_of
from tests.page import Page

pytestmark = pytest.mark.thorough

LIST = "/manage/exams/ADM-300/cut-score-studies"
ITEMS = 4


@pytest.fixture
def exam(make: Factory) -> Sat:
    programme = make.programme()
    course = make.course(programme, "ADM-300", title="Certification Exam", kind=CourseKind.EXAM)
    return make.exam_form(programme, course, items=ITEMS)


@pytest.fixture
def head(app: Flask, make: Factory) -> FlaskClient:
    return make.sign_in(app.test_client(), make.person("Cora", Role.CERTIFICATION_MANAGER))


def begin(head: FlaskClient, method: str = "angoff") -> str:
    """A study's address."""
    form = Page(head.get(LIST)).form(LIST)
    sent = form.submit(
        head, title="Spring panel", form_code="A", method=method, description="Runs a site alone."
    )
    assert sent.status_code == 303, sent.text
    return str(sent.location)


def post(client: FlaskClient, page: str, action: str, **fields: str) -> Page:
    sent = Page(client.get(page)).form(action).submit(client, **fields)
    return Page(client.get(sent.location) if sent.status_code == 303 else sent)


def panel_of(head: FlaskClient, make: Factory, address: str, *names: str) -> list[Person]:
    people = [make.person(name) for name in names]
    for person in people:
        email = make.account(person).email
        page = post(head, address, f"{address}/judges", person=email)
        assert person.name in page.text
    return people


def rate(app: Flask, make: Factory, judge: Person, address: str, percents: list[str]) -> Page:
    client = make.sign_in(app.test_client(), judge)
    own = f"/panel/{address.rsplit('/', 1)[1]}"
    fields = {f"r{place}": text for place, text in enumerate(percents, 1)}
    return post(client, own, f"{own}/ratings", **fields)


def test_a_panel_rates_in_rounds_and_somebody_decides(
    app: Flask, head: FlaskClient, exam: Sat, make: Factory
) -> None:
    address = begin(head)
    panel = panel_of(head, make, address, "Ann", "Bob")
    post(head, address, f"{address}/rounds")
    with unit(writes=False):
        told = db.session.scalars(sa.select(MailMessage).order_by(MailMessage.id)).all()
    assert [(mail.facts["name"], mail.facts["round"]) for mail in told] == [
        ("Ann", 0), ("Bob", 0), ("Ann", 1), ("Bob", 1),
    ]  # fmt: skip
    assert "4 of 4" in rate(app, make, panel[0], address, ["50", "60", "70", "80"]).text
    rate(app, make, panel[1], address, ["60", "60", "60", "60"])
    post(head, address, f"{address}/rounds/end")
    # (2.6 + 2.4) / 2 judges
    assert "2.50" in Page(head.get(address)).text

    post(head, address, f"{address}/rounds")
    again = Page(make.sign_in(app.test_client(), panel[0]).get(f"/panel/{address.split('/')[-1]}"))
    assert "You said 50 %. The panel said 55 % on average, from 50 to 60 %." in again.text
    for judge in panel:
        rate(app, make, judge, address, ["75"] * 4)
    page = post(head, address, f"{address}/end")
    assert "3.00" in page.text
    assert "Waits for a decision" in page.text

    page = post(
        head, address, f"{address}/decision", cut="2.75", reason="One error below the panel"
    )
    assert "Decided: 2.75 of 4 points" in page.text
    with unit(writes=False):
        score = db.session.scalars(sa.select(CutScore)).one()
    assert (score.cut, score.method, score.form_id) == (Fraction(11, 4), "angoff", exam.form.id)


@pytest.mark.thorough
@pytest.mark.sqlite
def test_the_report_is_a_document(app: Flask, head: FlaskClient, exam: Sat, make: Factory) -> None:
    address = begin(head)
    panel = panel_of(head, make, address, "Ann", "Bob")
    post(head, address, f"{address}/rounds")
    for judge in panel:
        rate(app, make, judge, address, ["75"] * 4)
    post(head, address, f"{address}/end")
    assert head.get(f"{address}/report.pdf").status_code == 404
    with unit(writes=False):
        study = db.session.scalars(sa.select(CutStudy)).one()
    for _ in range(2):
        jobs.handler_of("cutscores.report")({"study_id": study.id})
    answer = head.get(f"{address}/report.pdf")
    assert answer.mimetype == "application/pdf"
    with pikepdf.open(io.BytesIO(answer.data)) as document:
        assert document.Root.MarkInfo.Marked
        assert document.open_metadata()["pdfuaid:part"] == "1"
    text = pypdfium2.PdfDocument(answer.data)[0].get_textpage().get_text_bounded()
    assert "Recommended: 3.00 of 4 points" in text


def test_a_wrong_number_is_named_and_nothing_typed_is_lost(
    app: Flask, head: FlaskClient, exam: Sat, make: Factory
) -> None:
    address = begin(head)
    panel = panel_of(head, make, address, "Ann", "Bob")
    post(head, address, f"{address}/rounds")
    page = rate(app, make, panel[0], address, ["50", "101", "", "7"])
    assert page.status == 422
    assert page.errors == ["Item 2: enter a whole number from 0 to 100."]
    assert [page.field(f"r{n}")["value"] for n in (1, 2, 4)] == ["50", "101", "7"]
    assert page.field("r2")["aria-invalid"] == "true"
    with unit(writes=False):
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Rating)) == 0


def test_after_the_round_nothing_is_rated(
    app: Flask, head: FlaskClient, exam: Sat, make: Factory
) -> None:
    address = begin(head)
    panel = panel_of(head, make, address, "Ann", "Bob")
    post(head, address, f"{address}/rounds")
    client = make.sign_in(app.test_client(), panel[0])
    own = f"/panel/{address.rsplit('/', 1)[1]}"
    late = Page(client.get(own)).form(f"{own}/ratings")
    post(head, address, f"{address}/rounds/end")
    assert late.submit(client, r1="50").status_code == 409
    assert "Nothing to judge now" in client.get(own).text


def test_a_round_needs_two_judges_and_the_one_before_to_be_closed(
    head: FlaskClient, exam: Sat, make: Factory
) -> None:
    address = begin(head)
    alone = post(head, address, f"{address}/rounds")
    assert (alone.status, alone.title[:6]) == (422, "Error:")
    assert alone.errors == ["Call the panel first. Judges on it: 0, needed: 2."]
    assert alone.soup.select_one("section[aria-labelledby='rounds'] #error-summary")
    panel_of(head, make, address, "Ann", "Bob")
    second = Page(head.get(address)).form(f"{address}/rounds")
    post(head, address, f"{address}/rounds")
    again = Page(second.submit(head, once="another"))
    assert (again.status, again.errors) == (422, ["Close the open round first."])


def test_who_teaches_the_programme_is_not_called(
    head: FlaskClient, exam: Sat, make: Factory
) -> None:
    address, teacher = begin(head), make.person("Tea", Role.TRAINER)
    make.class_session(make.course(make.programme_of(exam.exam)), trainer=teacher)
    page = post(head, address, f"{address}/judges", person=make.account(teacher).email)
    assert page.status == 422
    assert "teaches the programme" in page.errors[0]


def test_hofstee_crosses_the_fail_curve(
    app: Flask, head: FlaskClient, exam: Sat, make: Factory
) -> None:
    people = [make.person(f"P{n}") for n in range(30)]
    make.sat(exam, people, answers_of(30, ITEMS))
    address = begin(head, "hofstee")
    own = f"/panel/{address.rsplit('/', 1)[1]}"
    wide = {"least_cut": "1", "most_cut": "4", "least_fail": "0", "most_fail": "90"}
    for judge in panel_of(head, make, address, "Ann", "Bob"):
        client = make.sign_in(app.test_client(), judge)
        assert "saved" in post(client, own, f"{own}/bounds", **wide).text
        wrong = {**wide, "least_cut": "5"}
        assert post(client, own, f"{own}/bounds", **wrong).status == 422
        assert Page(client.get(own)).field("least_cut")["value"] == "1.00"
    page = post(head, address, f"{address}/end")
    assert "They cross at a cut of" in page.text


def test_contrasting_groups_are_pasted_by_attempt(
    head: FlaskClient, exam: Sat, make: Factory
) -> None:
    people = [make.person(f"P{n}") for n in range(40)]
    weak, strong = [[["a"]] * 3 + [["b"]]] * 18, [[["b"]] * 3 + [["a"]]] * 18
    mixed = [[["b"]] * 4, [["a"]] * 4, [["b"]] * 2 + [["a"]] * 2, [["b"]] * 2 + [["a"]] * 2]
    make.sat(exam, people, [*weak, *strong, *mixed])
    with unit(writes=False):
        codes = db.session.scalars(sa.text("SELECT code FROM attempt ORDER BY id")).all()
    words = ["no"] * 18 + ["yes"] * 18 + ["qualified", "unqualified", "qualified", "unqualified"]
    address = begin(head, "contrasting")
    lines = "\n".join(f"{code}, {word}" for code, word in zip(codes, words, strict=True))
    wrong = post(head, address, f"{address}/groups", listed=f"{lines}\n{codes[0]} maybe")
    assert wrong.errors == [
        "Candidates: Line 41: write the attempt's code, then qualified or unqualified."
    ]
    unknown = post(head, address, f"{address}/groups", listed="NOBODY yes")
    assert "No scored attempt of this form: NOBODY" in unknown.errors[0]
    assert "40 candidates are kept" in head.get(LIST).text or post(
        head, address, f"{address}/groups", listed=lines
    )
    page = post(head, address, f"{address}/end")
    assert "Midpoint of the means" in page.text
    assert "2.00" in page.text


def test_a_judge_sees_only_the_own_panels(
    app: Flask, head: FlaskClient, exam: Sat, make: Factory
) -> None:
    address = begin(head)
    panel = panel_of(head, make, address, "Ann", "Bob")
    own = f"/panel/{address.rsplit('/', 1)[1]}"
    judge = make.sign_in(app.test_client(), panel[0])
    assert "Spring panel" in judge.get("/panel").text
    other = make.sign_in(app.test_client(), make.person("Eve"))
    assert "You are on no panel" in other.get("/panel").text
    assert other.get(own).status_code == 404
    assert other.get("/panel/999").status_code == 404
    assert other.get(f"{own}/pictures/{'0' * 64}.png").status_code == 404
    assert judge.get(f"{own}/pictures/{'0' * 64}.png").status_code == 404
    assert judge.get(address).status_code == 403
    assert judge.put(own).status_code == 405


def test_a_judge_is_removed_only_before_judging(
    app: Flask, head: FlaskClient, exam: Sat, make: Factory
) -> None:
    address = begin(head)
    panel = panel_of(head, make, address, "Ann", "Bob", "Cid")
    post(head, address, f"{address}/rounds")
    rate(app, make, panel[0], address, ["50"] * 4)
    with unit(writes=False):
        ids = list(db.session.scalars(sa.text("SELECT id FROM cut_judge ORDER BY id")))
    assert "stays on the panel" in post(head, address, f"{address}/judges/{ids[0]}/end").text
    assert "Cid" not in post(head, address, f"{address}/judges/{ids[2]}/end").text


def refused(head: FlaskClient, address: str) -> list[str]:
    """What the study lacks: the page says it in advance, and the button says it again."""
    before = Page(head.get(address)).text
    page = post(head, address, f"{address}/end")
    assert page.status == 422
    assert page.soup.select_one("section[aria-labelledby='end'] #error-summary")
    assert all(text in before for text in page.errors)
    return page.errors


def test_judging_is_not_ended_before_a_round_is_complete(
    app: Flask, head: FlaskClient, exam: Sat, make: Factory
) -> None:
    address = begin(head)
    assert refused(head, address) == ["No round has been held yet."]
    panel = panel_of(head, make, address, "Ann", "Bob")
    assert refused(head, address) == ["No round has been held yet."]
    post(head, address, f"{address}/rounds")
    rate(app, make, panel[0], address, ["50"] * 4)
    rate(app, make, panel[1], address, ["50"] * 3)
    lacks = ["Not enough judges: 1 judged everything, 2 are needed."]
    assert refused(head, address) == lacks
    assert "Waits for a decision" not in head.get(address).text
    rate(app, make, panel[1], address, ["50"] * 4)
    assert "Waits for a decision" in post(head, address, f"{address}/end").text


def test_hofstee_is_not_ended_without_scores_and_judges(
    app: Flask, head: FlaskClient, exam: Sat, make: Factory
) -> None:
    address = begin(head, "hofstee")
    few = "Not enough judges: 0 judged everything, 2 are needed."
    assert refused(head, address) == ["Nobody has a score with this form yet.", few]
    make.sat(exam, [make.person(f"P{n}") for n in range(30)], answers_of(30, ITEMS))
    assert refused(head, address) == [few]
    # A panel whose line the curve does not cross has judged: that is an outcome to decide on.
    own = f"/panel/{address.rsplit('/', 1)[1]}"
    narrow = {"least_cut": "0", "most_cut": "0", "least_fail": "90", "most_fail": "95"}
    for judge in panel_of(head, make, address, "Ann", "Bob"):
        post(make.sign_in(app.test_client(), judge), own, f"{own}/bounds", **narrow)
    assert "Waits for a decision" in post(head, address, f"{address}/end").text
    page = post(head, address, f"{address}/decision", cut="2", reason="Between what both said")
    assert "Decided: 2 of 4 points" in page.text


def test_contrasting_groups_are_not_ended_before_there_are_enough(
    head: FlaskClient, exam: Sat, make: Factory
) -> None:
    address = begin(head, "contrasting")
    lacks = ["Not enough data: the smaller group has 0 of the 15 people needed."]
    assert refused(head, address) == lacks


@pytest.mark.parametrize(
    ("method", "kept"),
    [
        ("angoff", {"why": None, "rounds": []}),
        ("hofstee", {"why": {"why": "no_scores_yet", "values": {}}}),
        ("contrasting", {"why": {"why": "group_too_small", "values": {"have": 0, "need": 15}}}),
    ],
)
def test_an_empty_study_that_was_ended_earlier_is_dropped_not_decided(
    head: FlaskClient, exam: Sat, make: Factory, method: str, kept: dict[str, Any]
) -> None:
    address = begin(head, method)
    empty = {"method": method, "full": 4.0, "people": 0, "passing": None, "cut": None}
    if method == "contrasting":
        kept = {**kept, "sizes": [0, 0], "scores": [[], []]}
    with unit(writes=True):
        study = db.session.scalars(sa.select(CutStudy)).one()
        study.outcome, study.state, study.closed_at = empty | kept, StudyState.CLOSED, clock.now()
    page = Page(head.get(address))
    assert not page.has_form(f"{address}/decision")
    assert "nothing to decide on" in page.text
    forged = head.post(
        f"{address}/decision",
        data={**page.form(f"{address}/drop").values, "cut": "2", "reason": "Because we like it"},
    )
    assert forged.status_code == 422
    with unit(writes=False):
        assert db.session.scalar(sa.select(sa.func.count()).select_from(CutScore)) == 0
    assert "Dropped" in post(head, address, f"{address}/drop").text


def test_a_decision_is_made_once_and_in_range(
    app: Flask, head: FlaskClient, exam: Sat, make: Factory
) -> None:
    address = begin(head)
    panel = panel_of(head, make, address, "Ann", "Bob")
    post(head, address, f"{address}/rounds")
    for judge in panel:
        rate(app, make, judge, address, ["75"] * 4)
    post(head, address, f"{address}/end")
    wrong = post(head, address, f"{address}/decision", cut="5", reason="More than there is")
    assert wrong.status == 422
    form = Page(head.get(address)).form(f"{address}/decision")
    assert form.submit(head, cut="3", reason="As the panel says").status_code == 303
    assert form.submit(head, cut="3", reason="As the panel says", once="b").status_code == 422
    with unit(writes=False):
        assert db.session.scalar(sa.select(sa.func.count()).select_from(CutScore)) == 1


def test_outsiders_and_readers(app: Flask, head: FlaskClient, exam: Sat, make: Factory) -> None:
    address = begin(head)
    auditor = make.sign_in(app.test_client(), make.person("Aud", Role.AUDITOR))
    assert auditor.get(address).status_code == 200
    assert auditor.post(f"{address}/end").status_code in (400, 403)
    limited = make.person("Oth", Role.CERTIFICATION_MANAGER, programme_code="OTHER")
    outsider = make.sign_in(app.test_client(), limited)
    assert outsider.get(address).status_code == 404
    assert head.get(f"{LIST}/999").status_code == 404
    assert head.delete(address).status_code == 405
