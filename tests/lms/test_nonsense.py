"""Addresses and values that no database could hold: a clear answer, never a crash."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.paging import encode
from lms.permissions import Role
from tests.factories import Factory
from tests.page import Page


@pytest.fixture
def admin(app: Flask, make: Factory) -> FlaskClient:
    return make.sign_in(app.test_client(), make.person("Helen", Role.ADMINISTRATOR))


@pytest.mark.parametrize(
    "address",
    [
        "/manage/people?q=a%00b",
        "/manage/people/a%00b",
        "/catalog?q=%00",
        "/catalog/%00",
        "/verify/%00",
        "/class-sessions/%00",
    ],
)
def test_a_nul_in_an_address_is_a_bad_request(admin: FlaskClient, address: str) -> None:
    assert admin.get(address).status_code == 400


@pytest.mark.parametrize(
    "address",
    [
        f"/manage/people?after={encode(['a', 10**30])}",
        f"/manage/people?after={encode(['a' + chr(0), 1])}",
        f"/manage/people?after={encode([1, 'a'])}",
        "/manage/people?after=%F0",
        f"/manage/people/import/{10**30}",
        f"/manage/people/{'x' * 500}",
        f"/manage/organisations/{'x' * 500}",
        f"/catalog/{'x' * 500}",
        f"/class-sessions/{'x' * 500}",
    ],
)
def test_what_cannot_be_there_is_not_found(admin: FlaskClient, address: str) -> None:
    assert admin.get(address).status_code == 404


def test_a_nul_in_a_form_is_a_bad_request(client: FlaskClient, admin: FlaskClient) -> None:
    profile = Page(admin.get("/account")).form("/account")
    assert profile.submit(admin, name="a\0b").status_code == 400
    form = Page(client.get("/sign-in")).form("/sign-in")
    assert form.submit(client, email="a\0b", password="x").status_code == 400
