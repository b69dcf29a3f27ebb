"""The zone of certificates' days stands from the first one on."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient

from certification.certificates import actions, health, making
from certification.certificates.facts import CertificateFacts
from certification.certificates.models import Certificate
from certification.credentials.credential import build
from lms.db import unit
from lms.errors import Refusal
from tests.factories import Factory
from tests.factories.documents import ORDINARY
from tests.page import Page


@contextmanager
def set_to(app: Flask, zone: str) -> Iterator[None]:
    settings = app.extensions["settings"]
    app.extensions["settings"] = replace(settings, issuer_zone=zone)
    yield
    app.extensions["settings"] = settings


@pytest.fixture
def pending(make: Factory) -> Certificate:
    """A certificate whose files are not made yet, of an award."""
    return make.prepared(make.award(make.person("Ada"), make.scheme(make.programme())))


def test_facts_from_before_keep_their_digest() -> None:
    assert ORDINARY.zone is None
    assert "zone" not in json.loads(ORDINARY.to_json())


def test_none_is_issued_in_another_zone(app: Flask, make: Factory, pending: Certificate) -> None:
    other = make.award(make.person("Bob"), make.scheme(make.programme("SEC"), "SEC-C"))
    with set_to(app, "Asia/Tokyo"), pytest.raises(Refusal) as refused, unit(writes=True):
        actions.prepare(other.id, app.extensions["settings"], now=make.now)
    [reason] = refused.value.reasons
    assert (reason.code, reason.values["frozen"]) == ("issuer_zone_changed", "UTC")
    make.prepared(other)


def test_the_doctor_says_what_to_set_back(app: Flask, pending: Certificate) -> None:
    with unit(writes=False):
        assert health.zone().fine
        with set_to(app, "Asia/Tokyo"):
            told = health.zone()
    assert not told.fine
    assert "in UTC, ISSUER_ZONE says Asia/Tokyo" in told.detail
    assert told.remedy == "Set ISSUER_ZONE back to UTC, and start again."


def test_before_the_first_certificate_any_zone_will_do(app: Flask) -> None:
    with app.app_context(), unit(writes=False), set_to(app, "Asia/Tokyo"):
        assert health.zone().fine


def test_what_was_being_made_gets_the_instants_of_its_own_zone(
    app: Flask, make: Factory, pending: Certificate
) -> None:
    with set_to(app, "Asia/Tokyo"), unit(writes=True):
        press = making.press(app.extensions["settings"], now=make.now)
        found = making.gather(pending.id, press, now=make.now)
    assert found is not None
    says = found.statement
    until = build(says.claims, says.holder, says.issuer, says.place)["validUntil"]
    assert until == f"{CertificateFacts.from_json(pending.facts['json']).valid_until}T23:59:59Z"


def test_a_files_page_tells_the_days_that_were_signed(
    app: Flask, client: FlaskClient, make: Factory
) -> None:
    row = make.issued(make.award(make.person("Ada"), make.scheme(make.programme())))
    file = BytesIO(app.extensions["storage"].get(row.credential_sha256))
    form = Page(client.get("/verify")).form("/verify/file")
    with set_to(app, "Asia/Tokyo"):
        page = Page(form.submit(client, file=(file, "certificate.json")))
    assert row.valid_until is not None
    assert f"Valid until {row.valid_until.day} November 2028" in page.text
