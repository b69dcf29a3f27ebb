"""Webhooks: where they may go, what they carry, and that no answer leads us astray."""

import base64
import hashlib
import hmac
import http.server
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from reporting.partner import rules, webhooks
from reporting.partner.webhooks import Undeliverable
from tests.conftest import SPARE

NAME = "hooks.partner.example"


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.partner.example/x", "ftp://hooks.partner.example/", "https://localhost/",
        "https://127.0.0.1/", "https://2130706433/", "https://0x7f.1/", "https://[::1]/",
        "https://user@hooks.partner.example/", "https://user:pw@hooks.partner.example/",
        "https://hooks.partner.example:22/", "https://hooks.partner.example:99999/",
        "https://hooks.partner.example/a b", "https://hooks.partner.example/\r\nX: y",
        "https://hooks.partner.example/#x", "https:///x", "", "hooks.partner.example",
        "https://hooks.partner.example\\@127.0.0.1/", "https://hööks.example/",
    ],
)  # fmt: skip
def test_addresses_that_are_no_webhooks(url: str) -> None:
    with pytest.raises(Undeliverable, match="bad_address"):
        webhooks.target_of(url)


def test_an_ordinary_address_is_taken_apart() -> None:
    target = webhooks.target_of("https://hooks.partner.example:8443/a/b?c=d")
    assert (target.host, target.port, target.path) == (NAME, 8443, "/a/b?c=d")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "0.0.0.0", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1",
        "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "2001:db8::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "::127.0.0.1",
        "2001:0:1::1", "fec0::1", "3fff::1", "::ffff:0:7f00:1", "fd00:ec2::254",
    ],
)  # fmt: skip
def test_addresses_of_private_networks_are_refused(address: str) -> None:
    assert not webhooks.is_public(address)
    target = webhooks.target_of(f"https://{NAME}/")
    with pytest.raises(Undeliverable, match="not_public"):
        webhooks.pinned(target, lambda *_: [address])


def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    target = webhooks.target_of(f"https://{NAME}/")
    assert webhooks.pinned(target, lambda *_: ["93.184.216.34"]) == "93.184.216.34"
    with pytest.raises(Undeliverable, match="not_public"):
        webhooks.pinned(target, lambda *_: ["93.184.216.34", "10.0.0.1"])


class Receiver(http.server.BaseHTTPRequestHandler):
    """Answers as its path says, and keeps what came."""

    came: list[tuple[dict[str, str], bytes]] = []

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.came.append((dict(self.headers), self.rfile.read(length)))
        if self.path == "/slow":
            time.sleep(3)  # longer than anybody waits here
        status = int(self.path.rpartition("/")[2]) if self.path[-1].isdigit() else 200
        self.send_response(status)
        self.send_header("Location", "https://127.0.0.1/elsewhere")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Silence."""


def certificate(folder: Path) -> tuple[Path, Path]:
    """A self-signed certificate for the receiver's name, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name)
        .public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    paths = folder / "cert.pem", folder / "key.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )  # fmt: skip
    return paths


class Line:
    """A receiver on this machine, and the way to it."""

    def __init__(self, port: int, trust: ssl.SSLContext) -> None:
        self.port, self.trust = port, trust
        self.looked_up: list[str] = []

    def look_up(self, host: str, port: int) -> list[str]:
        self.looked_up.append(host)
        return ["127.0.0.1"]

    def send(self, path: str, body: bytes = b"{}", headers: dict[str, str] | None = None,
             seconds: float = 5) -> int:  # fmt: skip
        """Send to the receiver as if its address were public."""
        return webhooks.send(
            f"https://{NAME}:8443{path}", body, headers or {}, look_up=self.look_up,
            allowed=lambda address: ipaddress.ip_address(address).is_loopback,
            context=self.trust, seconds=seconds,
        )  # fmt: skip


@pytest.fixture
def line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    """A TLS receiver; connections to port 8443 of this machine reach its real port."""
    cert, key = certificate(tmp_path)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    connect = socket.create_connection
    port = server.server_address[1]

    def redirected(address: tuple[str, int], *rest: Any) -> socket.socket:
        assert address == ("127.0.0.1", 8443)
        return connect(("127.0.0.1", port), *rest)

    monkeypatch.setattr(socket, "create_connection", redirected)
    Receiver.came.clear()
    yield Line(port, ssl.create_default_context(cafile=str(cert)))
    server.shutdown()
    server.server_close()


def test_a_message_arrives_with_a_signature_that_the_receiver_can_check(line: Line) -> None:
    secret = webhooks.secret_of("a secret of the installation", "subscription")
    body = b'{"type":"certificates.changed"}'
    assert line.send("/hook", body, webhooks.signed(body, "msg_1", 1_800_000_000, secret)) == 200
    headers, came = Receiver.came[0]
    assert came == body
    assert headers["Host"] == f"{NAME}:8443"
    key = base64.b64decode(webhooks.shown(secret).removeprefix("whsec_"))
    covered = b"msg_1.1800000000." + body
    mark = base64.b64encode(hmac.new(key, covered, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{mark}"


def test_two_subscriptions_have_two_secrets() -> None:
    assert webhooks.secret_of("k", "a") != webhooks.secret_of("k", "b")


def test_a_redirect_is_an_answer_and_is_not_followed(line: Line) -> None:
    for status in (301, 302, 307, 308):
        assert line.send(f"/{status}") == status
        assert not rules.is_accepted(status)
    assert len(Receiver.came) == 4


def test_the_name_is_looked_up_once(line: Line) -> None:
    line.send("/hook")
    assert line.looked_up == [NAME]


def test_a_receiver_whose_certificate_nobody_vouches_for_gets_nothing(line: Line) -> None:
    line.trust = ssl.create_default_context()
    with pytest.raises(Undeliverable, match="tls"):
        line.send("/hook")
    assert Receiver.came == []


def test_a_receiver_that_dawdles_is_left(line: Line) -> None:
    began = time.monotonic()
    with pytest.raises(Undeliverable, match="timeout"):
        line.send("/slow", seconds=0.5)
    assert time.monotonic() - began < 5 * SPARE


def test_a_receiver_that_does_not_speak_http_is_no_answer() -> None:
    ours, theirs = socket.socketpair()
    theirs.sendall(b"SSH-2.0-x\r\n")
    with pytest.raises(Undeliverable, match="no_answer"):
        webhooks._status(ours, time.monotonic() + 2)
    ours.close()
    theirs.close()


def test_waits_grow_and_end_after_two_days() -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    tries = [rules.next_try(number, 500, now) for number in range(1, 10)]
    assert tries[-1] is None
    waits = [moment - now for moment in tries[:-1] if moment]
    assert waits == sorted(waits)
    assert sum(waits, timedelta()) > timedelta(days=1)
    assert rules.next_try(1, 410, now) is None
