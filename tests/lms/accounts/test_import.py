"""Lists of people: the preview says row by row what will happen, and exactly that happens."""

import csv
import io

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from lms import jobs
from lms.accounts import listfile
from lms.accounts.models import (
    Account,
    Membership,
    Organisation,
    PeopleImport,
    PeopleImportRow,
    Person,
    RoleGrant,
)
from lms.audit import AuditEntry
from lms.db import db, unit
from lms.errors import Refusal
from lms.mail import MailMessage
from lms.permissions import Role
from tests.factories import Factory
from tests.page import Page

pytestmark = pytest.mark.thorough

HEAD = "name,email,organisation,role,language,time_zone,invite\n"
PATH = "/manage/people/import"


@pytest.fixture
def acme(make: Factory) -> Organisation:
    return make.organisation("acme")


@pytest.fixture
def admin(app: Flask, make: Factory) -> FlaskClient:
    return make.sign_in(app.test_client(), make.person("Helen Marsh", Role.ADMINISTRATOR))


def upload(client: FlaskClient, content: str | bytes) -> Page:
    """Send a file; the preview, or the form with its errors."""
    data = content.encode() if isinstance(content, str) else content
    form = Page(client.get(PATH)).form(PATH)
    answer = form.submit(client, file=(io.BytesIO(data), "people.csv"))
    return Page(client.get(answer.location) if answer.status_code == 303 else answer)


def run(client: FlaskClient, page: Page) -> Page:
    """Press the button, let the worker's handler do each chunk, look at the result."""
    path = page.response.request.path
    page.form(f"{path}/run").submit(client)
    for args in chunks():
        jobs.handler_of("people_import.chunk")(args)
    return Page(client.get(path))


def chunks() -> list[jobs.Args]:
    """The arguments of the chunks that were enqueued, in their order."""
    rows = jobs.client().list_workflows(workflow_id_prefix="people_import.chunk:")
    found = [row.input["args"][1] for row in rows if row.input is not None]
    return sorted(found, key=lambda args: args["row_ids"][:1])


def count(model: type[Person | Account | Membership | RoleGrant | MailMessage]) -> int:
    with unit(writes=False):
        return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def test_a_name_in_a_list_is_what_people_see_of_it() -> None:
    (line,) = listfile.read(f"{HEAD}\u202eJose\u0301\x01 Lee,j@x.example,,,,,\n".encode())
    assert line.values["name"] == "José Lee"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_a_list_is_read_whatever_spreadsheet_wrote_it(
    encoding: str, delimiter: str, ending: str
) -> None:
    rows = [
        ["Name", "E-Mail", "Time zone"],
        ["Zoë Ångström", "zoe@people.example", ""],
        ["", "", ""],
    ]
    text = ending.join(delimiter.join(row) for row in rows)

    [line] = listfile.read(text.encode(encoding))

    assert line.number == 2
    assert line.values == {"name": "Zoë Ångström", "email": "zoe@people.example", "time_zone": ""}


