"""What changes people, accounts, organisations and roles. Nothing here commits."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from lms import audit
from lms.accounts import passwords, queries, rules
from lms.accounts.models import (
    Account,
    AccountState,
    Membership,
    Organisation,
    Person,
    RoleGrant,
)
from lms.db import db, insert_once, locked
from lms.errors import Refusal, refuse
from lms.folding import fold
from lms.permissions import Role


def search_text(name: str, email: str = "") -> str:
    """What the list of people is searched by."""
    return fold(f"{name} {email}")[:400]


def create_person(
    name: str,
    *,
    by: int | None,
    now: datetime,
    email: str = "",
    language: str = "en",
    time_zone: str = "UTC",
) -> Person:
    """A new person, by the name that people see, wherever it came from; an address only serves the
    search here, accounts are separate."""
    name = rules.plain_name(name)
    person = Person(
        name=name,
        sort_name=name.casefold()[:200],
        search_name=search_text(name, email),
        language=language,
        time_zone=time_zone,
        created_at=now,
    )
    db.session.add(person)
    db.session.flush()
    audit.record("person.created", "person", person.id, by=by, now=now, private={"name": name})
    return person


def create_account(
    person: Person, email: str, *, by: int | None, now: datetime, password: str | None = None
) -> Account:
    """An account for a person; `email_taken` when the address has one already."""
    key = rules.email_key(email)
    values = {
        "person_id": person.id,
        "email": email.strip(),
        "email_key": key,
        "password_hash": passwords.hash_of(password) if password else None,
        "state": AccountState.ACTIVE if password else AccountState.INVITED,
        "created_at": now,
    }
    if not insert_once(Account, values, ["email_key"]):
        raise refuse("email_taken", status=422)
    account = db.session.scalars(sa.select(Account).where(Account.email_key == key)).one()
    audit.record("account.created", "person", person.id, by=by, now=now, private={"email": email})
    return account


def change_profile(
    person: Person, *, name: str, language: str, time_zone: str, by: int, now: datetime
) -> None:
    """Name, language and zone; issued certificates keep the old name."""
    before = {"name": person.name, "language": person.language, "time_zone": person.time_zone}
    after = {"name": name, "language": language, "time_zone": time_zone}
    if before == after:
        return
    email = next((account.email for account in queries.accounts_of(person.id)), "")
    person.name, person.sort_name = name, name.casefold()[:200]
    person.search_name = search_text(name, email)
    person.language, person.time_zone = language, time_zone
    private = {"before": before, "after": after}
    audit.record("person.changed", "person", person.id, by=by, now=now, private=private)


def set_consent(person: Person, *, consents: bool, now: datetime, purpose: str = "lookup") -> None:
    """Whether partners may find the person's certificates (`lookup`) or exams' answers may be
    compared by group (`statistics`); only the person says so."""
    column = f"consents_to_{purpose}_at"
    if consents == (getattr(person, column) is not None):
        return
    setattr(person, column, now if consents else None)
    act = "consent.given" if consents else "consent.withdrawn"
    audit.record(act, "person", person.id, by=person.id, now=now, purpose=purpose)


def add_member(
    person: Person, organisation: Organisation, *, by: int | None, on: date, now: datetime
) -> None:
    """The person works for the organisation from this day; once, however often it is said."""
    db.session.execute(locked(sa.select(Person.id).where(Person.id == person.id)))
    current = db.session.scalar(
        sa.select(Membership.id).where(
            Membership.person_id == person.id,
            Membership.organisation_id == organisation.id,
            Membership.ended_on.is_(None),
        )
    )
    if current is not None:
        return
    db.session.add(
        Membership(
            person_id=person.id,
            organisation_id=organisation.id,
            started_on=on,
            created_by=by,
            created_at=now,
        )
    )
    db.session.flush()
    audit.record(
        "membership.started", "person", person.id, by=by, now=now, organisation=organisation.code
    )


def end_membership(person: Person, membership_id: int, *, by: int, on: date, now: datetime) -> None:
    """The person no longer works there; the row stays."""
    changed = db.session.execute(
        sa.update(Membership)
        .where(
            Membership.id == membership_id,
            Membership.person_id == person.id,
            Membership.ended_on.is_(None),
        )
        .values(ended_on=on)
    )
    if not getattr(changed, "rowcount", 0):
        raise refuse("changed_meanwhile")
    audit.record("membership.ended", "person", person.id, by=by, now=now, membership=membership_id)


def grant_role(
    person: Person,
    role: Role,
    *,
    by: int | None,
    now: datetime,
    organisation_id: int | None = None,
    programme_code: str | None = None,
    region_code: str | None = None,
) -> None:
    """Give a role with its limits; a role that is held already is not given twice.

    Refuses (422) limits that the role does not know, or lacks.
    """
    limits = {
        "organisation": organisation_id,
        "programme": programme_code,
        "region": region_code,
    }
    flaws = rules.limit_flaws(role, [kind for kind, limit in limits.items() if limit is not None])
    if flaws:
        raise Refusal(*flaws, status=422)
    db.session.execute(locked(sa.select(Person.id).where(Person.id == person.id)))
    same = sa.select(RoleGrant.id).where(
        RoleGrant.person_id == person.id,
        RoleGrant.role == role,
        RoleGrant.ended_at.is_(None),
        RoleGrant.organisation_id.is_not_distinct_from(organisation_id),
        RoleGrant.programme_code.is_not_distinct_from(programme_code),
        RoleGrant.region_code.is_not_distinct_from(region_code),
    )
    if db.session.scalar(same) is not None:
        return
    db.session.add(
        RoleGrant(
            person_id=person.id,
            role=role,
            organisation_id=organisation_id,
            programme_code=programme_code,
            region_code=region_code,
            granted_at=now,
            granted_by=by,
        )
    )
    audit.record(
        "role.granted",
        "person",
        person.id,
        by=by,
        now=now,
        role=role.value,
        organisation=organisation_id,
        programme=programme_code,
        region=region_code,
    )


def keep_an_administrator(leaving: int) -> None:
    """Refuse when nobody else could administrate. Locks the role's grants until the unit ends."""
    held = sa.and_(RoleGrant.role == Role.ADMINISTRATOR, RoleGrant.ended_at.is_(None))
    db.session.execute(locked(sa.select(RoleGrant.id).where(held).order_by(RoleGrant.id)))
    able = db.session.scalars(
        sa.select(RoleGrant.person_id)
        .join(Account, Account.person_id == RoleGrant.person_id)
        .where(held, Account.state == AccountState.ACTIVE)
        .distinct()
    ).all()
    if leaving in able and (flaws := rules.last_administrator(able, leaving)):
        raise Refusal(*flaws)


