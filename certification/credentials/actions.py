"""Giving each certificate its place in a status list, and setting its bits."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from certification.credentials import bitstring, queries
from certification.credentials.models import SignedList, StatusEntry, StatusList, StatusPurpose
from lms import jobs
from lms.db import db, insert_once
from lms.settings import Settings

TRIES = 16
"""Places tried at random in a list; when all are taken it is about four fifths full."""


@dataclass(frozen=True, slots=True)
class Place:
    """A list and a position in it."""

    list_id: int
    position: int


def allot(certificate_id: int, award_id: int, *, now: datetime) -> Place:
    """A certificate's place, at random so that it tells nothing; given once, found ever after.

    The caller holds the certificate's row locked.
    """
    found = queries.entry_of(certificate_id)
    if found is not None:
        return Place(found.list_id, found.position)
    newest = db.session.scalar(sa.select(StatusList).order_by(StatusList.id.desc()).limit(1))
    place = _take(newest, certificate_id, award_id) if newest else None
    while place is None:
        place = _take(_add_list(now), certificate_id, award_id)
    return place


def _add_list(now: datetime) -> StatusList:
    pair = StatusList(size=bitstring.SIZE, created_at=now)
    db.session.add(pair)
    db.session.flush()
    return pair


def _take(pair: StatusList, certificate_id: int, award_id: int) -> Place | None:
    """Take a free place; None when none was found in a few tries."""
    owner = {"certificate_id": certificate_id, "award_id": award_id}
    for _try in range(TRIES):
        values = {"list_id": pair.id, "position": secrets.randbelow(pair.size)}
        if insert_once(StatusEntry, values | owner, list(values)):
            return Place(**values)
    return None


def withdraw(certificate_id: int, *, now: datetime) -> None:
    """Set the bit for good: replaced by another certificate, or its holder was erased."""
    db.session.execute(
        sa.update(StatusEntry)
        .where(StatusEntry.certificate_id == certificate_id, StatusEntry.withdrawn_at.is_(None))
        .values(withdrawn_at=now)
    )


def sign_lists(settings: Settings, *, now: datetime) -> int:
    """Store every list that changed or is older than a day, signed now; returns how many."""
    count = 0
    for list_id in queries.list_ids():
        pair = db.session.get_one(StatusList, list_id)
        for purpose in StatusPurpose:
            signed = queries.signed_list(pair, purpose, settings, now=now, at_most=queries.FRESH)
            if signed not in db.session:
                _store(signed)
                count += 1
    return count


def _store(signed: SignedList) -> None:
    db.session.execute(
        sa.delete(SignedList).where(
            SignedList.list_id == signed.list_id, SignedList.purpose == signed.purpose
        )
    )
    db.session.add(signed)
    db.session.flush()


def sign_lists_daily(day: date, *, run_at: datetime | None = None) -> None:
    """Have the lists signed on this day, once; the job asks for the next day itself."""
    key = day.isoformat()
    jobs.enqueue("credentials.sign_lists", {"on": key}, key=key, run_at=run_at)
