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


def test_a_page_asks_for_its_own_organisations_alone(admin: FlaskClient) -> None:
    with unit(writes=False):
        first = queries_lists.organisation_page(text="o", size=1)
        [bolt] = [row.id for row in first.rows]
        assert queries_lists.organisations_named("o", most=1) == [bolt]
        second = queries_lists.organisation_page(text="o", size=1, cursor=["bolt & söhne", bolt])
    assert [row.name for row in (*first.rows, *second.rows)] == ["Bolt & Söhne", "Wójcik"]


def test_a_name_is_folded_once(admin: FlaskClient) -> None:
    queries_lists.folded.cache_clear()
    for _ in range(3):
        with unit(writes=False):
            queries_lists.organisations_named("wojcik")
    assert queries_lists.folded.cache_info().misses == 2, "of the two with accents"
