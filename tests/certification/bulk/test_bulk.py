"""Mass acts: the preview is what is run, each row once, stopped and taken back when told."""

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import IntegrityError

from certification.awards import actions as awards
from certification.awards.models import Award, Revocation, SchemeVersion, Suspension
from certification.awards.rules import Fact, Facts, assess
from certification.bulk import actions
from certification.bulk.models import BulkAct, BulkItem, BulkKind, BulkState
from certification.bulk.rules import Target, flaw, issue_flaw
from certification.bulk.wording import flaw_text
from certification.certificates.models import Certificate, CertificateState
from courses.catalog.models import CourseVersion, Programme
from courses.scheduling.models import Completion
from lms import jobs
from lms.accounts.models import Account, Person
from lms.audit import AuditEntry
from lms.db import db, unit
from lms.permissions import Role
from tests.factories import Factory
from tests.page import Page
from tests.queries import counted

pytestmark = pytest.mark.thorough

DONE = Fact(1, date(2026, 11, 2))
GOOD = Target(is_issued=True, is_replaced=False, is_revoked=False, is_suspended=False, is_own=False)


@pytest.fixture
def programme(make: Factory) -> Programme:
    return make.programme("ADM")


@pytest.fixture
def version(make: Factory, programme: Programme) -> SchemeVersion:
    return make.scheme(programme)


@pytest.fixture
def issued(make: Factory, version: SchemeVersion) -> list[Certificate]:
    """Three people's certificates."""
    people = [make.person(name) for name in ("Ada", "Ben", "=Cora")]
    return [make.issued(make.award(person, version)) for person in people]


@pytest.fixture
def mona(make: Factory) -> Person:
    return make.person("Mona", Role.CERTIFICATION_MANAGER)


@pytest.fixture
def client(app: Flask, make: Factory, mona: Person) -> FlaskClient:
    return make.sign_in(app.test_client(), mona)


def listed(certificates: list[Certificate]) -> str:
    """The first by its code as people type it, the others by number."""
    first, *others = certificates
    return "\n".join([first.code.lower(), *(one.number for one in others)])


def choose(client: FlaskClient, kind: str, text: str, title: str = "Spring exam") -> Page:
    """The page after the form was sent."""
    form = Page(client.get("/manage/bulk")).form("/manage/bulk")
    sent = form.submit(client, kind=kind, title=title, reason="Under review", listed=text)
    return Page(client.get(sent.location) if sent.location else sent)


def press(client: FlaskClient, page: Page, verb: str, **values: str) -> Page:
    path = page.response.request.path
    sent = page.form(f"{path}/{verb}").submit(client, **values)
    return Page(client.get(sent.location) if sent.location else sent)


def chunks() -> list[jobs.Args]:
    """What was enqueued, in its order."""
    rows = jobs.client().list_workflows(workflow_id_prefix="bulk.chunk:")
    found = [row.input["args"][1] for row in rows if row.input is not None]
    return sorted(found, key=lambda args: (args["run"], args["item_ids"]))


def work() -> None:
    """What a worker does, twice over."""
    for args in [*chunks(), *chunks()]:
        jobs.handler_of("bulk.chunk")(args)


def count(model: type[Suspension | Revocation | Certificate]) -> int:
    with unit(writes=False):
        return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


@pytest.mark.parametrize(
    ("kind", "changes", "code"),
    [
        ("suspend", {}, ""),
        ("suspend", {"is_suspended": True}, "already_suspended"),
        ("lift", {}, "not_suspended"),
        ("lift", {"is_suspended": True}, ""),
        ("revoke", {"is_suspended": True}, ""),
        ("revoke", {"is_revoked": True}, "already_revoked"),
        ("revoke", {"is_own": True}, "not_yourself"),
        ("reissue", {"is_replaced": True}, "already_superseded"),
        ("reissue", {"is_revoked": True}, "already_revoked"),
        ("reissue", {"is_issued": False}, "not_issued_yet"),
    ],
)
def test_what_an_act_leaves_alone(kind: str, changes: dict[str, bool], code: str) -> None:
    values = {name: getattr(GOOD, name) for name in GOOD.__slots__} | changes
    assert flaw(kind, Target(**values)) == code


