"""An import is taken back: what nobody used since ends, everything else stays and says why."""

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from lms import audit, clock, jobs
from lms.accounts import queries_undo, undoing
from lms.accounts.models import (
    Account,
    AccountState,
    Membership,
    Organisation,
    PeopleImport,
    PeopleImportRow,
    Person,
    RoleGrant,
)
from lms.db import db, unit
from lms.errors import Refusal
from lms.mail import MailMessage
from lms.permissions import Role
from tests.factories import Factory
from tests.lms.accounts.test_import import HEAD, PATH, run, upload
from tests.page import Page
from tests.queries import counted

pytestmark = pytest.mark.thorough

LIST = HEAD + (
    "Ada,ada@new.example,acme,partner,,,yes\n"
    "Bob,bob@new.example,,,,,\n"
    "Cid,cid@new.example,acme,,,,\n"
    "Dee,dee@new.example,,,,,\n"
    "Eve Old,eve@old.example,acme,,,Europe/Paris,\n"
)


@pytest.fixture
def acme(make: Factory) -> Organisation:
    return make.organisation("acme")


@pytest.fixture
def admin(app: Flask, make: Factory, acme: Organisation) -> FlaskClient:
    return make.sign_in(app.test_client(), make.person("Helen Marsh", Role.ADMINISTRATOR))


@pytest.fixture
def eve(make: Factory) -> Person:
    """Somebody who was here before."""
    found = make.person("Eve", organisation=make.organisation("beta"))
    address = "eve@old.example"
    with unit(writes=True):
        db.session.execute(
            sa.update(Account)
            .where(Account.person_id == found.id)
            .values(email=address, email_key=address)
        )
    return found


@pytest.fixture
def imported(admin: FlaskClient, eve: Person) -> Page:
    """The import after its run."""
    return run(admin, upload(admin, LIST))


def person(email: str) -> Person:
    with unit(writes=False):
        found = db.session.scalar(
            sa.select(Person)
            .join(Account, Account.person_id == Person.id)
            .where(Account.email == email)
        )
    assert found is not None
    return found


def state(email: str) -> AccountState | None:
    with unit(writes=False):
        return db.session.scalar(sa.select(Account.state).where(Account.email == email))


def current(model: type[Membership | RoleGrant], email: str) -> int:
    ended = Membership.ended_on if model is Membership else RoleGrant.ended_at
    with unit(writes=False):
        return (
            db.session.scalar(
                sa.select(sa.func.count())
                .select_from(model)
                .where(model.person_id == person_id(email), ended.is_(None))
            )
            or 0
        )


def person_id(email: str) -> sa.ScalarSelect[int]:
    return sa.select(Account.person_id).where(Account.email == email).scalar_subquery()


def take_back(admin: FlaskClient, imported: Page) -> Page:
    path = imported.response.request.path
    sent = Page(admin.get(f"{path}/undo")).form(f"{path}/undo").submit(admin)
    assert sent.status_code == 303
    work()
    return Page(admin.get(path))


def work() -> None:
    rows = jobs.client().list_workflows(workflow_id_prefix="people_import.undo:")
    for row in rows:
        if row.input is not None:
            jobs.handler_of("people_import.undo")(row.input["args"][1])


def test_what_the_import_made_ends_and_nothing_is_deleted(
    admin: FlaskClient, imported: Page
) -> None:
    preview = Page(admin.get(imported.response.request.path + "/undo"))
    assert [row[3].split(" ")[0] + " " + row[3].split(" ")[1] for row in preview.rows()] == [
        "Is deactivated", "Is deactivated", "Is deactivated", "Is deactivated", "Is put",
    ]  # fmt: skip
    assert state("ada@new.example") is AccountState.INVITED

    done = take_back(admin, imported)

    assert {state(f"{name}@new.example") for name in ("ada", "bob", "cid", "dee")} == {
        AccountState.DISABLED
    }
    assert current(Membership, "ada@new.example") == 0
    assert current(RoleGrant, "ada@new.example") == 0
    assert "5 rows were taken back." in done.text
    with unit(writes=False):
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Membership)) == 4
        acts = set(db.session.scalars(sa.select(audit.AuditEntry.act)))
    assert {"people_import.undo_started", "people_import.undone", "account.disabled"} <= acts
    with unit(writes=False):
        assert list(audit.verify()) == []


