"""Who asks: the signed-in person behind a request, read from the server-side sign-in."""

import hashlib
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import Response, current_app, g
from flask_login import AnonymousUserMixin, LoginManager
from sqlalchemy.exc import OperationalError

from lms import aside, clock, revisions
from lms.accounts.models import Account, AccountState, Person, RoleGrant, SignIn
from lms.db import db
from lms.permissions import Grant, may
from lms.prepared import Prepared

IDLE = timedelta(hours=12)
ABSOLUTE = timedelta(days=7)
SEEN_EVERY = timedelta(minutes=1)

login_manager = LoginManager()
login_manager.session_protection = None


@dataclass(frozen=True, slots=True)
class Identity:
    """A signed-in person, as plain values: never an ORM object that a retry could detach."""

    token: str
    sign_in_id: int
    account_id: int
    person_id: int
    name: str
    email: str
    language: str
    time_zone: str
    seen_at: datetime
    grants: tuple[Grant, ...]

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """Flask-Login's id: the sign-in's token."""
        return self.token

    def may(self, permission: str) -> bool:
        """Whether this person may do this kind of thing."""
        return may(self, permission)

    @property
    def initials(self) -> str:
        """Two letters for the account button."""
        words = self.name.split()
        return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words))


class Visitor(AnonymousUserMixin):
    """Somebody who is not signed in."""

    person_id = None
    language = None
    time_zone = None
    grants: tuple[Grant, ...] = ()

    def may(self, permission: str) -> bool:
        """Whether a visitor may do this kind of thing."""
        return may(self, permission)


login_manager.anonymous_user = Visitor


def digest(token: str) -> str:
    """What the database keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def start(account: Account, *, now: datetime, address: str = "", agent: str = "") -> str:
    """Begin a sign-in for this account; returns the token for the browser's cookie."""
    token = secrets.token_urlsafe(32)
    db.session.add(
        SignIn(
            token_hash=digest(token),
            account_id=account.id,
            created_at=now,
            seen_at=now,
            address=address[:64],
            agent=agent[:200],
        )
    )
    db.session.flush()
    return token


_SIGNED_IN = Prepared(
    sa.select(
        SignIn.id.label("sign_in_id"),
        Account.id.label("account_id"),
        Account.email,
        Person.id.label("person_id"),
        Person.name,
        Person.language,
        Person.time_zone,
        SignIn.seen_at,
        RoleGrant.role,
        RoleGrant.organisation_id,
        RoleGrant.programme_code,
        RoleGrant.region_code,
        revisions.brought().label("revision"),
    )
    .join(Account, Account.id == SignIn.account_id)
    .join(Person, Person.id == Account.person_id)
    .outerjoin(RoleGrant, sa.and_(RoleGrant.person_id == Person.id, RoleGrant.ended_at.is_(None)))
    .where(
        SignIn.token_hash == sa.bindparam("token_hash"),
        SignIn.ended_at.is_(None),
        SignIn.seen_at > sa.bindparam("idle_since"),
        SignIn.created_at > sa.bindparam("created_since"),
        Account.state == AccountState.ACTIVE,
    )
    .order_by(RoleGrant.id)
)
"""One row for each role that the person holds now, at least one."""


@login_manager.user_loader
def load(token: str) -> Identity | None:
    """The person behind a token, unless the sign-in ended, idled or grew too old."""
    now = clock.now()
    rows = _SIGNED_IN.rows(
        token_hash=digest(token), idle_since=now - IDLE, created_since=now - ABSOLUTE
    )
    if not rows:
        return None
    row = rows[0]
    revisions.note(row.revision)
    return Identity(
        token,
        row.sign_in_id,
        row.account_id,
        row.person_id,
        row.name,
        row.email,
        row.language,
        row.time_zone,
        row.seen_at,
        tuple(
            Grant(held.role, held.organisation_id, held.programme_code, held.region_code)
            for held in rows
            if held.role is not None
        ),
    )


def note_seen(response: Response) -> Response:
    """After a request, note once a minute that the reader is there, so that they do not idle out.

    Whoever else writes just then is not waited for: the next request notes it.
    """
    reader, now = g.get("_login_user"), clock.now()
    if isinstance(reader, Identity) and now - reader.seen_at >= SEEN_EVERY:
        url = current_app.extensions["settings"].database_url
        with suppress(OperationalError), aside.begin(url, wait_seconds=0.2) as connection:
            connection.execute(
                sa.update(SignIn)
                .where(SignIn.id == reader.sign_in_id, SignIn.ended_at.is_(None))
                .values(seen_at=now)
            )
    return response
