"""Rate limits of the API: reading by token or address, lists by the hour, guesses at tokens."""

import pytest
from flask.testing import FlaskClient

from lms import clock
from lms.api import tokens
from lms.api.endpoints import ROOT
from lms.db import unit
from tests.factories import Factory

pytestmark = pytest.mark.thorough

CODE = f"{ROOT}/certificates/7F3K9Q2MXR4T0C8VA"


@pytest.fixture
def token(make: Factory) -> str:
    """A token of an organisation."""
    organisation = make.organisation("acme")
    with unit(writes=True):
        return tokens.make(
            "test", tokens.SCOPES, days=30, organisation=organisation, by=1, now=clock.now()
        )


def test_an_address_reads_six_hundred_codes_a_minute(client: FlaskClient, token: str) -> None:
    assert {client.get(CODE).status_code for _ in range(600)} == {404}
    answer = client.get(CODE)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) <= 60
    assert answer.json is not None
    assert answer.json["code"] == "too_many"
    other = {"REMOTE_ADDR": "192.0.2.7"}
    assert client.get(CODE, environ_overrides=other).status_code == 404
    bearer = {"Authorization": f"Bearer {token}"}
    assert client.get(CODE, headers=bearer).status_code == 404


def test_sixty_wrong_tokens_and_the_address_waits(client: FlaskClient, token: str) -> None:
    for number in range(60):
        wrong = {"Authorization": f"Bearer tsa_{number}"}
        assert client.get(f"{ROOT}/certificates", headers=wrong).status_code == 401
    wrong = {"Authorization": "Bearer tsa_60"}
    assert client.get(f"{ROOT}/certificates", headers=wrong).status_code == 429
    right = {"Authorization": f"Bearer {token}"}
    assert client.get(f"{ROOT}/certificates", headers=right).status_code == 200


@pytest.mark.thorough
def test_sixty_lists_an_hour_whatever_their_keys(client: FlaskClient, token: str) -> None:
    def post(key: str) -> int:
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
        return client.post(f"{ROOT}/checks", json={"entries": ["x"]}, headers=headers).status_code

    assert {post(str(number)) for number in range(60)} == {201}
    assert post("61") == 429


def test_a_token_is_counted_whatever_way_its_header_is_written(
    client: FlaskClient, token: str
) -> None:
    """Names of schemes have no case, and spaces may follow them: that makes no other token."""

    def post(count: int) -> int:
        scheme = "bearer" if count % 2 else "Bearer"
        headers = {"Authorization": f"{scheme}{' ' * (1 + count % 7)}{token}"}
        return client.post(f"{ROOT}/checks", json={"entries": ["x"]}, headers=headers).status_code

    assert {post(count) for count in range(60)} == {400}
    assert {post(count) for count in range(60, 74)} == {429}


def test_who_has_many_addresses_of_one_network_is_counted_once(client: FlaskClient) -> None:
    """An ordinary line has 2^64 addresses of IPv6, and may use each of them for one request."""

    def get(place: str) -> int:
        return client.get(CODE, environ_overrides={"REMOTE_ADDR": place}).status_code

    assert {get(f"2001:db8:1:2::{number:x}") for number in range(600)} == {404}
    assert get("2001:db8:1:2:ffff::1") == 429
    assert get("2001:db8:1:3::1") == 404
    assert get("192.0.2.8") == 404
