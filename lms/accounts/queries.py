"""People, organisations and memberships as other slices and pages ask for them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from lms.accounts.models import (
    Account,
    AccountState,
    Membership,
    Organisation,
    Person,
    RoleGrant,
    SignIn,
    SupportPlan,
)
from lms.accounts.rules import NO_PLAN_RANK, email_key
from lms.audit import AuditEntry
from lms.db import db
from lms.permissions import Role
from lms.prepared import Prepared


def person_by_id(person_id: int) -> Person:
    """The person; raises when there is none (an internal id is never typed by anybody)."""
    return db.session.get_one(Person, person_id)


def person_by_public_id(
    public_id: str, organisation_ids: Sequence[int] | None = None
) -> Person | None:
    """The person, if a member of one of the organisations (None: whoever it is)."""
    wanted = sa.select(Person).where(Person.public_id == public_id, Person.erased_at.is_(None))
    if organisation_ids is not None:
        wanted = wanted.where(belongs_to(organisation_ids))
    return db.session.scalar(wanted)


def belongs_to(organisation_ids: Sequence[int]) -> sa.ColumnElement[bool]:
    """Whether the person works for one of the organisations now."""
    staff = sa.select(Membership.person_id).where(
        Membership.organisation_id.in_(organisation_ids), Membership.ended_on.is_(None)
    )
    return Person.id.in_(staff)


def account_by_email(address: str) -> Account | None:
    """The account with this address, in any spelling."""
    return db.session.scalar(
        sa.select(Account)
        .options(joinedload(Account.person))
        .where(Account.email_key == email_key(address))
    )


def account_by_id(account_id: int) -> Account | None:
    """The account with its person."""
    return db.session.scalar(
        sa.select(Account).options(joinedload(Account.person)).where(Account.id == account_id)
    )


def accounts_of(person_id: int) -> Sequence[Account]:
    """The person's accounts, oldest first."""
    return db.session.scalars(
        sa.select(Account).where(Account.person_id == person_id).order_by(Account.id)
    ).all()


@dataclass(frozen=True, slots=True)
class Address:
    """Where and how to write to somebody."""

    email: str
    language: str
    time_zone: str
    name: str


def mail_address(person_id: int) -> Address | None:
    """The person's address, unless all accounts are disabled."""
    return mail_addresses([person_id]).get(person_id)


def mail_addresses(person_ids: Sequence[int]) -> dict[int, Address]:
    """Addresses by person id, in one query."""
    rows = db.session.execute(
        sa.select(Person.id, Account.email, Person.language, Person.time_zone, Person.name)
        .join(Account, Account.person_id == Person.id)
        .where(Person.id.in_(person_ids), Account.state != AccountState.DISABLED)
        .order_by(Account.id.desc())
    )
    return {row[0]: Address(*row[1:]) for row in rows}


def memberships_of(
    person_id: int, organisation_ids: Sequence[int] | None = None
) -> Sequence[Membership]:
    """Memberships (of these organisations; None: of all) with plan, current ones first."""
    wanted = (
        sa.select(Membership)
        .options(joinedload(Membership.organisation).joinedload(Organisation.support_plan))
        .where(Membership.person_id == person_id)
        .order_by(Membership.ended_on.is_not(None), Membership.started_on.desc(), Membership.id)
    )
    if organisation_ids is not None:
        wanted = wanted.where(Membership.organisation_id.in_(organisation_ids))
    return db.session.scalars(wanted).all()


@dataclass(frozen=True, slots=True)
class Standing:
    """With whom a person works today and what that means in a queue."""

    organisation_id: int | None
    organisation_name: str | None
    plan_id: int | None
    plan_code: str | None
    plan_name: str | None
    rank: int


NOBODY = Standing(None, None, None, None, None, NO_PLAN_RANK)


