"""What was changed, added, forged, withdrawn or is too old never checks as valid, and says why.

What is in a file is looked at without a database: those tests run on one. What our records say of
it is asked on both.
"""

import itertools
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
import sqlalchemy as sa
import zxingcpp
from asn1crypto import parser
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.generic import StreamObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from certification.awards.actions import suspend
from certification.awards.models import Award
from certification.certificates import wording
from certification.certificates.desk import LIMITS
from certification.certificates.document import render
from certification.certificates.inspection import inspect
from certification.certificates.reports import Kind, Report
from certification.certificates.rules import Verdict
from certification.certificates.signing import sign
from certification.credentials import actions as status
from certification.credentials.models import SignedList, StatusEntry, StatusList
from certification.credentials.trust import Trust
from certification.keys import authority
from certification.keys import queries as keys
from certification.keys.signers import DocumentSigner, SoftwareSigner
from lms.accounts.models import LimitCounter
from lms.db import db, unit
from tests.certification.certificates import hostile_files
from tests.certification.certificates.conftest import Stage
from tests.certification.certificates.test_signing import pdfsig
from tests.conftest import FULL, SPARE
from tests.factories import Factory
from tests.factories.documents import certificate_facts
from tests.page import Page

pytestmark = pytest.mark.thorough

HEX = re.compile(rb"/Contents <([0-9A-F]{2000,})>")
ROOT = Path(__file__).resolve().parents[3]


def codes(report: Report) -> set[str]:
    return {finding.code for finding in report.findings}


@pytest.mark.parametrize("name", ["pdf", "credential", "token"])
def test_what_we_issued_is_valid(stage: Stage, name: str) -> None:
    report = stage.check(getattr(stage, name))
    assert (report.kind, report.verdict) == (Kind(name), Verdict.VALID)
    assert len(report.code) == 17


@pytest.mark.sqlite
def test_one_changed_byte_of_a_document(stage: Stage) -> None:
    forged = bytearray(stage.pdf)
    forged[forged.index(b"stream") + 300] ^= 1
    report = stage.check(bytes(forged))
    assert report.verdict is Verdict.ALTERED
    assert "document_altered" in codes(report)


@pytest.mark.sqlite
def test_a_document_saved_by_another_tool(stage: Stage) -> None:
    saved = BytesIO()
    with pikepdf.open(BytesIO(stage.pdf)) as pdf:
        pdf.save(saved)
    assert stage.check(saved.getvalue()).verdict is Verdict.ALTERED


@pytest.mark.sqlite
def test_an_appended_revision(stage: Stage) -> None:
    writer = IncrementalPdfFileWriter(BytesIO(stage.pdf))
    writer.root["/Lang"] = writer.root.get("/Lang")
    writer.update_root()
    grown = BytesIO()
    writer.write(grown)
    report = stage.check(grown.getvalue())
    assert report.verdict is Verdict.ALTERED
    assert codes(report) & {"not_whole", "document_altered"}


@pytest.mark.slow
def test_a_credential_that_was_swapped_by_an_appended_revision(
    stage: Stage, make: Factory, tmp_path: Path
) -> None:
    """Common readers go on calling the signature valid: it still covers what it covered."""
    other = make.certificate(make.award(make.person("Eve"), make.scheme(make.programme("X"), "X")))
    credential = stage.app.extensions["storage"].get(other.credential_sha256)
    writer = IncrementalPdfFileWriter(BytesIO(stage.pdf))
    place = writer.root["/AF"][0].get_object()["/EF"].raw_get("/F").reference
    writer.objects[(place.generation, place.idnum)] = StreamObject(stream_data=credential)
    grown = BytesIO()
    writer.write(grown)
    with unit(writes=False):
        authority = keys.document_signer(stage.app.extensions["settings"]).authority
    told = pdfsig(grown.getvalue(), authority, tmp_path)
    assert "Signature is Valid" in told
    assert "Not total document signed" in told

    report = stage.check(grown.getvalue(), trust=stage.bundle())
    assert report.verdict is Verdict.ALTERED
    assert {"not_whole", "document_altered"} & codes(report)
    assert report.code == other.code
    assert upload(stage, grown.getvalue()).h1 == "Altered"


