"""Time stamps: pyHanko's own time-stamp authority, served over HTTP by the test."""

import hashlib
import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import sqlalchemy as sa
from asn1crypto import keys as asn1_keys
from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from asn1crypto.cms import ContentInfo
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from flask import Flask
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from certification.certificates import drawing, health, late, stamp_token, stamping, verify
from certification.certificates.checking import check_file
from certification.certificates.models import Certificate, CertificateState
from certification.certificates.reports import Report
from certification.certificates.rules import Verdict
from certification.credentials import queries as credentials
from certification.credentials.findings import Check, Finding, State
from certification.credentials.trust import Trust
from lms import clock, jobs, settings
from lms.db import db, unit
from tests.certification.certificates.containers import (
    beside,
    certificates_of,
    exchanged,
    holding,
    signature_of,
    stamped_with,
    token_of,
    wrapped,
)
from tests.certification.certificates.test_checking import grown
from tests.conftest import FULL, SPARE
from tests.factories import Factory

pytestmark = [pytest.mark.thorough, pytest.mark.sqlite]

DAY = timedelta(days=1)
DER = serialization.Encoding.DER


@dataclass
class Authority:
    """A time-stamp authority and what its server does."""

    stamper: DummyTimeStamper
    pem: bytes
    url: str = ""
    mood: str = "fine"
    asked: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)


def name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])


def authority(title: str) -> Authority:
    """A root and a server's certificate under it."""
    below, key, above = certificates(title)
    store = SimpleCertificateStore()
    store.register(asn1_x509.Certificate.load(above.public_bytes(DER)))
    dummy = DummyTimeStamper(
        asn1_x509.Certificate.load(below.public_bytes(DER)),
        asn1_keys.PrivateKeyInfo.load(key),
        certs_to_embed=store,
    )
    return Authority(dummy, above.public_bytes(serialization.Encoding.PEM))


