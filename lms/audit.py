"""The audit log: append-only and hash-chained, with personal values where they can be erased.

The chain covers a salted digest of personal values; the values and the salt sit in a side row
that erasure deletes, and the chain still verifies. Entries gather during a unit and are sealed
as its last step, with the head row locked last, so that units wait for one another only for the
length of their commit.
"""

import hashlib
import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from lms.columns import BigId, Words
from lms.db import PENDING, Base, before_commit, db, locked

GENESIS = "0" * 64


class AuditEntry(Base):
    """One act: who, what, on which thing, when. Never changed, never deleted."""

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(index=True)
    by_person_id: Mapped[int | None] = mapped_column(index=True)
    act: Mapped[str] = mapped_column(Words(60), index=True)
    subject_kind: Mapped[str] = mapped_column(Words(40))
    subject_id: Mapped[str] = mapped_column(Words(64))
    facts: Mapped[dict[str, Any]]
    private_digest: Mapped[str | None] = mapped_column(Words(64))
    previous_hash: Mapped[str] = mapped_column(Words(64))
    hash: Mapped[str] = mapped_column(Words(64), unique=True)

    __table_args__ = (sa.Index("ix_audit_entry_subject", "subject_kind", "subject_id"),)


class AuditPrivate(Base):
    """The personal values of an entry and the salt of their digest; erasure deletes this row."""

    __tablename__ = "audit_private"

    entry_id: Mapped[int] = mapped_column(
        sa.ForeignKey("audit_entry.id"), primary_key=True, autoincrement=False
    )
    salt: Mapped[str] = mapped_column(Words(64))
    facts: Mapped[dict[str, Any]]


class AuditHead(Base):
    """One row: the last entry's number and hash."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    entry_id: Mapped[int]
    hash: Mapped[str] = mapped_column(Words(64))


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry that waits for the end of its unit."""

    at: datetime
    by_person_id: int | None
    act: str
    subject_kind: str
    subject_id: str
    facts: dict[str, Any]
    private: dict[str, Any]


def record(
    act: str,
    subject_kind: str,
    subject_id: object,
    *,
    by: int | None,
    now: datetime,
    private: dict[str, Any] | None = None,
    **facts: Any,
) -> None:
    """Note an act of this unit. `by` is a person's id (None: the system itself).

    `facts` are values that may stay for ever; everything about a person (names, addresses,
    free text) belongs into `private`.
    """
    draft = Draft(now, by, act, subject_kind, str(subject_id), facts, private or {})
    db.session.info.setdefault(PENDING, []).append(draft)


@before_commit
def seal(session: Session) -> None:
    """Write the unit's entries onto the chain, the head locked until the commit."""
    drafts: list[Draft] = session.info.pop(PENDING, [])
    if not drafts:
        return
    head = session.scalars(locked(sa.select(AuditHead).where(AuditHead.id == 1))).one_or_none()
    if head is None:
        head = AuditHead(id=1, entry_id=0, hash=GENESIS)
        session.add(head)
    entries, kept = [], []
    for draft in drafts:
        entry, private = _sealed(draft, head.entry_id + 1, head.hash)
        entries.append(entry)
        kept += [private] if private else []
        head.entry_id, head.hash = entry.id, entry.hash
    session.add_all(entries)
    session.flush()
    session.add_all(kept)
    session.flush()


def _sealed(draft: Draft, number: int, previous: str) -> tuple[AuditEntry, AuditPrivate | None]:
    salt = secrets.token_hex(32) if draft.private else None
    digest = private_digest(salt, draft.private) if salt else None
    entry = AuditEntry(
        id=number,
        at=draft.at.astimezone(UTC),
        by_person_id=draft.by_person_id,
        act=draft.act,
        subject_kind=draft.subject_kind,
        subject_id=draft.subject_id,
        facts=draft.facts,
        private_digest=digest,
        previous_hash=previous,
    )
    entry.hash = entry_hash(entry)
    kept = AuditPrivate(entry_id=number, salt=salt, facts=draft.private) if salt else None
    return entry, kept


def canonical(value: object) -> bytes:
    """JSON with sorted keys and no spaces, so that the same facts give the same bytes."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def private_digest(salt: str, values: dict[str, Any]) -> str:
    """SHA-256 over the salt and the personal values."""
    return hashlib.sha256(salt.encode() + canonical(values)).hexdigest()


def entry_hash(entry: AuditEntry) -> str:
    """SHA-256 over the previous hash and every column of the entry."""
    covered = [
        entry.previous_hash,
        entry.id,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.by_person_id,
        entry.act,
        entry.subject_kind,
        entry.subject_id,
        entry.facts,
        entry.private_digest,
    ]
    return hashlib.sha256(canonical(covered)).hexdigest()


@dataclass(frozen=True, slots=True)
class Flaw:
    """Where the chain does not hold, and what is wrong there."""

    entry_id: int
    code: str


def verify() -> Iterator[Flaw]:
    """Walk the whole chain; yields each flaw (edited, deleted, inserted, truncated)."""
    previous, expected = GENESIS, 1
    rows = sa.select(AuditEntry, AuditPrivate).outerjoin(
        AuditPrivate, AuditPrivate.entry_id == AuditEntry.id
    )
    stream = db.session.execute(rows.order_by(AuditEntry.id).execution_options(yield_per=1000))
    for entry, private in stream:
        if entry.id != expected:
            yield Flaw(expected, "missing")
        yield from _flaws(entry, private, previous)
        previous, expected = entry.hash, entry.id + 1
    head = db.session.get(AuditHead, 1)
    if (head.hash if head else GENESIS) != previous:
        yield Flaw(expected, "truncated")


def _flaws(entry: AuditEntry, private: AuditPrivate | None, previous: str) -> Iterator[Flaw]:
    if entry.previous_hash != previous:
        yield Flaw(entry.id, "chain_broken")
    if entry_hash(entry) != entry.hash:
        yield Flaw(entry.id, "edited")
    if private and private_digest(private.salt, private.facts) != entry.private_digest:
        yield Flaw(entry.id, "private_edited")
