"""Who typed the certificate number or a wrong character is told so, and learns nothing more."""

import pytest
from flask.testing import FlaskClient

from certification.certificates.models import Certificate
from lms.db import db
from lms.i18n import PSEUDO
from tests.factories import Factory
from tests.page import Page
from tests.queries import counted

UNKNOWN = "00000000000000000"
NUMBER = "TSA-2026-999999"


@pytest.fixture
def certificate(make: Factory) -> Certificate:
    return make.issued(make.award(make.person("Ada"), make.scheme(make.programme())))


def test_a_certificate_number_leads_to_where_the_code_stands(client: FlaskClient) -> None:
    form = Page(client.get("/verify")).form("/verify")
    page = Page(client.get(form.submit(client, code=NUMBER).location))
    assert page.status == 404
    assert page.h1 == "Certificate number"
    assert page.title.startswith("Certificate number")
    assert "under the certificate's QR code" in page.text
    assert "not genuine" not in page.text


def test_a_number_in_use_answers_as_one_that_nobody_has(
    client: FlaskClient, certificate: Certificate
) -> None:
    """Numbers are sequential: whoever counts through them learns nothing, not even by the time."""
    numbers = certificate.number, NUMBER
    db.session.rollback()
    pages, asked = [], []
    for number in numbers:
        client.get(f"/verify/{number}")
        with counted() as statements:
            pages.append(Page(client.get(f"/verify/{number}")).text)
            answer = client.get(f"/verify/{number}.json").json
        asked.append(statements)
        assert answer is not None
        assert (answer["verdict"], answer["holder"]) == ("not_found", None)
    assert pages[0] == pages[1]
    assert asked[0] == asked[1]
    assert not [text for text in asked[0] if "certificate" in text]


@pytest.mark.parametrize(
    ("typed", "word", "hint"),
    [
        (UNKNOWN, "Not found", None),
        (UNKNOWN[1:], "Mistyped", "mistyped"),
        (UNKNOWN + "0", "Mistyped", "mistyped"),
        ("00000000000000001", "Mistyped", "mistyped"),
        (NUMBER, "Certificate number", "certificate_number"),
    ],
)
def test_a_slip_has_words_of_its_own_and_the_verdict_stays(
    client: FlaskClient, typed: str, word: str, hint: str | None
) -> None:
    page, answer = Page(client.get(f"/verify/{typed}")), client.get(f"/verify/{typed}.json")
    assert page.h1 == word
    assert (page.status, answer.status_code) == (404, 404)
    assert answer.json is not None
    assert (answer.json["verdict"], answer.json["hint"]) == ("not_found", hint)
    problem = client.get(f"/api/v1/certificates/{typed}").json
    assert problem is not None
    assert problem["code"] == "not_found"
    assert (problem["detail"] == "No certificate has this code.") is (hint is None)


def test_the_words_are_translated(client: FlaskClient) -> None:
    for typed in (NUMBER, "nonsense"):
        page = Page(client.get(f"/verify/{typed}?lang={PSEUDO}"))
        assert page.h1 not in ("Certificate number", "Mistyped")
