"""Is this credential ours, whole, in its time, and not withdrawn? From a trust bundle alone.

Keys are looked up in the issuer's documents only; whatever a file says about keys is a name.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from certification.credentials import bitstring, proofs, tokens
from certification.credentials.findings import Check, Finding, failed, passed, unknown
from certification.credentials.proofs import Json
from certification.credentials.trust import Trust
from certification.keys.encoding import BadKey, from_jwk, from_multikey

Key = TypeVar("Key")
REVOCATION = "revocation"
SUSPENSION = "suspension"
SECOND = timedelta(seconds=1)
"""A credential names its last second, which is good to its end: the day of our records is."""


def verify_credential(credential: Json, trust: Trust, *, now: datetime) -> list[Finding]:
    """One finding per question: signature, issuer, dates, status."""
    ours = issuer(credential, proofs.methods(credential), trust, credential_key)
    return [signature(credential, trust), ours, *_rest(credential, trust, now)]


def verify_token(token: str, trust: Trust, *, now: datetime) -> list[Finding]:
    """The same questions for a VC-JWT."""
    try:
        kid = tokens.key_of(token)
    except tokens.BadToken:
        malformed = failed(Check.SIGNATURE, "malformed")
        return [malformed, *_unasked(Check.ISSUER, Check.DATES, Check.STATUS)]
    if token_key(trust, kid) is None:
        return [
            *_unasked(Check.SIGNATURE),
            failed(Check.ISSUER, "key_unknown"),
            *_unasked(Check.DATES, Check.STATUS),
        ]
    try:
        credential = tokens.verify(token, lambda url: token_key(trust, url))
    except tokens.BadToken:
        altered = failed(Check.SIGNATURE, "altered")
        return [altered, *_unasked(Check.ISSUER, Check.DATES, Check.STATUS)]
    ours = issuer(credential, {kid}, trust, token_key)
    return [passed(Check.SIGNATURE, "token_valid"), ours, *_rest(credential, trust, now)]


def read_token(token: str, trust: Trust) -> Json | None:
    """The credential of a token whose signature holds."""
    try:
        return tokens.verify(token, lambda url: token_key(trust, url))
    except tokens.BadToken:
        return None


def _unasked(*checks: Check) -> list[Finding]:
    """What need not be asked of a file that nobody vouches for."""
    return [unknown(check, "unchecked") for check in checks]


def _rest(credential: Json, trust: Trust, now: datetime) -> list[Finding]:
    return [dates(credential, now), status(credential, trust, now)]


def signature(credential: Json, trust: Trust) -> Finding:
    """Whether both proofs hold with the issuer's keys."""
    named = proofs.methods(credential)
    if not named:
        return failed(Check.SIGNATURE, "proof_missing")
    if not any(credential_key(trust, method) for method in named):
        return unknown(Check.SIGNATURE, "unchecked")
    try:
        proofs.verify(credential, lambda method: credential_key(trust, method))
    except proofs.BadProof:
        return failed(Check.SIGNATURE, "altered")
    return passed(Check.SIGNATURE, "proofs_valid")


def issuer(
    credential: Json,
    named: set[str],
    trust: Trust,
    find: Callable[[Trust, str], object | None],
) -> Finding:
    """Whether the issuer is the bundle's and the keys are theirs still."""
    name = tokens.issuer_of(credential)
    if name != trust.issuer:
        return failed(Check.ISSUER, "not_ours", issuer=name[:200])
    if not named or any(find(trust, method) is None for method in named):
        return failed(Check.ISSUER, "key_unknown")
    return passed(Check.ISSUER, "issuer_known")


def credential_key(trust: Trust, method: str) -> Ed25519PublicKey | None:
    """The issuer's key with this id, if it may sign credentials."""
    if method not in trust.did.get("assertionMethod", []):
        return None
    return _find(trust.did.get("verificationMethod", []), "id", method, _multikey)


def _multikey(entry: Json) -> Ed25519PublicKey:
    return from_multikey(str(entry.get("publicKeyMultibase", "")))


def token_key(trust: Trust, url: str) -> ec.EllipticCurvePublicKey | None:
    """The issuer's token key with this address."""
    return _find(trust.jwks.get("keys", []), "kid", url, from_jwk)


def _find(entries: Any, name: str, wanted: str, read: Callable[[Json], Key]) -> Key | None:
    for entry in entries:
        if entry.get(name) == wanted:
            try:
                return read(entry)
            except BadKey:
                return None
    return None


def dates(credential: Json, now: datetime) -> Finding:
    """Whether now lies within the credential's time."""
    try:
        start = _instant(credential["validFrom"])
        end = _instant(credential["validUntil"]) if "validUntil" in credential else None
    except (KeyError, TypeError, ValueError):
        return failed(Check.DATES, "malformed")
    if now < start:
        return failed(Check.DATES, "not_yet_valid", on=start.isoformat())
    if end is not None and now - end >= SECOND:
        return failed(Check.DATES, "expired", on=end.isoformat())
    return passed(Check.DATES, "dates_valid", until=end.isoformat() if end else "")


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return at


def status(credential: Json, trust: Trust, now: datetime) -> Finding:
    """What the signed lists say; never good when a list cannot be read or is out of date.

    The standing list's bit says that nobody may rely on the credential; the list that the
    entry refers to says whether that is for a while only.
    """
    entry = credential.get("credentialStatus")
    if not isinstance(entry, dict):
        return unknown(Check.STATUS, "status_missing")
    try:
        position = int(str(entry.get("statusListIndex")))
        withdrawn = _bit(entry.get("statusListCredential"), REVOCATION, position, trust, now)
    except ValueError as error:
        code = error.args[0] if isinstance(error, _Unusable) else "status_forged"
        return unknown(Check.STATUS, code)
    if not withdrawn:
        return passed(Check.STATUS, "status_good")
    paused = _is_paused(entry, position, trust, now)
    return failed(Check.STATUS, "suspended" if paused else "revoked")


def _is_paused(entry: Json, position: int, trust: Trust, now: datetime) -> bool:
    """Whether it is withdrawn for a while only; when nobody says so, it is for good."""
    try:
        return _bit(entry.get("statusReference"), SUSPENSION, position, trust, now)
    except ValueError:
        return False


class _Unusable(ValueError):
    """A status list that says nothing; its argument is the finding's code."""


def _bit(url: object, purpose: str, position: int, trust: Trust, now: datetime) -> bool:
    listed = trust.status_lists.get(str(url))
    if listed is None:
        raise _Unusable("status_missing")
    return bitstring.is_set(read_list(listed, str(url), purpose, trust, now), position)


def read_list(listed: Json, url: str, purpose: str, trust: Trust, now: datetime) -> bytes:
    """The bits of a signed list that is ours, of this purpose, and in its time."""
    try:
        proofs.verify(listed, lambda method: credential_key(trust, method))
    except proofs.BadProof as error:
        raise _Unusable("status_forged") from error
    subject = listed.get("credentialSubject")
    told = subject.get("statusPurpose") if isinstance(subject, dict) else None
    if listed.get("id") != url or tokens.issuer_of(listed) != trust.issuer or told != purpose:
        raise _Unusable("status_forged")
    if dates(listed, now).code != "dates_valid":
        raise _Unusable("status_expired")
    return bitstring.decode(str(subject.get("encodedList")) if isinstance(subject, dict) else "")