def test_the_preview_names_each_row_and_changes_nothing(
    client: FlaskClient, issued: list[Certificate]
) -> None:
    page = choose(client, "suspend", f"{listed(issued)}\n{issued[1].number}\nnonsense\n\n")

    rows = page.rows()
    assert [row[0] for row in rows] == ["1", "2", "3", "4", "5"]
    assert [row[2] for row in rows] == ["Ada", "Ben", "=Cora", "–", "–"]
    assert "stands in the list already" in rows[3][4]
    assert "No certificate that you manage" in rows[4][4]
    assert count(Suspension) == 0
    assert chunks() == []


def test_it_is_run_as_previewed_and_each_row_once(
    client: FlaskClient, issued: list[Certificate], mona: Person
) -> None:
    page = choose(client, "suspend", listed(issued))
    running = press(client, page, "run")
    assert running.soup.select_one("progress") is not None
    work()

    done = Page(client.get(page.response.request.path))
    assert [row[4] for row in done.rows()] == ["Done", "Done", "Done"]
    assert count(Suspension) == 3
    with unit(writes=False):
        rows = db.session.scalars(sa.select(Suspension)).all()
        assert {(r.public_reason, r.by_person_id) for r in rows} == {("Under review", mona.id)}
        acts = list(db.session.scalars(sa.select(AuditEntry.act).order_by(AuditEntry.id)))
    assert acts.count("bulk.done") == 1
    verdict = client.get(f"/verify/{issued[0].code}.json").json
    assert verdict is not None
    assert verdict["verdict"] == "suspended"


def test_what_changed_since_the_preview_is_named_in_its_row(
    client: FlaskClient, issued: list[Certificate], make: Factory, now: datetime
) -> None:
    page = choose(client, "suspend", listed(issued))
    by = make.person("Otto").id
    with unit(writes=True):
        award = db.session.get_one(Award, issued[1].award_id)
        awards.revoke(
            award,
            public_reason="Fraud",
            internal_note="",
            today=date(2026, 11, 23),
            by=by,
            now=now,
        )
    press(client, page, "run")
    work()

    rows = Page(client.get(page.response.request.path)).rows()
    assert [row[4].split()[0] for row in rows] == ["Done", "Error", "Done"]
    assert "revoked already" in rows[1][4]


def test_paused_it_rests_and_resumed_it_goes_on(
    client: FlaskClient, issued: list[Certificate]
) -> None:
    page = press(client, choose(client, "suspend", listed(issued)), "run")
    paused = press(client, page, "pause")
    work()
    assert count(Suspension) == 0
    resumed = press(client, paused, "resumption")
    assert resumed.status == 200
    work()
    assert count(Suspension) == 3


def test_cancelled_it_never_goes_on(client: FlaskClient, issued: list[Certificate]) -> None:
    page = press(client, choose(client, "suspend", listed(issued)), "run")
    cancelled = press(client, page, "cancellation")
    work()
    assert count(Suspension) == 0
    assert not cancelled.has_form(f"{page.response.request.path}/run")


def test_a_suspension_of_many_is_taken_back_once(
    client: FlaskClient, issued: list[Certificate]
) -> None:
    page = choose(client, "suspend", f"{listed(issued)}\nnonsense")
    press(client, page, "run")
    work()
    done = Page(client.get(page.response.request.path))
    back = press(client, done, "recall")
    assert len(back.rows()) == 3
    press(client, back, "run")
    work()
    with unit(writes=False):
        assert db.session.scalars(sa.select(Suspension.lifted_on)).all().count(None) == 0
    again = Page(client.get(page.response.request.path))
    assert press(client, again, "recall").status == 409
    assert press(client, done, "recall").h1 == back.h1  # a double click