def test_a_picture_of_a_page_in_a_fresh_document(stage: Stage) -> None:
    """With our QR code on it: not ours as a file, and the code's page shows the true words."""
    picture = pypdfium2.PdfDocument(stage.pdf)[0].render(scale=2).to_pil()
    (found,) = zxingcpp.read_barcodes(picture)
    fresh = BytesIO()
    picture.save(fresh, "PDF")
    report = stage.check(fresh.getvalue())
    assert report.verdict is Verdict.NOT_OURS
    assert codes(report) == {"document_unsigned", "proof_missing"}
    page = Page(stage.app.test_client().get(f"/verify/{found.text.rpartition('/')[2]}"))
    assert (page.h1, "Ada Lovelace" in page.text) == ("Valid", True)


@pytest.mark.sqlite
def test_an_unsigned_copy_with_our_words(stage: Stage) -> None:
    report = stage.check(render(certificate_facts(), credential=stage.credential))
    assert report.verdict is Verdict.NOT_OURS
    assert "document_unsigned" in codes(report)


@pytest.mark.sqlite
def test_a_document_of_another_issuer(stage: Stage) -> None:
    drawn = render(certificate_facts(), credential=stage.credential)
    forged = sign(drawn, somebody_else(stage.now), reason="Certificate issued", now=stage.now)
    report = stage.check(forged)
    assert report.verdict is Verdict.NOT_OURS
    assert {"document_not_ours", "whole_signed"} <= codes(report)


def somebody_else(now: datetime) -> DocumentSigner:
    """A signer of an authority that the bundle does not know."""
    root_key, leaf_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = authority.found(root_key, "Another Academy", now=now)
    places = authority.Addresses("https://other.example/ca.crt", "https://other.example/ca.crl")
    leaf = authority.vouch(root, leaf_key.public_key(), "Another Academy", places, now=now)
    return DocumentSigner(
        SoftwareSigner("k-other", leaf_key),
        leaf.public_bytes(Encoding.PEM),
        root.certificate.public_bytes(Encoding.PEM),
        authority.withdraw(root, [], now=now),
    )


@pytest.mark.sqlite
def test_a_changed_credential(stage: Stage) -> None:
    credential = json.loads(stage.credential)
    credential["validUntil"] = "2099-01-01T00:00:00Z"
    report = stage.check(json.dumps(credential).encode())
    assert report.verdict is Verdict.ALTERED
    assert "altered" in codes(report)


@pytest.mark.sqlite
def test_a_changed_token(stage: Stage) -> None:
    head, body, mark = stage.token.strip().split(b".")
    report = stage.check(b".".join([head, body[:-4] + b"AAAA", mark]))
    assert report.verdict in {Verdict.ALTERED, Verdict.NOT_OURS}


def test_an_expired_one(stage: Stage) -> None:
    report = stage.check(stage.credential, now=datetime(2040, 1, 1, tzinfo=UTC))
    assert report.verdict is not Verdict.VALID
    assert "expired" in codes(report)


@pytest.mark.sqlite
def test_a_status_list_that_is_missing_or_old_is_never_green(stage: Stage) -> None:
    bare = Trust(
        stage.trust.did,
        stage.trust.jwks,
        stage.trust.authority,
        stage.trust.crl,
        {},
        stage.trust.made_at,
    )
    assert stage.check(stage.pdf, trust=bare).verdict is Verdict.COULD_NOT_CHECK
    later = stage.now + timedelta(days=60)
    assert stage.check(stage.credential, now=later).verdict is Verdict.COULD_NOT_CHECK


def test_a_replaced_one_is_withdrawn(stage: Stage) -> None:
    with unit(writes=True):
        status.withdraw(stage.certificate_id, now=stage.now)
    assert stage.check(stage.pdf, trust=stage.bundle()).verdict is Verdict.REVOKED


