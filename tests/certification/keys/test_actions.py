"""The first start, rotation, compromise: old signatures stay good, stolen keys do not."""

import stat
from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask

from certification.keys import actions, actions_lists, health, queries, vault
from certification.keys.models import KeyState, Purpose
from certification.keys.signers import to_der
from certification.keys.vault import KeyTrouble
from lms import clock
from lms.db import unit
from lms.errors import Refusal
from lms.health import Check
from lms.settings import Settings
from tests.factories import Factory


@pytest.fixture
def settings(app: Flask, make: Factory, now: datetime) -> Settings:
    """An installation after its first start."""
    found: Settings = app.extensions["settings"]
    with unit(writes=True):
        actions.ensure(found, now=now)
    return found


def test_the_first_start_makes_one_key_of_each_kind(settings: Settings, now: datetime) -> None:
    kids = [key.kid for key in queries.all_keys()]

    assert kids == ["a-2026-11", "d-2026-11", "k-2026-11", "t-2026-11"]
    with unit(writes=True):
        assert actions.ensure(settings, now=now) == []


def test_private_keys_are_encrypted_and_their_owners_alone(settings: Settings) -> None:
    files = sorted((settings.data_dir / "keys").iterdir())

    assert len(files) == 4
    for path in files:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert path.read_text().startswith("-----BEGIN ENCRYPTED PRIVATE KEY-----")
    assert settings.key_file.parent != settings.data_dir / "keys"
    assert stat.S_IMODE(settings.key_file.stat().st_mode) == 0o600


@pytest.mark.parametrize("lost", ["the key", "what unlocks it", "the right file"])
def test_a_start_without_the_private_key_refuses(
    settings: Settings, now: datetime, lost: str
) -> None:
    queries._opened.cache_clear()
    key = queries.active(Purpose.CREDENTIAL)
    assert key is not None
    path = vault.of(settings).path(key.kid, key.public["thumbprint"])
    if lost == "the key":
        path.unlink()
    elif lost == "what unlocks it":
        settings.key_file.write_text("something else")
    else:
        path.write_bytes(next((settings.data_dir / "keys").glob("t-*")).read_bytes())

    with pytest.raises(KeyTrouble, match=r"k-2026-11|KEY_FILE"), unit(writes=True):
        actions.ensure(settings, now=now)


def test_rotation_signs_with_a_fresh_key_and_publishes_the_old_one(
    settings: Settings, now: datetime
) -> None:
    before = queries.signer(Purpose.CREDENTIAL, settings)

    with unit(writes=True):
        actions.rotate(Purpose.CREDENTIAL, settings, now=now + timedelta(days=40))

    after = queries.signer(Purpose.CREDENTIAL, settings)
    assert (before.kid, after.kid) == ("k-2026-11", "k-2027-01")
    document = queries.did_document(settings)
    assert {"did:web:academy.test#k-2026-11", "did:web:academy.test#k-2027-01"} < set(
        document["assertionMethod"]
    )


def test_two_rotations_in_a_month_have_names_of_their_own(
    settings: Settings, now: datetime
) -> None:
    with unit(writes=True):
        actions.rotate(Purpose.TOKEN, settings, now=now)
        actions.rotate(Purpose.TOKEN, settings, now=now)

    assert queries.signer(Purpose.TOKEN, settings).kid == "t-2026-11-3"
    assert [key["kid"] for key in queries.jwks(settings)["keys"]] == [
        f"http://academy.test/keys/{kid}.json"
        for kid in ("t-2026-11-3", "t-2026-11-2", "t-2026-11")
    ]


def test_a_compromised_key_disappears_and_a_fresh_one_takes_over(
    settings: Settings, now: datetime
) -> None:
    with unit(writes=True):
        actions.compromise("k-2026-11", settings, now=now)

    methods = queries.did_document(settings)["assertionMethod"]
    assert "did:web:academy.test#k-2026-11" not in methods
    assert "did:web:academy.test#k-2026-11-2" in methods
    with pytest.raises(Refusal), unit(writes=True):
        actions.compromise("k-2026-11", settings, now=now)


def test_a_compromised_documents_key_enters_the_authoritys_list(
    settings: Settings, now: datetime
) -> None:
    old = queries.active(Purpose.DOCUMENT)
    assert old is not None
    assert old.certificate is not None
    serial = x509.load_pem_x509_certificate(old.certificate.encode()).serial_number
    with unit(writes=True):
        actions.compromise(old.kid, settings, now=now)

    listed = x509.load_der_x509_crl(queries.crls()[0])
    found = listed.get_revoked_certificate_by_serial_number(serial)
    assert found is not None
    assert found.revocation_date_utc == now
    fresh = queries.document_signer(settings)
    assert fresh.crl == queries.crls()[0]
    assert x509.load_pem_x509_certificate(fresh.certificate).serial_number != serial