def test_a_revocation_of_many_takes_a_second_person(
    app: Flask, make: Factory, client: FlaskClient, issued: list[Certificate], mona: Person
) -> None:
    page = choose(client, "revoke", listed(issued))
    path = page.response.request.path
    assert "A second person" in page.text
    assert not page.has_form(f"{path}/run")
    token = page.soup.select_one("input[name=csrf_token]")
    assert token is not None
    own = client.post(f"{path}/run", data={"csrf_token": token["value"], "confirm": "Spring exam"})
    assert own.status_code == 403

    other = make.sign_in(app.test_client(), make.person("Nora", Role.CERTIFICATION_MANAGER))
    wrong = press(other, Page(other.get(path)), "run", confirm="spring")
    assert wrong.status == 422
    assert wrong.error_of("confirm").endswith("Type the title exactly as it stands above.")
    press(other, Page(other.get(path)), "run", confirm="Spring exam")
    work()
    assert count(Revocation) == 3


def test_the_database_itself_wants_two_people(mona: Person, now: datetime) -> None:
    for approver in (None, mona.id):
        with pytest.raises(IntegrityError), unit(writes=True):
            db.session.add(
                BulkAct(
                    kind=BulkKind.REVOKE,
                    state=BulkState.RUNNING,
                    title="A",
                    reason="B",
                    created_by=mona.id,
                    created_at=now,
                    approved_by=approver,
                )
            )


def test_certificates_are_replaced_and_drawn_again(
    client: FlaskClient, issued: list[Certificate]
) -> None:
    page = choose(client, "reissue", listed(issued))
    press(client, page, "run", confirm="Spring exam")
    work()
    with unit(writes=False):
        replaced = db.session.scalars(
            sa.select(Certificate.supersedes_id).where(Certificate.supersedes_id.is_not(None))
        ).all()
        states = set(db.session.scalars(sa.select(Certificate.state)))
    assert sorted(replaced) == sorted(one.id for one in issued)
    assert states == {CertificateState.ISSUED}
    done = Page(client.get(page.response.request.path))
    assert [row[4] for row in done.rows()] == ["Done"] * 3


@pytest.fixture
def earned(make: Factory, version: SchemeVersion, programme: Programme) -> dict[str, Person]:
    """Dan and Eve completed what the certification asks for, Finn did not; Gus holds it."""
    people = {name: make.person(name) for name in ("Dan", "Eve", "Finn", "Gus")}
    make.award(people["Gus"], version)
    course = make.course(programme, "ADM-101")
    with unit(writes=False):
        taught = db.session.scalars(
            sa.select(CourseVersion).where(CourseVersion.course_id == course.id)
        ).one()
    for name in ("Dan", "Eve"):
        make.completion(people[name], course, taught)
    return people


def addresses(people: dict[str, Person]) -> str:
    with unit(writes=False):
        rows = db.session.execute(sa.select(Account.person_id, Account.email))
        found = {row.person_id: row.email for row in rows}
    return "\n".join(found[person.id].upper() for person in people.values())


def issue(client: FlaskClient, people: dict[str, Person], scheme: str = "ADM-C") -> Page:
    text = f"{addresses(people)}\n{addresses(people).splitlines()[0]}\nnobody@example.org"
    form = Page(client.get("/manage/bulk")).form("/manage/bulk")
    sent = form.submit(client, kind="issue", scheme=scheme, title="Spring", listed=text)
    return Page(client.get(sent.location) if sent.location else sent)


