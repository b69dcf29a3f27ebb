"""What each line of a list of people will do, compared with what is there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from lms.accounts import rules
from lms.accounts.addresses import is_address
from lms.accounts.listfile import Line
from lms.accounts.models import (
    Account,
    Membership,
    Organisation,
    Person,
    RoleGrant,
    RowVerdict,
)
from lms.db import db
from lms.i18n import LANGUAGES, zone_names
from lms.permissions import Role

PROFILE = ("name", "language", "time_zone")
YES, NO = frozenset({"yes", "y", "1", "true"}), frozenset({"", "no", "n", "0", "false"})
ROLES = frozenset({"", *Role}) - {Role.ADMINISTRATOR}
"""Who may do everything is decided person by person, not by a list."""


@dataclass(frozen=True, slots=True)
class Row:
    """What a line will do."""

    line: int
    values: dict[str, str]
    verdict: RowVerdict
    reasons: list[str]
    before: dict[str, str]
    """The values that will change, as they are now."""
    person_id: int | None


@dataclass(frozen=True, slots=True)
class Known:
    """A person of the list who has an account already."""

    person_id: int
    profile: dict[str, str]
    organisations: frozenset[str]
    roles: frozenset[str]


class Preview:
    """Says of each line what it will do; reads the database in a few queries, once."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.people = _known([rules.email_key(line.values["email"]) for line in lines])
        named = db.session.execute(sa.select(Organisation.code, Organisation.search_name)).all()
        self.organisations = {"", *(code for code, _name in named)}
        self.by_name = _unambiguous(named)
        self.languages = {"", *LANGUAGES}
        self.zones = {"", *zone_names()}
        self.seen: set[str] = set()

    def row(self, line: Line) -> Row:
        """The verdict on one line; lines must come in their order."""
        key = rules.email_key(line.values["email"])
        reasons = self._flaws(line)
        self.seen.add(key)
        known = self.people.get(key)
        before = _before(line.values, known) if known and not reasons else {}
        verdict = RowVerdict.ADDED
        if reasons:
            verdict = RowVerdict.ERROR
        elif known:
            verdict = RowVerdict.CHANGED if before else RowVerdict.UNCHANGED
        person_id = known.person_id if known else None
        return Row(line.number, line.values, verdict, reasons, before, person_id)

    def _flaws(self, line: Line) -> list[str]:
        """What is wrong: mostly the name of a column."""
        values = line.values
        role, organisation = values.get("role", ""), values.get("organisation", "")
        wrong = {
            "cells": line.is_ragged,
            "name": not 0 < len(values["name"]) <= 200,
            "email": not is_address(values["email"]),
            "duplicate": rules.email_key(values["email"]) in self.seen,
            "organisation": organisation not in self.organisations,
            "role": role not in ROLES,
            "role_organisation": role in rules.NEEDS_ORGANISATION and not organisation,
            "language": values.get("language", "") not in self.languages,
            "time_zone": values.get("time_zone", "") not in self.zones,
            "invite": values.get("invite", "").casefold() not in YES | NO,
        }
        return [self._told(code, organisation) for code, is_wrong in wrong.items() if is_wrong]

    def _told(self, code: str, organisation: str) -> str:
        """The code; behind a colon the organisation that is meant, when its name was written."""
        meant = self.by_name.get(organisation.casefold(), "")
        return f"{code}:{meant}" if code == "organisation" and meant else code


def _unambiguous(named: Iterable[tuple[str, str] | sa.Row[str, str]]) -> dict[str, str]:
    """Codes of organisations by their names; a name that two have means neither."""
    found: dict[str, str] = {}
    for code, name in named:
        found[name] = "" if name in found else code
    return found


def _known(keys: Sequence[str]) -> dict[str, Known]:
    found: dict[str, Known] = {}
    for start in range(0, len(keys), 500):
        people = {
            key: (person_id, profile)
            for key, person_id, *profile in db.session.execute(
                sa.select(
                    Account.email_key, Person.id, Person.name, Person.language, Person.time_zone
                )
                .join(Person, Person.id == Account.person_id)
                .where(Account.email_key.in_(keys[start : start + 500]))
            )
        }
        ids = [person_id for person_id, _profile in people.values()]
        work, roles = _held(_memberships(ids)), _held(_roles(ids))
        for key, (person_id, profile) in people.items():
            values = dict(zip(PROFILE, profile, strict=True))
            found[key] = Known(
                person_id,
                values,
                frozenset(work.get(person_id, ())),
                frozenset(roles.get(person_id, ())),
            )
    return found


def _memberships(person_ids: Sequence[int]) -> sa.Select[int, str]:
    return (
        sa.select(Membership.person_id, Organisation.code)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.person_id.in_(person_ids), Membership.ended_on.is_(None))
    )


def _roles(person_ids: Sequence[int]) -> sa.Select[int, Role]:
    return sa.select(RoleGrant.person_id, RoleGrant.role).where(
        RoleGrant.person_id.in_(person_ids), RoleGrant.ended_at.is_(None)
    )


def _held(wanted: sa.Select[int, Any]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for person_id, value in db.session.execute(wanted):
        found.setdefault(person_id, []).append(value)
    return found


def _before(values: dict[str, str], known: Known) -> dict[str, str]:
    """What will change: empty cells change nothing, organisations and roles are only added."""
    before = {
        name: old for name, old in known.profile.items() if values.get(name, "") not in ("", old)
    }
    for name, held in (("organisation", known.organisations), ("role", known.roles)):
        if values.get(name) and values[name] not in held:
            before[name] = ""
    return before
