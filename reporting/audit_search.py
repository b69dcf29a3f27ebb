"""Searching the audit log: by act, people, days and object, each by its index."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from werkzeug.exceptions import NotFound

from certification.certificates.models import Certificate
from courses.catalog.models import Course, Programme
from courses.scheduling.models import ClassSession
from lms import clock, paging
from lms.accounts.models import Organisation, Person
from lms.audit import AuditEntry
from lms.db import AnySelect, db
from lms.paging import LARGEST_ID, SIZE, Page, page_of

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
NOTHING = sa.literal("")
NAMED: dict[str, tuple[Any, Any, Any]] = {
    "person": (Person.id, Person.name, Person.public_id),
    "course": (Course.id, Course.code, NOTHING),
    "programme": (Programme.id, Programme.code, NOTHING),
    "class_session": (ClassSession.id, ClassSession.code, NOTHING),
    "certificate": (Certificate.id, Certificate.number, NOTHING),
    "organisation": (Organisation.id, Organisation.name, NOTHING),
}
"""Objects that entries name by their number: its column, what people call them, and how pages of
people are addressed."""
PEOPLE = frozenset({"person"})
"""Facts that are the number of a person."""


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for; None or "": anything. Days are whole ones in the zone."""

    act: str = ""
    by: int | None = None
    about: int | None = None
    kind: str = ""
    id: str = ""
    since: date | None = None
    until: date | None = None
    zone: str = "UTC"

    @property
    def is_by_time(self) -> bool:
        """Entries are numbered as they were committed, which need not be as they happened: within
        days they are listed by their time, whose index finds the days."""
        return bool(self.since or self.until)


class Name(NamedTuple):
    """What people call an object; `public_id` of a person."""

    text: str
    public_id: str


Names = dict[tuple[str, str], Name]


def entries(search: Search, cursor: str | None) -> Page[Any]:
    """(entry, name of who acted), newest first: one query. A cursor that is not ours is a 404."""
    wanted = (
        sa.select(AuditEntry, Person.name)
        .outerjoin(Person, Person.id == AuditEntry.by_person_id)
        .where(*_conditions(search))
        .limit(SIZE + 1)
    )
    wanted = _by_time(wanted, cursor) if search.is_by_time else _by_number(wanted, cursor)
    rows = db.session.execute(wanted).all()
    key = _time_key if search.is_by_time else _number_key
    return page_of(rows, size=SIZE, key=key, is_first=not cursor)


def _conditions(search: Search) -> list[sa.ColumnElement[bool]]:
    about = None if search.about is None else str(search.about)
    same = {
        AuditEntry.act: search.act,
        AuditEntry.by_person_id: search.by,
        AuditEntry.subject_kind: search.kind,
        AuditEntry.subject_id: search.id,
    }
    found = [column == value for column, value in same.items() if value not in (None, "")]
    if about is not None:
        found += [AuditEntry.subject_kind == "person", AuditEntry.subject_id == about]
    if search.since is not None:
        found.append(AuditEntry.at >= clock.midnight(search.since, search.zone))
    if search.until is not None:
        following = search.until + timedelta(days=1)
        found.append(AuditEntry.at < clock.midnight(following, search.zone))
    return found


def _by_number(wanted: AnySelect, cursor: str | None) -> AnySelect:
    if cursor:
        wanted = wanted.where(AuditEntry.id < paging.decode(cursor, (int,))[0])
    return wanted.order_by(AuditEntry.id.desc())


def _by_time(wanted: AnySelect, cursor: str | None) -> AnySelect:
    if cursor:
        micros, number = map(int, paging.decode(cursor, (int, int)))
        try:
            at = EPOCH + micros * MICROSECOND
        except OverflowError as error:
            raise NotFound() from error
        later = sa.or_(AuditEntry.at < at, AuditEntry.id < number)
        wanted = wanted.where(AuditEntry.at <= at, later)
    return wanted.order_by(AuditEntry.at.desc(), AuditEntry.id.desc())


def _number_key(row: Any) -> Sequence[int]:
    return (row[0].id,)


def _time_key(row: Any) -> Sequence[int]:
    return ((row[0].at - EPOCH) // MICROSECOND, row[0].id)


def names(found: Iterable[AuditEntry]) -> Names:
    """What the objects and people of a page are called, by kind and number: one query."""
    wanted: dict[str, set[int]] = {}
    for entry in found:
        facts = (("person", entry.facts[name]) for name in PEOPLE & entry.facts.keys())
        for kind, number in ((entry.subject_kind, entry.subject_id), *facts):
            if kind in NAMED and _is_number(str(number)):
                wanted.setdefault(kind, set()).add(int(number))
    parts = [_named(kind, numbers) for kind, numbers in sorted(wanted.items())]
    if not parts:
        return {}
    rows = db.session.execute(sa.union_all(*parts))
    return {(kind, str(number)): Name(text, public_id) for kind, number, text, public_id in rows}


def _is_number(text: str) -> bool:
    return len(text) < 20 and text.isascii() and text.isdigit() and int(text) <= LARGEST_ID


def _named(kind: str, numbers: set[int]) -> sa.Select[Any]:
    number, text, public_id = NAMED[kind]
    return sa.select(sa.literal(kind), number, text, public_id).where(number.in_(numbers))
