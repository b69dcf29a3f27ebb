"""Too many tries: counted for an account and for a network address, in every process together."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lms import limits
from lms.accounts.models import LimitCounter, Person
from lms.db import db, unit
from tests.factories import Factory
from tests.page import Page

pytestmark = pytest.mark.thorough

PASSWORD = "correct horse battery"


@pytest.fixture
def ada(make: Factory) -> Person:
    return make.person("Ada Lovelace", password=PASSWORD)


def try_in(client: FlaskClient, email: str, password: str, address: str = "") -> TestResponse:
    form = Page(client.get("/sign-in")).form("/sign-in")
    form.fill("email", email)
    form.fill("password", password)
    environ = {"REMOTE_ADDR": address} if address else {}
    return client.post("/sign-in", data=form.values, environ_overrides=environ)


def count(amount: int, number: int) -> None:
    """As if so many tries had been made."""
    with unit(writes=True):
        db.session.execute(
            sa.update(LimitCounter)
            .where(LimitCounter.key.contains(f"/{amount}/"))
            .values(hits=number)
        )


def test_the_eleventh_wrong_password_is_told_to_wait_even_if_it_is_right(
    app: Flask, client: FlaskClient, make: Factory, ada: Person
) -> None:
    email = make.account(ada).email
    assert try_in(client, email, "wrong").status_code == 422
    count(10, 9)
    assert try_in(client, email.upper(), "wrong").status_code == 422

    page = Page(try_in(client, email, PASSWORD))

    assert page.status == 429
    assert page.h1 == "Too many tries"
    assert "Wait 15 minutes" in page.text
    assert 0 < int(page.response.headers["Retry-After"]) <= 900
    assert client.get("/sign-in").status_code == 200
    other = make.person("Grace", password=PASSWORD)
    assert try_in(app.test_client(), make.account(other).email, PASSWORD).status_code == 303


def test_one_address_that_tries_many_accounts_is_stopped_too(
    client: FlaskClient, make: Factory, ada: Person
) -> None:
    assert try_in(client, "a@people.example", "wrong", "192.0.2.1").status_code == 422
    count(60, 60)
    assert try_in(client, "b@people.example", "wrong", "192.0.2.1").status_code == 429
    assert try_in(client, make.account(ada).email, PASSWORD, "192.0.2.2").status_code == 303


def test_right_passwords_do_not_count(client: FlaskClient, make: Factory, ada: Person) -> None:
    for _ in range(3):
        assert try_in(client, make.account(ada).email, PASSWORD).status_code == 303
    with unit(writes=False):
        assert db.session.scalars(sa.select(LimitCounter)).all() == []


def test_the_old_password_cannot_be_guessed_in_a_stolen_session(
    client: FlaskClient, make: Factory, ada: Person
) -> None:
    make.sign_in(client, ada)
    path = "/account/password"
    page = Page(client.get(path))
    values = {"old": "wrong", "new": "four words nobody guesses"}
    assert page.form(path).submit(client, **values).status_code == 422
    count(10, 10)
    assert Page(client.get(path)).form(path).submit(client, **values).status_code == 429


def test_nobody_is_flooded_with_mails(client: FlaskClient, make: Factory, ada: Person) -> None:
    email = make.account(ada).email

    def ask() -> int:
        return Page(client.get("/password-reset")).form().submit(client, email=email).status_code

    assert [ask() for _ in range(6)] == [303] * 5 + [429]


def test_a_window_that_is_over_begins_anew_and_is_swept(app: Flask, make: Factory) -> None:
    storage = limits.TableStorage(f"academytable://{app.extensions['settings'].database_url}")
    assert [storage.incr("key", 60) for _ in range(3)] == [1, 2, 3]
    past = datetime.now(UTC) - timedelta(seconds=1)
    with unit(writes=True):
        db.session.execute(sa.update(LimitCounter).values(expires_at=past))
    assert storage.get("key") == 0
    assert storage.incr("key", 60) == 1
    with unit(writes=True):
        assert limits.forget_old(now=datetime.now(UTC) + timedelta(seconds=61)) == 1
    assert storage.check()


def test_keys_can_be_forgotten(app: Flask, make: Factory) -> None:
    storage = limits.TableStorage(f"academytable://{app.extensions['settings'].database_url}")
    storage.incr("one", 60)
    storage.incr("two", 60)
    storage.clear("one")
    assert (storage.get("one"), storage.get("two")) == (0, 1)
    assert storage.get_expiry("two") > datetime.now(UTC).timestamp()
    assert storage.reset() == 1
