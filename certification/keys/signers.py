"""Who signs: a key in this process or in a hardware module, behind one small protocol."""

from dataclasses import dataclass
from typing import Protocol

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

from certification.keys.encoding import COORDINATE, PublicKey

EDDSA = "EdDSA"
ES256 = "ES256"
PrivateKey = Ed25519PrivateKey | ec.EllipticCurvePrivateKey


class Signer(Protocol):
    """Signs messages. `kid` names the key within the issuer (k-2026-11), never the key itself.

    `sign` returns 64 bytes: an Ed25519 signature, or r and s of ECDSA P-256 over SHA-256.
    """

    @property
    def kid(self) -> str: ...

    @property
    def algorithm(self) -> str: ...

    def public_key(self) -> PublicKey: ...

    def sign(self, message: bytes) -> bytes: ...


@dataclass(frozen=True, slots=True)
class SoftwareSigner:
    """A private key in this process's memory."""

    kid: str
    key: PrivateKey

    @property
    def algorithm(self) -> str:
        return EDDSA if isinstance(self.key, Ed25519PrivateKey) else ES256

    def public_key(self) -> PublicKey:
        return self.key.public_key()

    def sign(self, message: bytes) -> bytes:
        if isinstance(self.key, Ed25519PrivateKey):
            return self.key.sign(message)
        return to_raw(self.key.sign(message, ec.ECDSA(hashes.SHA256())))


@dataclass(frozen=True, slots=True)
class DocumentSigner:
    """All that a document's signature needs: the key, its certificate, what vouches for it.

    `certificate` and `authority` are PEM, `crl` is DER. `stamps` is where times are confirmed.
    """

    signer: Signer
    certificate: bytes
    authority: bytes
    crl: bytes
    stamps: "TimeStamps | None" = None


@dataclass(frozen=True, slots=True)
class TimeStamps:
    """A time-stamp server (RFC 3161) by its address, and who vouches for it (PEM)."""

    url: str
    authority: bytes


def to_raw(der: bytes) -> bytes:
    """r and s, 32 bytes each, of an ECDSA signature in DER."""
    return b"".join(number.to_bytes(COORDINATE, "big") for number in decode_dss_signature(der))


def to_der(raw: bytes) -> bytes:
    """The DER form, which CMS and X.509 take, of r and s."""
    r, s = raw[:COORDINATE], raw[COORDINATE:]
    return encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))
