"""Importing people from CSV in two phases: the preview is exactly what will be run."""

from dataclasses import asdict
from datetime import date, datetime

import sqlalchemy as sa

from lms import audit, jobs
from lms.accounts import actions, credentials, listfile, queries, rules
from lms.accounts.import_preview import PROFILE, YES, Preview
from lms.accounts.models import ImportState, PeopleImport, PeopleImportRow, Person, RowVerdict
from lms.db import db, locked
from lms.errors import refuse
from lms.permissions import Role

CHUNK = 50


def preview(file_name: str, content: bytes, *, by: int, now: datetime) -> PeopleImport:
    """Store the rows with what each will do; nothing else changes."""
    lines = listfile.read(content)
    batch = PeopleImport(
        file_name=file_name[:200], state=ImportState.PREVIEWED, created_by=by, created_at=now
    )
    db.session.add(batch)
    db.session.flush()
    shown = Preview(lines)
    rows = [{**asdict(shown.row(line)), "people_import_id": batch.id} for line in lines]
    db.session.execute(sa.insert(PeopleImportRow), rows)
    audit.record(
        "people_import.previewed", "people_import", batch.id, by=by, now=now, rows=len(rows)
    )
    return batch


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
            PeopleImportRow.verdict != RowVerdict.ERROR,
        )
        .order_by(PeopleImportRow.line)
    )


def _row(row_id: int) -> PeopleImportRow:
    wanted = sa.select(PeopleImportRow).where(PeopleImportRow.id == row_id)
    row: PeopleImportRow = db.session.scalars(locked(wanted)).one()
    return row


def fail_row(row_id: int) -> None:
    """The person is no longer as the preview showed: the row becomes an error."""
    row = _row(row_id)
    if row.done_at is None:
        row.verdict, row.reasons = RowVerdict.ERROR, ["meanwhile"]


def apply_row(row_id: int, *, today: date, now: datetime) -> None:
    """Do what one row says, unless it is done. Refuses when the preview is out of date."""
    row = _row(row_id)
    if row.done_at is not None or row.verdict == RowVerdict.ERROR:
        return
    by = db.session.get_one(PeopleImport, row.people_import_id).created_by
    account = queries.account_by_email(row.values["email"])
    if (account is None) != (row.verdict == RowVerdict.ADDED):
        raise refuse("changed_meanwhile")
    if account is None:
        person = _add(row.values, by=by, now=now)
    else:
        person = account.person
        _change(person, row, by=by, now=now)
    if row.verdict != RowVerdict.UNCHANGED:
        _attach(person, row, by=by, today=today, now=now)
    row.person_id, row.done_at = person.id, now


def _add(values: dict[str, str], *, by: int, now: datetime) -> Person:
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
    return person


def _change(person: Person, row: PeopleImportRow, *, by: int, now: datetime) -> None:
    old = {name: getattr(person, name) for name in PROFILE}
    if any(row.before.get(name, value) != value for name, value in old.items()):
        raise refuse("changed_meanwhile")
    fresh = {name: row.values[name] if name in row.before else old[name] for name in PROFILE}
    actions.change_profile(person, **fresh, by=by, now=now)


def _attach(person: Person, row: PeopleImportRow, *, by: int, today: date, now: datetime) -> None:
    """Organisation and role that are new."""
    is_new = row.verdict == RowVerdict.ADDED
    organisation = queries.organisation_by_code(row.values.get("organisation", ""))
    if organisation is not None and (is_new or "organisation" in row.before):
        actions.add_member(person, organisation, by=by, on=today, now=now)
    role = row.values.get("role", "")
    if role and (is_new or "role" in row.before):
        needs = role in rules.NEEDS_ORGANISATION
        limit = organisation.id if organisation is not None and needs else None
        actions.grant_role(person, Role(role), by=by, now=now, organisation_id=limit)


def finish_if_done(batch_id: int, *, now: datetime) -> None:
    """The last chunk to finish closes the import."""
    if db.session.scalar(_due(batch_id).limit(1)) is not None:
        return
    closed = db.session.execute(
        sa.update(PeopleImport)
        .where(PeopleImport.id == batch_id, PeopleImport.state == ImportState.RUNNING)
        .values(state=ImportState.DONE, finished_at=now)
    )
    if getattr(closed, "rowcount", 0):
        audit.record("people_import.finished", "people_import", batch_id, by=None, now=now)
