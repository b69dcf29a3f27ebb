"""Who guesses codes is told to wait; who checks real ones never is."""

import pytest
from flask.testing import FlaskClient

from certification.certificates.models import Certificate
from tests.factories import Factory
from tests.page import Page

GUESSES = [
    "/verify/{}",
    "/verify/{}.json",
    "/certificates/{}.pdf",
    "/certificates/{}.json",
    "/certificates/{}.jwt",
]
UNKNOWN = "00000000000000000"


@pytest.fixture
def certificate(make: Factory) -> Certificate:
    return make.issued(make.award(make.person("Ada"), make.scheme(make.programme())))


@pytest.mark.thorough
@pytest.mark.parametrize("address", GUESSES)
def test_sixty_unknown_codes_a_minute_and_the_address_waits(
    client: FlaskClient, certificate: Certificate, address: str
) -> None:
    tried = [client.get(address.format(UNKNOWN)).status_code for _ in range(61)]

    assert tried == [404] * 60 + [429]
    refused = client.get(f"/verify/{UNKNOWN}")
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) <= 60
    assert "Wait" in Page(refused).text
    assert client.get(f"/verify/{UNKNOWN}.json").content_type == "application/problem+json"
    for known in GUESSES:
        assert client.get(known.format(certificate.code)).status_code == 200


def test_another_address_is_not_held_up(client: FlaskClient) -> None:
    for _ in range(61):
        client.get(f"/verify/{UNKNOWN}")
    elsewhere = client.get(f"/verify/{UNKNOWN}", environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert elsewhere.status_code == 404


@pytest.mark.thorough
def test_real_codes_are_checked_as_often_as_wanted(
    client: FlaskClient, certificate: Certificate
) -> None:
    answers = {client.get(f"/verify/{certificate.code}.json").status_code for _ in range(200)}
    assert answers == {200}
