"""Making, rotating and withdrawing keys. Old public keys stay; what they signed stays good."""

import secrets
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy.exc import IntegrityError

from certification.keys import actions_lists, authority, hardware, queries, vault
from certification.keys.authority import Addresses
from certification.keys.encoding import PublicKey, jwk, multikey, thumbprint
from certification.keys.models import Key, KeyState, Place, Purpose
from certification.keys.signers import EDDSA, ES256, PrivateKey
from certification.keys.vault import KeyTrouble
from lms import audit, site
from lms.db import db, insert_once, locked
from lms.errors import refuse
from lms.settings import Settings

PREFIX = {
    Purpose.AUTHORITY: "a",
    Purpose.DOCUMENT: "d",
    Purpose.CREDENTIAL: "k",
    Purpose.TOKEN: "t",
}
"""In the order in which they are made: the authority vouches for the documents' key."""


def ensure(settings: Settings, *, now: datetime) -> list[str]:
    """Make the keys that are missing (all of them at the first start); returns their names.

    Raises KeyTrouble when an active key has no private part here: signing with a fresh key
    instead would orphan everything that was issued. Two first starts at once agree. Lists of
    withdrawn keys that end soon are written anew where the authority's key is here.
    """
    made = [
        make(purpose, settings, now=now).kid
        for purpose in PREFIX
        if queries.active(purpose) is None
    ]
    queries.require_private(settings)
    actions_lists.renew(settings, now=now)
    return made


def make(purpose: Purpose, settings: Settings, *, now: datetime) -> Key:
    """Make the active key of a purpose, or find the one that somebody made meanwhile."""
    kid = _free_kid(purpose, now)
    in_module = bool(settings.pkcs11_module) and purpose != Purpose.AUTHORITY
    algorithm = EDDSA if purpose == Purpose.CREDENTIAL else ES256
    label = f"academy-{secrets.token_hex(8)}"
    if in_module:
        public = hardware.make(settings, kid, label, algorithm).public_key()
    else:
        public = _in_file(kid, algorithm, settings)
    values = {
        "kid": kid,
        "purpose": purpose,
        "algorithm": algorithm,
        "place": Place.MODULE if in_module else Place.FILE,
        "public": _facts(public, kid, settings) | ({"label": label} if in_module else {}),
        "state": KeyState.ACTIVE,
        "created_at": now,
    }
    is_new = _insert(values)
    key = db.session.scalars(
        sa.select(Key).where(Key.purpose == purpose, Key.state == KeyState.ACTIVE)
    ).one()
    if is_new:
        _certify(key, public, settings, now=now)
        record("key.made", key, now=now)
    return key


def _insert(values: dict[str, Any]) -> bool:
    """False when somebody made the active key of this purpose meanwhile, under whatever name."""
    try:
        with db.session.begin_nested():
            return insert_once(Key, values, ["kid"])
    except IntegrityError:
        return False


def _free_kid(purpose: Purpose, now: datetime) -> str:
    """k-2026-11, then k-2026-11-2: named for the month, never for the key."""
    name = f"{PREFIX[purpose]}-{now:%Y-%m}"
    taken = set(db.session.scalars(sa.select(Key.kid).where(Key.kid.startswith(name))))
    numbered = (f"{name}-{number}" for number in range(2, len(taken) + 3))
    return next(kid for kid in (name, *numbered) if kid not in taken)


def _in_file(kid: str, algorithm: str, settings: Settings) -> PublicKey:
    fresh: PrivateKey
    if algorithm == EDDSA:
        fresh = Ed25519PrivateKey.generate()
    else:
        fresh = ec.generate_private_key(ec.SECP256R1())
    vault.of(settings).keep(kid, fresh)
    return fresh.public_key()


def _facts(public: PublicKey, kid: str, settings: Settings) -> dict[str, Any]:
    return {
        "jwk": jwk(public, kid),
        "multikey": multikey(public),
        "thumbprint": thumbprint(public),
        "controller": queries.issuer(settings),
    }


def _certify(key: Key, public: PublicKey, settings: Settings, *, now: datetime) -> None:
    """Give an authority its own certificate, a document's key one from the authority."""
    name = site.load().name
    if key.purpose == Purpose.AUTHORITY:
        founded = authority.found(actions_lists.private_of(key, settings), name, now=now)
        key.certificate = _pem(founded.certificate)
        key.crl = authority.withdraw(founded, [], now=now)
    elif key.purpose == Purpose.DOCUMENT and isinstance(public, ec.EllipticCurvePublicKey):
        above = _active_authority()
        addresses = Addresses(
            f"{settings.public_url}/keys/{above.kid}.crt",
            f"{settings.public_url}/keys/{above.kid}.crl",
        )
        vouched = authority.vouch(
            actions_lists.authority_of(above, settings), public, name, addresses, now=now
        )
        key.certificate, key.authority_id = _pem(vouched), above.id
    db.session.flush()


def _active_authority() -> Key:
    found = queries.active(Purpose.AUTHORITY)
    if found is None:
        raise KeyTrouble("there is no certificate authority: run `flask setup`")
    return found


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode("ascii")


def rotate(purpose: Purpose, settings: Settings, *, now: datetime) -> list[Key]:
    """Sign with a fresh key from now on; the old one stays published and its signatures good.

    A fresh authority needs a fresh key for documents, whose certificate it signs.
    """
    old = _locked_active(purpose)
    if old is not None:
        old.state, old.retired_at = KeyState.RETIRED, now
        db.session.flush()
        record("key.retired", old, now=now)
    made = [make(purpose, settings, now=now)]
    if purpose == Purpose.AUTHORITY:
        made += rotate(Purpose.DOCUMENT, settings, now=now)
    return made


def compromise(kid: str, settings: Settings, *, now: datetime) -> list[Key]:
    """Withdraw a key that others may hold; returns every key that this withdrew.

    It disappears from the published documents at once, a document's certificate enters the
    authority's list, and a fresh key takes over. What it signed no longer verifies and must be
    issued again.
    """
    key = db.session.scalar(locked(sa.select(Key).where(Key.kid == kid)))
    if key is None:
        raise refuse("no_such_key", status=404, kid=kid)
    if key.state == KeyState.COMPROMISED:
        raise refuse("already_compromised", kid=kid)
    withdrawn = [key, *_vouched_by(key)]
    purposes = [each.purpose for each in withdrawn if each.state == KeyState.ACTIVE]
    for each in withdrawn:
        each.state, each.compromised_at = KeyState.COMPROMISED, now
        db.session.flush()
        record("key.compromised", each, now=now)
    for purpose in purposes:
        make(purpose, settings, now=now)
    if key.authority_id is not None:
        actions_lists.write(key.authority_id, settings, now=now)
    return withdrawn


def _vouched_by(key: Key) -> list[Key]:
    """Documents' keys that only this authority vouches for."""
    return list(
        db.session.scalars(
            locked(
                sa.select(Key)
                .where(Key.authority_id == key.id, Key.state != KeyState.COMPROMISED)
                .order_by(Key.id)
            )
        )
    )


def _locked_active(purpose: Purpose) -> Key | None:
    wanted = sa.select(Key).where(Key.purpose == purpose, Key.state == KeyState.ACTIVE)
    return db.session.scalars(locked(wanted)).one_or_none()


def record(act: str, key: Key, *, now: datetime) -> None:
    """Note an act on a key in the audit log."""
    audit.record(
        act,
        "signing_key",
        key.id,
        by=None,
        now=now,
        kid=key.kid,
        purpose=key.purpose,
        thumbprint=key.public["thumbprint"],
    )