def test_a_compromised_authority_takes_the_documents_keys_with_it(
    settings: Settings, now: datetime
) -> None:
    with unit(writes=True):
        withdrawn = actions.compromise("a-2026-11", settings, now=now)

    assert [key.kid for key in withdrawn] == ["a-2026-11", "d-2026-11"]
    active = [key.kid for key in queries.all_keys() if key.state == KeyState.ACTIVE]
    assert active == ["k-2026-11", "t-2026-11", "a-2026-11-2", "d-2026-11-2"]
    signer = queries.document_signer(settings)
    authority = x509.load_pem_x509_certificate(signer.authority)
    x509.load_pem_x509_certificate(signer.certificate).verify_directly_issued_by(authority)


def test_a_rotated_authority_vouches_for_a_fresh_documents_key(
    settings: Settings, now: datetime
) -> None:
    with unit(writes=True):
        actions.rotate(Purpose.AUTHORITY, settings, now=now)

    signer = queries.document_signer(settings)
    authority = x509.load_pem_x509_certificate(signer.authority)
    x509.load_pem_x509_certificate(signer.certificate).verify_directly_issued_by(authority)
    assert queries.authority_pem().count("BEGIN CERTIFICATE") == 2
    assert len(queries.crls()) == 2


def test_a_documents_signature_is_one_that_certificates_know(settings: Settings) -> None:
    signer = queries.document_signer(settings)
    key = x509.load_pem_x509_certificate(signer.certificate).public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    raw = signer.signer.sign(b"a document")

    key.verify(to_der(raw), b"a document", ec.ECDSA(actions.authority.hashes.SHA256()))
    with pytest.raises(InvalidSignature):
        key.verify(to_der(raw), b"another", ec.ECDSA(actions.authority.hashes.SHA256()))


def test_the_leaf_may_sign_documents_and_common_readers_trust_it(settings: Settings) -> None:
    leaf = x509.load_pem_x509_certificate(queries.document_signer(settings).certificate)
    usages = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value

    assert {usage.dotted_string for usage in usages} == {
        "1.3.6.1.5.5.7.3.36",
        "1.3.6.1.5.5.7.3.4",
    }
    points = leaf.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    assert points[0].full_name[0].value == "http://academy.test/keys/a-2026-11.crl"


def test_the_authoritys_list_is_written_anew_before_it_ends(
    settings: Settings, now: datetime
) -> None:
    first = queries.crls()[0]
    with unit(writes=True):
        actions.ensure(settings, now=now + timedelta(days=300))
        assert queries.crls()[0] == first
        actions.ensure(settings, now=now + timedelta(days=350))

    assert queries.crls()[0] != first


def test_the_lists_of_authorities_that_were_followed_are_written_anew_too(
    settings: Settings, now: datetime
) -> None:
    """What they vouched for is asked about for as long as it is shown."""
    with unit(writes=True):
        actions.compromise("d-2026-11", settings, now=now)
        actions.rotate(Purpose.AUTHORITY, settings, now=now)
        later = now + timedelta(days=402)
        actions.ensure(settings, now=later)

    lists = [x509.load_der_x509_crl(each) for each in queries.crls()]
    assert [it.next_update_utc > later + timedelta(days=300) for it in lists] == [True, True]
    assert [len(it) for it in lists] == [0, 1]


def test_an_authority_in_a_safe_holds_up_nothing(settings: Settings, now: datetime) -> None:
    with unit(writes=True):
        actions.rotate(Purpose.AUTHORITY, settings, now=now)
    old, fresh = (queries.by_kid(kid) for kid in ("a-2026-11", "a-2026-11-2"))
    assert old is not None
    assert fresh is not None
    before = {key.kid: key.crl for key in (old, fresh)}
    path = vault.of(settings).path(old.kid, old.public["thumbprint"])
    path.rename(path.with_suffix(".safe"))
    queries._opened.cache_clear()
    with unit(writes=True):
        assert actions_lists.renew(settings, now=now + timedelta(days=350)) == ["a-2026-11-2"]
    assert [key.crl == before[key.kid] for key in queries.published(Purpose.AUTHORITY)] == [
        False,
        True,
    ]


def test_the_list_of_a_compromised_authority_is_left_alone(
    settings: Settings, now: datetime
) -> None:
    with unit(writes=True):
        actions.compromise("a-2026-11", settings, now=now)
        assert actions_lists.renew(settings, now=now + timedelta(days=350)) == ["a-2026-11-2"]


def test_the_doctor_warns_before_a_list_ends(settings: Settings, now: datetime) -> None:
    with unit(writes=True):
        actions.rotate(Purpose.AUTHORITY, settings, now=now)

    def found(days: int) -> Check:
        with clock.frozen_at(now + timedelta(days=days)):
            return health.check()

    assert found(330).fine
    assert found(390).detail == "the list of withdrawn keys of a-2026-11-2 ends on 2027-12-28"
    assert "flask setup" in found(390).remedy
    next((settings.data_dir / "keys").glob("a-2026-11-2.*")).unlink()
    queries._opened.cache_clear()
    assert "its private key is not here" in found(390).detail
    assert "a-2026-11-2" in found(390).remedy
    assert "ended on" in found(402).detail
