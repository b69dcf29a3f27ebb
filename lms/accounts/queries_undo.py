"""What became of the rows of an import since it ran: as many queries for one row as for all."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from lms.accounts import rules
from lms.accounts.models import (
    Account,
    AccountState,
    Membership,
    Organisation,
    PeopleImportRow,
    Person,
    RoleGrant,
    RowVerdict,
    SignIn,
)
from lms.db import AnySelect, Base, db

MADE_BY_IMPORTS = frozenset({"account", "membership", "role_grant", "mail_message"})
"""Tables whose rows about a person do not show that somebody used that person's record."""
PROFILE = ("name", "language", "time_zone")
AT_ONCE = 1000


class Held(NamedTuple):
    """A membership or a role that somebody has, since when, and of what."""

    id: int
    at: datetime
    what: str


@dataclass(frozen=True, slots=True)
class Undo:
    """A done row, what the import made for it that still stands, and why it stays (or none)."""

    row: PeopleImportRow
    person: Person
    account: Account | None
    memberships: tuple[int, ...]
    grants: tuple[int, ...]
    kept: str
    profile: dict[str, str]
    """What the person's profile goes back to."""

    @property
    def does(self) -> str:
        """What taking it back does; empty where it stays."""
        if self.kept:
            return ""
        return "deactivated" if self.row.verdict == RowVerdict.ADDED else "put_back"


def done_rows(import_id: int) -> sa.Select[int]:
    """The ids of rows that did something and were not looked at by an undo yet."""
    return (
        sa.select(PeopleImportRow.id)
        .where(
            PeopleImportRow.people_import_id == import_id,
            PeopleImportRow.done_at.is_not(None),
            PeopleImportRow.verdict.in_([RowVerdict.ADDED, RowVerdict.CHANGED]),
        )
        .order_by(PeopleImportRow.line)
    )


def undo_of(row_ids: Sequence[int]) -> list[Undo]:
    """How each of these rows could be taken back now, in the file's order."""
    found: list[Undo] = []
    if not row_ids:
        return found
    for start in range(0, len(row_ids), AT_ONCE):
        found += _undo_of(row_ids[start : start + AT_ONCE])
    return found


def _undo_of(row_ids: Sequence[int]) -> list[Undo]:
    rows = db.session.execute(
        sa.select(PeopleImportRow, Person, Account)
        .join(Person, Person.id == PeopleImportRow.person_id)
        .outerjoin(
            Account,
            sa.and_(Account.person_id == Person.id, Account.created_at == PeopleImportRow.done_at),
        )
        .where(PeopleImportRow.id.in_(row_ids))
        .order_by(PeopleImportRow.line)
    ).all()
    people = [person.id for _row, person, _account in rows]
    work = _since(
        sa.select(Membership.id, Membership.person_id, Membership.created_at, Organisation.code)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.person_id.in_(people), Membership.ended_on.is_(None))
    )
    roles = _since(
        sa.select(RoleGrant.id, RoleGrant.person_id, RoleGrant.granted_at, RoleGrant.role).where(
            RoleGrant.person_id.in_(people), RoleGrant.ended_at.is_(None)
        )
    )
    used, signed_in = in_use(people), _signed_in(people)
    return [
        _undo(
            Given(row, person, account, work.get(person.id, []), roles.get(person.id, [])),
            rules.Traces(person.id in signed_in, person.id in used),
        )
        for row, person, account in rows
    ]


def _since(wanted: AnySelect) -> dict[int, list[Held]]:
    found: dict[int, list[Held]] = {}
    for id, person_id, at, what in db.session.execute(wanted):
        found.setdefault(person_id, []).append(Held(id, at, str(what)))
    return found


def _signed_in(people: Sequence[int]) -> set[int]:
    """Who ever signed in or took an invitation up."""
    return set(
        db.session.scalars(
            sa.select(Account.person_id)
            .outerjoin(SignIn, SignIn.account_id == Account.id)
            .where(
                Account.person_id.in_(people),
                sa.or_(SignIn.id.is_not(None), Account.state == AccountState.ACTIVE),
            )
        )
    )


def in_use(people: Sequence[int]) -> set[int]:
    """Of whom anything else is on record: whatever table names them as its person."""
    named = [
        sa.select(column.label("person_id")).where(column.in_(people))
        for column in _subjects(Base.metadata.sorted_tables)
    ]
    return set(db.session.scalars(sa.union(*named))) if people else set()


def _subjects(tables: Iterable[sa.Table]) -> list[sa.Column[Any]]:
    return [
        column
        for table in tables
        if table.name not in MADE_BY_IMPORTS
        for column in table.columns
        if column.name.endswith("person_id")
        and any(key.target_fullname == "person.id" for key in column.foreign_keys)
    ]


@dataclass(frozen=True, slots=True)
class Given:
    """A row and what its person has now: memberships and roles."""

    row: PeopleImportRow
    person: Person
    account: Account | None
    work: Sequence[Held]
    roles: Sequence[Held]

    def made(self, held: Sequence[Held], name: str) -> tuple[int, ...]:
        """Those that the row made: what it names, in its very instant."""
        named, at = self.row.values.get(name), self.row.done_at
        return tuple(one.id for one in held if (one.at, one.what) == (at, named))


def _undo(given: Given, traces: rules.Traces) -> Undo:
    row, person = given.row, given.person
    before = {name: row.before[name] for name in PROFILE if name in row.before}
    is_ours = all(getattr(person, name) == row.values[name] for name in before)
    is_new = row.verdict == RowVerdict.ADDED
    work, roles = given.made(given.work, "organisation"), given.made(given.roles, "role")
    has_more = is_new and (len(given.work), len(given.roles)) != (len(work), len(roles))
    return Undo(
        row,
        person,
        given.account if is_new else None,
        work,
        roles,
        rules.kept(traces, is_new=is_new, is_changed=not is_ours or has_more),
        before,
    )
