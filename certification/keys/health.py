"""`flask doctor` about the keys: are they here, do they open, do they name this place?"""

from datetime import UTC, datetime

from cryptography import x509
from flask import current_app

from certification.keys import queries
from certification.keys.models import Key, KeyState, Purpose
from certification.keys.vault import KeyTrouble
from lms import clock
from lms.health import Check
from lms.settings import Settings

SOON_DAYS = 365
LIST_DAYS = 50
"""A list is written anew sixty days before its end: ten days of a daily job were missed."""


def check() -> Check:
    """One line for all keys; the first trouble with what to do about it."""
    settings: Settings = current_app.extensions["settings"]
    rows = [key for key in queries.all_keys() if key.state == KeyState.ACTIVE]
    try:
        queries.require_private(settings)
    except KeyTrouble as error:
        return Check("keys", False, str(error), "See docs/operation.md, “Keys”.")
    trouble = (
        _loose(settings) or _elsewhere(rows, settings) or _ending(rows) or _list_ending(settings)
    )
    if trouble:
        return Check("keys", False, *trouble)
    return Check("keys", True, ", ".join(key.kid for key in rows))


def _loose(settings: Settings) -> tuple[str, str] | None:
    folder = settings.data_dir / "keys"
    loose = [path for path in folder.glob("*") if path.stat().st_mode & 0o077]
    if settings.key_file.exists() and settings.key_file.stat().st_mode & 0o077:
        loose.append(settings.key_file)
    if not loose:
        return None
    names = ", ".join(str(path) for path in loose)
    return f"others can read {names}", f"chmod 600 {names}"


def _elsewhere(rows: list[Key], settings: Settings) -> tuple[str, str] | None:
    """Certificates name the public address for ever."""
    did = queries.issuer(settings)
    if all(key.public["controller"] == did for key in rows):
        return None
    return (
        f"the keys were made for {rows[0].public['controller']}, PUBLIC_URL says {did}",
        "Set PUBLIC_URL back, or rotate the keys if nothing was issued under the old address.",
    )


def _ending(rows: list[Key]) -> tuple[str, str] | None:
    now = clock.now()
    for key in rows:
        if key.certificate:
            until = x509.load_pem_x509_certificate(key.certificate.encode()).not_valid_after_utc
            if (until.astimezone(UTC) - now).days < SOON_DAYS:
                return (
                    f"the certificate of {key.kid} ends on {until:%Y-%m-%d}",
                    f"flask certificates rotate --purpose {key.purpose}",
                )
    return None


def _list_ending(settings: Settings) -> tuple[str, str] | None:
    """Without its authority's list no document can be checked, of followed authorities too."""
    now = clock.now()
    for key in queries.published(Purpose.AUTHORITY):
        until = x509.load_der_x509_crl(key.crl).next_update_utc if key.crl else None
        if until is None:
            return f"{key.kid} has no list of withdrawn keys", "flask setup"
        if (until - now).days < LIST_DAYS:
            told = f"the list of withdrawn keys of {key.kid} {_ends(until, now)}"
            return _with_key(key, told, settings)
    return None


def _ends(until: datetime, now: datetime) -> str:
    return f"{'ends' if until > now else 'ended'} on {until:%Y-%m-%d}"


def _with_key(key: Key, told: str, settings: Settings) -> tuple[str, str]:
    """The job of each day writes a list anew, if the authority's key is here."""
    try:
        queries.private(key, settings)
    except KeyTrouble:
        return (
            f"{told}, and its private key is not here",
            f"Bring {key.kid}'s file back into {settings.data_dir / 'keys'}, run `flask setup`, "
            "then move it away again. Until then its documents soon cannot be checked.",
        )
    return told, "Run `flask setup`, and see that a worker runs."