@pytest.mark.parametrize("said", ["sep=;", '"sep=;"', "SEP=;", "sep=;;"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_the_line_that_tells_excel_its_sign_is_no_row(said: str, ending: str) -> None:
    rows = [said, " E-MAIL ;  Full  Name", "zoe@people.example;Ångström, Zoë"]
    [line] = listfile.read(ending.join(rows).encode("utf-8-sig"))
    assert line.number == 3
    assert line.values == {"name": "Ångström, Zoë", "email": "zoe@people.example"}


def test_quoted_cells_keep_delimiters_and_lose_line_breaks() -> None:
    text = 'name,email\n"Lovelace,\n Ada",ada@people.example\nNext,next@people.example\n'
    lines = listfile.read(text.encode())
    assert [line.values["name"] for line in lines] == ["Lovelace, Ada", "Next"]
    assert [line.number for line in lines] == [3, 4]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "import_columns"),
        (b"name,town\nAda,London\n", "import_columns"),
        (b"name,email,shoe size\nAda,a@b.example,38\n", "import_unknown"),
        (b"name,email,E-Mail\nAda,a@b.example,a@b.example\n", "import_twice"),
        (b"name,email\n\n", "import_empty"),
        (b'name,email\n"Ada,a@b.example\n', "import_broken"),
        (b"PK\x03\x04\x00\x00", "import_encoding"),
        (b"\x81\x8d name,email", "import_encoding"),
        ("name,email\nИван Петров,a@b.example\n".encode("cp1251"), "import_encoding"),
        (b"name,email\nZo\xc3 M\xc3\xbcller,a@b.example\n", "import_encoding"),
        (b"name,email\n" + b"A,a@b.example\n" * 20_001, "import_large"),
    ],
)
def test_what_is_no_list_of_people_is_refused_with_the_reason(content: bytes, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        listfile.read(content)
    assert [reason.code for reason in refused.value.reasons] == [code]
    assert refused.value.status == 422


def test_a_file_with_a_wrong_first_line_is_refused_beside_its_field(admin: FlaskClient) -> None:
    page = upload(admin, "name,phone\nAda,1\n")
    assert page.status == 422
    assert "Missing: email." in page.error_of("file")
    assert "Choose a CSV file." in Page(Page(admin.get(PATH)).form(PATH).submit(admin)).errors[0]
    with unit(writes=False):
        assert db.session.scalars(sa.select(PeopleImport)).all() == []


def test_the_preview_names_each_error_and_changes_nothing(
    admin: FlaskClient, make: Factory, acme: Organisation
) -> None:
    before = count(Person)
    page = upload(
        admin,
        HEAD
        + ",nobody@people.example,,,,,\n"
        + "No At,people.example,,,,,\n"
        + "Ada,ada@people.example,acme,,,,\n"
        + "Ada Again,ADA@people.example,,,,,\n"
        + "Firm,firm@people.example,unknown,,,,\n"
        + "Boss,boss@people.example,acme,administrator,,,\n"
        + "Manager,manager@people.example,,organisation_manager,,,\n"
        + "Tongue,tongue@people.example,,,tlh,,\n"
        + "Zone,zone@people.example,,,,Mars/Olympus,\n"
        + "Invite,invite@people.example,,,,,perhaps\n"
        + "Long,long@people.example,,,,,,,more\n",
    )

    told = [row[4] for row in page.rows()]
    for text, said in zip(
        (
            "The name is missing",
            "not valid",
            "Added",
            "stands in an earlier row",
            "no organisation with this code",
            "makes nobody an administrator",
            "needs an organisation",
            "language is not available",
            "no IANA time zone",
            "Write yes or no",
            "more cells than columns",
        ),
        told,
        strict=True,
    ):
        assert text in said
    assert count(Person) == before
    assert page.has_form(f"{page.response.request.path}/run")


def test_errors_say_how_to_put_the_row_right(admin: FlaskClient, make: Factory) -> None:
    make.organisation("acme")
    named = make.organisation("bolt-1")
    twins = [make.organisation("twin-1"), make.organisation("twin-2")]
    with unit(writes=True):
        for twin in twins:
            db.session.get_one(Organisation, twin.id).search_name = "twin"
        row = db.session.get_one(Organisation, named.id)
        row.name, row.search_name = "Bolt & Söhne", "bolt & söhne"
    page = upload(
        admin,
        HEAD
        + "A,a@people.example,Bolt & Söhne,,,,\n"
        + "B,b@people.example,Twin,,,,\n"
        + "C,c@people.example,,learner,,,\n"
        + "D,d@people.example,,administrator,,,\n"
        + "E,e@people.example,,boss,,,\n"
        + "F,f@people.example,,,de,,\n",
    )
    told = [row[4] for row in page.rows()]
    for text, said in zip(
        (
            "but one with this name: write bolt-1.",
            "Write its code, not its name.",
            "Everyone is a learner: leave the role empty.",
            "give the role on the person's page",
            "write one of: trainer, author, assessor,",
            "write one of: en.",
        ),
        told,
        strict=True,
    ):
        assert text in said
    errors = admin.get(f"{page.response.request.path}/errors.csv").text
    assert "Everyone is a learner" in errors
    assert "write bolt-1." in errors


def test_the_page_names_what_cells_may_hold_and_offers_a_list_that_works(
    admin: FlaskClient, acme: Organisation
) -> None:
    page = Page(admin.get(PATH))
    for text in ("trainer Trainer", "en English", f"acme {acme.name}", "Everyone is a learner"):
        assert text in page.text
    assert f"{PATH}/sample.csv" in page.links

    sample = admin.get(f"{PATH}/sample.csv")

    assert sample.content_type.startswith("text/csv")
    rows = upload(admin, sample.data).rows()
    assert [row[4].split()[0] for row in rows] == ["Added", "Added"]
    assert rows[0][3] == "acme trainer"


def test_exactly_the_preview_is_run(admin: FlaskClient, make: Factory, acme: Organisation) -> None:
    ada, grace = make.person("Ada", organisation=acme), make.person("Grace")
    same, renamed = (make.account(person).email for person in (ada, grace))
    page = upload(
        admin,
        HEAD
        + f"Ada,{same},acme,,,Europe/Berlin,\n"
        + f"Grace Hopper,{renamed.upper()},acme,trainer,,Asia/Tokyo,yes\n"
        + "New Person,new@people.example,acme,partner,en,Asia/Seoul,yes\n"
        + "Quiet,quiet@people.example,,,,,no\n",
    )
    verdicts = [row[4].split()[0] for row in page.rows()]
    assert verdicts == ["Unchanged", "Changed", "Added", "Added"]
    shown = " ".join(page.rows()[1])
    for change in ("Grace Grace Hopper", "Europe/Berlin Asia/Tokyo", "acme trainer"):
        assert change in shown

    done = run(admin, page)

    assert "The import is done" in done.text
    assert not done.has_form(f"{done.response.request.path}/run")
    with unit(writes=False):
        people = {
            row.email_key: row
            for row in db.session.execute(
                sa.select(Account.email_key, Account.state, Person.name, Person.time_zone).join(
                    Person
                )
            )
        }
        roles = db.session.execute(sa.select(RoleGrant.role, RoleGrant.organisation_id)).all()
        sent = db.session.scalars(sa.select(MailMessage.to_address)).all()
        changed = db.session.scalars(
            sa.select(AuditEntry.act).where(AuditEntry.act == "person.changed")
        ).all()
    assert people[renamed][1:] == ("active", "Grace Hopper", "Asia/Tokyo")
    assert people["new@people.example"][1:] == ("invited", "New Person", "Asia/Seoul")
    assert people["quiet@people.example"].time_zone == "UTC"
    assert (Role.TRAINER, None) in roles
    assert (Role.PARTNER, acme.id) in roles
    assert sent == ["new@people.example"]
    assert len(changed) == 1
    assert count(Membership) == 3


@pytest.mark.thorough
def test_a_chunk_that_runs_twice_does_everything_once(
    admin: FlaskClient, acme: Organisation
) -> None:
    rows = "".join(f"P {n},p{n}@people.example,acme,,,,yes\n" for n in range(120))
    page = upload(admin, HEAD + rows)
    path = page.response.request.path
    page.form(f"{path}/run").submit(admin)
    first, second, third = chunks()
    assert [len(args["row_ids"]) for args in (first, second, third)] == [50, 50, 20]
    handler = jobs.handler_of("people_import.chunk")

    handler(first)
    half = Page(admin.get(path))
    progress = half.soup.select_one("progress")
    assert progress is not None
    assert (progress["value"], progress["max"]) == ("50", "120")
    for args in (first, second, third, third):
        handler(args)

    assert "The import is done" in Page(admin.get(path)).text
    assert count(MailMessage) == 120
    assert count(Membership) == 120
    with unit(writes=False):
        finished = sa.select(sa.func.count()).where(AuditEntry.act == "people_import.finished")
        assert db.session.scalar(finished) == 1


def test_a_preview_runs_once_however_often_it_is_pressed(
    admin: FlaskClient, acme: Organisation
) -> None:
    page = upload(admin, HEAD + "Ada,ada@people.example,,,,,\n")
    form = page.form(f"{page.response.request.path}/run")
    first = form.submit(admin)
    assert form.submit(admin).location == first.location
    form.values.pop("once")
    assert form.submit(admin).status_code == 409
    assert len(chunks()) == 1


def test_who_was_changed_after_the_preview_is_left_alone_and_reported(
    admin: FlaskClient, make: Factory
) -> None:
    ada = make.person("Ada")
    email = make.account(ada).email
    page = upload(admin, HEAD + f"Ada King,{email},,,,,\nNew,new@people.example,,,,,\n")
    with unit(writes=True):
        db.session.get_one(Person, ada.id).name = "Ada Byron"
        other = Person(name="X", sort_name="x", search_name="x", created_at=make.now)
        db.session.add(other)
        db.session.flush()
        db.session.add(
            Account(
                person_id=other.id,
                email="new@people.example",
                email_key="new@people.example",
                state="invited",
                created_at=make.now,
            )
        )

    done = run(admin, page)

    assert [row[4].split()[0] for row in done.rows()] == ["Error", "Error"]
    assert "changed after the preview" in done.rows()[0][4]
    with unit(writes=False):
        assert db.session.get_one(Person, ada.id).name == "Ada Byron"


def test_failed_rows_are_taken_away_harmless_and_can_be_sent_again(
    admin: FlaskClient, acme: Organisation
) -> None:
    page = upload(admin, HEAD + '"=HYPERLINK(""x"")",bad,,,,,\n+Plus,plus@people.example,nix,,,,\n')
    answer = admin.get(f"{page.response.request.path}/errors.csv")

    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [row["name"] for row in rows] == ['\'=HYPERLINK("x")', "'+Plus"]
    assert [row["line"] for row in rows] == ["2", "3"]
    assert rows[1]["reason"].startswith("There is no organisation with this code.")

    again = upload(admin, answer.data.replace(b"nix", b"acme"))
    assert [row[1] for row in again.rows()] == ['=HYPERLINK("x")', "+Plus"]
    assert again.rows()[1][4].startswith("Added")


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", "\tx", "\rx"])
def test_no_cell_becomes_a_formula(cell: str) -> None:
    assert listfile.neutral(cell) == f"'{cell}"


def test_the_preview_is_paged_and_narrowed(admin: FlaskClient) -> None:
    rows = "".join(f"P {n},p{n}@people.example,,,,,\n" for n in range(60)) + "Bad,bad,,,,,\n"
    page = upload(admin, HEAD + rows)
    path = page.response.request.path
    link = page.soup.select_one("a[rel=next]")
    assert link is not None
    assert [len(page.rows()), len(Page(admin.get(str(link["href"]))).rows())] == [50, 11]
    assert [row[1] for row in Page(admin.get(f"{path}?only=error")).rows()] == ["Bad"]
    assert "No such row" in Page(admin.get(f"{path}?only=changed")).text
    assert page.text.count("Errors 1") == 1


def test_imports_are_for_administrators(
    app: Flask, client: FlaskClient, make: Factory, acme: Organisation, admin: FlaskClient
) -> None:
    page = upload(admin, HEAD + "Ada,ada@people.example,,,,,\n")
    path = page.response.request.path
    boss = make.person("Boss", Role.ORGANISATION_MANAGER, organisation=acme, limit=acme)
    make.sign_in(client, boss)
    for address in (PATH, path, f"{path}/errors.csv"):
        assert client.get(address).status_code == 403
        assert app.test_client().get(address).status_code == 303
    assert admin.get(f"{path}9").status_code == 404
    assert admin.get(f"{path}/run").location == path
    assert [row[0] for row in Page(admin.get(PATH)).rows()] == ["people.csv"]
    with unit(writes=False):
        assert db.session.scalar(sa.select(sa.func.count(PeopleImportRow.id))) == 1
