"""Invitations and password resets: single-use links from a mail."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from lms import clock, jobs
from lms.accounts import passwords
from lms.accounts.credentials import INVITATION_LASTS, RESET_LASTS
from lms.accounts.models import AccountState, AccountToken, Person, SignIn, TokenKind
from lms.db import db, unit
from lms.mail import MailMessage, compose
from tests.factories import Factory
from tests.page import Page

PASSWORD = "correct horse battery"
FRESH = "four words nobody guesses"


@pytest.fixture
def ada(make: Factory) -> Person:
    return make.person("Ada Lovelace", password=PASSWORD)


@pytest.fixture
def guest(make: Factory) -> Person:
    return make.person("Guest Nine", state=AccountState.INVITED)


def queued(kind: str) -> list[jobs.Args]:
    """The arguments of the jobs that wait."""
    rows = jobs.client().list_workflows(workflow_id_prefix=f"{kind}:")
    inputs = [row.input for row in rows if row.input is not None]
    return [given["args"][1] for given in inputs]


def mails() -> list[MailMessage]:
    with unit(writes=False):
        return list(db.session.scalars(sa.select(MailMessage).order_by(MailMessage.id)))


def ask_reset(client: FlaskClient, email: str) -> Page:
    page = Page(client.get("/password-reset"))
    return Page(page.form("/password-reset").submit(client, email=email))


def test_known_and_unknown_addresses_get_the_same_answer_and_the_same_work(
    client: FlaskClient, make: Factory, ada: Person
) -> None:
    known = ask_reset(client, make.account(ada).email)
    told = Page(client.get("/sign-in")).alerts
    unknown = ask_reset(client, "nobody@people.example")

    assert known.status == unknown.status == 303
    assert told == Page(client.get("/sign-in")).alerts != []
    assert len(queued("password.reset")) == 2
    assert mails() == []


def test_a_reset_link_comes_by_mail_in_the_readers_words(
    app: Flask, client: FlaskClient, make: Factory, ada: Person
) -> None:
    ask_reset(client, make.account(ada).email)
    for args in queued("password.reset"):
        jobs.handler_of("password.reset")(args)

    [mail] = mails()
    text = compose(mail, app.extensions["settings"]).get_content()

    assert mail.to_address == make.account(ada).email
    assert "Dear Ada Lovelace" in text
    token = text.split("http://academy.test/password-reset/")[1].split()[0]
    assert client.get(f"/password-reset/{token}").status_code == 200


def test_an_unknown_or_disabled_account_gets_no_mail(client: FlaskClient, make: Factory) -> None:
    gone = make.person("Gone", password=PASSWORD, state=AccountState.DISABLED)
    for account_id in (0, make.account(gone).id):
        jobs.handler_of("password.reset")({"account_id": account_id})
    assert mails() == []


def test_who_never_accepted_the_invitation_gets_it_again(make: Factory, guest: Person) -> None:
    jobs.handler_of("password.reset")({"account_id": make.account(guest).id})
    assert [mail.template for mail in mails()] == ["invited"]


def test_a_reset_link_sets_a_password_once_and_ends_all_sign_ins(
    app: Flask, client: FlaskClient, make: Factory, ada: Person
) -> None:
    elsewhere = make.sign_in(app.test_client(), ada)
    path = f"/password-reset/{make.link(ada, TokenKind.PASSWORD)}"
    page = Page(client.get(path))
    assert page.response.headers["Referrer-Policy"] == "no-referrer"

    done = page.form(path).submit(client, password=FRESH)

    assert done.location == "/sign-in"
    assert passwords.fits(make.account(ada).password_hash, FRESH)
    assert elsewhere.get("/account").status_code == 303
    assert client.get(path).status_code == 410
    assert page.form(path).submit(client, once="another", password=PASSWORD).status_code == 410
    assert passwords.fits(make.account(ada).password_hash, FRESH)


def test_a_double_click_on_the_last_button_is_no_error(
    client: FlaskClient, make: Factory, ada: Person
) -> None:
    path = f"/password-reset/{make.link(ada, TokenKind.PASSWORD)}"
    page = Page(client.get(path))
    first = page.form(path).submit(client, password=FRESH)
    second = page.form(path).submit(client, password=FRESH)
    assert first.location == second.location == "/sign-in"


@pytest.mark.parametrize(
    ("password", "reason"),
    [("short", "8 characters or more"), ("password1", "everybody tries first"), ("", "Enter a")],
)
def test_a_poor_password_is_refused_beside_its_field_and_the_link_lives(
    client: FlaskClient, make: Factory, ada: Person, password: str, reason: str
) -> None:
    path = f"/password-reset/{make.link(ada, TokenKind.PASSWORD)}"

    page = Page(Page(client.get(path)).form(path).submit(client, password=password))

    assert page.status == 422
    assert reason in page.error_of("password")
    assert reason in page.errors[0]
    assert page.form(path).submit(client, password=FRESH).status_code == 303


@pytest.mark.parametrize(
    ("kind", "lasts"),
    [(TokenKind.PASSWORD, RESET_LASTS), (TokenKind.INVITATION, INVITATION_LASTS)],
)
def test_a_link_expires_with_a_clear_page(
    client: FlaskClient,
    make: Factory,
    ada: Person,
    now: datetime,
    kind: TokenKind,
    lasts: timedelta,
) -> None:
    prefix = "password-reset" if kind == TokenKind.PASSWORD else "invitation"
    path = f"/{prefix}/{make.link(ada, kind)}"
    with clock.frozen_at(now + lasts - timedelta(seconds=1)):
        assert client.get(path).status_code == 200
    with clock.frozen_at(now + lasts):
        page = Page(client.get(path))
    assert page.status == 410
    assert page.h1 == "This link no longer works"
    assert "/password-reset" in page.links


def test_a_link_of_one_kind_is_none_of_the_other(
    client: FlaskClient, make: Factory, ada: Person
) -> None:
    assert client.get(f"/invitation/{make.link(ada, TokenKind.PASSWORD)}").status_code == 410
    assert client.get(f"/password-reset/{make.link(ada)}").status_code == 410
    assert client.get("/invitation/nothing").status_code == 410


def test_a_newer_link_replaces_the_older_one(
    client: FlaskClient, make: Factory, ada: Person
) -> None:
    older, newer = (make.link(ada, TokenKind.PASSWORD) for _ in range(2))
    assert client.get(f"/password-reset/{older}").status_code == 410
    assert client.get(f"/password-reset/{newer}").status_code == 200


def test_only_the_hash_of_a_link_is_kept(make: Factory, ada: Person) -> None:
    token = make.link(ada)
    with unit(writes=False):
        row = db.session.scalars(sa.select(AccountToken)).one()
    assert token not in (row.token_hash, str(vars(row)))


def test_a_disabled_account_cannot_use_its_link(
    client: FlaskClient, make: Factory, ada: Person
) -> None:
    path = f"/password-reset/{make.link(ada, TokenKind.PASSWORD)}"
    page = Page(client.get(path))
    account = make.account(ada)
    with unit(writes=True):
        account.state = AccountState.DISABLED

    assert page.form(path).submit(client, password=FRESH).status_code == 410
    assert make.account(ada).state == AccountState.DISABLED


def test_a_guest_confirms_the_name_chooses_a_password_and_is_in(
    client: FlaskClient, make: Factory, guest: Person
) -> None:
    path = f"/invitation/{make.link(guest)}"
    page = Page(client.get(path))
    assert page.field("name")["value"] == "Guest Nine"

    done = page.form(path).submit(
        client, name="Grace Hopper", time_zone="America/New_York", password=FRESH
    )

    assert done.location == "/me"
    account = make.account(guest)
    assert account.state == AccountState.ACTIVE
    profile = Page(client.get("/account"))
    assert profile.field("name")["value"] == "Grace Hopper"
    assert profile.form("/account").values["time_zone"] == ["America/New_York"]
    assert client.get(path).status_code == 410


def test_an_invitation_with_errors_keeps_what_was_typed(
    client: FlaskClient, make: Factory, guest: Person
) -> None:
    path = f"/invitation/{make.link(guest)}"
    form = Page(client.get(path)).form(path)

    page = Page(form.submit(client, name="", time_zone="Asia/Tokyo", password="password1"))

    assert page.status == 422
    assert page.title.startswith("Error:")
    assert page.error_of("name")
    assert page.form(path).values["time_zone"] == ["Asia/Tokyo"]
    assert page.field("password").get("value", "") == ""
    assert make.account(guest).state == AccountState.INVITED


def test_accepting_in_anothers_browser_ends_the_others_sign_in(
    client: FlaskClient, make: Factory, ada: Person, guest: Person
) -> None:
    make.sign_in(client, ada)
    path = f"/invitation/{make.link(guest)}"
    Page(client.get(path)).form(path).submit(client, password=FRESH)

    own = make.account(guest).id
    with unit(writes=False):
        live = db.session.scalars(sa.select(SignIn.account_id).where(SignIn.ended_at.is_(None)))
        assert live.all() == [own]
