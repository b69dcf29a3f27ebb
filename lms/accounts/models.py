"""People, accounts, organisations: a person is not an account is not an employer."""

import uuid
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.columns import Words, choice, where
from lms.db import Base
from lms.permissions import Role


class SupportPlan(Base):
    """A support plan (tier). `rank` 1 stands first in every queue."""

    __tablename__ = "support_plan"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Words(40), unique=True)
    name: Mapped[str] = mapped_column(Words(120))
    rank: Mapped[int]
    features: Mapped[list[Any]]
    """Comparable rows of section 1.1: `{key, title, value, description}` in the source's order."""
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Organisation(Base):
    """A customer or partner: owns seats and entitlements, never a person's certificates."""

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Words(40), unique=True)
    name: Mapped[str] = mapped_column(Words(200))
    search_name: Mapped[str] = mapped_column(Words(200), index=True)
    support_plan_id: Mapped[int | None] = mapped_column(sa.ForeignKey("support_plan.id"))
    region_code: Mapped[str | None] = mapped_column(Words(40))
    is_partner: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]

    support_plan: Mapped[SupportPlan | None] = relationship(lazy="raise")


class Person(Base):
    """A human being, whoever employs them and however they sign in."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(
        Words(36), unique=True, default=lambda: str(uuid.uuid4())
    )
    name: Mapped[str] = mapped_column(Words(200))
    """As it stands on a certificate."""
    sort_name: Mapped[str] = mapped_column(Words(200))
    search_name: Mapped[str] = mapped_column(Words(400))
    """Folded name and address, for look-ups that behave the same on both databases."""
    language: Mapped[str] = mapped_column(Words(16), default="en")
    time_zone: Mapped[str] = mapped_column(Words(64), default="UTC")
    consents_to_lookup_at: Mapped[datetime | None]
    consents_to_statistics_at: Mapped[datetime | None]
    """Answers in exams may be compared by group, to find questions that are unfair to one."""
    erased_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    __table_args__ = (
        sa.Index("ix_person_sort_name", "sort_name", "id"),
        sa.Index("ix_person_search_name", "search_name"),
    )


class AccountState(StrEnum):
    INVITED = "invited"
    ACTIVE = "active"
    DISABLED = "disabled"


class Account(Base):
    """A way to sign in: an address and a password hash (argon2id), for one person."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    email: Mapped[str] = mapped_column(Words(254))
    email_key: Mapped[str] = mapped_column(Words(254), unique=True)
    """The address casefolded: two spellings of one address are one account."""
    password_hash: Mapped[str | None] = mapped_column(Words(255))
    state: Mapped[AccountState] = mapped_column(choice(AccountState, "state"))
    created_at: Mapped[datetime]
    password_changed_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="raise")


class Membership(Base):
    """A person works for an organisation, from a day until a day."""

    __tablename__ = "membership"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"))
    started_on: Mapped[date]
    ended_on: Mapped[date | None]
    created_by: Mapped[int | None]
    created_at: Mapped[datetime]

    organisation: Mapped[Organisation] = relationship(lazy="raise")

    __table_args__ = (
        sa.Index(
            "uq_membership_current",
            "person_id",
            "organisation_id",
            unique=True,
            **where("ended_on IS NULL"),
        ),
        sa.Index("ix_membership_organisation_id", "organisation_id", "person_id"),
    )


class RoleGrant(Base):
    """A person holds a role, perhaps limited; ended, never deleted."""

    __tablename__ = "role_grant"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    role: Mapped[Role] = mapped_column(choice(Role, "role"))
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisation.id"))
    programme_code: Mapped[str | None] = mapped_column(Words(40))
    region_code: Mapped[str | None] = mapped_column(Words(40))
    granted_at: Mapped[datetime]
    granted_by: Mapped[int | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None]

    __table_args__ = (
        sa.Index(
            "ix_role_grant_role",
            "role",
            **where("ended_at IS NULL"),
        ),
    )


class SignIn(Base):
    """A signed-in browser: the server-side half of its cookie, which can be ended."""

    __tablename__ = "sign_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(Words(64), unique=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    address: Mapped[str] = mapped_column(Words(64), default="")
    agent: Mapped[str] = mapped_column(Words(200), default="")


class TokenKind(StrEnum):
    INVITATION = "invitation"
    PASSWORD = "password"  # noqa: S105 -- the kind's name


class AccountToken(Base):
    """A single-use link of an invitation or a password reset; only its hash is kept."""

    __tablename__ = "account_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(Words(64), unique=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"), index=True)
    kind: Mapped[TokenKind] = mapped_column(choice(TokenKind, "kind"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class LimitCounter(Base):
    """Hits of one limit key in one window; the storage behind Flask-Limiter."""

    __tablename__ = "limit_counter"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(Words(200), unique=True)
    hits: Mapped[int]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class ImportState(StrEnum):
    PREVIEWED = "previewed"
    RUNNING = "running"
    DONE = "done"


class PeopleImport(Base):
    """An uploaded list of people: its preview is what will be run."""

    __tablename__ = "people_import"

    id: Mapped[int] = mapped_column(primary_key=True)
    file_name: Mapped[str] = mapped_column(Words(200))
    state: Mapped[ImportState] = mapped_column(choice(ImportState, "state"))
    created_by: Mapped[int]
    created_at: Mapped[datetime]
    run_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    undo_at: Mapped[datetime | None]
    """When somebody began to take it back; `undone_at`: when that had run to its end."""
    undo_by: Mapped[int | None]
    undone_at: Mapped[datetime | None]


class RowVerdict(StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    ERROR = "error"


class PeopleImportRow(Base):
    """One line of the list: what it said, what it will do, whether it is done."""

    __tablename__ = "people_import_row"

    id: Mapped[int] = mapped_column(primary_key=True)
    people_import_id: Mapped[int] = mapped_column(sa.ForeignKey("people_import.id"))
    line: Mapped[int]
    values: Mapped[dict[str, Any]]
    verdict: Mapped[RowVerdict] = mapped_column(choice(RowVerdict, "verdict"))
    reasons: Mapped[list[Any]] = mapped_column(default=list)
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)
    person_id: Mapped[int | None]
    done_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]
    kept: Mapped[str] = mapped_column(Words(40), default="", server_default="")
    """Why it was not taken back with the import."""

    __table_args__ = (sa.UniqueConstraint("people_import_id", "line"),)