def test_what_was_earned_is_issued_to_each_and_nobody_else(
    client: FlaskClient, earned: dict[str, Person], version: SchemeVersion
) -> None:
    page = issue(client, earned)
    told = [row[4] for row in page.rows()]
    assert [text.split()[0] for text in told] == ["Issue", "Issue", *["Error"] * 4]
    for text, reason in zip(
        told[2:],
        ("Foundation Training” is missing", "hold this", "in the list already", "Nobody here"),
        strict=True,
    ):
        assert reason in text
    assert count(Certificate) == 0
    press(client, page, "run", confirm="Spring")
    work()
    with unit(writes=False):
        rows = db.session.scalars(sa.select(Certificate).order_by(Certificate.id)).all()
    assert [(row.holder_name, row.state) for row in rows] == [("Dan", "issued"), ("Eve", "issued")]
    assert client.get(f"/certificates/{rows[0].code}.pdf").status_code == 200
    done = Page(client.get(page.response.request.path))
    assert [row[4] for row in done.rows()][:2] == ["Done", "Done"]


def test_a_row_that_was_killed_before_its_document_was_stored_goes_on_with_it(
    client: FlaskClient, earned: dict[str, Person], app: Flask
) -> None:
    page = press(client, issue(client, earned), "run", confirm="Spring")
    (args,) = chunks()
    settings = app.extensions["settings"]
    today, now = date(2026, 11, 23), datetime(2026, 11, 23, 9, tzinfo=UTC)
    with unit(writes=True):
        act, (item,) = actions.hold(args["item_ids"][:1])
        actions.apply(act, item, args["run"], settings, today=today, now=now)
    half = Page(client.get(page.response.request.path))
    assert [row[4].split()[0] for row in half.rows()][:2] == ["Issue", "Issue"]
    work()
    assert count(Certificate) == 2
    with unit(writes=False):
        assert set(db.session.scalars(sa.select(Certificate.state))) == {CertificateState.ISSUED}


RULE = {
    "all_of": [
        {"course": "ADM-101"},
        {"exam": "ADM-X", "at_least": 70},
        {"any_of": [{"competency": "SEC-1", "level": 3}, {"holds": "SEC-C"}]},
        {"holds": "DEV-C"},
    ]
}


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        (Facts(), "The course “Foundation Training” is missing. 3 more requirements are missing."),
        (
            Facts(courses={"ADM-101": [DONE]}),
            "The exam “ADM-X” is missing: 70 points. 2 more requirements are missing.",
        ),
        (
            Facts(courses={"ADM-101": [DONE]}, exams={"ADM-X": [DONE._replace(value=60)]}),
            "The exam “ADM-X” is missing: 70 points, the best result is 60. "
            "2 more requirements are missing.",
        ),
        (
            Facts(courses={"ADM-101": [DONE]}, exams={"ADM-X": [DONE._replace(value=70)]}),
            "The competency “SEC-1” at level 3 is missing. Something else may stand in for it. "
            "1 more requirement is missing.",
        ),
        (
            Facts(
                courses={"ADM-101": [DONE]},
                exams={"ADM-X": [DONE._replace(value=70)]},
                held=frozenset({"SEC-C"}),
            ),
            "The certification “DEV-C” is missing.",
        ),
    ],
)
def test_the_first_requirement_that_is_missing_is_named(
    app: Flask, facts: Facts, told: str
) -> None:
    reason = issue_flaw(
        assess(RULE, facts), {("course", "ADM-101"): "Foundation Training"}, is_own=False
    )
    assert reason is not None
    with app.test_request_context():
        assert flaw_text(BulkItem(flaw=reason.code, flaw_values=reason.values)) == told


def test_a_preview_asks_as_much_for_many_people_as_for_one(
    client: FlaskClient, earned: dict[str, Person], make: Factory
) -> None:
    issue(client, earned)
    with counted() as few:
        issue(client, {"Finn": earned["Finn"]})
    many = {f"Person {n}": make.person(f"Person {n}") for n in range(20)}
    with counted() as more:
        page = issue(client, many)
    assert "Foundation Training" in page.rows()[19][4]
    # The address book that the test itself reads is the same single query.
    assert len(more) == len(few)