def test_a_suspended_one(stage: Stage) -> None:
    with unit(writes=True):
        award = db.session.scalars(sa.select(Award)).one()
        suspend(
            award,
            public_reason="Under review",
            internal_note="",
            today=stage.now.date(),
            by=1_000_000,
            now=stage.now,
        )
    assert stage.check(stage.pdf, trust=stage.bundle()).verdict is Verdict.SUSPENDED


@pytest.mark.sqlite
def test_nothing_hides_where_the_signature_lies(stage: Stage) -> None:
    """It does not cover its own place, where readers skip what they do not need."""
    digits = HEX.search(stage.pdf)
    assert digits is not None
    start, written = digits.start(1), digits[1].rstrip(b"0")
    places = range(0, len(written), 1 if FULL else 29)
    for place in [*places, len(written) + 9, len(digits[1]) - 1]:
        old = digits[1][place : place + 1]
        for new in {b"%X" % (int(old, 16) ^ 1), old.lower()} - {old}:
            at = start + place
            forged = stage.pdf[:at] + new + stage.pdf[at + 1 :]
            assert stage.check(forged).verdict in {Verdict.ALTERED, Verdict.NOT_OURS}, (place, new)


def grown(value: bytes, within: Callable[[], bool], more: bytes) -> bytes:
    """The same DER value, with more at the end of each constructed value that the caller chooses,
    all lengths set right."""
    _, method, _, header, contents, _ = parser.parse(value)
    if not method:
        return value
    chosen, parts = within(), b""
    while contents:
        part = sum(map(len, parser.parse(contents)[3:]))
        parts += grown(contents[:part], within, more)
        contents = contents[part:]
    parts += more if chosen else b""
    size = len(parts).to_bytes((len(parts).bit_length() + 7) // 8, "big")
    length = size if len(parts) < 128 else bytes([128 | len(size)]) + size
    return bytes(header[:1] + length + parts)


@pytest.mark.sqlite
@pytest.mark.parametrize(
    "more",
    [
        b"\x04\x0ehidden in here",
        pytest.param(bytes(16), marks=pytest.mark.full),
        pytest.param(b"\xa9\x00", marks=pytest.mark.full),
    ],
)
def test_nothing_hides_within_the_signature(stage: Stage, more: bytes) -> None:
    """Bytes at the end of any of the values that it is made of, all lengths set right."""
    digits = HEX.search(stage.pdf)
    assert digits is not None
    value = bytes.fromhex(digits[1].decode())
    value = value[: sum(map(len, parser.parse(value)[3:]))]
    assert grown(value, lambda: False, more) == value
    places = 0
    while True:
        count = itertools.count()
        changed = grown(value, lambda: next(count) == places, more).hex().upper().encode()  # noqa: B023
        if places >= next(count):
            break
        forged = stage.pdf.replace(digits[1], changed.ljust(len(digits[1]), b"0"))
        report = stage.check(forged)
        assert report.verdict in {Verdict.ALTERED, Verdict.NOT_OURS}, places
        places += 1
    assert places > 20


@pytest.mark.sqlite
@pytest.mark.parametrize("content", [b"", b"hello", b"%PDF-1.7 nothing", b"{", b"a.b.c", b"{}"])
def test_what_is_no_certificate_gets_a_refusal(stage: Stage, content: bytes) -> None:
    assert stage.check(content).verdict in {Verdict.NOT_OURS, Verdict.ALTERED}


@pytest.mark.sqlite
@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(place=st.floats(0, 1), cut=st.booleans(), noise=st.binary(min_size=1, max_size=40))
def test_a_damaged_file_always_gets_a_verdict_and_never_a_good_one(
    stage: Stage, place: float, cut: bool, noise: bytes
) -> None:
    for content in (stage.pdf, stage.credential):
        at = int(place * (len(content) - 1))
        damaged = content[:at] + noise + (b"" if cut else content[at + len(noise) :])
        if damaged != content:
            report = stage.check(damaged)
            assert report.verdict is not Verdict.VALID or _says_the_same(damaged, content)


def _says_the_same(damaged: bytes, content: bytes) -> bool:
    """Only white space of a credential may change without a word being changed."""
    try:
        return bool(json.loads(damaged) == json.loads(content))
    except ValueError:
        return False


LONG = {"a million fields", "a long number", "a long chain", "a long name", "a long string"}
LONG |= {"packed twice", "white space"}
"""They end at a limit, as fields that double and a packed file do: the full run waits for them."""


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [pytest.param(one, marks=[pytest.mark.full] * (one in LONG)) for one in hostile_files.ALL],
)
def test_a_file_made_to_do_harm_ends_within_limits(stage: Stage, name: str) -> None:
    """5 seconds and 300 MB, whatever it does to the reader; then the next file is read."""
    content = hostile_files.ALL[name]()
    inspect(stage.credential, stage.trust, now=stage.now)
    begun = time.monotonic()
    report = inspect(content, stage.trust, now=stage.now)
    assert time.monotonic() - begun < 5 * SPARE
    assert report.verdict in {Verdict.ALTERED, Verdict.NOT_OURS, Verdict.COULD_NOT_CHECK}
    assert inspect(stage.credential, stage.trust, now=stage.now).verdict is Verdict.VALID


