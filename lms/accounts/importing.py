"""Importing people from CSV in two phases: the preview is exactly what will be run."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from email_validator import EmailNotValidError, validate_email

from lms import audit, jobs
from lms.accounts import actions, credentials, queries, rules
from lms.accounts.models import (
    Account,
    ImportState,
    Organisation,
    PeopleImport,
    PeopleImportRow,
    Person,
    RowVerdict,
)
from lms.db import db
from lms.errors import refuse
from lms.i18n import LANGUAGES, zone_names

CHUNK = 50
MOST_ROWS = 20_000
COLUMNS = ("name", "email", "organisation", "language", "time_zone", "invite")
REQUIRED = ("name", "email")
YES = frozenset({"yes", "y", "1", "true"})


def decode(content: bytes) -> str:
    """The file as text: UTF-8, with or without a mark, else windows-1252."""
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise refuse("import_encoding", status=422)


def parse(content: bytes) -> list[dict[str, str]]:
    """Rows by our column names; refuses what is no list of people and says why."""
    text = decode(content)
    if "\0" in text:
        raise refuse("import_encoding", status=422)
    first = text.lstrip().partition("\n")[0]
    delimiter = max(";,\t", key=first.count)
    reader = csv.DictReader(io.StringIO(text.lstrip()), delimiter=delimiter)
    names = {
        (name or "").strip().casefold().replace(" ", "_"): name for name in reader.fieldnames or []
    }
    missing = [name for name in REQUIRED if name not in names]
    if missing:
        raise refuse("import_columns", status=422, columns=", ".join(missing))
    rows = [
        {ours: (row.get(names[ours]) or "").strip() for ours in COLUMNS if ours in names}
        for row in reader
    ]
    if not rows:
        raise refuse("import_empty", status=422)
    if len(rows) > MOST_ROWS:
        raise refuse("import_large", status=422, most=MOST_ROWS)
    return rows


@dataclass(frozen=True)
class Known:
    """What the database knows about the rows' people, read in two queries."""

    people: dict[str, tuple[int, str, str, str]]
    organisations: dict[str, int]


def _known(rows: Sequence[dict[str, str]]) -> Known:
    keys = [rules.email_key(row["email"]) for row in rows]
    people: dict[str, tuple[int, str, str, str]] = {}
    for start in range(0, len(keys), 500):
        rows_found = db.session.execute(
            sa.select(Account.email_key, Person.id, Person.name, Person.language, Person.time_zone)
            .join(Person, Person.id == Account.person_id)
            .where(Account.email_key.in_(keys[start : start + 500]))
        )
        for key, person_id, name, language, zone in rows_found:
            people[key] = (person_id, name, language, zone)
    organisations = dict(
        db.session.execute(sa.select(Organisation.code, Organisation.id)).tuples().all()
    )
    return Known(people, organisations)


def preview(file_name: str, content: bytes, *, by: int, now: datetime) -> PeopleImport:
    """Store the rows with what each will do; nothing else changes."""
    rows = parse(content)
    batch = PeopleImport(
        file_name=file_name[:200], state=ImportState.PREVIEWED, created_by=by, created_at=now
    )
    db.session.add(batch)
    db.session.flush()
    known, seen = _known(rows), set[str]()
    for line, values in enumerate(rows, 2):
        db.session.add(_row(batch.id, line, values, known, seen))
    audit.record(
        "people_import.previewed", "people_import", batch.id, by=by, now=now, rows=len(rows)
    )
    return batch


def _row(
    batch_id: int, line: int, values: dict[str, str], known: Known, seen: set[str]
) -> PeopleImportRow:
    reasons = list(_flaws(values, known, seen))
    key = rules.email_key(values["email"])
    seen.add(key)
    found = known.people.get(key)
    before: dict[str, Any] = {}
    verdict = RowVerdict.ERROR if reasons else RowVerdict.ADDED
    if found and not reasons:
        now_is = dict(zip(("name", "language", "time_zone"), found[1:], strict=True))
        before = {k: v for k, v in now_is.items() if values.get(k) and values[k] != v}
        verdict = RowVerdict.CHANGED if before else RowVerdict.UNCHANGED
    return PeopleImportRow(
        people_import_id=batch_id,
        line=line,
        values=values,
        verdict=verdict,
        reasons=reasons,
        before=before,
        person_id=found[0] if found else None,
    )


