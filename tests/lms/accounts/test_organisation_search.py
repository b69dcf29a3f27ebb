"""Organisations are found whether their accents are typed or not."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.accounts import queries_lists
from lms.accounts.models import Organisation
from lms.db import db, unit
from lms.permissions import Role
from tests.factories import Factory
from tests.page import Page

NAMES = {"bs": "Bolt & Söhne", "wo": "Wójcik", "as": "ASCII 100%"}


@pytest.fixture
def admin(app: Flask, make: Factory) -> FlaskClient:
    for code, name in NAMES.items():
        number = make.organisation(code).id
        with unit(writes=True):
            row = db.session.get_one(Organisation, number)
            row.name, row.search_name = name, name.casefold()
    return make.sign_in(app.test_client(), make.person("Ada", Role.ADMINISTRATOR))


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("sohne", "Bolt & Söhne"),
        ("SÖHNE", "Bolt & Söhne"),
        ("& so", "Bolt & Söhne"),
        ("wojcik", "Wójcik"),
        ("Wójc", "Wójcik"),
        ("äscii", "ASCII 100%"),
        ("100%", "ASCII 100%"),
    ],
)
def test_accents_do_not_matter(admin: FlaskClient, typed: str, name: str) -> None:
    shown = Page(admin.get("/manage/organisations", query_string={"q": typed})).text
    assert [each for each in NAMES.values() if each in shown] == [name]


def test_nobody_is_found_by_what_no_name_holds(admin: FlaskClient) -> None:
    with unit(writes=False):
        assert queries_lists.organisation_page(text="a_c").rows == []
