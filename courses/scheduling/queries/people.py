"""People whom somebody else may enrol, and people who teach."""

from collections.abc import Sequence

import sqlalchemy as sa

from courses.scheduling.models import ClassSession, Seat, WaitingEntry, WaitingState
from lms.accounts.models import Account, Membership, Person
from lms.accounts.queries import people_with_role
from lms.accounts.rules import email_key
from lms.db import db
from lms.permissions import Role


def colleagues(
    class_session: ClassSession, organisation_ids: Sequence[int]
) -> Sequence[sa.Row[str, str]]:
    """Public ids and names of members who neither have a seat nor wait here, by name."""
    seated = sa.select(Seat.person_id).where(
        Seat.class_session_id == class_session.id, Seat.ended_at.is_(None)
    )
    queued = sa.select(WaitingEntry.person_id).where(
        WaitingEntry.class_session_id == class_session.id,
        WaitingEntry.state == WaitingState.WAITING,
    )
    members = sa.select(Membership.person_id).where(
        Membership.organisation_id.in_(organisation_ids), Membership.ended_on.is_(None)
    )
    return db.session.execute(
        sa.select(Person.public_id, Person.name)
        .where(
            Person.id.in_(members),
            Person.id.not_in(seated),
            Person.id.not_in(queued),
            Person.erased_at.is_(None),
        )
        .order_by(Person.sort_name, Person.id)
        .limit(1000)
    ).all()


def trainers() -> list[tuple[int, str]]:
    """Everybody who may teach: id and name."""
    return [(person.id, person.name) for person in people_with_role(Role.TRAINER)]


def by_public_ids(public_ids: Sequence[str]) -> dict[int, str]:
    """Ids and names of these people, by name."""
    return _by_name(sa.select(Person.id, Person.name).where(Person.public_id.in_(public_ids)))


def by_addresses(addresses: Sequence[str]) -> tuple[dict[int, str], list[str]]:
    """Ids and names of who has these addresses, by name, and the addresses that nobody has."""
    keys = {email_key(address): address for address in addresses}
    rows = db.session.execute(
        sa.select(Account.email_key, Account.person_id).where(Account.email_key.in_(keys))
    ).all()
    people = _by_name(
        sa.select(Person.id, Person.name).where(
            Person.id.in_({row.person_id for row in rows}), Person.erased_at.is_(None)
        )
    )
    known = {row.email_key for row in rows if row.person_id in people}
    return people, [address for key, address in keys.items() if key not in known]


def _by_name(statement: sa.Select[int, str]) -> dict[int, str]:
    rows = db.session.execute(statement.order_by(Person.sort_name, Person.id))
    return {row[0]: row[1] for row in rows}