def test_who_was_here_before_keeps_the_account_and_loses_what_the_import_gave(
    admin: FlaskClient, imported: Page
) -> None:
    assert person("eve@old.example").name == "Eve Old"
    take_back(admin, imported)
    found = person("eve@old.example")
    assert (found.name, found.time_zone) == ("Eve", "Europe/Berlin")
    assert state("eve@old.example") is AccountState.ACTIVE
    with unit(writes=False):
        work = db.session.execute(
            sa.select(Organisation.code, Membership.ended_on.is_(None))
            .join(Organisation, Organisation.id == Membership.organisation_id)
            .where(Membership.person_id == found.id)
        )
        assert dict(work.all()) == {"beta": True, "acme": False}


def test_who_signed_in_or_is_in_use_or_was_changed_stays_and_the_row_says_why(
    admin: FlaskClient, imported: Page, make: Factory
) -> None:
    with unit(writes=True):
        account = db.session.scalars(
            sa.select(Account).where(Account.email == "ada@new.example")
        ).one()
        account.state = AccountState.ACTIVE
    session = make.class_session(make.course(make.programme()), make.person("Tom"))
    make.enrolled(session, person("bob@new.example"))
    with unit(writes=True):
        db.session.execute(
            sa.update(Person).where(Person.id == person_id("eve@old.example")).values(name="Evi")
        )

    path = imported.response.request.path
    told = [row[3] for row in Page(admin.get(f"{path}/undo")).rows()]
    assert told[0] == "Stays Signed in since."
    assert told[1] == "Stays Has a seat, a certificate or another record."
    assert told[4] == "Stays Was changed since."
    done = take_back(admin, imported)

    assert state("ada@new.example") is AccountState.ACTIVE
    assert current(Membership, "ada@new.example") == 1
    assert state("bob@new.example") is AccountState.INVITED
    assert person("eve@old.example").name == "Evi"
    assert state("cid@new.example") is AccountState.DISABLED
    assert "2 rows were taken back. 3 rows stay." in done.text


def test_who_is_enrolled_after_the_preview_stays_too(
    admin: FlaskClient, imported: Page, make: Factory
) -> None:
    path = imported.response.request.path
    form = Page(admin.get(f"{path}/undo")).form(f"{path}/undo")
    assert form.submit(admin).status_code == 303
    session = make.class_session(make.course(make.programme()), make.person("Tom"))
    make.enrolled(session, person("bob@new.example"))
    work()
    work()
    assert state("bob@new.example") is AccountState.INVITED
    with unit(writes=False):
        kept = db.session.scalars(sa.select(PeopleImportRow.kept).order_by(PeopleImportRow.line))
        assert list(kept) == ["", "in_use", "", "", ""]


def test_an_import_is_taken_back_once_and_only_after_its_run(
    admin: FlaskClient, imported: Page
) -> None:
    path = imported.response.request.path
    form = Page(admin.get(f"{path}/undo")).form(f"{path}/undo")
    assert form.submit(admin).status_code == 303
    assert form.submit(admin).status_code in (303, 409)
    assert admin.get(f"{path}/undo").status_code == 409
    with unit(writes=True):
        batch = db.session.scalars(sa.select(PeopleImport)).one()
        with pytest.raises(Refusal, match="changed_meanwhile"):
            undoing.start(batch, by=1, now=clock.now())
    fresh = upload(admin, HEAD + "Fay,fay@new.example,,,,,\n").response.request.path
    assert admin.get(f"{fresh}/undo").status_code == 409
    assert admin.get(f"{PATH}/999/undo").status_code == 404


def test_an_invitation_of_an_import_that_was_taken_back_no_longer_works(
    app: Flask, admin: FlaskClient, imported: Page
) -> None:
    with unit(writes=False):
        mail = db.session.scalars(
            sa.select(MailMessage).where(MailMessage.template == "invited")
        ).one()
    link = f"/invitation/{mail.facts['token']}"
    assert app.test_client().get(link).status_code == 200
    take_back(admin, imported)
    assert app.test_client().get(link).status_code == 410


def test_a_preview_asks_as_much_for_five_rows_as_for_one(
    admin: FlaskClient, imported: Page
) -> None:
    with unit(writes=False):
        ids = list(db.session.scalars(sa.select(PeopleImportRow.id)))
    asked = []
    for some in (ids[:1], ids):
        with unit(writes=False), counted() as found:
            queries_undo.undo_of(some)
        asked.append(len(found))
    assert asked[0] == asked[1] == 5


def test_others_may_not(app: Flask, make: Factory, imported: Page) -> None:
    auditor = make.sign_in(app.test_client(), make.person("Aud", Role.AUDITOR))
    assert auditor.get(imported.response.request.path + "/undo").status_code == 403
