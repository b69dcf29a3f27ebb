"""Signing in and out as people and attackers do it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lms import audit, clock
from lms.accounts import passwords
from lms.accounts.identity import ABSOLUTE, IDLE
from lms.accounts.models import AccountState, Person, SignIn
from lms.audit import AuditEntry
from lms.db import db, unit
from tests.factories import Factory
from tests.page import Page

PASSWORD = "correct horse battery"


@pytest.fixture
def ada(make: Factory) -> Person:
    return make.person("Ada Lovelace", password=PASSWORD)


def sign_in(client: FlaskClient, email: str, password: str, target: str = "/me") -> TestResponse:
    form = Page(client.get("/sign-in", query_string={"next": target})).form("/sign-in")
    return form.submit(client, email=email, password=password)


def acts() -> list[str]:
    with unit(writes=False):
        return list(db.session.scalars(sa.select(AuditEntry.act).order_by(AuditEntry.id)))


def live_sign_ins() -> int:
    with unit(writes=False):
        wanted = sa.select(sa.func.count()).where(SignIn.ended_at.is_(None))
        return db.session.scalar(wanted) or 0


def test_a_person_signs_in_and_lands_where_they_wanted(
    client: FlaskClient, make: Factory, ada: Person
) -> None:
    answer = sign_in(client, f" {make.account(ada).email.upper()}", PASSWORD, "/account?a=b")

    assert (answer.status_code, answer.location) == (303, "/account?a=b")
    assert Page(client.get("/account")).h1 == "Your account"
    assert acts() == ["signed_in"]


def test_a_page_that_needs_an_account_asks_first_and_comes_back(
    client: FlaskClient, make: Factory, ada: Person
) -> None:
    asked = client.get("/account")
    assert asked.location == "/sign-in?next=/account"

    form = Page(client.get(asked.location)).form("/sign-in")
    answer = form.submit(client, email=make.account(ada).email, password=PASSWORD)

    assert answer.location == "/account"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "evil",
        "",
    ],
)
def test_nobody_is_sent_to_another_site(
    client: FlaskClient, make: Factory, ada: Person, target: str
) -> None:
    assert sign_in(client, make.account(ada).email, PASSWORD, target).location == "/"
    form = Page(client.get("/sign-in")).form("/sign-in")
    forged = form.submit(client, next=target, email=make.account(ada).email, password=PASSWORD)
    assert forged.location == "/"


def test_a_wrong_password_and_an_unknown_address_look_alike(
    client: FlaskClient, make: Factory, ada: Person
) -> None:
    wrong = Page(sign_in(client, make.account(ada).email, "not this one"))
    unknown = Page(sign_in(client, "nobody@people.example", "not this one"))

    assert wrong.status == unknown.status == 422
    assert wrong.title.startswith("Error:")
    assert wrong.errors == unknown.errors
    assert len(wrong.errors) == 1
    assert acts() == ["sign_in.denied", "sign_in.denied"]
    assert client.get("/me").status_code == 303


@pytest.fixture
def full_strength(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Passwords are hashed as in production."""
    monkeypatch.setattr(passwords, "hasher", PasswordHasher())
    passwords._nobody.cache_clear()
    yield
    passwords._nobody.cache_clear()