_STANDINGS = (
    sa.select(
        Membership.person_id,
        Organisation.id.label("organisation_id"),
        Organisation.name.label("organisation"),
        SupportPlan.id.label("plan_id"),
        SupportPlan.code,
        SupportPlan.name.label("plan"),
        sa.func.coalesce(SupportPlan.rank, NO_PLAN_RANK).label("rank"),
    )
    .select_from(Organisation)
    .join(Membership, Membership.organisation_id == Organisation.id)
    .outerjoin(SupportPlan, SupportPlan.id == Organisation.support_plan_id)
    .where(
        Membership.started_on <= sa.bindparam("day"),
        sa.or_(Membership.ended_on.is_(None), Membership.ended_on >= sa.bindparam("day")),
    )
    .order_by(sa.literal_column("rank").desc(), Organisation.id.desc())
)
"""Current memberships, the one that counts last."""
_STANDING = Prepared(_STANDINGS.where(Membership.person_id == sa.bindparam("person")))


def standing_of(person_id: int, on: date) -> Standing:
    """The person's best current membership: the one with the first-ranked plan."""
    rows = _STANDING.rows(person=person_id, day=on)
    return Standing(*rows[-1][1:]) if rows else NOBODY


def standings_of(person_ids: Sequence[int], on: date) -> dict[int, Standing]:
    """The best current membership of each of these people."""
    found = dict.fromkeys(person_ids, NOBODY)
    rows = db.session.execute(_STANDINGS.where(Membership.person_id.in_(person_ids)), {"day": on})
    return found | {row[0]: Standing(*row[1:]) for row in rows}


def organisations() -> Sequence[Organisation]:
    """All organisations with their plan, by name."""
    return db.session.scalars(
        sa.select(Organisation)
        .options(joinedload(Organisation.support_plan))
        .order_by(Organisation.search_name, Organisation.id)
    ).all()


def organisations_of(person_id: int, ids: Iterable[int] | None) -> Sequence[Organisation]:
    """These organisations, by name; None: those where the person is a member now."""
    now = sa.select(Membership.organisation_id).where(
        Membership.person_id == person_id, Membership.ended_on.is_(None)
    )
    return db.session.scalars(
        sa.select(Organisation)
        .where(Organisation.id.in_(now if ids is None else list(ids)))
        .order_by(Organisation.search_name, Organisation.id)
    ).all()


def organisation_by_code(code: str) -> Organisation | None:
    """The organisation with its plan."""
    return db.session.scalar(
        sa.select(Organisation)
        .options(joinedload(Organisation.support_plan))
        .where(Organisation.code == code)
    )


def plans() -> Sequence[SupportPlan]:
    """Support plans in the order of their rank."""
    return db.session.scalars(sa.select(SupportPlan).order_by(SupportPlan.rank)).all()


def grants_with_scope(person_id: int) -> Sequence[Any]:
    """Current roles with the organisation that limits them."""
    return db.session.execute(
        sa.select(
            RoleGrant.id,
            RoleGrant.role,
            RoleGrant.programme_code,
            RoleGrant.region_code,
            Organisation.name.label("organisation"),
            RoleGrant.granted_at,
        )
        .outerjoin(Organisation, Organisation.id == RoleGrant.organisation_id)
        .where(RoleGrant.person_id == person_id, RoleGrant.ended_at.is_(None))
        .order_by(RoleGrant.id)
    ).all()


def sign_ins_of(account_ids: Sequence[int]) -> Sequence[SignIn]:
    """Sign-ins that have not ended, newest first."""
    return db.session.scalars(
        sa.select(SignIn)
        .where(SignIn.account_id.in_(account_ids), SignIn.ended_at.is_(None))
        .order_by(SignIn.id.desc())
        .limit(50)
    ).all()


def people_with_role(role: Role) -> Sequence[Person]:
    """Everyone who holds a role now, by name."""
    return db.session.scalars(
        sa.select(Person)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(RoleGrant.role == role, RoleGrant.ended_at.is_(None))
        .distinct()
        .order_by(Person.sort_name, Person.id)
        .limit(500)
    ).all()


def trail_of(person_id: int, limit: int = 30) -> Sequence[sa.Row[AuditEntry, str]]:
    """The newest audit entries about a person, each with the name of who acted (or None)."""
    return db.session.execute(
        sa.select(AuditEntry, Person.name)
        .outerjoin(Person, Person.id == AuditEntry.by_person_id)
        .where(AuditEntry.subject_kind == "person", AuditEntry.subject_id == str(person_id))
        .order_by(AuditEntry.id.desc())
        .limit(limit)
    ).all()
