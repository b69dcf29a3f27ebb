"""Status lists as they stand, and the trust bundle."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from certification.awards.models import Revocation, Suspension
from certification.credentials import bitstring, proofs, status_list
from certification.credentials.credential import Issuer, StatusPlace
from certification.credentials.models import SignedList, StatusEntry, StatusList, StatusPurpose
from certification.credentials.signing import Signers
from certification.credentials.trust import Trust
from certification.keys import queries as keys
from certification.keys.models import Purpose
from certification.keys.signers import Signer
from lms import site
from lms.db import db
from lms.settings import Settings

GOOD_FOR_DAYS = 7
FRESH = timedelta(days=1)
"""A list is signed anew after a day, so that a reader always has six days or more."""


def list_url(settings: Settings, list_id: int, purpose: StatusPurpose) -> str:
    """The address of a list."""
    start = f"{settings.public_url}/status-lists/{list_id}"
    return start if purpose == StatusPurpose.REVOCATION else f"{start}/{purpose}"


def place_of(list_id: int, position: int, settings: Settings) -> StatusPlace:
    """Where a certificate's bits stand."""
    return StatusPlace(
        revocation=list_url(settings, list_id, StatusPurpose.REVOCATION),
        suspension=list_url(settings, list_id, StatusPurpose.SUSPENSION),
        position=position,
    )


def entry_of(certificate_id: int) -> StatusEntry | None:
    """The position of a certificate."""
    return db.session.scalar(
        sa.select(StatusEntry).where(StatusEntry.certificate_id == certificate_id)
    )


def issuer(settings: Settings) -> Issuer:
    """Who issues, as credentials name it."""
    name = site.load().name
    return Issuer(keys.issuer(settings), settings.public_url, name, settings.issuer_zone)


def signers(settings: Settings) -> Signers:
    """Who signs now; raises KeyTrouble."""
    return Signers(keys.signer(Purpose.CREDENTIAL, settings), keys.signer(Purpose.TOKEN, settings))


def positions(list_id: int, purpose: StatusPurpose) -> list[int]:
    """The bits that are set now, asked of the facts themselves: the award's revocation, a
    replacement, a suspension. So list, award and verification page cannot disagree."""
    # The sum keeps planners from walking the whole list: they go from the few revocations to
    # their entries (100 ms to 20 ms with a million certificates, ten thousand of them revoked).
    here = sa.select(StatusEntry.position).where(StatusEntry.list_id + 0 == list_id)
    revoked = here.where(StatusEntry.award_id.in_(sa.select(Revocation.award_id)))
    lasting = sa.select(Suspension.award_id).where(Suspension.lifted_at.is_(None))
    suspended = here.where(StatusEntry.award_id.in_(lasting))
    withdrawn = sa.select(StatusEntry.position).where(
        StatusEntry.list_id == list_id, StatusEntry.withdrawn_at.is_not(None)
    )
    final = set(db.session.scalars(revoked)) | set(db.session.scalars(withdrawn))
    paused = set(db.session.scalars(suspended))
    chosen = final | paused if purpose == StatusPurpose.REVOCATION else paused - final
    return sorted(chosen)


def list_exists(list_id: int) -> StatusList | None:
    return db.session.get(StatusList, list_id)


def list_ids() -> Sequence[int]:
    """All pairs of lists."""
    return list(db.session.scalars(sa.select(StatusList.id).order_by(StatusList.id)))


def signed_list(
    found: StatusList,
    purpose: StatusPurpose,
    settings: Settings,
    *,
    now: datetime,
    at_most: timedelta = FRESH * 2,
) -> SignedList:
    """The list as it stands: the stored one when it still says the truth and is at most so old,
    else signed now. A row that was signed now is not stored yet: who writes does that.
    """
    encoded = bitstring.encode(positions(found.id, purpose), found.size)
    mark = hashlib.sha256(encoded.encode()).hexdigest()
    url = list_url(settings, found.id, purpose)
    signer = keys.signer(Purpose.CREDENTIAL, settings)
    stored = db.session.scalar(
        sa.select(SignedList).where(SignedList.list_id == found.id, SignedList.purpose == purpose)
    )
    says = (stored.bits_sha256, stored.kid, stored.content["id"]) if stored else None
    is_young = stored is not None and timedelta(0) <= now - stored.signed_at < at_most
    if stored is not None and is_young and says == (mark, signer.kid, url):
        return stored
    return SignedList(
        list_id=found.id,
        purpose=purpose,
        content=_sign(url, purpose, encoded, signer, issuer=keys.issuer(settings), now=now),
        bits_sha256=mark,
        kid=signer.kid,
        signed_at=now,
    )


def _sign(
    url: str, purpose: StatusPurpose, encoded: str, signer: Signer, *, issuer: str, now: datetime
) -> dict[str, Any]:
    """Signed as of the last full five minutes, so that processes that sign at once agree on the
    bytes; readers' clocks may be a little behind."""
    created = _last_five_minutes(now)
    start = created - timedelta(minutes=5)
    bare = status_list.build(url, purpose, encoded, issuer=issuer, start=start, days=GOOD_FOR_DAYS)
    return proofs.sign(bare, signer, issuer=issuer, created=created)


def _last_five_minutes(now: datetime) -> datetime:
    return now.replace(minute=now.minute // 5 * 5, second=0, microsecond=0)


def trust_bundle(settings: Settings, *, now: datetime) -> Trust:
    """Everything that a verifier needs, as of now. It calls itself up to five minutes older than
    it is, so that caches recognise it."""
    crls = keys.crls()
    return Trust(
        did=keys.did_document(settings),
        jwks=keys.jwks(settings),
        authority=keys.authority_pem().encode(),
        crl=crls[0] if crls else b"",
        status_lists={
            str(signed.content["id"]): signed.content for signed in _all_lists(settings, now)
        },
        made_at=_last_five_minutes(now),
        older_crls=tuple(crls[1:]),
        stamp_authority=keys.stamp_authority(settings),
    )


def _all_lists(settings: Settings, now: datetime) -> list[SignedList]:
    pairs = db.session.scalars(sa.select(StatusList).order_by(StatusList.id))
    return [
        signed_list(pair, purpose, settings, now=now) for pair in pairs for purpose in StatusPurpose
    ]