@pytest.mark.thorough
@pytest.mark.usefixtures("full_strength")
def test_a_password_is_hashed_as_often_for_an_unknown_address(
    client: FlaskClient, make: Factory, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    verify = PasswordHasher.verify

    def noted(self: PasswordHasher, known: str, password: str) -> bool:
        checked.append(known)
        return verify(self, known, password)

    monkeypatch.setattr(PasswordHasher, "verify", noted)
    sign_in(client, make.account(ada).email, "not this one")
    sign_in(client, "nobody@people.example", "not this one")

    assert len(checked) == 2
    assert all(known.startswith("$argon2id$v=19$m=65536,t=3,p=4$") for known in checked)


@pytest.mark.parametrize("state", [AccountState.DISABLED, AccountState.INVITED])
def test_only_an_active_account_opens(
    client: FlaskClient, make: Factory, state: AccountState
) -> None:
    person = make.person("Ada", password=PASSWORD, state=state)
    assert sign_in(client, make.account(person).email, PASSWORD).status_code == 422


def test_an_account_without_a_password_does_not_open(client: FlaskClient, make: Factory) -> None:
    person = make.person("Ada")
    for password in ("", "nobody has this password"):
        assert sign_in(client, make.account(person).email, password).status_code == 422


def test_empty_fields_are_named_beside_them_and_in_the_summary(client: FlaskClient) -> None:
    page = Page(sign_in(client, "", ""))

    assert page.status == 422
    assert len(page.errors) == 2
    assert page.error_of("email").endswith("Enter your e-mail address.")
    assert page.error_of("password").endswith("Enter your password.")


def test_spaces_belong_to_a_password(client: FlaskClient, make: Factory) -> None:
    person = make.person("Ada", password=f" {PASSWORD} ")
    email = make.account(person).email
    assert sign_in(client, email, PASSWORD).status_code == 422
    assert sign_in(client, email, f" {PASSWORD} ").status_code == 303


@pytest.mark.thorough
@pytest.mark.usefixtures("full_strength")
def test_a_hash_of_weaker_parameters_is_renewed_at_sign_in(
    client: FlaskClient, make: Factory, ada: Person
) -> None:
    weak = type(passwords.hasher)(time_cost=1, memory_cost=8192).hash(PASSWORD)
    account = make.account(ada)
    with unit(writes=True):
        account.password_hash = weak

    sign_in(client, make.account(ada).email, PASSWORD)

    fresh = make.account(ada).password_hash
    assert fresh is not None
    assert "m=65536,t=3" in fresh
    assert passwords.fits(fresh, PASSWORD)


def test_a_form_without_its_token_changes_nothing(
    client: FlaskClient, make: Factory, ada: Person
) -> None:
    values = {"email": make.account(ada).email, "password": PASSWORD}
    assert client.post("/sign-in", data=values).status_code == 400
    assert live_sign_ins() == 0


def test_the_session_is_a_fresh_one_after_signing_in(
    client: FlaskClient, make: Factory, ada: Person
) -> None:
    before = Page(client.get("/sign-in"))
    with client.session_transaction() as session:
        planted = dict(session)
    sign_in(client, make.account(ada).email, PASSWORD)
    with client.session_transaction() as session:
        assert not planted.items() & dict(session).items()
    old = before.form("/sign-in").submit(client, email="x@people.example", password="x")
    assert old.status_code == 400


def test_signing_in_again_ends_the_browsers_earlier_sign_in(
    client: FlaskClient, make: Factory, ada: Person
) -> None:
    sign_in(client, make.account(ada).email, PASSWORD)
    sign_in(client, make.account(ada).email, PASSWORD)
    assert live_sign_ins() == 1


def test_signing_out_ends_the_cookie_on_the_server_too(
    app: Flask, client: FlaskClient, make: Factory, ada: Person
) -> None:
    make.sign_in(client, ada)
    page = Page(client.get("/account"))
    stolen = app.test_client()
    with client.session_transaction() as mine, stolen.session_transaction() as theirs:
        theirs.update(mine)
    assert stolen.get("/account").status_code == 200

    assert page.form("/sign-out").submit(client).location == "/"

    assert client.get("/account").status_code == 303
    assert stolen.get("/account").status_code == 303
    assert client.get("/sign-out").location == "/"
    assert acts() == ["signed_out"]


def test_who_is_there_stays_and_who_is_idle_goes(
    client: FlaskClient, make: Factory, ada: Person, now: datetime
) -> None:
    make.sign_in(client, ada)
    for hours in (8, 16, 24):
        with clock.frozen_at(now + timedelta(hours=hours)):
            assert client.get("/account").status_code == 200
    with clock.frozen_at(now + timedelta(hours=24) + IDLE):
        assert client.get("/account").status_code == 303


def test_even_who_is_always_there_signs_in_once_a_week(
    client: FlaskClient, make: Factory, ada: Person, now: datetime
) -> None:
    make.sign_in(client, ada)
    moment = now
    while moment < now + ABSOLUTE:
        with clock.frozen_at(moment):
            assert client.get("/account").status_code == 200
        moment += timedelta(hours=10)
    with clock.frozen_at(now + ABSOLUTE):
        assert client.get("/account").status_code == 303


def test_being_there_is_noted_once_a_minute(
    client: FlaskClient, make: Factory, ada: Person, now: datetime
) -> None:
    make.sign_in(client, ada)

    def seen() -> datetime | None:
        with unit(writes=False):
            return db.session.scalar(sa.select(SignIn.seen_at))

    for seconds, noted in ((30, 0), (60, 60), (90, 60), (125, 125)):
        with clock.frozen_at(now + timedelta(seconds=seconds)):
            client.get("/account")
        assert seen() == now + timedelta(seconds=noted)


def test_the_trail_of_sign_ins_verifies(client: FlaskClient, make: Factory, ada: Person) -> None:
    sign_in(client, make.account(ada).email, "not this one")
    sign_in(client, make.account(ada).email, PASSWORD)
    with unit(writes=False):
        assert list(audit.verify()) == []
        entry = db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)).first()
    assert entry is not None
    assert "people.example" not in str(entry.facts)