def test_what_went_missing_after_the_preview_is_named_in_the_result(
    client: FlaskClient, earned: dict[str, Person]
) -> None:
    page = press(client, issue(client, earned), "run", confirm="Spring")
    with unit(writes=True):
        db.session.execute(
            sa.update(Completion)
            .where(Completion.person_id == earned["Dan"].id)
            .values(withdrawn_at=datetime(2026, 11, 23, 9, tzinfo=UTC), withdrawn_by=1)
        )
    work()
    done = Page(client.get(page.response.request.path))
    assert done.rows()[0][4] == "Error The course “Foundation Training” is missing."
    assert done.rows()[1][4] == "Done"
    report = client.get(page.response.request.path + "/report.csv").text
    assert "The course “Foundation Training” is missing." in report


def test_paused_before_its_rows_nothing_is_issued(
    client: FlaskClient, earned: dict[str, Person]
) -> None:
    page = press(client, issue(client, earned), "run", confirm="Spring")
    paused = press(client, page, "pause")
    work()
    assert count(Certificate) == 0
    press(client, paused, "resumption")
    work()
    assert count(Certificate) == 2


def test_only_certifications_of_the_own_programmes_are_issued(
    app: Flask, make: Factory, earned: dict[str, Person]
) -> None:
    make.programme("DEV")
    otto = make.person("Otto", Role.CERTIFICATION_MANAGER, programme_code="DEV")
    other = make.sign_in(app.test_client(), otto)
    page = issue(other, earned)
    assert page.status == 422
    assert page.error_of("scheme")


def test_which_certification_is_asked_for(client: FlaskClient, earned: dict[str, Person]) -> None:
    page = issue(client, earned, scheme="")
    assert page.status == 422
    assert "Choose which certification is issued" in page.error_of("scheme")


def test_the_report_is_a_table_that_no_spreadsheet_executes(
    client: FlaskClient, issued: list[Certificate]
) -> None:
    page = choose(client, "suspend", f"{listed(issued)}\nnonsense")
    lines = client.get(f"{page.response.request.path}/report.csv").text.splitlines()
    assert lines[0] == "line,entry,holder,certification,outcome,done_at"
    assert len(lines) == 5
    assert ",'=Cora," in lines[3]
    assert "No certificate that you manage" in lines[4]


@pytest.mark.parametrize(
    ("text", "error"), [("", "Enter at least one"), (" , ;\n", "at least one")]
)
def test_an_empty_list_is_an_error_beside_its_field(
    client: FlaskClient, text: str, error: str
) -> None:
    page = choose(client, "suspend", text)
    assert page.status == 422
    assert error in page.error_of("listed")


def test_more_than_ten_thousand_are_refused(client: FlaskClient) -> None:
    page = choose(client, "suspend", "x\n" * 10_001)
    assert page.status == 422
    assert "At most 10,000 certificates" in page.error_of("listed") or "10000" in page.text


def test_a_manager_of_another_programme_finds_neither_certificates_nor_acts(
    app: Flask, make: Factory, client: FlaskClient, issued: list[Certificate]
) -> None:
    act = choose(client, "suspend", listed(issued)).response.request.path
    make.programme("DEV")
    otto = make.person("Otto", Role.CERTIFICATION_MANAGER, programme_code="DEV")
    other = make.sign_in(app.test_client(), otto)
    assert other.get(act).status_code == 404
    assert other.get(f"{act}/report.csv").status_code == 404
    page = choose(other, "suspend", listed(issued))
    assert all("No certificate that you manage" in row[4] for row in page.rows())


def test_ten_thousand_rows_are_asked_for_in_as_few_queries_as_two(
    client: FlaskClient, issued: list[Certificate]
) -> None:
    page = choose(client, "suspend", listed(issued) + "\n" + "x\n" * 9_000)
    assert page.status == 200
    with unit(writes=False):
        assert db.session.scalar(sa.select(sa.func.count()).select_from(BulkItem)) == 9_003
