"""Checkers that this project has no part in find nothing wrong with what it draws and signs.

They are locked by hash and come into an environment of their own, for they bring a second PDF
engine along; nothing is fetched after that. Runs with `script/test --full`.
"""

import subprocess
import venv
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest
from flask import current_app

from certification.certificates.document import CertificateFacts, render
from certification.certificates.samples import KINDS, sample
from certification.certificates.signing import sign
from certification.datafiles import DesignFile, DesignsFile
from certification.designs.content import Design
from certification.keys import actions as key_actions
from certification.keys import queries as keys
from certification.keys.signers import DocumentSigner
from lms import clock
from lms.datafile import read
from lms.db import unit
from tests.certification.certificates.test_document import NAMES
from tests.factories import Factory
from tests.factories.documents import certificate_facts, fullest_facts

pytestmark = [pytest.mark.full, pytest.mark.sqlite]

LOCKED = Path(__file__).with_name("independent") / "requirements.txt"
ROOT = Path(__file__).resolve().parents[3]
SHIPPED = read(ROOT / "data" / "truststram-v4.4" / "designs.yaml", DesignsFile).value.designs
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CREDENTIAL = b'{"type": ["VerifiableCredential"]}'


@pytest.fixture(scope="session")
def checkers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the checkers' commands are."""
    folder = tmp_path_factory.mktemp("checkers")
    venv.create(folder, with_pip=True)
    install = ["-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(LOCKED)]
    subprocess.run([folder / "bin" / "python", *install], check=True, timeout=300)
    return folder / "bin"


@pytest.fixture
def document(make: Factory) -> DocumentSigner:
    settings = current_app.extensions["settings"]
    with unit(writes=True):
        key_actions.ensure(settings, now=clock.now())
    with unit(writes=False):
        return keys.document_signer(settings)


def issued(facts: CertificateFacts, design: Design | None, by: DocumentSigner) -> bytes:
    drawn = render(facts, design=design, credential=CREDENTIAL)
    return sign(drawn, by, reason="Issued", now=clock.now())


def complaints(checkers: Path, *files: Path) -> str:
    """What either says of files that it does not like."""
    said = ""
    for command in (["outloud", "--quiet"], ["pdfua", "check"]):
        for each in [files] if command[0] == "outloud" else [(file,) for file in files]:
            line = [str(checkers / command[0]), *command[1:], *map(str, each)]
            done = subprocess.run(line, capture_output=True, text=True, timeout=240, check=False)
            said += "" if done.returncode == 0 else f"{command[0]}: {done.stdout}{done.stderr}"
    return said


def test_plain_certificates_in_every_script_have_no_flaw(
    checkers: Path, document: DocumentSigner, tmp_path: Path
) -> None:
    looks = [
        certificate_facts(holder_name=name, holder_lang=language, page_format=page_format)
        for name, language in NAMES.values()
        for page_format in ("A4", "Letter")
    ]
    files = [tmp_path / f"{number}.pdf" for number in range(len(looks) + 1)]
    for file, facts in zip(files, [*looks, fullest_facts()], strict=True):
        file.write_bytes(issued(facts, None, document))
    assert complaints(checkers, *files) == ""


@pytest.mark.parametrize("design", SHIPPED, ids=lambda design: design.code)
def test_designed_certificates_in_every_language_have_no_flaw(
    checkers: Path, document: DocumentSigner, tmp_path: Path, design: DesignFile
) -> None:
    content = design.content
    files = []
    for language in content.languages:
        for kind in KINDS:
            file = tmp_path / f"{language}-{kind}.pdf"
            facts = sample(kind, content, language, now=NOW)
            file.write_bytes(issued(facts, Design(content), document))
            files.append(file)
    assert complaints(checkers, *files) == ""


def test_each_checker_finds_a_flaw(
    checkers: Path, document: DocumentSigner, tmp_path: Path
) -> None:
    file = tmp_path / "flawed.pdf"
    file.write_bytes(issued(certificate_facts(), None, document))
    with pikepdf.open(file, allow_overwriting_input=True) as pdf:
        del pdf.Root["/Lang"]
        del pdf.Root["/StructTreeRoot"]
        pdf.save(file)
    said = complaints(checkers, file)
    assert "outloud:" in said
    assert "pdfua:" in said
