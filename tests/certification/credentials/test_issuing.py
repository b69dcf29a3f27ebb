"""A certificate's credential and token, from the award to the published addresses."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pikepdf
import pytest
import sqlalchemy as sa
from cryptography import x509
from flask import Flask
from flask.testing import FlaskClient

from certification.awards.actions import lift, revoke, suspend
from certification.awards.models import Award, SchemeVersion
from certification.certificates import actions as certificates
from certification.certificates import drawing, making
from certification.certificates.document import CREDENTIAL
from certification.certificates.models import Certificate, CertificateState
from certification.certificates.queries import signed_with
from certification.credentials import actions, bitstring, queries, schema, verifying
from certification.credentials.findings import Check, State
from certification.credentials.trust import Trust
from certification.keys import actions as keys
from certification.keys.models import Purpose
from certification.keys.queries import active, crls, document_signer
from lms import clock, jobs
from lms.db import db, unit
from lms.settings import Settings
from lms.site import SiteProfile
from tests.factories import Factory

pytestmark = pytest.mark.thorough


@pytest.fixture
def settings(app: Flask) -> Settings:
    found: Settings = app.extensions["settings"]
    return found


@pytest.fixture
def award(make: Factory) -> Award:
    """Ada earned it."""
    return make.award(make.person("Ada Lovelace"), make.scheme(make.programme()))


@pytest.fixture
def certificate(make: Factory, award: Award) -> Certificate:
    return make.certificate(award)


def kid(purpose: Purpose) -> str:
    """The name of the key that signs now; it tells the month in which the key was made."""
    with unit(writes=False):
        found = active(purpose)
    assert found is not None
    return found.kid


@pytest.fixture
def credential(client: FlaskClient, certificate: Certificate) -> dict[str, Any]:
    """The credential as anyone may fetch it."""
    answer = client.get(f"/certificates/{certificate.code}.json")
    assert answer.status_code == 200
    found: dict[str, Any] = json.loads(answer.data)
    return found


def _gathered(client: FlaskClient) -> tuple[Trust, dict[str, Any]]:
    """The bundle, and the lists that it holds as their own addresses give them."""
    bundle = Trust.from_json(client.get("/trust-bundle.json").text)
    paths = {url: url.removeprefix("http://academy.test") for url in bundle.status_lists}
    return bundle, {url: json.loads(client.get(path).data) for url, path in paths.items()}


def trust(client: FlaskClient) -> Trust:
    """What a stranger can gather from the published addresses alone."""
    bundle, lists = _gathered(client)
    if lists != bundle.status_lists:  # lists are signed anew every five minutes: just now
        bundle, lists = _gathered(client)
    assert lists == bundle.status_lists
    return replace(
        bundle,
        did=json.loads(client.get("/.well-known/did.json").data),
        jwks=json.loads(client.get("/.well-known/jwks.json").data),
        authority=client.get("/keys/ca.crt").data,
        crl=client.get("/keys/ca.crl").data,
    )


def codes(credential: dict[str, Any], trusted: Trust, at: datetime) -> dict[Check, str]:
    """The code of each finding."""
    found = verifying.verify_credential(credential, trusted, now=at)
    return {finding.check: finding.code for finding in found}


GOOD = {
    Check.SIGNATURE: "proofs_valid",
    Check.ISSUER: "issuer_known",
    Check.DATES: "dates_valid",
    Check.STATUS: "status_good",
}


@pytest.fixture
def at() -> datetime:
    """Now: the published lists are signed by the clock on the wall."""
    return datetime.now(UTC) + timedelta(seconds=5)


def test_an_issued_credential_verifies_from_what_is_published(
    client: FlaskClient, credential: dict[str, Any], at: datetime
) -> None:
    schema.require_valid(credential)
    assert [proof["cryptosuite"] for proof in credential["proof"]] == [
        "eddsa-rdfc-2022",
        "eddsa-jcs-2022",
    ]
    assert codes(credential, trust(client), at) == GOOD


def test_the_credential_states_what_was_earned(
    credential: dict[str, Any], certificate: Certificate
) -> None:
    subject, achievement = (
        credential["credentialSubject"],
        credential["credentialSubject"]["achievement"],
    )
    assert credential["id"] == f"http://academy.test/certificates/{certificate.code}.json"
    assert credential["issuer"]["id"] == "did:web:academy.test"
    assert credential["validUntil"] == "2028-11-20T23:59:59Z"
    assert credential["name"] == "Demonstration: Certified Administrator"
    assert subject["licenseNumber"] == certificate.number
    assert (subject["creditsEarned"], achievement["creditsAvailable"]) == (16, 16)
    assert subject["result"][0]["value"] == "87"
    assert achievement["resultDescription"][0]["requiredValue"] == "70"
    assert achievement["alignment"][0]["targetCode"] == "SEC-1"
    assert [item["genre"] for item in credential["evidence"]] == ["Course", "Exam", "Competency"]


def test_the_name_and_the_address_are_not_in_it(credential: dict[str, Any]) -> None:
    text = json.dumps(credential)
    assert "Lovelace" not in text
    assert "@people.example" not in text
    assert credential["credentialSubject"]["id"].startswith("urn:uuid:")


def test_the_sites_policy_can_name_the_holder(
    client: FlaskClient, make: Factory, award: Award, now: datetime
) -> None:
    make.save(
        SiteProfile(
            id=1,
            name="Academy",
            vendor="V",
            product="P",
            facts={"credentials_name_holders": True},
            updated_at=now,
        )
    )
    row = make.certificate(award)
    found = json.loads(client.get(f"/certificates/{row.code}.json").data)
    assert {it["identityHash"] for it in found["credentialSubject"]["identifier"]} > {
        "Ada Lovelace"
    }


def test_the_token_says_the_same(
    client: FlaskClient, certificate: Certificate, credential: dict[str, Any], at: datetime
) -> None:
    token = client.get(f"/certificates/{certificate.code}.jwt").text
    trusted = trust(client)

    findings = verifying.verify_token(token, trusted, now=at)

    assert {finding.state for finding in findings} == {State.PASSED}
    bare = {name: value for name, value in credential.items() if name != "proof"}
    assert verifying.read_token(token, trusted) == bare


def test_a_revoked_award_is_revoked_in_the_list_at_once(
    client: FlaskClient,
    make: Factory,
    award: Award,
    credential: dict[str, Any],
    at: datetime,
    now: datetime,
) -> None:
    trust(client)
    by = make.person("Mara").id
    with unit(writes=True):
        revoke(award, public_reason="Fraud", internal_note="", today=date.today(), by=by, now=now)

    assert codes(credential, trust(client), at)[Check.STATUS] == "revoked"


def test_suspended_and_lifted_again(
    client: FlaskClient,
    make: Factory,
    award: Award,
    credential: dict[str, Any],
    at: datetime,
    now: datetime,
) -> None:
    by = make.person("Mara").id
    with unit(writes=True):
        suspend(award, public_reason="Doubt", internal_note="", today=date.today(), by=by, now=now)
    assert codes(credential, trust(client), at)[Check.STATUS] == "suspended"
    with unit(writes=True):
        lift(award, reason="Cleared", today=date.today(), by=by, now=now)
    assert codes(credential, trust(client), at) == GOOD


def test_revoked_while_suspended_is_revoked_for_good(
    client: FlaskClient,
    make: Factory,
    award: Award,
    certificate: Certificate,
    credential: dict[str, Any],
    at: datetime,
    now: datetime,
) -> None:
    by = make.person("Mara").id
    with unit(writes=True):
        suspend(award, public_reason="Doubt", internal_note="", today=date.today(), by=by, now=now)
        revoke(award, public_reason="Fraud", internal_note="", today=date.today(), by=by, now=now)
    assert codes(credential, trust(client), at)[Check.STATUS] == "revoked"


def test_a_replaced_certificate_does_not_verify_any_more(
    client: FlaskClient,
    make: Factory,
    settings: Settings,
    certificate: Certificate,
    credential: dict[str, Any],
    at: datetime,
    now: datetime,
) -> None:
    by = make.person("Mara").id
    with unit(writes=True):
        fresh = certificates.supersede(
            certificate.id, settings, reason="a new name", by=by, now=now
        ).id
    drawing.draw(fresh)

    assert codes(credential, trust(client), at)[Check.STATUS] == "revoked"
    code = db.session.get_one(Certificate, fresh).code
    successor = json.loads(client.get(f"/certificates/{code}.json").data)
    assert codes(successor, trust(client), at) == GOOD


def test_after_a_rotation_old_credentials_verify_and_new_ones_name_the_new_key(
    client: FlaskClient,
    make: Factory,
    settings: Settings,
    award: Award,
    credential: dict[str, Any],
    at: datetime,
    now: datetime,
) -> None:
    with unit(writes=True):
        for purpose in keys.PREFIX:
            keys.rotate(purpose, settings, now=now)
    assert codes(credential, trust(client), at) == GOOD


def test_after_a_compromise_its_credentials_fail_and_are_found(
    client: FlaskClient,
    settings: Settings,
    certificate: Certificate,
    credential: dict[str, Any],
    at: datetime,
    now: datetime,
) -> None:
    kid = certificate.credential_kid
    assert kid is not None
    with unit(writes=True):
        keys.compromise(kid, settings, now=now)

    found = codes(credential, trust(client), at)

    assert found[Check.ISSUER] == "key_unknown"
    assert signed_with(kid) == [certificate.id]
    assert client.get(f"/keys/{kid}.json").status_code == 410


def test_of_two_runs_at_once_all_files_are_those_of_the_first_that_ended(
    client: FlaskClient, make: Factory, settings: Settings, award: Award, now: datetime
) -> None:
    with unit(writes=True):
        row = certificates.prepare(award.id, settings, now=now)
    made = []
    for _run in range(2):
        with unit(writes=True):
            material = making.gather(row.id, making.press(settings, now=now), now=now)
        assert material is not None
        with clock.frozen_at(now):
            made.append(drawing.make(material))
    first, second = made
    assert first.credential != second.credential  # each run salts the holder's address anew
    for files in (second, first):
        with unit(writes=True):
            drawing.finish({row.id: files})

    db.session.expire_all()
    kept = db.session.get_one(Certificate, row.id)
    assert (kept.credential_sha256, kept.token_sha256) == (second.credential, second.token)
    assert kept.document_sha256 == second.document
    storage = client.application.extensions["storage"]
    with pikepdf.open(storage.path(second.document)) as pdf:
        inside = bytes(pdf.attachments[CREDENTIAL].get_file().read_bytes())
    assert inside == storage.get(second.credential)


def test_a_run_goes_on_with_a_credential_that_was_noted_before(
    client: FlaskClient, make: Factory, settings: Settings, award: Award, now: datetime
) -> None:
    """Earlier versions noted the credential before they drew."""
    with unit(writes=True):
        row = certificates.prepare(award.id, settings, now=now)
    with unit(writes=True):
        material = making.gather(row.id, making.press(settings, now=now), now=now)
    assert material is not None
    with clock.frozen_at(now):
        signed = drawing.make(material)
    with unit(writes=True):
        db.session.execute(
            sa.update(Certificate)
            .where(Certificate.id == row.id)
            .values(credential_sha256=signed.credential, token_sha256=signed.token)
        )
    with clock.frozen_at(now):
        drawing.draw(row.id)

    db.session.expire_all()
    kept = db.session.get_one(Certificate, row.id)
    assert kept.credential_sha256 == signed.credential
    assert kept.state == CertificateState.ISSUED


def test_each_certificate_has_a_place_of_its_own_at_random(
    make: Factory, settings: Settings, now: datetime
) -> None:
    version = make.scheme(make.programme())
    places = []
    for name in ("Ada", "Bea", "Cyd"):
        award = make.award(make.person(name), version)
        with unit(writes=True):
            row = certificates.prepare(award.id, settings, now=now)
            first = actions.allot(row.id, award.id, now=now)
            again = actions.allot(row.id, award.id, now=now)
        assert first == again
        places.append(first.position)
    assert len(set(places)) == 3
    assert all(0 <= place < bitstring.SIZE for place in places)
    assert max(places) > 100


def test_a_full_list_is_followed_by_another(
    make: Factory, settings: Settings, award: Award, now: datetime
) -> None:
    with unit(writes=True):
        full = actions._add_list(now)
        full.size = 1
        row = certificates.prepare(award.id, settings, now=now)
    with unit(writes=True):
        assert actions.allot(row.id, award.id, now=now).list_id == full.id
    second = make.award(make.person("Bea"), award_version(award))
    with unit(writes=True):
        row = certificates.prepare(second.id, settings, now=now)
        assert actions.allot(row.id, second.id, now=now).list_id != full.id


def award_version(award: Award) -> SchemeVersion:
    return db.session.get_one(SchemeVersion, award.scheme_version_id)


def test_lists_are_signed_again_when_they_change_or_grow_old(
    certificate: Certificate, settings: Settings, now: datetime
) -> None:
    def sign(at: datetime) -> int:
        with unit(writes=True):
            return actions.sign_lists(settings, now=at)

    assert sign(now) == 2
    assert sign(now + timedelta(hours=1)) == 0
    assert sign(now + timedelta(hours=25)) == 2
    with unit(writes=True):
        actions.withdraw(certificate.id, now=now)
    assert sign(now + timedelta(hours=26)) == 1


def test_the_job_of_each_day_writes_the_lists_of_withdrawn_keys_anew(
    certificate: Certificate, now: datetime
) -> None:
    """Nobody needs to start the product anew within a year for documents to stay checkable."""
    later = now + timedelta(days=350)
    with clock.frozen_at(later):
        jobs.handler_of("credentials.sign_lists")({})
    with unit(writes=False):
        (listed,) = crls()
    until = x509.load_der_x509_crl(listed).next_update_utc
    assert until is not None
    assert until > later + timedelta(days=300)


def test_a_list_that_nobody_signed_for_days_is_signed_when_it_is_asked_for(
    certificate: Certificate, settings: Settings, now: datetime
) -> None:
    with unit(writes=True):
        actions.sign_lists(settings, now=now)
    later = now + timedelta(days=30)
    with unit(writes=False):
        trusted = queries.trust_bundle(settings, now=later)
    for listed in trusted.status_lists.values():
        assert verifying.dates(listed, later).code == "dates_valid"


@pytest.mark.parametrize(
    "path",
    [
        "/.well-known/did.json",
        "/.well-known/jwks.json",
        "/keys/{token}.json",
        "/keys/{authority}.crt",
        "/keys/{authority}.crl",
        "/keys/ca.crt",
        "/keys/ca.crl",
        "/status-lists/1",
        "/status-lists/1/suspension",
        "/trust-bundle.json",
        "/certificates/{code}.pdf",
        "/certificates/{code}.json",
        "/certificates/{code}.jwt",
        "/verify/{code}/art.svg",
    ],
)
def test_what_verifiers_read_can_be_cached_and_read_by_any_site(
    client: FlaskClient, certificate: Certificate, path: str
) -> None:
    """Also by a cache that keeps one copy for all readers, whatever cookies they have."""
    names = {"token": kid(Purpose.TOKEN), "authority": kid(Purpose.AUTHORITY)}
    path = path.format(code=certificate.code, **names)
    client.set_cookie("academy", "whatever")
    answer = client.get(path)

    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"].startswith("public, max-age=")
    assert ("immutable" in answer.headers["Cache-Control"]) == path.endswith(".svg")
    assert not {"Set-Cookie", "Vary"} & set(answer.headers.keys())
    again = client.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("kind", ["pdf", "json", "jwt"])
def test_no_cache_keeps_an_erased_persons_files(
    client: FlaskClient, certificate: Certificate, now: datetime, kind: str
) -> None:
    path = f"/certificates/{certificate.code}.{kind}"
    assert "max-age=300" in client.get(path).headers["Cache-Control"]
    with unit(writes=True):
        db.session.get_one(Certificate, certificate.id).holder_erased_at = now
    assert client.get(path).status_code == 404


def test_a_documents_certificate_names_where_its_authority_and_list_are(
    client: FlaskClient, certificate: Certificate, settings: Settings
) -> None:
    """In DER, as RFC 5280 wants it at such addresses."""
    with unit(writes=False):
        document = document_signer(settings)
    leaf = x509.load_pem_x509_certificate(document.certificate)
    access = leaf.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    lists = leaf.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    places = [access[0].access_location.value, lists[0].full_name[0].value]
    answers = [client.get(place.removeprefix(settings.public_url)) for place in places]
    authority = x509.load_der_x509_certificate(answers[0].data)
    leaf.verify_directly_issued_by(authority)
    assert x509.load_der_x509_crl(answers[1].data).is_signature_valid(authority.public_key())
    types = [answer.mimetype for answer in answers]
    assert types == ["application/pkix-cert", "application/pkix-crl"]


def test_a_token_names_a_key_that_its_address_returns(
    client: FlaskClient, certificate: Certificate
) -> None:
    address = f"/keys/{kid(Purpose.TOKEN)}.json"
    key = json.loads(client.get(address).data)

    assert key["kid"] == f"http://academy.test{address}"
    assert key == json.loads(client.get("/.well-known/jwks.json").data)["keys"][0]
    assert "d" not in key


def test_unknown_files_are_not_found(client: FlaskClient, make: Factory) -> None:
    for path in ("/certificates/7F3K9Q2MXR4T0C8VA.json", "/keys/x.json", "/status-lists/9"):
        assert client.get(path).status_code == 404
