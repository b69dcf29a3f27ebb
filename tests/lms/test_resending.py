"""A form that arrives when its sender is signed out, or signed in anew: nothing typed is lost."""

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lms.accounts.models import Person
from lms.db import db, unit
from tests.factories import Factory
from tests.page import Form, Page

PASSWORD = "correct horse battery"


@pytest.fixture
def ada(make: Factory) -> Person:
    return make.person("Ada Lovelace", password=PASSWORD)


def signs_in(client: FlaskClient, make: Factory, person: Person) -> None:
    form = Page(client.get("/sign-in")).form("/sign-in")
    email = make.account(person).email
    assert form.submit(client, email=email, password=PASSWORD).status_code == 303


def signs_out(client: FlaskClient) -> None:
    assert Page(client.get("/account")).form("/sign-out").submit(client).status_code == 303


def opened(client: FlaskClient, make: Factory, person: Person) -> Form:
    """The profile's form, as a tab that stays open holds it."""
    signs_in(client, make, person)
    return Page(client.get("/account")).form("/account")


def typed(form: Form, client: FlaskClient) -> TestResponse:
    return form.submit(client, name="Ada King <b>")


def name_of(person: Person) -> str:
    with unit(writes=False):
        return db.session.get_one(Person, person.id).name


def test_who_signed_out_is_told_so_and_sends_again_after_signing_in(
    app: Flask, client: FlaskClient, make: Factory, ada: Person
) -> None:
    form = opened(client, make, ada)
    signs_out(client)

    told = Page(typed(form, client))

    assert (told.status, told.h1) == (401, "You are signed out")
    assert "/sign-in?next=/" in told.links
    assert "Ada King <b>" in told.text
    assert Page(told.form("/account").submit(client)).h1 == "You are signed out"

    signs_in(client, make, ada)
    asked = Page(told.form("/account").submit(client))

    assert (asked.status, asked.h1) == (400, "Please send it again")
    assert "Ada King <b>" in asked.text
    assert name_of(ada) == "Ada Lovelace"
    assert asked.form("/account").submit(client).status_code == 303
    assert name_of(ada) == "Ada King <b>"


def test_a_browser_that_lost_its_cookies_keeps_what_was_typed(
    app: Flask, client: FlaskClient, make: Factory, ada: Person
) -> None:
    form = opened(client, make, ada)

    told = Page(typed(form, app.test_client()))

    assert (told.status, told.h1) == (401, "You are signed out")
    assert "Ada King <b>" in told.text


def test_a_sign_in_that_the_server_ended_loses_nothing_either(
    client: FlaskClient, make: Factory, ada: Person
) -> None:
    form = opened(client, make, ada)
    with unit(writes=True):
        db.session.execute(sa.text("UPDATE sign_in SET ended_at = created_at"))

    told = Page(typed(form, client))

    assert (told.status, told.h1) == (401, "You are signed out")
    assert told.has_form("/account")


def test_somebody_else_neither_sees_nor_sends_it(
    client: FlaskClient, make: Factory, ada: Person
) -> None:
    form = opened(client, make, ada)
    signs_out(client)
    signs_in(client, make, make.person("Bob", password=PASSWORD))

    told = Page(typed(form, client))

    assert (told.status, told.h1) == (400, "Somebody else is signed in")
    assert "Ada King" not in told.response.text
    assert not told.has_form("/account")


@pytest.mark.parametrize("token", ["", "forged", "ImZvcmdlZCI.aaaa.bbbb"])
def test_a_form_of_another_site_is_never_offered_for_sending(
    client: FlaskClient, make: Factory, ada: Person, token: str
) -> None:
    signs_in(client, make, ada)

    told = Page(client.post("/account", data={"csrf_token": token, "name": "Mallory"}))

    assert (told.status, told.h1) == (400, "This form has expired")
    assert "Mallory" not in told.response.text
    assert not told.has_form("/account")


def test_a_visitors_own_token_makes_no_form_of_somebody_else(
    app: Flask, client: FlaskClient, make: Factory, ada: Person
) -> None:
    """Who forges a form has a genuine token at hand, of their own."""
    visitor = Page(app.test_client().get("/sign-in")).form("/sign-in").values["csrf_token"]
    mallory = make.person("Mallory", password=PASSWORD)
    other = app.test_client()
    of_mallory = opened(other, make, mallory).values["csrf_token"]
    signs_in(client, make, ada)

    for token in (visitor, of_mallory):
        told = Page(client.post("/account", data={"csrf_token": token, "name": "Evil"}))
        assert told.status == 400
        assert "Evil" not in told.response.text


def test_passwords_and_files_are_never_carried(
    client: FlaskClient, make: Factory, ada: Person
) -> None:
    signs_in(client, make, ada)
    form = Page(client.get("/account/password")).form("/account/password")
    signs_out(client)

    told = Page(form.submit(client, old=PASSWORD, new="the secret that I typed"))

    assert told.status == 401
    assert PASSWORD not in told.response.text
    assert "the secret that I typed" not in told.response.text
    assert "Passwords and files are not kept" in told.text


def test_who_is_signed_out_is_offered_to_sign_in_whatever_they_sent(
    client: FlaskClient, make: Factory
) -> None:
    told = Page(client.post("/account", data={"name": "Eve"}))

    assert (told.status, told.h1) == (400, "You are signed out")
    assert "/sign-in?next=/" in told.links
    assert "Eve" not in told.response.text


def test_programs_are_answered_as_before(client: FlaskClient) -> None:
    told = client.post("/account", headers={"Accept": "application/json"})

    assert (told.status_code, told.content_type) == (400, "application/problem+json")