def end_role(person: Person, grant_id: int, *, by: int, now: datetime) -> None:
    """Take a role back. The last administrator stays one."""
    grant = db.session.scalar(
        sa.select(RoleGrant).where(RoleGrant.id == grant_id, RoleGrant.person_id == person.id)
    )
    if grant is None:
        raise refuse("changed_meanwhile")
    if grant.role == Role.ADMINISTRATOR:
        keep_an_administrator(person.id)
    ended = db.session.execute(
        sa.update(RoleGrant)
        .where(RoleGrant.id == grant.id, RoleGrant.ended_at.is_(None))
        .values(ended_at=now, ended_by=by)
    )
    if not getattr(ended, "rowcount", 0):
        raise refuse("changed_meanwhile")
    audit.record("role.ended", "person", person.id, by=by, now=now, role=grant.role.value)


def save_organisation(
    organisation: Organisation | None,
    *,
    code: str,
    name: str,
    support_plan_id: int | None,
    region_code: str | None,
    is_partner: bool,
    by: int | None,
    now: datetime,
) -> Organisation:
    """Create or change an organisation; `code_taken` when another one has the code."""
    if organisation is None:
        values = {
            "code": code,
            "name": name,
            "search_name": name.casefold(),
            "created_at": now,
            "is_partner": is_partner,
        }
        if not insert_once(Organisation, values, ["code"]):
            raise refuse("code_taken", status=422, code=code)
        organisation = db.session.scalars(
            sa.select(Organisation).where(Organisation.code == code)
        ).one()
    before = _facts(organisation)
    organisation.name, organisation.search_name = name, name.casefold()
    organisation.support_plan_id, organisation.region_code = support_plan_id, region_code
    organisation.is_partner = is_partner
    audit.record(
        "organisation.saved",
        "organisation",
        organisation.id,
        by=by,
        now=now,
        before=before,
        after=_facts(organisation),
    )
    return organisation


def _facts(organisation: Organisation) -> dict[str, Any]:
    return {
        "name": organisation.name,
        "plan": organisation.support_plan_id,
        "region": organisation.region_code,
        "partner": organisation.is_partner,
    }
