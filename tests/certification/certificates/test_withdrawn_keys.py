"""A document under a key that others may hold is never ours, whatever the dates say; and whether
a key was withdrawn is never taken for answered when nobody can tell."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask

from certification.certificates import wording
from certification.certificates.checking import check_file
from certification.certificates.document import render
from certification.certificates.reports import Report
from certification.certificates.rules import Verdict
from certification.certificates.signing import sign
from certification.credentials import queries as credentials
from certification.credentials.trust import Trust
from certification.keys import actions, authority, queries
from certification.keys.models import Key, Purpose
from lms import clock
from lms.db import unit
from lms.settings import Settings
from tests.certification.certificates.test_checking import codes, somebody_else
from tests.factories import Factory
from tests.factories.documents import certificate_facts

pytestmark = [pytest.mark.thorough, pytest.mark.sqlite]
LEAF_ENDS = timedelta(days=authority.LEAF_DAYS)
LIST_ENDS = timedelta(days=authority.CRL_DAYS)


class Issued:
    """A certificate that never ends, and the installation that issued it."""

    def __init__(self, app: Flask, make: Factory, now: datetime) -> None:
        endless = make.award(
            make.person("Ada Lovelace"), make.scheme(make.programme()), valid_until=None
        )
        row = make.certificate(endless)
        storage = app.extensions["storage"]
        self.settings: Settings = app.extensions["settings"]
        self.pdf: bytes = storage.get(row.document_sha256)
        self.credential: bytes = storage.get(row.credential_sha256)
        self.now = now

    def forged(self) -> bytes:
        """Another person's document, signed with the stolen key as of the time it was good."""
        drawn = render(certificate_facts(holder_name="Eve"), credential=self.credential)
        with unit(writes=False):
            stolen = queries.document_signer(self.settings)
        return sign(drawn, stolen, reason="Certificate issued", now=self.now)

    def bundle(self, at: datetime) -> Trust:
        with unit(writes=False):
            return credentials.trust_bundle(self.settings, now=at)

    def check(self, content: bytes, at: datetime) -> Report:
        return check_file(content, self.bundle(at), now=at)

    def compromise(self, kid: str, at: datetime) -> None:
        with unit(writes=True):
            actions.ensure(self.settings, now=at)
            actions.compromise(kid, self.settings, now=at)


@pytest.fixture
def issued(app: Flask, make: Factory) -> Issued:
    return Issued(app, make, clock.now())


def key_of(purpose: Purpose) -> Key:
    with unit(writes=False):
        found = queries.active(purpose)
    assert found is not None
    return found


@pytest.mark.parametrize("after", [timedelta(days=1), LEAF_ENDS + timedelta(days=30)])
def test_what_a_stolen_key_signed_is_not_ours(issued: Issued, after: timedelta) -> None:
    """Also when the theft is declared after the key's certificate has ended."""
    forged, kid = issued.forged(), key_of(Purpose.DOCUMENT).kid
    with unit(writes=True):
        actions.rotate(Purpose.DOCUMENT, issued.settings, now=issued.now)
    issued.compromise(kid, issued.now + after)

    for content in (forged, issued.pdf):
        report = issued.check(content, issued.now + after + timedelta(days=1))
        assert report.verdict is Verdict.NOT_OURS
        assert "document_not_ours" in codes(report)


def test_a_readers_clock_that_is_behind_changes_nothing(issued: Issued) -> None:
    issued.compromise(key_of(Purpose.DOCUMENT).kid, issued.now)
    trust = issued.bundle(issued.now + timedelta(minutes=1))

    report = check_file(issued.pdf, trust, now=issued.now - timedelta(minutes=2))
    assert report.verdict is Verdict.NOT_OURS


def test_another_keys_theft_is_no_concern_of_a_document(issued: Issued) -> None:
    with unit(writes=True):
        actions.rotate(Purpose.DOCUMENT, issued.settings, now=issued.now)
    issued.compromise(key_of(Purpose.DOCUMENT).kid, issued.now)

    assert issued.check(issued.pdf, issued.now + timedelta(days=1)).verdict is Verdict.VALID


@pytest.mark.parametrize("rotated", [False, True])
def test_a_genuine_document_stays_ours_when_its_authoritys_list_has_ended(
    issued: Issued, rotated: bool
) -> None:
    """Nobody can tell any more whether its key was withdrawn: that is no forgery."""
    if rotated:
        with unit(writes=True):
            actions.rotate(Purpose.AUTHORITY, issued.settings, now=issued.now)
    report = issued.check(issued.pdf, issued.now + LIST_ENDS - timedelta(days=1))
    assert report.verdict is Verdict.VALID
    report = issued.check(issued.pdf, issued.now + LIST_ENDS + timedelta(days=1))
    assert report.verdict is Verdict.COULD_NOT_CHECK
    assert "list_ended" in codes(report)


def test_a_stolen_key_stays_stolen_when_the_list_that_names_it_has_ended(issued: Issued) -> None:
    issued.compromise(key_of(Purpose.DOCUMENT).kid, issued.now)
    report = issued.check(issued.pdf, issued.now + LIST_ENDS + timedelta(days=2))
    assert report.verdict is Verdict.NOT_OURS


def test_a_bundle_that_lacks_something_answers_could_not_check(issued: Issued) -> None:
    whole = issued.bundle(issued.now)
    other = authority.found(ec.generate_private_key(ec.SECP256R1()), "Other", now=issued.now)
    others_list = authority.withdraw(other, [], now=issued.now)
    for trust, code in (
        (replace(whole, crl=b""), "list_missing"),
        (replace(whole, crl=b"no list"), "list_missing"),
        (replace(whole, crl=others_list), "list_missing"),
        (replace(whole, authority=b""), "authority_missing"),
    ):
        report = check_file(issued.pdf, trust, now=issued.now)
        assert (report.verdict, code in codes(report)) == (Verdict.COULD_NOT_CHECK, True)
        assert all(wording.finding(found) for found in report.findings)


def test_what_a_bundle_lacks_makes_no_forgery_good(issued: Issued) -> None:
    whole = issued.bundle(issued.now)
    changed = bytearray(issued.pdf)
    changed[changed.index(b"stream") + 300] ^= 1
    drawn = render(certificate_facts(), credential=issued.credential)
    foreign = sign(drawn, somebody_else(issued.now), reason="Issued", now=issued.now)
    for trust in (replace(whole, crl=b""), replace(whole, authority=b"")):
        report = check_file(bytes(changed), trust, now=issued.now)
        assert report.verdict is Verdict.ALTERED
        report = check_file(foreign, trust, now=issued.now)
        assert report.verdict in {Verdict.NOT_OURS, Verdict.COULD_NOT_CHECK}


def test_lists_of_several_authorities_are_each_asked_about_their_own(issued: Issued) -> None:
    """Authorities that follow each other bear the same name."""
    with unit(writes=True):
        actions.rotate(Purpose.AUTHORITY, issued.settings, now=issued.now)
    whole = issued.bundle(issued.now)
    assert check_file(issued.pdf, whole, now=issued.now).verdict is Verdict.VALID
    report = check_file(issued.pdf, replace(whole, older_crls=()), now=issued.now)
    assert (report.verdict, "list_missing" in codes(report)) == (Verdict.COULD_NOT_CHECK, True)