def _flaws(values: dict[str, str], known: Known, seen: set[str]) -> Iterator[str]:
    if not values["name"] or len(values["name"]) > 200:
        yield "name"
    try:
        validate_email(values["email"], check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        yield "email"
    if rules.email_key(values["email"]) in seen:
        yield "duplicate"
    if values.get("organisation") and values["organisation"] not in known.organisations:
        yield "organisation"
    if values.get("language") and values["language"] not in LANGUAGES:
        yield "language"
    if values.get("time_zone") and values["time_zone"] not in set(zone_names()):
        yield "time_zone"


def start(batch: PeopleImport, *, by: int, now: datetime) -> None:
    """Run what was previewed, once, in chunks with names of their own."""
    changed = db.session.execute(
        sa.update(PeopleImport)
        .where(PeopleImport.id == batch.id, PeopleImport.state == ImportState.PREVIEWED)
        .values(state=ImportState.RUNNING, run_at=now)
    )
    if not getattr(changed, "rowcount", 0):
        raise refuse("changed_meanwhile")
    ids = list(db.session.scalars(_due(batch.id)))
    audit.record("people_import.started", "people_import", batch.id, by=by, now=now, rows=len(ids))
    for place in range(0, max(len(ids), 1), CHUNK):
        jobs.enqueue(
            "people_import.chunk",
            {"import_id": batch.id, "row_ids": ids[place : place + CHUNK]},
            key=f"{batch.id}:{place}",
        )


def _due(batch_id: int) -> sa.Select[int]:
    return (
        sa.select(PeopleImportRow.id)
        .where(
            PeopleImportRow.people_import_id == batch_id,
            PeopleImportRow.done_at.is_(None),
            PeopleImportRow.verdict.in_(
                [RowVerdict.ADDED, RowVerdict.CHANGED, RowVerdict.UNCHANGED]
            ),
        )
        .order_by(PeopleImportRow.line)
    )


def apply_row(row_id: int, *, today: date, now: datetime) -> None:
    """Do what one row says, unless it is done."""
    row = db.session.scalars(
        sa.select(PeopleImportRow).where(PeopleImportRow.id == row_id).with_for_update()
    ).one()
    if row.done_at is not None:
        return
    batch = db.session.get_one(PeopleImport, row.people_import_id)
    by, values = batch.created_by, row.values
    account = queries.account_by_email(values["email"])
    if account is None:
        person = actions.create_person(
            values["name"],
            by=by,
            now=now,
            email=values["email"],
            language=values.get("language") or "en",
            time_zone=values.get("time_zone") or "UTC",
        )
        account = actions.create_account(person, values["email"], by=by, now=now)
        if values.get("invite", "").casefold() in YES:
            credentials.invite(account, person, by=by, now=now)
    else:
        person = account.person
        _change(person, values, by=by, now=now)
    organisation = queries.organisation_by_code(values.get("organisation", ""))
    if organisation is not None:
        actions.add_member(person, organisation, by=by, on=today, now=now)
    row.person_id, row.done_at = person.id, now


def _change(person: Person, values: dict[str, str], *, by: int, now: datetime) -> None:
    before = {"name": person.name, "language": person.language, "time_zone": person.time_zone}
    person.name = values["name"] or person.name
    person.sort_name = person.name.casefold()[:200]
    person.search_name = actions.search_text(person.name, values["email"])
    person.language = values.get("language") or person.language
    person.time_zone = values.get("time_zone") or person.time_zone
    audit.record(
        "person.changed",
        "person",
        person.id,
        by=by,
        now=now,
        private={"before": before, "name": person.name},
    )


def finish_if_done(batch_id: int, *, now: datetime) -> None:
    """The last chunk to finish closes the import."""
    if db.session.scalar(_due(batch_id).limit(1)) is None:
        db.session.execute(
            sa.update(PeopleImport)
            .where(PeopleImport.id == batch_id, PeopleImport.state == ImportState.RUNNING)
            .values(state=ImportState.DONE, finished_at=now)
        )
