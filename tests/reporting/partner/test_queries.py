"""What a check of a list asks of the database: as much for two entries as for ten thousand."""

import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from certification.certificates.codes import new_code
from certification.certificates.models import Certificate
from certification.keys import actions as keys
from lms import clock
from lms.accounts.models import Organisation
from lms.api import tokens
from lms.db import unit
from lms.permissions import Role
from tests.factories import Factory
from tests.page import Page
from tests.queries import counted

pytestmark = pytest.mark.thorough

READS = 5
"""The target of whole requests."""
Send = Callable[[list[str]], list[str]]


@pytest.fixture
def acme(app: Flask, make: Factory) -> Organisation:
    """A partner of an issuer who has keys."""
    with unit(writes=True):
        keys.ensure(app.extensions["settings"], now=clock.now())
    return make.organisation("acme", is_partner=True)


@pytest.fixture
def ada(make: Factory) -> Certificate:
    make.course(programme := make.programme())
    return make.issued(make.award(make.person("Ada Lovelace"), make.scheme(programme)))


@pytest.fixture
def by_api(app: Flask, acme: Organisation) -> Send:
    """Sends a list with a token of Acme's; returns the statements."""
    with unit(writes=True):
        secret = tokens.make("x", tokens.SCOPES, days=30, organisation=acme, by=1, now=clock.now())

    def send(entries: list[str]) -> list[str]:
        headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": str(uuid.uuid4())}
        with counted() as found:
            answer = app.test_client().post(
                "/api/v1/checks", json={"entries": entries}, headers=headers
            )
        assert answer.json is not None
        assert answer.json["counts"]["entries"] == len(entries)
        return found

    return send


@pytest.fixture(params=["member", "limited"])
def by_page(request: pytest.FixtureRequest, app: Flask, make: Factory, acme: Organisation) -> Send:
    """Sends a list by the form; returns the statements. Whoever has the role without a limit
    checks for the organisations where they work."""
    limit = acme if request.param == "limited" else None
    person = make.person("Pia", Role.PARTNER, organisation=acme, limit=limit)
    client: FlaskClient = make.sign_in(app.test_client(), person)

    def send(entries: list[str]) -> list[str]:
        form = Page(client.get("/partner/checks")).form("/partner/checks")
        with counted() as found:
            answer = form.submit(client, entries="\n".join(entries))
        assert answer.status_code == 303
        return found

    return send


def mixed(count: int, code: str) -> list[str]:
    """Codes and addresses, half of each."""
    half = count // 2
    codes = [code, *(new_code() for _ in range(half - 1))]
    return codes + [f"person{n}@acme.example" for n in range(half)]


def kinds(statements: list[str]) -> tuple[int, list[str]]:
    """How many statements read, and which tables the others write."""
    asked = [text for text in statements if not text.startswith(("PRAGMA", "BEGIN"))]
    reads = [text for text in asked if text.startswith("SELECT")]
    tables = [
        words[2] if words[0] == "INSERT" else words[1]
        for words in (text.split() for text in asked)
        if words[0] in ("INSERT", "UPDATE", "DELETE")
    ]
    return len(reads), tables


def test_a_program_s_check_asks_five_times_at_most(by_api: Send, ada: Certificate) -> None:
    few, many = by_api(mixed(2, ada.code)), by_api(mixed(10_000, ada.code))
    assert kinds(few) == kinds(many)
    reads, tables = kinds(many)
    assert reads <= READS - 1
    assert tables == ["certificate_check", "api_answer", "audit_entry", "audit_head"]


def test_a_partner_s_check_asks_five_times_at_most(by_page: Send, ada: Certificate) -> None:
    few, many = by_page(mixed(2, ada.code)), by_page(mixed(10_000, ada.code))
    assert kinds(few) == kinds(many)
    reads, tables = kinds(many)
    assert reads <= READS
    assert tables == [
        "form_submission", "certificate_check", "form_submission", "audit_entry", "audit_head",
    ]  # fmt: skip
