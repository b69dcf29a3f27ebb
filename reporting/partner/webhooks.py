"""Handing a message to a stranger's server, without becoming their way into our network.

https only; the name is resolved once, every address that it has must be public, and the
connection goes to that very address (a second look-up could be answered differently). Redirects
are an answer like any other, not followed. Of the answer only the status line is read, within a
deadline for the whole exchange.

The signature is that of Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`.
Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import hashlib
import hmac
import ipaddress
import re
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import urlsplit

Resolve: TypeAlias = Callable[[str, int], list[str]]
DEADLINE_SECONDS = 10.0
LONGEST_LINE = 4096
PORTS = (443, 8443)
STATUS_LINE = re.compile(rb"HTTP/1\.[01] (\d{3})[ \r]")
NAME = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]{0,62}\.)+[A-Za-z][A-Za-z0-9-]{0,62}")
"""A full name; numbers in any notation are none, since the last label begins with a letter."""
TUNNELS = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16",
                                          "2001::/32", "::/96", "fec0::/10",
                                          "3fff::/20")))  # fmt: skip
"""IPv6 networks whose addresses stand for IPv4 ones, private ones too; and two that Python takes
for public: the private ones of before RFC 3879, and those of examples (RFC 9637)."""


class Undeliverable(Exception):
    """No status came back; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Target:
    """A webhook's address in its parts."""

    host: str
    port: int
    path: str


def target_of(url: str) -> Target:
    """The parts of an address that may be a webhook's; raises Undeliverable (`bad_address`)."""
    try:
        parts = urlsplit(url)
        port = parts.port or 443
    except ValueError:
        raise Undeliverable("bad_address") from None
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    fits = parts.scheme == "https" and parts.hostname and NAME.fullmatch(parts.hostname)
    if not fits or parts.username is not None or parts.fragment or not _is_plain(path):
        raise Undeliverable("bad_address")
    if port not in PORTS:
        raise Undeliverable("bad_address")
    return Target(parts.hostname or "", port, path)


def _is_plain(path: str) -> bool:
    return path.isascii() and path.isprintable() and " " not in path


def is_public(address: str) -> bool:
    """Whether anybody on the internet could have this address."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return is_public(str(ip.ipv4_mapped))
        if any(ip in network for network in TUNNELS):
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a name."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Undeliverable("no_such_host") from None
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def pinned(
    target: Target, look_up: Resolve = resolve, allowed: Callable[[str], bool] = is_public
) -> str:
    """The one address to connect to; refuses a name that has any that is not public."""
    addresses = look_up(target.host, target.port)
    if not addresses:
        raise Undeliverable("no_such_host")
    if not all(map(allowed, addresses)):
        raise Undeliverable("not_public")
    return addresses[0]


def secret_of(key: str, subscription: str) -> bytes:
    """A webhook's secret: derived, so that no table holds it."""
    return hmac.digest(key.encode(), f"webhook:{subscription}".encode(), hashlib.sha256)


def shown(secret: bytes) -> str:
    """The secret as its owner enters it."""
    return "whsec_" + base64.b64encode(secret).decode()


def signed(body: bytes, message: str, at: int, secret: bytes) -> dict[str, str]:
    """The headers by which the receiver knows that the message is ours and fresh."""
    covered = f"{message}.{at}.".encode() + body
    mark = base64.b64encode(hmac.digest(secret, covered, hashlib.sha256)).decode()
    return {
        "webhook-id": message,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{mark}",
    }


def send(
    url: str,
    body: bytes,
    headers: dict[str, str],
    *,
    look_up: Resolve = resolve,
    allowed: Callable[[str], bool] = is_public,
    context: ssl.SSLContext | None = None,
    seconds: float = DEADLINE_SECONDS,
) -> int:
    """Post the message; the status that came back. Raises Undeliverable."""
    target = target_of(url)
    ends = time.monotonic() + seconds
    address = pinned(target, look_up, allowed)
    try:
        with socket.create_connection((address, target.port), _left(ends)) as plain:
            secure = context or ssl.create_default_context()
            with secure.wrap_socket(plain, server_hostname=target.host) as line:
                line.settimeout(_left(ends))
                line.sendall(_request(target, body, headers))
                return _status(line, ends)
    except TimeoutError:
        raise Undeliverable("timeout") from None
    except ssl.SSLError:
        raise Undeliverable("tls") from None
    except OSError:
        raise Undeliverable("no_connection") from None


def _left(ends: float) -> float:
    left = ends - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _request(target: Target, body: bytes, headers: dict[str, str]) -> bytes:
    host = target.host if target.port == 443 else f"{target.host}:{target.port}"
    lines = [f"POST {target.path} HTTP/1.1", f"Host: {host}", "Connection: close",
             "Content-Type: application/json", "User-Agent: academy-webhook/1",
             f"Content-Length: {len(body)}",
             *[f"{name}: {value}" for name, value in headers.items()]]  # fmt: skip
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def _status(line: socket.socket, ends: float) -> int:
    """The status, byte by byte if it must be; a server that dawdles runs into the deadline."""
    found = b""
    while b"\n" not in found and len(found) < LONGEST_LINE:
        line.settimeout(_left(ends))
        part = line.recv(512)
        if not part:
            break
        found += part
    matched = STATUS_LINE.match(found)
    if matched is None:
        raise Undeliverable("no_answer")
    return int(matched[1])
