"""Passwords, single-use links and sign-ins. Nothing here commits."""

import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa

from lms import audit, jobs, mail
from lms.accounts import actions, identity, passwords, queries, rules
from lms.accounts.models import Account, AccountState, AccountToken, Person, SignIn, TokenKind
from lms.db import db, locked, release
from lms.errors import Refusal, refuse

INVITATION_LASTS = timedelta(days=14)
RESET_LASTS = timedelta(hours=2)


def issue_token(account: Account, kind: TokenKind, *, now: datetime) -> str:
    """A fresh single-use token; earlier ones of the kind stop working."""
    db.session.execute(
        sa.update(AccountToken)
        .where(
            AccountToken.account_id == account.id,
            AccountToken.kind == kind,
            AccountToken.used_at.is_(None),
        )
        .values(used_at=now)
    )
    token = secrets.token_urlsafe(32)
    lasts = INVITATION_LASTS if kind == TokenKind.INVITATION else RESET_LASTS
    db.session.add(
        AccountToken(
            token_hash=identity.digest(token),
            account_id=account.id,
            kind=kind,
            created_at=now,
            expires_at=now + lasts,
        )
    )
    return token


def invite(account: Account, person: Person, *, by: int | None, now: datetime) -> str:
    """Mail an invitation; returns its token (for the command line)."""
    token = issue_token(account, TokenKind.INVITATION, now=now)
    mail.send(
        "invited",
        account.email,
        key=f"invited:{identity.digest(token)[:24]}",
        now=now,
        language=person.language,
        zone=person.time_zone,
        person_id=person.id,
        name=person.name,
        token=token,
    )
    audit.record("account.invited", "person", person.id, by=by, now=now)
    return token


def authenticated(email: str, password: str) -> Account | None:
    """The account that this address and password open; None, as slowly, when there is none.

    Checking a password takes a twentieth of a second, in which nobody else should wait.
    """
    account = queries.account_by_email(email)
    account_id, known = (account.id, account.password_hash) if account else (0, None)
    release()
    if not passwords.fits(known, password):
        return None
    # Locked: who disables the account meanwhile must see the sign-in that begins now.
    fresh: Account | None = db.session.scalar(
        locked(
            sa.select(Account).where(
                Account.id == account_id,
                Account.state == AccountState.ACTIVE,
                Account.password_hash == known,
            )
        )
    )
    return fresh


def note_denial(email: str, *, now: datetime) -> None:
    """Record a sign-in that failed; the address stays erasable."""
    account = queries.account_by_email(email)
    subject = ("person", account.person_id) if account else ("address", "unknown")
    audit.record("sign_in.denied", *subject, by=None, now=now, private={"email": email[:254]})


def request_reset(email: str) -> None:
    """Let a job mail a reset link: the same work, and time, for known and unknown addresses."""
    account = queries.account_by_email(email)
    args = {"account_id": account.id if account else 0}
    jobs.enqueue("password.reset", args, key=secrets.token_hex(16))


def send_reset(account_id: int, *, now: datetime) -> None:
    """Mail a link to set a new password, if there is such an account and it may sign in."""
    account = queries.account_by_id(account_id)
    if account is None or account.state == AccountState.DISABLED:
        return
    kind = TokenKind.PASSWORD if account.password_hash else TokenKind.INVITATION
    token = issue_token(account, kind, now=now)
    template = "password" if kind == TokenKind.PASSWORD else "invited"
    person = account.person
    mail.send(
        template,
        account.email,
        key=f"reset:{identity.digest(token)[:24]}",
        now=now,
        language=person.language,
        zone=person.time_zone,
        person_id=person.id,
        name=person.name,
        token=token,
    )
    audit.record("password.reset_asked", "person", person.id, by=None, now=now)


def find_token(token: str, kind: TokenKind, *, now: datetime) -> AccountToken | None:
    """The token if it still works: not for an account that was disabled meanwhile."""
    return db.session.scalar(
        sa.select(AccountToken)
        .join(Account, Account.id == AccountToken.account_id)
        .where(
            Account.state != AccountState.DISABLED,
            AccountToken.token_hash == identity.digest(token),
            AccountToken.kind == kind,
            AccountToken.used_at.is_(None),
            AccountToken.expires_at > now,
        )
    )


def use_token(token: str, kind: TokenKind, password: str, *, now: datetime) -> Account:
    """Set the password by a single-use link. Two uses at once: the guarded update lets one win.

    Refuses `link_expired` or the password's flaws. Ends every sign-in of the account.
    """
    found = find_token(token, kind, now=now)
    if found is None:
        raise refuse("link_expired", status=409)
    wanted = locked(sa.select(Account).where(Account.id == found.account_id))
    account: Account = db.session.scalars(wanted).one()
    if account.state == AccountState.DISABLED:
        raise refuse("link_expired", status=409)
    check_password(account, password)
    used = db.session.execute(
        sa.update(AccountToken)
        .where(AccountToken.id == found.id, AccountToken.used_at.is_(None))
        .values(used_at=now)
    )
    if not getattr(used, "rowcount", 0):
        raise refuse("link_expired", status=409)
    set_password(account, password, now=now)
    return account


def check_password(account: Account, password: str) -> None:
    """Refuse (422) a password that the rules do not accept."""
    flaws = rules.password_flaws(
        password, passwords.common(), [account.email_key.partition("@")[0]]
    )
    if flaws:
        raise Refusal(*flaws, status=422)


def set_password(account: Account, password: str, *, now: datetime) -> None:
    """Store a new password and end all sign-ins of the account."""
    account.password_hash = passwords.hash_of(password)
    account.password_changed_at = now
    account.state = AccountState.ACTIVE
    end_sign_ins(account.id, now=now)
    audit.record("password.changed", "person", account.person_id, by=account.person_id, now=now)


def sign_out_everywhere(
    account: Account, *, by: int, now: datetime, except_id: int | None = None
) -> None:
    """End the account's sign-ins, perhaps but for one, because somebody wants it."""
    end_sign_ins(account.id, now=now, except_id=except_id)
    audit.record("sign_ins.ended", "person", account.person_id, by=by, now=now)


def end_sign_ins(account_id: int, *, now: datetime, except_id: int | None = None) -> None:
    """End the account's sign-ins, perhaps but for one."""
    db.session.execute(
        sa.update(SignIn)
        .where(
            SignIn.account_id == account_id,
            SignIn.ended_at.is_(None),
            SignIn.id != (except_id or 0),
        )
        .values(ended_at=now)
    )


def end_sign_in(person_id: int, account_id: int, sign_in_id: int, *, now: datetime) -> None:
    """The person ends one sign-in of an own account."""
    db.session.execute(
        sa.update(SignIn)
        .where(SignIn.id == sign_in_id, SignIn.account_id == account_id, SignIn.ended_at.is_(None))
        .values(ended_at=now)
    )
    audit.record("signed_out", "person", person_id, by=person_id, now=now)


def set_account_state(account: Account, *, disabled: bool, by: int, now: datetime) -> None:
    """Disable (all sign-ins end) or enable an account; the last administrator stays enabled."""
    if disabled:
        actions.keep_an_administrator(account.person_id)
        account.state = AccountState.DISABLED
        end_sign_ins(account.id, now=now)
    else:
        account.state = AccountState.ACTIVE if account.password_hash else AccountState.INVITED
    audit.record(
        "account.disabled" if disabled else "account.enabled",
        "person",
        account.person_id,
        by=by,
        now=now,
    )
