"""A certificate's signature covers the whole file and is trusted by others' tools."""

import asyncio
import json
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from flask import Flask, current_app
from pyhanko.sign.signers import Signer

from certification.certificates.document import CREDENTIAL, render
from certification.certificates.models import Certificate
from certification.certificates.signing import IssuerSigner, certificate_of, sign
from certification.keys import actions as key_actions
from certification.keys import queries as keys
from certification.keys.signers import DocumentSigner
from lms import clock
from lms.db import unit
from tests.factories import Factory
from tests.factories.documents import certificate_facts

pytestmark = pytest.mark.thorough

CREDENTIAL_BYTES = json.dumps({"type": ["VerifiableCredential"]}).encode()


@dataclass
class Signed:
    """A signed certificate, what it was drawn as, and who signed."""

    drawn: bytes
    content: bytes
    document: DocumentSigner


@pytest.fixture(scope="module")
def drawn() -> bytes:
    return render(certificate_facts(), credential=CREDENTIAL_BYTES)


@pytest.fixture
def signed(make: Factory, drawn: bytes) -> Signed:
    settings = current_app.extensions["settings"]
    with unit(writes=True):
        key_actions.ensure(settings, now=clock.now())
    with unit(writes=False):
        document = keys.document_signer(settings)
    signed = sign(drawn, document, reason="Certificate issued", now=clock.now())
    return Signed(drawn, signed, document)


@pytest.mark.sqlite
def test_drawing_is_repeatable_and_signing_appends_only(signed: Signed) -> None:
    assert render(certificate_facts(), credential=CREDENTIAL_BYTES) == signed.drawn
    assert signed.content.startswith(signed.drawn)
    assert signed.content.count(b"%%EOF") == 2


class Composing(IssuerSigner):
    """The issuer's signer as pyHanko composes what it signs, without what we keep of it."""

    def __init__(self, document: DocumentSigner) -> None:
        super().__init__(document)
        self.signed_attr_prov_spec = None

    signed_attrs = Signer.signed_attrs
    signer_info = Signer.signer_info


def test_what_is_signed_is_what_pyhanko_composes(signed: Signed) -> None:
    ours, theirs = IssuerSigner(signed.document), Composing(signed.document)
    told = []
    with ThreadPoolExecutor(1) as apart:  # the browser of another test may run a loop in this one
        for signer in (ours, theirs, ours):
            asked = signer.signed_attrs(bytes(32), "sha256", use_pades=True)
            attributes = apart.submit(asyncio.run, asked).result()
            info = signer.signer_info("sha256", attributes, b"signature")
            told.append((attributes.dump(), info.dump()))
    assert told[0] == told[1] == told[2]


def test_the_credential_is_inside(signed: Signed, tmp_path: Path) -> None:
    path = tmp_path / "certificate.pdf"
    path.write_bytes(signed.content)
    with pikepdf.open(path) as pdf:
        assert bytes(pdf.attachments[CREDENTIAL].get_file().read_bytes()) == CREDENTIAL_BYTES
        assert len(pdf.Root.AF) == 1
        assert str(pdf.Root.AF[0].AFRelationship) == "/Data"
        field = pdf.Root.AcroForm.Fields[0]
        assert str(field.FT) == "/Sig"
        assert "Digital signature" in str(field.TU)


@pytest.mark.slow
def test_popplers_pdfsig_trusts_it_with_our_authority(signed: Signed, tmp_path: Path) -> None:
    told = pdfsig(signed.content, signed.document.authority, tmp_path)
    assert "Signature Validation: Signature is Valid." in told
    assert "Certificate Validation: Certificate is Trusted." in told
    assert "Total document signed" in told
    assert "Not total document signed" not in told