def test_the_reader_of_files_cannot_hold_more_than_300_megabytes() -> None:
    libraries_and_code = 80 << 20
    assert LIMITS.data + libraries_and_code <= 300 << 20


@pytest.mark.sqlite
def test_another_process_reports_the_same(stage: Stage) -> None:
    for content in (stage.pdf, stage.credential, stage.token, b"%PDF-1.7", b"{}", b"holiday"):
        assert inspect(content, stage.trust, now=stage.now) == stage.check(content)


@pytest.mark.slow
def test_others_write_while_a_file_that_asks_for_too_much_is_read(
    stage: Stage,
) -> None:
    assert upload(stage, stage.pdf).h1 == "Valid"
    with ThreadPoolExecutor(1) as thread:
        reading = thread.submit(upload, stage, hostile_files.doubling_fields())
        time.sleep(1)
        with unit(writes=True):
            status.withdraw(stage.certificate_id, now=stage.now)
        assert not reading.done()
        page = reading.result()
    assert page.h1 == "Could not check"
    assert "more time or memory than any certificate of ours" in page.text
    assert "do not rely on it" in page.text


@pytest.mark.slow
@pytest.mark.sqlite
def test_a_good_file_behind_others_that_do_harm_is_answered_in_time(stage: Stage) -> None:
    inspect(stage.credential, stage.trust, now=stage.now)
    with ThreadPoolExecutor(4) as threads:
        for _ in range(4):
            threads.submit(inspect, hostile_files.doubling_fields(), stage.trust, now=stage.now)
        time.sleep(0.2)
        begun = time.monotonic()
        report = inspect(stage.pdf, stage.trust, now=stage.now)
        assert time.monotonic() - begun < 5 * SPARE
    assert (report.verdict, codes(report)) == (Verdict.COULD_NOT_CHECK, {"busy"})
    assert "Try again" in wording.finding(report.findings[0])


@pytest.mark.slow
@pytest.mark.sqlite
def test_who_sends_files_that_do_harm_waits_and_others_do_not(stage: Stage) -> None:
    for _ in range(8):
        assert upload(stage, stage.pdf).status == 200
    assert upload(stage, hostile_files.doubling_fields()).h1 == "Could not check"
    with unit(writes=True):
        counted = db.session.scalars(
            sa.select(LimitCounter).where(LimitCounter.key.contains("hard files"))
        ).one()
        assert counted.hits == 1
        counted.hits = 6
    page = upload(stage, stage.pdf)
    assert (page.status, "Wait" in page.text) == (429, True)
    elsewhere = stage.app.test_client()
    elsewhere.environ_base["REMOTE_ADDR"] = "192.0.2.7"
    assert upload(stage, stage.pdf, client=elsewhere).h1 == "Valid"