@cache
def certificates(title: str) -> tuple[x509.Certificate, bytes, x509.Certificate]:
    """Of the server and its key, and of the root; the keys of all tests are the same."""
    root, leaf = (rsa.generate_private_key(65537, 2048) for _ in range(2))
    above = ending_with_a_zero(
        title, title, root, root, x509.BasicConstraints(ca=True, path_length=None)
    )
    usage = x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.TIME_STAMPING])
    below = ending_with_a_zero(title, "stamps", leaf, root, usage)
    key = leaf.private_bytes(DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return below, key, above


def ending_with_a_zero(
    issuer: str,
    title: str,
    key: rsa.RSAPrivateKey,
    above: rsa.RSAPrivateKey,
    extension: x509.ExtensionType,
) -> x509.Certificate:
    """A certificate whose signature's last bit is zero, as half of all are: that one could be told
    to be unused."""
    since, until = datetime.now(UTC) - DAY, datetime.now(UTC) + 3650 * DAY
    whose = name(issuer), name(title), key.public_key()
    for number in itertools.count(1 if issuer == title else 1001):
        found = (
            x509.CertificateBuilder(*whose, number, since, until)
            .add_extension(extension, critical=True)
            .sign(above, hashes.SHA256())
        )
        if found.signature[-1] % 2 == 0:
            break
    return found


def answer(found: Authority, body: bytes) -> bytes:
    request = tsp.TimeStampReq.load(body)
    if found.mood == "wrong":
        imprint = request["message_imprint"]
        imprint["hashed_message"] = bytes(32)
        request["message_imprint"] = imprint
    told: bytes = found.stamper.request_tsa_response(request).dump()
    return told


@pytest.fixture
def server() -> Iterator[Authority]:
    """The authority, answering at its address; no answer outlives its test."""
    found = authority("Test time")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            found.asked.append(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if found.mood == "slow":
                found.over.wait(2)
            self.send_response(503 if found.mood == "down" else 200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            with suppress(BrokenPipeError):  # who asked a slow server has gone
                self.wfile.write(b"" if found.mood == "down" else answer(found, body))

        def log_message(self, format: str, *args: object) -> None:
            """Silent."""

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    httpd.daemon_threads = False  # so that closing waits for them
    found.url = f"http://127.0.0.1:{httpd.server_address[1]}/tsa"
    threading.Thread(target=httpd.serve_forever, args=(0.01,), daemon=True).start()
    yield found
    found.over.set()
    httpd.shutdown()
    httpd.server_close()


@pytest.fixture(autouse=True)
def stamped(tmp_path: Path, app: Flask, server: Authority) -> None:
    """The installation has its signatures' time confirmed."""
    vouching = tmp_path / "tsa.pem"
    vouching.write_bytes(server.pem)
    app.extensions["settings"] = replace(
        app.extensions["settings"], timestamp_url=server.url, timestamp_ca_file=str(vouching)
    )
    stamping.stamper.cache_clear()


@pytest.fixture
def pending(app: Flask, make: Factory) -> Certificate:
    """A certificate whose document is to be made."""
    return make.prepared(make.award(make.person("Ada"), make.scheme(make.programme())))


def bundle(app: Flask) -> Trust:
    with unit(writes=False):
        return credentials.trust_bundle(app.extensions["settings"], now=clock.now())


def drawn(app: Flask, row: Certificate) -> bytes:
    drawing.draw(row.id)
    with unit(writes=False):
        digest = db.session.scalar(
            sa.select(Certificate.document_sha256).where(Certificate.id == row.id)
        )
    assert digest is not None
    content: bytes = app.extensions["storage"].get(digest)
    return content


def time_of(report: Report) -> Finding:
    return next(found for found in report.findings if found.check is Check.TIME)


def state_of(row: Certificate) -> CertificateState | None:
    with unit(writes=False):
        return db.session.scalar(sa.select(Certificate.state).where(Certificate.id == row.id))


@pytest.mark.thorough
def test_the_server_s_time_stands_in_the_document_and_verifies_offline(
    app: Flask, pending: Certificate, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = drawn(app, pending)
    report = check_file(content, bundle(app), now=clock.now())
    assert report.verdict is Verdict.VALID
    found = time_of(report)
    assert (found.state, found.code) == (State.PASSED, "time_stamped")
    assert abs(datetime.fromisoformat(found.values["at"]) - datetime.now(UTC)) < timedelta(
        minutes=1
    )
    assert "whole_signed" in {one.code for one in report.findings}
    (tmp_path / "c.pdf").write_bytes(content)
    (tmp_path / "b.json").write_text(bundle(app).to_json())
    verify.main([str(tmp_path / "c.pdf"), "--bundle", str(tmp_path / "b.json")])
    assert "ok      time       time_stamped " in capsys.readouterr().out


@pytest.mark.thorough
def test_a_second_document_asks_the_server_once(
    app: Flask, pending: Certificate, make: Factory, server: Authority
) -> None:
    drawn(app, pending)
    before = len(server.asked)
    other = make.award(make.person("Bob"), make.scheme(make.programme("X"), "X-C"))
    drawn(app, make.prepared(other))
    assert len(server.asked) == before + 1


@pytest.mark.thorough
def test_a_stamp_by_a_server_for_whom_nobody_vouches_leaves_the_time_a_claim(
    app: Flask, pending: Certificate
) -> None:
    content, trust = drawn(app, pending), bundle(app)
    for other in (b"", authority("Other time").pem):
        strange = replace(trust, stamp_authority=other)
        report = check_file(content, strange, now=clock.now())
        assert (time_of(report).state, time_of(report).code) == (State.UNKNOWN, "time_unknown")
        assert report.verdict is Verdict.VALID


@pytest.mark.thorough
@pytest.mark.parametrize("mood", ["down", "slow", "wrong"])
def test_a_server_that_fails_loses_no_certificate(
    app: Flask,
    pending: Certificate,
    server: Authority,
    mood: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server.mood = mood
    began = time.monotonic()
    with monkeypatch.context() as hurried:
        hurried.setattr(stamping, "SECONDS", 0.5)
        with pytest.raises(stamping.StampTrouble, match=server.url):
            drawing.draw(pending.id)
    assert time.monotonic() - began < stamping.SECONDS * SPARE
    stamping.stamper.cache_clear()  # it knows how long it was to wait
    assert state_of(pending) is CertificateState.PENDING
    if mood != "wrong":
        assert not health.check().fine
        assert server.url in health.check().detail
    server.mood = "fine"
    assert time_of(check_file(drawn(app, pending), bundle(app), now=clock.now())).code == (
        "time_stamped"
    )
    assert state_of(pending) is CertificateState.ISSUED


def test_no_transaction_is_open_while_the_server_is_asked(
    app: Flask, pending: Certificate, server: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_units: list[bool] = []
    session, real = db.session(), DummyTimeStamper.request_tsa_response

    def watched(self: DummyTimeStamper, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        open_units.append(session.in_transaction())
        return real(self, req)

    monkeypatch.setattr(DummyTimeStamper, "request_tsa_response", watched)
    drawn(app, pending)
    assert open_units
    assert not any(open_units)


def test_a_late_document_is_tried_again_each_hour(
    app: Flask, pending: Certificate, now: datetime
) -> None:
    with unit(writes=True):
        late.look(now)
    assert enqueued() == []
    for later in (timedelta(minutes=20), timedelta(minutes=21), timedelta(minutes=90)):
        with unit(writes=True):
            late.look(now + later)
    assert len(enqueued()) == 2
    # Five days later by the machine's clock.
    assert "1 certificates wait for their document" in health.check().detail
    assert not health.check().fine


def enqueued() -> list[str]:
    rows = jobs.client().list_workflows(workflow_id_prefix="certificates.render:")
    return [row.workflow_id for row in rows if ":late:" in row.workflow_id]


def test_the_doctor_says_whether_the_server_answers(make: Factory, server: Authority) -> None:
    assert health.check().fine
    assert f"{server.url} answers" in health.check().detail


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"TIMESTAMP_URL": "ftp://x.example"}, "address of a time-stamp server"),
        ({"TIMESTAMP_URL": "https://x.example"}, "needs TIMESTAMP_CA_FILE"),
        ({"TIMESTAMP_CA_FILE": "/nowhere.pem"}, "names no file"),
    ],
)
def test_nonsense_settings_stop_the_start(
    tmp_path: Path, values: dict[str, str], told: str
) -> None:
    with pytest.raises(settings.SettingsError, match=told):
        settings.read({"DATA_DIR": str(tmp_path), **values})


def test_without_a_server_the_time_is_a_claim(app: Flask, make: Factory) -> None:
    app.extensions["settings"] = replace(
        app.extensions["settings"], timestamp_url="", timestamp_ca_file=""
    )
    row = make.prepared(make.award(make.person("Ada"), make.scheme(make.programme())))
    report = check_file(drawn(app, row), bundle(app), now=clock.now())
    assert (report.verdict, time_of(report).code) == (Verdict.VALID, "time_claimed")


def stamp(by: DummyTimeStamper, value: bytes) -> bytes:
    """The server's answer on a signature in its container."""
    (one,) = ContentInfo.load(value)["content"]["signer_infos"]
    imprint = {
        "hash_algorithm": {"algorithm": "sha256"},
        "hashed_message": hashlib.sha256(one["signature"].native).digest(),
    }
    asked = {"version": 1, "message_imprint": imprint, "nonce": 77, "cert_req": True}
    told: bytes = by.request_tsa_response(tsp.TimeStampReq(asked))["time_stamp_token"].dump()
    return told


@dataclass
class Stamped:
    """A document whose time is stamped, taken apart."""

    app: Flask
    pdf: bytes
    value: bytes
    token: bytes
    trust: Trust

    def found(self, value: bytes, trust: Trust | None = None) -> tuple[Verdict, set[str]]:
        """What a check says with another container in the signature's place."""
        report = check_file(exchanged(self.pdf, value), trust or self.trust, now=clock.now())
        return report.verdict, {one.code for one in report.findings}

    def with_token(self, token: bytes) -> bytes:
        return beside(self.value, stamped_with(token))


@pytest.fixture
def document(app: Flask, pending: Certificate) -> Stamped:
    pdf = drawn(app, pending)
    value = signature_of(pdf)
    found = Stamped(app, pdf, value, token_of(value), bundle(app))
    assert found.with_token(found.token) == value
    assert found.found(value)[0] is Verdict.VALID
    return found


def test_exactly_one_stamp_stands_where_one_was_asked_for(document: Stamped) -> None:
    token, junk = document.token, wrapped(0x30, b"\x04\x03Eve")
    for said in (
        None,
        b"",
        stamped_with(),
        stamped_with(junk),
        stamped_with(token, junk),
        stamped_with(token, token),
        stamped_with(token) + stamped_with(token),
        stamped_with(token) + stamped_with(junk, kind="1.2.3.4"),
        stamped_with(token, kind="1.2.3.4"),
    ):
        assert document.found(beside(document.value, said))[0] is Verdict.ALTERED


@pytest.mark.parametrize(
    "more",
    [
        b"\x04\x0ehidden in here",
        pytest.param(bytes(16), marks=pytest.mark.full),
        pytest.param(b"\xa9\x00", marks=pytest.mark.full),
    ],
)
def test_nothing_hides_within_a_stamp(document: Stamped, more: bytes) -> None:
    """Nor elsewhere in a signature that has one."""
    places = 0
    while True:
        count = itertools.count()
        changed = grown(document.value, lambda: next(count) == places, more)  # noqa: B023
        if places >= next(count):
            break
        assert document.found(changed)[0] is Verdict.ALTERED, places
        places += 1 if FULL else 5
    assert places > 80


def test_no_byte_of_a_stamp_can_be_changed(document: Stamped) -> None:
    for place in range(0, len(document.token), 1 if FULL else 47):
        changed = bytearray(document.token)
        changed[place] ^= 1
        verdict, codes = document.found(document.with_token(bytes(changed)))
        assert verdict is Verdict.ALTERED, (place, codes)


def test_no_bit_of_a_certificate_s_signature_is_told_to_be_unused(
    document: Stamped, server: Authority
) -> None:
    """Verifying passes it by."""
    above = x509.load_pem_x509_certificate(server.pem)
    for one in map(x509.load_der_x509_certificate, certificates_of(document.token)):
        token = document.token.replace(b"\0" + one.signature, b"\1" + one.signature)
        assert document.found(document.with_token(token))[0] is Verdict.ALTERED
        changed = one.public_bytes(DER)[: -len(one.signature) - 1] + b"\1" + one.signature
        assert stamp_token.vouches(above, one)
        assert not stamp_token.vouches(above, x509.load_der_x509_certificate(changed))


def test_nothing_stands_in_a_stamp_beside_its_signature(document: Stamped) -> None:
    """Lists of what is revoked, and what is said later: no reader needs them here."""
    certificates = certificates_of(document.token)
    lists = wrapped(0xA1, document.trust.crl)
    said = stamped_with(document.token)
    assert holding(document.token, certificates) == document.token
    for token in (holding(document.token, certificates, lists), beside(document.token, said)):
        verdict, codes = document.found(document.with_token(token))
        assert (verdict, "not_whole" in codes) == (Verdict.ALTERED, True)


def test_a_stamp_brings_the_certificates_that_lead_to_it_and_no_others(
    document: Stamped, server: Authority
) -> None:
    own, above = sorted(certificates_of(document.token), key=lambda one: one != server_s(server))
    eve = authority("Eve's time").stamper
    look_alike = like(above)
    for certificates, verdict in (
        ([own, above], Verdict.VALID),
        ([above, own], Verdict.VALID),
        ([own], Verdict.VALID),
        ([above], Verdict.ALTERED),
        ([own, above, above], Verdict.ALTERED),
        ([own, eve.tsa_cert.dump()], Verdict.ALTERED),
        ([own, look_alike], Verdict.ALTERED),
        ([own, above, look_alike], Verdict.ALTERED),
    ):
        token = holding(document.token, certificates)
        assert document.found(document.with_token(token))[0] is verdict


def server_s(found: Authority) -> bytes:
    told: bytes = found.stamper.tsa_cert.dump()
    return told


def like(der: bytes) -> bytes:
    """Another certificate with the name and the key of this one, by nobody in particular."""
    model, key = x509.load_der_x509_certificate(der), rsa.generate_private_key(65537, 2048)
    words = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"Awarded to Eve, MD")
    return (
        x509.CertificateBuilder(name("Eve"), model.subject, model.public_key(), 3)
        .not_valid_before(model.not_valid_before_utc)
        .not_valid_after(model.not_valid_after_utc)
        .add_extension(words, critical=False)
        .sign(key, hashes.SHA256())
        .public_bytes(DER)
    )


@pytest.mark.parametrize("days", [3000, 2, -2, -3000])
def test_a_stamp_of_another_time_by_the_same_server_is_forged(
    document: Stamped, server: Authority, days: int
) -> None:
    """The document's bytes can be stamped again at any time, by whoever asks."""
    server.stamper.fixed_dt = clock.now() + days * DAY
    verdict, codes = document.found(document.with_token(stamp(server.stamper, document.value)))
    assert (verdict, "time_forged" in codes or "not_whole" in codes) == (Verdict.ALTERED, True)


@pytest.mark.parametrize(
    ("claimed", "now", "plausible"),
    [(0, 0, True), (0.5, 300, True), (-0.5, -0.5, True), (2, 300, False), (0, -2, False)],
)
def test_a_stamp_fits_the_signature_and_the_day(
    claimed: float, now: float, plausible: bool
) -> None:
    """In days after the stamp: clocks differ, and nobody stamps what is not yet."""
    at = clock.now()
    assert stamping.is_plausible(at, at + claimed * DAY, at + now * DAY) is plausible
    assert not stamping.is_plausible(at, None, at)


def test_a_server_whose_certificates_lead_elsewhere_too_loses_no_certificate(
    app: Flask, pending: Certificate, server: Authority
) -> None:
    """What a check would refuse is not issued: who runs the installation is told why."""
    above = like(server.stamper.certs_to_embed[0].dump())
    server.stamper.certs_to_embed.append(asn1_x509.Certificate.load(above))
    with pytest.raises(stamping.StampTrouble, match="none in TIMESTAMP_CA_FILE vouches"):
        drawing.draw(pending.id)
    assert state_of(pending) is CertificateState.PENDING


def test_somebody_else_s_stamp_says_no_time(document: Stamped) -> None:
    other = stamp(authority("Eve's time").stamper, document.value)
    verdict, codes = document.found(document.with_token(other))
    assert (verdict, "time_unknown" in codes) == (Verdict.VALID, True)
