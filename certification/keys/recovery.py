"""The recovery bundle: every key of the installation in one file, under a passphrase of its own.

It opens without this installation's KEY_FILE, so that one fire does not take both. Keys in a
hardware module are named in it, but their private parts stay where they are.
"""

import json
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from certification.keys import actions, queries, vault
from certification.keys.models import Key, KeyState, Place, Purpose
from certification.keys.vault import KeyTrouble
from lms import audit
from lms.db import db
from lms.errors import refuse
from lms.settings import Settings

FORMAT = "academy-keys-1"
COLUMNS = ("kid", "purpose", "algorithm", "place", "public", "certificate", "state")
INSTANTS = ("created_at", "retired_at", "compromised_at")


def export(settings: Settings, passphrase: str, *, now: datetime) -> str:
    """The bundle as JSON; raises KeyTrouble when a private part is missing here."""
    names = {key.id: key.kid for key in queries.all_keys()}
    keys = [_written(key, names, settings, passphrase) for key in queries.all_keys()]
    audit.record("keys.exported", "signing_key", "all", by=None, now=now, kids=list(names.values()))
    values = {"format": FORMAT, "made_at": now.isoformat(), "keys": keys}
    return json.dumps(values, indent=1, sort_keys=True)


def _written(
    key: Key, names: dict[int, str], settings: Settings, passphrase: str
) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(key, name) for name in COLUMNS}
    for name in INSTANTS:
        at: datetime | None = getattr(key, name)
        values[name] = at.isoformat() if at else None
    values["authority"] = names.get(key.authority_id or 0)
    values["crl"] = key.crl.hex() if key.crl else None
    if key.place == Place.FILE and key.state != KeyState.COMPROMISED:
        private = queries.private(key, settings)
        values["private"] = vault.encrypted(private, passphrase).decode("ascii")
    return values


def restore(settings: Settings, text: str, passphrase: str, *, now: datetime) -> list[str]:
    """Bring back the keys of a bundle; returns the names of those that were missing.

    A key that is here already must be the same one. A key that was active in the bundle but
    has a successor here comes back as retired.
    """
    brought = []
    for values in _read(text):
        key = queries.by_kid(values["kid"])
        if key is not None and key.public["thumbprint"] != values["public"]["thumbprint"]:
            raise refuse("other_key", kid=key.kid)
        if _put_private(values, settings, passphrase) or key is None:
            brought.append(values["kid"])
        if key is None:
            _insert(values, now=now)
    audit.record("keys.imported", "signing_key", "all", by=None, now=now, kids=brought)
    return brought


def _read(text: str) -> list[dict[str, Any]]:
    try:
        values = json.loads(text)
        if values["format"] != FORMAT:
            raise refuse("bad_recovery_bundle", status=422)
        return [dict(key) for key in values["keys"]]
    except (ValueError, KeyError, TypeError) as error:
        raise refuse("bad_recovery_bundle", status=422) from error


def _put_private(values: dict[str, Any], settings: Settings, passphrase: str) -> bool:
    """Store the private part if it is missing here."""
    if "private" not in values:
        return False
    place, kid = vault.of(settings), values["kid"]
    try:
        private = vault.decrypted(values["private"].encode(), passphrase, kid)
    except KeyTrouble as error:
        raise refuse("wrong_passphrase", status=422) from error
    try:
        place.open(kid, values["public"]["thumbprint"])
    except KeyTrouble:
        place.keep(kid, private)
        return True
    return False


def _insert(values: dict[str, Any], *, now: datetime) -> None:
    given = {name: values[name] for name in COLUMNS}
    instants = {
        name: datetime.fromisoformat(values[name]) if values[name] else None for name in INSTANTS
    }
    key = Key(**given, **instants)
    if key.state == KeyState.ACTIVE and queries.active(Purpose(key.purpose)) is not None:
        key.state, key.retired_at = KeyState.RETIRED, now
    key.crl = bytes.fromhex(values["crl"]) if values["crl"] else None
    key.authority_id = db.session.scalar(sa.select(Key.id).where(Key.kid == values["authority"]))
    db.session.add(key)
    db.session.flush()
    actions.record("key.imported", key, now=now)
