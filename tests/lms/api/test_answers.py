"""Idempotency-Key: the same answer and one effect, whoever repeats what when, and whoever dies."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask, Response
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from certification.certificates.models_checks import CertificateCheck
from lms import clock
from lms.api import answers, tokens
from lms.api.answers import ApiAnswer, Claim
from lms.api.endpoints import ROOT
from lms.api.problems import Problem
from lms.audit import AuditEntry
from lms.db import db, unit
from tests.factories import Factory

AT_ONCE = 12
BODY = {"entries": ["7F3K9Q2MXR4T0C8VA", "nobody@people.example"]}


@pytest.fixture
def token(make: Factory) -> str:
    """A token of an organisation."""
    organisation = make.organisation("acme")
    with unit(writes=True):
        return tokens.make(
            "test", tokens.SCOPES, days=30, organisation=organisation, by=1, now=clock.now()
        )


def post(
    client: FlaskClient, token: str, key: str | None = "k1", body: object = BODY
) -> TestResponse:
    headers = {"Authorization": f"Bearer {token}"}
    if key is not None:
        headers["Idempotency-Key"] = key
    return client.post(f"{ROOT}/checks", json=body, headers=headers)


def effects() -> int:
    with unit(writes=False):
        return db.session.scalar(sa.select(sa.func.count()).select_from(CertificateCheck)) or 0


def test_a_post_without_a_key_is_refused(client: FlaskClient, token: str) -> None:
    for key in (None, "", "x" * 201, "ü\x7f"):
        assert post(client, token, key).status_code == 400
    assert effects() == 0


def test_a_repeated_request_gets_the_same_answer_and_has_one_effect(
    client: FlaskClient, token: str
) -> None:
    first, again = post(client, token), post(client, token)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.data == again.data
    assert first.headers["Location"] == again.headers["Location"]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert effects() == 1


def test_another_body_with_the_key_is_refused(client: FlaskClient, token: str) -> None:
    post(client, token)
    answer = post(client, token, body={"entries": ["other"]})
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["code"] == "idempotency_key_reused"
    assert effects() == 1


def test_a_refusal_is_repeated_too(client: FlaskClient, token: str) -> None:
    first = post(client, token, body={"entries": [" "]})
    again = post(client, token, body={"entries": [" "]})
    assert (first.status_code, again.status_code) == (422, 422)
    assert first.data == again.data
    assert again.headers["Idempotency-Replayed"] == "true"


def test_keys_of_two_tokens_are_two_keys(client: FlaskClient, token: str, make: Factory) -> None:
    organisation = make.organisation("other")
    with unit(writes=True):
        other = tokens.make(
            "t", tokens.SCOPES, days=30, organisation=organisation, by=1, now=clock.now()
        )
    assert post(client, token).status_code == post(client, other).status_code == 201
    assert effects() == 2


def test_a_key_whose_holder_died_is_taken_over_after_a_while(
    app: Flask, client: FlaskClient, token: str
) -> None:
    first = post(client, token)
    with unit(writes=True):
        db.session.execute(sa.delete(CertificateCheck))
        db.session.execute(
            sa.update(ApiAnswer).values(
                status=None, headers=None, body=None, claimed_at=clock.now() - timedelta(seconds=60)
            )
        )
    assert first.status_code == 201
    waiting = post(client, token)
    assert waiting.status_code == 409
    assert waiting.headers["Retry-After"] == "1"
    with unit(writes=True):
        db.session.execute(sa.update(ApiAnswer).values(claimed_at=clock.now() - answers.LEASE))
    assert post(client, token).status_code == 201
    assert effects() == 1


def test_whoever_lost_the_key_meanwhile_has_no_effect(app: Flask, token: str) -> None:
    url = app.extensions["settings"].database_url
    token_id, now = tokens.ApiToken.id, clock.now()
    with unit(writes=False):
        number = db.session.scalar(sa.select(token_id)) or 0
    held = answers.claim(url, number, "k", "hash", now=now - answers.LEASE)
    assert isinstance(held, Claim)
    assert isinstance(answers.claim(url, number, "k", "hash", now=now), Claim)
    with pytest.raises(Problem, match="in_flight"), unit(writes=True):
        answers.keep(held, Response("late", 201))


def test_a_failure_of_ours_gives_the_key_back(app: Flask, token: str) -> None:
    url = app.extensions["settings"].database_url
    with unit(writes=False):
        number = db.session.scalar(sa.select(tokens.ApiToken.id)) or 0
    held = answers.claim(url, number, "k", "hash", now=clock.now())
    assert isinstance(held, Claim)
    answers.settle(url, held, Response("broken", 500))
    assert isinstance(answers.claim(url, number, "k", "hash", now=clock.now()), Claim)


def test_answers_are_forgotten_after_a_day(client: FlaskClient, token: str) -> None:
    post(client, token)
    with unit(writes=True):
        assert answers.forget_old(now=clock.now()) == 0
        assert answers.forget_old(now=clock.now() + timedelta(days=2)) == 1


@pytest.mark.postgres
def test_twelve_at_once_have_one_effect(app: Flask, token: str) -> None:
    ready, found = threading.Barrier(AT_ONCE, timeout=60), []

    def one() -> None:
        client = app.test_client()
        ready.wait()
        found.append(post(client, token))

    threads = [threading.Thread(target=one) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    statuses = Counter(answer.status_code for answer in found)
    assert set(statuses) <= {201, 409}
    assert statuses[201] >= 1
    assert len({answer.data for answer in found if answer.status_code == 201}) == 1
    assert effects() == 1
    last = post(app.test_client(), token)
    assert last.status_code == 201
    assert last.data in {answer.data for answer in found}
    with unit(writes=False):
        acts = db.session.scalar(
            sa.select(sa.func.count()).where(AuditEntry.act == "certificates.checked")
        )
    assert acts == 1
