"""Whatever goes wrong names its request, on the page, in a problem detail and in the header."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.factories import Factory

ASKS: dict[str, Any] = {
    "unknown": {"path": "/nowhere"},
    "method": {"path": "/catalog", "method": "PUT"},
    "csrf": {"path": "/sign-in", "method": "POST", "data": {"email": "a@b.example"}},
    "nul": {"path": "/catalog?x=%00"},
    "not yours": {"path": "/manage/people"},
    "too large": {"path": "/sign-in", "method": "POST", "data": {"email": "a" * 9_000_000}},
}


@pytest.fixture
def lea(app: Flask, make: Factory) -> FlaskClient:
    return make.sign_in(app.test_client(), make.person("Lea"))


def answered(client: FlaskClient, name: str, kind: str) -> tuple[TestResponse, str]:
    answer = client.open(**ASKS[name], headers={"Accept": kind})
    number = answer.headers["X-Request-Id"]
    assert answer.status_code >= 400
    assert len(number) == 16
    return answer, number


@pytest.mark.parametrize("name", ASKS)
def test_every_error_page_names_its_request(lea: FlaskClient, name: str) -> None:
    answer, number = answered(lea, name, "text/html")
    assert number in answer.text


@pytest.mark.parametrize("name", ASKS)
def test_every_problem_detail_names_its_request(lea: FlaskClient, name: str) -> None:
    answer, number = answered(lea, name, "application/json")
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["request_id"] == number


def test_a_problem_of_the_api_names_its_request(client: FlaskClient) -> None:
    for answer in (client.get("/api/v1/nowhere"), client.post("/api/v1/checks", json={})):
        assert answer.status_code >= 400
        assert answer.get_json()["request_id"] == answer.headers["X-Request-Id"] != ""
