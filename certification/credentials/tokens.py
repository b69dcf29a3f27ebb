"""The credential as a token: a VC-JWT (the credential is the payload) signed with ES256.

The header names the key by its https address and carries no key: who trusts a key from the
header trusts the forger.
"""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from certification.credentials import json_text
from certification.keys.encoding import BadKey, from_unpadded, unpadded
from certification.keys.signers import ES256, Signer, to_der

Json = dict[str, Any]
KIND = "JWT"
"""Of a credential (Open Badges 3.0); receipts, which the same key signs, have their own."""
HEADERS = {"alg", "kid", "jwk", "typ"}
REGISTERED = {"iss", "jti", "sub", "nbf", "exp", "iat"}
LARGEST = 256 * 1024


class BadToken(ValueError):
    """Text that is no token of ours; the text is for logs."""


def sign(credential: Json, signer: Signer, *, key_url: str) -> str:
    """The token of a credential without proofs."""
    bare = {name: value for name, value in credential.items() if name != "proof"}
    header = {"alg": ES256, "kid": key_url, "typ": KIND}
    signed = f"{_part(header)}.{_part({**bare, **_claims(bare)})}"
    return f"{signed}.{unpadded(signer.sign(signed.encode('ascii')))}"


def _claims(credential: Json) -> Json:
    claims: Json = {
        "iss": issuer_of(credential),
        "jti": credential["id"],
        "sub": credential["credentialSubject"]["id"],
        "nbf": _seconds(credential["validFrom"]),
    }
    if "validUntil" in credential:
        claims["exp"] = _seconds(credential["validUntil"])
    return claims


def issuer_of(credential: Json) -> str:
    """The issuer's id, written as a text or as an object."""
    issuer = credential.get("issuer")
    return str(issuer.get("id") if isinstance(issuer, dict) else issuer)


def _seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def _part(values: Json) -> str:
    return unpadded(json.dumps(values, separators=(",", ":"), ensure_ascii=False).encode())


def key_of(token: str) -> str:
    """The key's address in the header; raises BadToken."""
    header = _read(_split(token)[0])
    if header.get("alg") != ES256 or header.get("typ") != KIND or not set(header) <= HEADERS:
        raise BadToken("another algorithm, kind of token, or more headers than we write")
    return str(header.get("kid"))


def verify(token: str, find: Callable[[str], ec.EllipticCurvePublicKey | None]) -> Json:
    """The credential in a token that the issuer's key signed; raises BadToken.

    The registered claims must say what the credential says; they are left out of the answer.
    """
    head, body, signature = _split(token)
    key = find(key_of(token))
    if key is None:
        raise BadToken("the key is not the issuer's")
    try:
        raw = from_unpadded(signature)
        if len(raw) != 64:
            raise BadToken("the signature has another length")
        key.verify(to_der(raw), f"{head}.{body}".encode("ascii"), ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, BadKey) as error:
        raise BadToken("the signature does not hold") from error
    return _credential(_read(body))


def _credential(payload: Json) -> Json:
    credential = {name: value for name, value in payload.items() if name not in REGISTERED}
    try:
        claims = _claims(credential)
    except (KeyError, TypeError, ValueError) as error:
        raise BadToken("the payload is no credential") from error
    if {name: payload[name] for name in REGISTERED & set(payload)} != claims:
        raise BadToken("the claims differ from the credential")
    return credential


def _split(token: str) -> tuple[str, str, str]:
    parts = token.strip().split(".")
    if len(token) > LARGEST or len(parts) != 3 or not token.isascii():
        raise BadToken("not three parts")
    return parts[0], parts[1], parts[2]


def _read(part: str) -> Json:
    try:
        values = json_text.read(from_unpadded(part))
    except (BadKey, ValueError) as error:
        raise BadToken("unreadable") from error
    if not isinstance(values, dict):
        raise BadToken("not an object")
    return values
