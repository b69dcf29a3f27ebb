"""Which keys sign now, and what the world may know of all of them."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from certification.keys import hardware, vault
from certification.keys.encoding import did_web, thumbprint
from certification.keys.models import Key, KeyState, Place, Purpose
from certification.keys.signers import (
    DocumentSigner,
    PrivateKey,
    Signer,
    SoftwareSigner,
    TimeStamps,
)
from certification.keys.vault import KeyTrouble, Vault
from lms.db import db
from lms.settings import Settings

Json = dict[str, Any]
DID_CONTEXTS = [
    "https://www.w3.org/ns/did/v1",
    "https://w3id.org/security/multikey/v1",
    "https://w3id.org/security/jwk/v1",
]


def active(purpose: Purpose) -> Key | None:
    """The key that signs now."""
    return db.session.scalar(
        sa.select(Key).where(Key.purpose == purpose, Key.state == KeyState.ACTIVE)
    )


def by_kid(kid: str) -> Key | None:
    return db.session.scalar(sa.select(Key).where(Key.kid == kid))


def all_keys() -> list[Key]:
    """Every key there ever was, oldest first."""
    return list(db.session.scalars(sa.select(Key).order_by(Key.id)))


def published(*purposes: Purpose) -> list[Key]:
    """Keys that verifiers may trust: all but compromised ones, newest first."""
    return list(
        db.session.scalars(
            sa.select(Key)
            .where(Key.purpose.in_(purposes), Key.state != KeyState.COMPROMISED)
            .order_by(Key.id.desc())
        )
    )


def signer(purpose: Purpose, settings: Settings) -> Signer:
    """Who signs now; raises KeyTrouble when there is no key or its private part is missing."""
    key = active(purpose)
    if key is None:
        raise KeyTrouble(f"there is no key for {purpose}: run `flask setup`")
    return signer_of(key, settings)


def require_private(settings: Settings) -> None:
    """Raise KeyTrouble unless each key that signs now can sign, and is the one we published."""
    for purpose in (Purpose.CREDENTIAL, Purpose.TOKEN, Purpose.DOCUMENT):
        ready = signer(purpose, settings)
        key = active(purpose)
        ready.sign(b"can this key sign?")
        if key is not None and thumbprint(ready.public_key()) != key.public["thumbprint"]:
            raise KeyTrouble(f"the private key of {key.kid} is another one than was published")


def signer_of(key: Key, settings: Settings) -> Signer:
    """The signer of a key; raises KeyTrouble."""
    if key.place == Place.MODULE:
        return hardware.signer(settings, key.kid, key.public["label"], key.algorithm)
    return SoftwareSigner(key.kid, private(key, settings))


def private(key: Key, settings: Settings) -> PrivateKey:
    """The private part of a key in a file; raises KeyTrouble."""
    return _opened(vault.of(settings), key.kid, key.public["thumbprint"])


@lru_cache(maxsize=16)
def _opened(place: Vault, kid: str, mark: str) -> PrivateKey:
    """Unlocking costs more than signing, so each process does it once."""
    return place.open(kid, mark)


def document_signer(settings: Settings) -> DocumentSigner:
    """Who signs documents now, with the certificates that vouch for them."""
    key = active(Purpose.DOCUMENT)
    if key is None or key.certificate is None:
        raise KeyTrouble("there is no key for documents: run `flask setup`")
    authority = db.session.get_one(Key, key.authority_id)
    return DocumentSigner(
        signer_of(key, settings),
        key.certificate.encode(),
        (authority.certificate or "").encode(),
        authority.crl or b"",
        time_stamps(settings),
    )


def time_stamps(settings: Settings) -> TimeStamps | None:
    """Who confirms the time of signatures, if the installation asks anybody."""
    if not settings.timestamp_url:
        return None
    return TimeStamps(settings.timestamp_url, stamp_authority(settings))


def stamp_authority(settings: Settings) -> bytes:
    """Whom verifiers trust about times, past servers too (PEM). Raises KeyTrouble."""
    if not settings.timestamp_ca_file:
        return b""
    try:
        found = Path(settings.timestamp_ca_file).read_bytes()
    except OSError as error:
        raise KeyTrouble(f"TIMESTAMP_CA_FILE cannot be read: {error}") from error
    if b"-----BEGIN CERTIFICATE-----" not in found or not found.isascii():
        raise KeyTrouble("TIMESTAMP_CA_FILE holds no certificate in PEM")
    return found


def key_url(settings: Settings, kid: str) -> str:
    """The https address of a key as one bare JWK."""
    return f"{settings.public_url}/keys/{kid}.json"


def issuer(settings: Settings) -> str:
    """The issuer's DID."""
    return did_web(settings.public_url)


def did_document(settings: Settings) -> Json:
    """The issuer's DID document: every key that may have signed and was never compromised."""
    did = issuer(settings)
    keys = published(Purpose.CREDENTIAL, Purpose.TOKEN)
    methods = [_method(key, did) for key in keys]
    return {
        "@context": list(DID_CONTEXTS),
        "id": did,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }


def _method(key: Key, did: str) -> Json:
    name: Json = {"id": f"{did}#{key.kid}", "controller": did}
    if key.purpose == Purpose.CREDENTIAL:
        return {**name, "type": "Multikey", "publicKeyMultibase": key.public["multikey"]}
    return {**name, "type": "JsonWebKey", "publicKeyJwk": key.public["jwk"]}


def jwks(settings: Settings) -> Json:
    """The token keys; each is named by its address, as tokens name it."""
    return {"keys": [jwk(key, settings) for key in published(Purpose.TOKEN)]}


def jwk(key: Key, settings: Settings) -> Json:
    """One key as a JWK."""
    return {**key.public["jwk"], "kid": key_url(settings, key.kid)}


def authority_pem() -> str:
    """The authorities' certificates, the newest first."""
    return "".join(key.certificate or "" for key in published(Purpose.AUTHORITY))


def crls() -> list[bytes]:
    """The authorities' lists of withdrawn certificates (DER), the newest authority's first."""
    return [key.crl for key in published(Purpose.AUTHORITY) if key.crl]
