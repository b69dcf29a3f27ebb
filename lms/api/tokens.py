"""API tokens: bearer secrets of a person or an organisation, kept as hashes, with scopes."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import g
from sqlalchemy.orm import Mapped, mapped_column

from lms import audit
from lms.accounts.identity import digest
from lms.accounts.models import Account, AccountState, Organisation
from lms.columns import Words
from lms.db import Base, db
from lms.errors import refuse

PREFIX = "tsa_"
READ, CHECK = "certificates.read", "checks.run"
SCOPES = (READ, CHECK)
PERSONAL_SCOPES = (READ,)
SHOWN = 12
LIFETIMES_DAYS = (30, 90, 365)
MOST = 20


class ApiToken(Base):
    """A token of a person or of an organisation. Only its hash and its first letters are kept."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Words(80))
    token_hash: Mapped[str] = mapped_column(Words(64), unique=True)
    shown: Mapped[str] = mapped_column(Words(16))
    """The first letters, by which its owner recognises it."""
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("organisation.id"), index=True
    )
    scopes: Mapped[list[Any]]
    created_at: Mapped[datetime]
    created_by: Mapped[int]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[int | None]

    __table_args__ = (
        sa.CheckConstraint("(person_id IS NULL) <> (organisation_id IS NULL)", name="one_owner"),
    )


@dataclass(frozen=True, slots=True)
class Client:
    """The program that asks: its token's id, owner and scopes, as plain values. The code of an
    owning organisation comes along, for whoever names it."""

    token_id: int
    person_id: int | None
    organisation_id: int | None
    scopes: frozenset[str]
    organisation_code: str | None = None


def current() -> Client | None:
    """The program behind this request."""
    found: Client | None = g.get("api_client")
    return found


def holder(token: str, *, now: datetime) -> Client | None:
    """Whose token this is; None when it is unknown, over, revoked, or its person is disabled."""
    row = db.session.execute(
        sa.select(
            ApiToken.id,
            ApiToken.person_id,
            ApiToken.organisation_id,
            ApiToken.scopes,
            Organisation.code,
        )
        .outerjoin(Organisation, Organisation.id == ApiToken.organisation_id)
        .where(
            ApiToken.token_hash == digest(token),
            ApiToken.revoked_at.is_(None),
            ApiToken.expires_at > now,
            sa.or_(
                ApiToken.person_id.is_(None),
                sa.exists().where(
                    Account.person_id == ApiToken.person_id, Account.state == AccountState.ACTIVE
                ),
            ),
        )
    ).one_or_none()
    return None if row is None else Client(row[0], row[1], row[2], frozenset(row[3]), row[4])


def make(
    name: str,
    scopes: Sequence[str],
    *,
    days: int,
    by: int,
    now: datetime,
    person_id: int | None = None,
    organisation: Organisation | None = None,
) -> str:
    """A fresh token for one owner; returns the secret, which nobody can read again.

    Refuses (422) scopes that the owner cannot have, and more tokens than anybody needs.
    """
    allowed = PERSONAL_SCOPES if organisation is None else SCOPES
    if not scopes or not set(scopes) <= set(allowed) or days not in LIFETIMES_DAYS:
        raise refuse("token_scopes", status=422)
    organisation_id = organisation.id if organisation else None
    if len(live(person_id=person_id, organisation_id=organisation_id, now=now)) >= MOST:
        raise refuse("token_many", status=422, most=MOST)
    secret = PREFIX + secrets.token_urlsafe(32)
    row = ApiToken(
        name=name,
        token_hash=digest(secret),
        shown=secret[:SHOWN],
        person_id=person_id,
        organisation_id=organisation_id,
        scopes=sorted(scopes),
        created_at=now,
        created_by=by,
        expires_at=now + timedelta(days=days),
    )
    db.session.add(row)
    db.session.flush()
    owner = organisation.code if organisation else None
    audit.record(
        "token.made", "api_token", row.id, by=by, now=now, scopes=row.scopes, organisation=owner
    )
    return secret


def live(
    *, person_id: int | None, organisation_id: int | None, now: datetime
) -> Sequence[ApiToken]:
    """The owner's tokens that work, newest first."""
    return db.session.scalars(
        sa.select(ApiToken)
        .where(
            ApiToken.person_id.is_not_distinct_from(person_id),
            ApiToken.organisation_id.is_not_distinct_from(organisation_id),
            ApiToken.revoked_at.is_(None),
            ApiToken.expires_at > now,
        )
        .order_by(ApiToken.id.desc())
    ).all()


def revoke(
    token_id: int, *, person_id: int | None, organisation_id: int | None, by: int, now: datetime
) -> bool:
    """End an owner's token; False when the owner has no such token that works."""
    changed = db.session.execute(
        sa.update(ApiToken)
        .where(
            ApiToken.id == token_id,
            ApiToken.person_id.is_not_distinct_from(person_id),
            ApiToken.organisation_id.is_not_distinct_from(organisation_id),
            ApiToken.revoked_at.is_(None),
        )
        .values(revoked_at=now, revoked_by=by)
    )
    if not getattr(changed, "rowcount", 0):
        return False
    audit.record("token.revoked", "api_token", token_id, by=by, now=now)
    return True
