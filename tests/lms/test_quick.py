"""The short cut of hot addresses says what the ordinary way says, and leaves the rest to it."""

from datetime import datetime

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from certification.awards.actions import revoke
from certification.awards.models import Award
from certification.certificates.models import Certificate
from lms import clock, quick
from lms.db import unit
from lms.permissions import SIGNED_IN, permit
from tests.factories import Factory

ORDINARY = {"Cookie": "unrelated=1"}
"""A cookie of somebody else changes no answer, but rules the short cut out."""


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client that sends the cookies that it is told to send."""
    return app.test_client(use_cookies=False)


@pytest.fixture
def award(make: Factory) -> Award:
    return make.award(make.person("Zoë <Smith> & Sons"), make.scheme(make.programme()))


@pytest.fixture
def certificate(make: Factory, award: Award) -> Certificate:
    return make.issued(award)


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which addresses the short cut answered."""
    found: list[str] = []
    headers = quick._headers

    def noted(ready: quick.Ready) -> quick.Headers:
        found.append(ready.kind)
        return headers(ready)

    monkeypatch.setattr(quick, "_headers", noted)
    return found


def compared(answer: TestResponse) -> tuple[int, str, dict[str, str]]:
    """Status, body, headers without the request's own id."""
    headers = {k: v for k, v in answer.headers.items() if k != "X-Request-Id"}
    return answer.status_code, answer.text, headers


@pytest.mark.parametrize("ending", ["", ".json"])
@pytest.mark.parametrize("language", ["en", "en-XA", "de", ""])
def test_both_ways_give_the_same_answer(
    client: FlaskClient, certificate: Certificate, taken: list[str], ending: str, language: str
) -> None:
    address, wanted = f"/verify/{certificate.code}{ending}", {"Accept-Language": language}
    with clock.frozen_at(clock.now()):  # the page tells the minute
        ordinary = client.get(address, headers=wanted | ORDINARY)
        assert taken == []
        short = client.get(address, headers=wanted)

    assert len(taken) == 1
    assert compared(short) == compared(ordinary)
    assert len(short.headers["X-Request-Id"]) == 16
    assert "<Smith>" not in short.text or ending


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("HEAD", "", {}),
        ("POST", "", {}),
        ("GET", "?lang=en-XA", {}),
        ("GET", "", {"Cookie": "theme=dark"}),
        ("GET", "/art.svg", {}),
        ("GET", ".pdf", {}),
    ],
)
def test_all_else_goes_the_ordinary_way(
    client: FlaskClient,
    certificate: Certificate,
    taken: list[str],
    method: str,
    path: str,
    headers: dict[str, str],
) -> None:
    client.get(f"/verify/{certificate.code}", headers=ORDINARY)
    client.open(f"/verify/{certificate.code}{path}", method=method, headers=headers)
    assert taken == []


@pytest.mark.parametrize("code", ["0000000000000000", "nonsense", "", "a/b", "é", "%00"])
def test_unknown_codes_are_not_found_as_ever(
    client: FlaskClient, taken: list[str], code: str
) -> None:
    short, ordinary = (client.get(f"/verify/{code}", headers=h) for h in ({}, ORDINARY))
    assert (short.status_code, taken) == (ordinary.status_code, [])


def test_another_spelling_is_sent_to_the_codes_own(
    client: FlaskClient, certificate: Certificate
) -> None:
    answer = client.get(f"/verify/{certificate.code.lower()}")
    assert answer.status_code == 301
    assert answer.headers["Location"].endswith(certificate.code)


def test_a_revocation_shows_at_the_next_look(
    client: FlaskClient, make: Factory, award: Award, certificate: Certificate, now: datetime
) -> None:
    address = f"/verify/{certificate.code}"
    for headers in (ORDINARY, {}):
        assert "<title>Valid" in client.get(address, headers=headers).text
    by = make.person("Mona").id
    with unit(writes=True):
        revoke(
            award,
            public_reason="Fraud",
            internal_note="",
            today=clock.today(clock.now(), "UTC"),
            by=by,
            now=now,
        )
    assert "<title>Revoked" in client.get(address).text
    assert "<title>Revoked" in client.get(address).text
    answer = client.get(f"{address}.json").json
    assert answer is not None
    assert answer["verdict"] == "revoked"


def test_a_short_cut_around_a_permission_stops_the_start(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    @permit(SIGNED_IN)
    def hidden() -> Response:
        return Response("")

    monkeypatch.setitem(app.view_functions, "hidden", hidden)
    monkeypatch.setitem(quick._ways, "hidden", ("hidden", lambda _rest: None))
    with pytest.raises(LookupError, match="hidden"):
        quick.check(app)
