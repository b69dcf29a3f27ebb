"""Public keys in the forms that the web reads: multikey, JWK, did:web. Pure."""

import base64
import hashlib
from typing import Any
from urllib.parse import quote, urlsplit

import base58
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PublicKey = Ed25519PublicKey | ec.EllipticCurvePublicKey
ED25519 = b"\xed\x01"
P256 = b"\x80\x24"
COORDINATE = 32
LONGEST_MULTIBASE = 89
"""Characters of 64 bytes, a signature: nothing longer is written in base58 here, and reading it
takes a time that grows with the square of its length."""


class BadKey(ValueError):
    """Text that is no public key of a kind that we use."""


def multibase(content: bytes) -> str:
    """Base58 with its multibase prefix."""
    return "z" + base58.b58encode(content).decode()


def from_multibase(text: str) -> bytes:
    """The bytes of a base58 multibase text, in the one way that they are written; raises BadKey."""
    if not text.startswith("z") or len(text) > LONGEST_MULTIBASE:
        raise BadKey("not base58 multibase of our lengths")
    try:
        content = base58.b58decode(text[1:])
    except ValueError as error:
        raise BadKey(str(error)) from error
    if multibase(content) != text:  # white space at the end is passed over
        raise BadKey("not base58 multibase alone")
    return content


def multikey(key: PublicKey) -> str:
    """The public key as a Multikey value."""
    if isinstance(key, Ed25519PublicKey):
        return multibase(ED25519 + key.public_bytes(Encoding.Raw, PublicFormat.Raw))
    return multibase(P256 + key.public_bytes(Encoding.X962, PublicFormat.CompressedPoint))


def from_multikey(text: str) -> Ed25519PublicKey:
    """The Ed25519 key of a Multikey value; raises BadKey."""
    content = from_multibase(text)
    if content[:2] != ED25519 or len(content) != 34:
        raise BadKey("not an Ed25519 multikey")
    return Ed25519PublicKey.from_public_bytes(content[2:])


def unpadded(content: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def from_unpadded(text: str) -> bytes:
    """The bytes of unpadded base64url, in the one way that they are written; raises BadKey."""
    try:
        content = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError as error:
        raise BadKey(str(error)) from error
    if unpadded(content) != text:  # other letters, padding, or bits that are passed over
        raise BadKey("not unpadded base64url alone")
    return content


def jwk(key: PublicKey, kid: str) -> dict[str, str]:
    """The public key as a JWK for signatures, named by its address."""
    if isinstance(key, Ed25519PublicKey):
        x = unpadded(key.public_bytes(Encoding.Raw, PublicFormat.Raw))
        return {"kty": "OKP", "crv": "Ed25519", "x": x, "kid": kid, "alg": "EdDSA", "use": "sig"}
    point = key.public_numbers()
    x, y = (unpadded(number.to_bytes(COORDINATE, "big")) for number in (point.x, point.y))
    return {
        "kty": "EC",
        "crv": "P-256",
        "x": x,
        "y": y,
        "kid": kid,
        "alg": "ES256",
        "use": "sig",
    }


def from_jwk(values: dict[str, Any]) -> ec.EllipticCurvePublicKey:
    """The P-256 key of a JWK; raises BadKey."""
    if values.get("kty") != "EC" or values.get("crv") != "P-256":
        raise BadKey("not a P-256 key")
    x, y = (int.from_bytes(from_unpadded(str(values.get(name, ""))), "big") for name in "xy")
    try:
        return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    except ValueError as error:
        raise BadKey(str(error)) from error


def thumbprint(key: PublicKey) -> str:
    """A short name of the public key for file names: 16 hex digits of its SHA-256."""
    content = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(content).hexdigest()[:16]


def did_web(public_url: str) -> str:
    """The issuer's did:web for a public address; a port and a path are kept as the method says."""
    parts = urlsplit(public_url)
    names = [quote(name, safe="") for name in parts.path.split("/") if name]
    return ":".join(["did:web", quote(parts.netloc, safe=""), *names])