def cms(content: bytes, authority: bytes, folder: Path) -> tuple[int, str]:
    """What openssl says about the signature, over what the byte range covers."""
    with pikepdf.open(BytesIO(content)) as pdf:
        signature = pdf.Root.AcroForm.Fields[0].V
        begin, length, rest, last = (int(number) for number in signature.ByteRange)
        (folder / "signature.der").write_bytes(bytes(signature.Contents))
    assert (begin, rest + last) == (0, len(content))
    (folder / "covered").write_bytes(content[:length] + content[rest:])
    (folder / "authority.pem").write_bytes(authority)
    command = "openssl cms -verify -binary -inform DER -in signature.der -content covered"
    done = subprocess.run(
        [*command.split(), "-CAfile", "authority.pem", "-out", "message"],
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stderr.strip()


@pytest.mark.slow
def test_openssl_agrees(signed: Signed, tmp_path: Path) -> None:
    assert cms(signed.content, signed.document.authority, tmp_path) == (
        0,
        "CMS Verification successful",
    )
    forged = bytearray(signed.content)
    forged[forged.index(b"stream") + 200] ^= 1
    assert cms(bytes(forged), signed.document.authority, tmp_path)[0] != 0


@pytest.mark.parametrize("page_format", ["A4", "Letter"])
def test_signing_leaves_the_marks_for_archives_and_screen_readers_as_drawn(
    signed: Signed, page_format: str
) -> None:
    """PDF/A-3 and PDF/UA-1 are parts of PDF 1.7; their marks stand in the metadata, in the very
    form that the drawing gave them."""
    drawn = render(certificate_facts(page_format=page_format), credential=CREDENTIAL_BYTES)
    content = sign(drawn, signed.document, reason="Certificate issued", now=clock.now())
    assert content.startswith(b"%PDF-1.7\n")
    with pikepdf.open(BytesIO(drawn)) as before, pikepdf.open(BytesIO(content)) as after:
        assert "/Version" not in after.Root
        assert after.Root.Metadata.read_raw_bytes() == before.Root.Metadata.read_raw_bytes()
        assert dict(after.docinfo) == dict(before.docinfo)
        assert list(after.Root.Extensions.keys()) == ["/ESIC"]
        assert after.trailer.ID[0] == before.trailer.ID[0]


@pytest.mark.slow
def test_one_changed_byte_breaks_it(signed: Signed, tmp_path: Path) -> None:
    forged = bytearray(signed.content)
    forged[forged.index(b"stream") + 200] ^= 1
    told = pdfsig(bytes(forged), signed.document.authority, tmp_path)
    assert "Signature is Valid" not in told


@pytest.mark.slow
def test_without_our_authority_nobody_trusts_it(signed: Signed, tmp_path: Path) -> None:
    told = pdfsig(signed.content, None, tmp_path)
    assert "Certificate is Trusted" not in told


@pytest.mark.slow
def test_an_issued_certificate_is_signed_with_its_own_credential(
    app: Flask, make: Factory, tmp_path: Path
) -> None:
    row: Certificate = make.certificate(
        make.award(make.person("Ada Lovelace"), make.scheme(make.programme()))
    )
    storage = app.extensions["storage"]
    content, credential = storage.get(row.document_sha256), storage.get(row.credential_sha256)
    path = tmp_path / "issued.pdf"
    path.write_bytes(content)
    with pikepdf.open(path) as pdf:
        assert bytes(pdf.attachments[CREDENTIAL].get_file().read_bytes()) == credential
    with unit(writes=False):
        authority = keys.document_signer(app.extensions["settings"]).authority
    assert "Signature is Valid" in pdfsig(content, authority, tmp_path)
    assert len(content) < 80_000


def pdfsig(content: bytes, authority: bytes | None, folder: Path) -> str:
    """What poppler says about the file when it trusts this authority."""
    store = folder / "nss"
    shutil.rmtree(store, ignore_errors=True)
    store.mkdir()
    subprocess.run(["certutil", "-N", "-d", f"sql:{store}", "--empty-password"], check=True)
    if authority is not None:
        der = folder / "authority.der"
        der.write_bytes(certificate_of(authority).dump())
        subprocess.run(
            ["certutil", "-A", "-d", f"sql:{store}", "-n", "issuer", "-t", "CT,CT,CT", "-i", der],
            check=True,
        )
    path = folder / "check.pdf"
    path.write_bytes(content)
    done = subprocess.run(
        ["pdfsig", "-nssdir", f"sql:{store}", "-no-ocsp", path],
        check=False,
        capture_output=True,
        text=True,
    )
    return done.stdout


def test_it_signs_where_an_event_loop_runs(signed: Signed) -> None:
    async def inside() -> bytes:
        return sign(signed.drawn, signed.document, reason="Certificate issued", now=clock.now())

    with ThreadPoolExecutor(1) as thread:  # a browser of an earlier test may hold a loop in ours
        assert thread.submit(asyncio.run, inside()).result().startswith(signed.drawn)
