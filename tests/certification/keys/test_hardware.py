"""Keys in a hardware module, here SoftHSM: made there, used there, never in a file."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask
from flask.testing import FlaskClient

from certification.credentials import verifying
from certification.credentials.findings import State
from certification.credentials.trust import Trust
from certification.keys import actions, hardware, queries
from certification.keys.models import Place, Purpose
from certification.keys.signers import to_der
from certification.keys.vault import KeyTrouble
from lms import clock
from lms.db import unit
from lms.settings import Settings
from tests.factories import Factory

PIN = "1234"
pytestmark = pytest.mark.slow


def library() -> str:
    """SoftHSM's module; `script/setup tests` installs it."""
    places = [Path("/usr/lib/softhsm/libsofthsm2.so"), *Path("/usr/lib").glob("*/softhsm/*2.so")]
    return str(next(path for path in places if path.exists()))


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A module with one token, ours alone."""
    folder = tmp_path_factory.mktemp("hsm")
    (folder / "tokens").mkdir()
    config = folder / "softhsm2.conf"
    config.write_text(f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\n")
    patch = pytest.MonkeyPatch()
    patch.setenv("SOFTHSM2_CONF", str(config))
    tool = shutil.which("softhsm2-util")
    assert tool is not None, "run script/setup tests"
    subprocess.run(
        [tool, "--init-token", "--free", "--label", "academy", "--pin", PIN, "--so-pin", "5678"],
        check=True,
        capture_output=True,
    )
    (folder / "pin").write_text(PIN)
    yield folder
    patch.undo()


@pytest.fixture
def settings(app: Flask, make: Factory, module: Path) -> Settings:
    """An installation whose keys are in the module."""
    found = replace(
        app.extensions["settings"],
        pkcs11_module=library(),
        pkcs11_token="academy",
        pkcs11_pin_file=str(module / "pin"),
    )
    app.extensions["settings"] = found
    return found


def test_all_but_the_authority_are_made_in_the_module(settings: Settings, now: datetime) -> None:
    with unit(writes=True):
        actions.ensure(settings, now=now)

    places = {key.purpose: key.place for key in queries.all_keys()}
    assert places == {
        Purpose.AUTHORITY: Place.FILE,
        Purpose.DOCUMENT: Place.MODULE,
        Purpose.CREDENTIAL: Place.MODULE,
        Purpose.TOKEN: Place.MODULE,
    }
    assert [path.name[:1] for path in (settings.data_dir / "keys").iterdir()] == ["a"]


def test_a_documents_signature_from_the_module_holds(settings: Settings, now: datetime) -> None:
    with unit(writes=True):
        actions.ensure(settings, now=now)
    signer = queries.document_signer(settings)
    key = x509.load_pem_x509_certificate(signer.certificate).public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)

    key.verify(to_der(signer.signer.sign(b"a document")), b"a document", ec.ECDSA(hashes.SHA256()))


def test_certificates_are_issued_with_keys_from_the_module(
    settings: Settings, make: Factory, client: FlaskClient
) -> None:
    award = make.award(make.person("Ada"), make.scheme(make.programme()))
    row = make.certificate(award)
    credential = json.loads(client.get(f"/certificates/{row.code}.json").data)
    token = client.get(f"/certificates/{row.code}.jwt").text
    trust = Trust.from_json(client.get("/trust-bundle.json").text)

    for findings in (
        verifying.verify_credential(credential, trust, now=clock.now()),
        verifying.verify_token(token, trust, now=clock.now()),
    ):
        assert {finding.state for finding in findings} == {State.PASSED}


def test_a_module_that_lost_the_key_stops_the_start(settings: Settings, now: datetime) -> None:
    with unit(writes=True):
        actions.ensure(settings, now=now)
        key = queries.active(Purpose.TOKEN)
        assert key is not None
        session = hardware._session(settings)
        for found in list(session.get_objects({hardware.Attribute.LABEL: key.public["label"]})):
            found.destroy()

    with pytest.raises(KeyTrouble, match="t-2026-11"), unit(writes=True):
        actions.ensure(settings, now=now)


def test_a_wrong_pin_says_what_to_check(settings: Settings, module: Path, now: datetime) -> None:
    (module / "wrong").write_text("9999")
    wrong = replace(settings, pkcs11_pin_file=str(module / "wrong"))
    with pytest.raises(KeyTrouble, match="PKCS11_PIN_FILE"), unit(writes=True):
        actions.ensure(wrong, now=now)