def upload(
    stage: Stage,
    content: bytes,
    name: str = "certificate.pdf",
    client: FlaskClient | None = None,
) -> Page:
    """Choose the file on the page, without a script."""
    client = client or stage.app.test_client()
    form = Page(client.get("/verify")).form("/verify/file")
    return Page(form.submit(client, file=(BytesIO(content), name)))


def test_a_chosen_file_is_checked_on_the_page(stage: Stage) -> None:
    page = upload(stage, stage.pdf)
    assert (page.status, page.h1) == (200, "Valid")
    assert "This is the very file that we issued." in page.text
    assert "The signature covers the whole file." in page.text
    assert [link for link in page.links if link.startswith("/verify/")]


def test_a_forged_file_is_refused_on_the_page(stage: Stage) -> None:
    forged = bytearray(stage.pdf)
    forged[forged.index(b"stream") + 300] ^= 1
    assert upload(stage, bytes(forged)).h1 == "Altered"
    assert upload(stage, b"a picture", "holiday.png").h1 == "Not ours"


def test_another_signed_file_of_ours_is_not_the_issued_one(stage: Stage) -> None:
    with unit(writes=False):
        document = keys.document_signer(stage.app.extensions["settings"])
    drawn = render(certificate_facts(), credential=stage.credential)
    page = upload(stage, sign(drawn, document, reason="Certificate issued", now=stage.now))
    assert page.h1 == "Altered"
    assert "This is not the file that we issued." in page.text


def test_a_credentials_page_shows_what_is_signed_in_it(stage: Stage) -> None:
    for content, name in ((stage.credential, "one.json"), (stage.token, "one.jwt")):
        page = upload(stage, content, name)
        assert page.h1 == "Valid"
        said = json.loads(stage.credential)
        for text in (said["name"], said["id"], said["credentialSubject"]["licenseNumber"]):
            assert text in page.text
        assert "Our records name the holder: Ada Lovelace" in page.text


def test_words_that_we_did_not_sign_are_not_repeated(stage: Stage) -> None:
    forged = stage.credential.replace(b"Administrator", b"Astronaut")
    assert forged != stage.credential
    assert "Astronaut" not in upload(stage, forged, "one.json").text


def test_something_else_that_we_sign_is_no_certificate(stage: Stage) -> None:
    (listed, *_others) = stage.trust.status_lists.values()
    page = upload(stage, json.dumps(listed).encode(), "list.json")
    assert (page.status, page.h1) == (200, "Could not check")


def test_what_could_not_be_checked_is_never_green_on_the_page(stage: Stage) -> None:
    """Our records know the certificate and its status list is lost: that is no reason to say
    valid of a file whose status cannot be told."""
    with unit(writes=True):
        for table in (StatusEntry, SignedList, StatusList):
            db.session.execute(sa.delete(table))
    for content in (stage.pdf, stage.credential, stage.token):
        page = upload(stage, content)
        assert page.h1 == "Could not check"
        assert "Whether it was withdrawn could not be found out." in page.text


@pytest.mark.sqlite
def test_no_file_is_an_error_beside_the_field(stage: Stage) -> None:
    client = stage.app.test_client()
    answer = Page(Page(client.get("/verify")).form("/verify/file").submit(client))
    assert answer.status == 422
    assert "Choose a file first" in answer.error_of("file")


@pytest.mark.sqlite
def test_the_command_checks_without_database_and_network(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "bundle.json").write_text(stage.trust.to_json())
    (tmp_path / "good.pdf").write_bytes(stage.pdf)
    (tmp_path / "bad.json").write_bytes(stage.credential.replace(b"Administrator", b"Astronaut"))

    def told(name: str, bundle: str = "bundle.json") -> tuple[int, str]:
        command = [sys.executable, "-m", "certification.certificates.verify"]
        done = subprocess.run(
            [*command, tmp_path / name, "--bundle", tmp_path / bundle],
            cwd=ROOT,
            env={"PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    code, text = told("good.pdf")
    assert (code, "verdict: valid" in text, "0 days 0 hours old" in text) == (0, True, True)
    assert told("bad.json")[0] == 1
    assert told("nothing.pdf")[0] == 2
    assert told("good.pdf", "good.pdf")[0] == 2
