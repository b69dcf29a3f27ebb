"""Taking an import back in two phases: what it made and nobody used since ends, nothing goes."""

from datetime import date, datetime

import sqlalchemy as sa

from lms import audit, jobs
from lms.accounts import actions, credentials, queries_undo
from lms.accounts.models import Account, ImportState, PeopleImport, PeopleImportRow
from lms.accounts.queries_undo import Undo
from lms.db import db, locked
from lms.errors import refuse

CHUNK = 50


def start(batch: PeopleImport, *, by: int, now: datetime) -> None:
    """Take an import back that has run to its end, once."""
    changed = db.session.execute(
        sa.update(PeopleImport)
        .where(
            PeopleImport.id == batch.id,
            PeopleImport.state == ImportState.DONE,
            PeopleImport.undo_at.is_(None),
        )
        .values(undo_at=now, undo_by=by)
    )
    if not getattr(changed, "rowcount", 0):
        raise refuse("changed_meanwhile")
    ids = list(db.session.scalars(queries_undo.done_rows(batch.id)))
    audit.record(
        "people_import.undo_started", "people_import", batch.id, by=by, now=now, rows=len(ids)
    )
    for place in range(0, max(len(ids), 1), CHUNK):
        jobs.enqueue(
            "people_import.undo",
            {"import_id": batch.id, "row_ids": ids[place : place + CHUNK]},
            key=f"{batch.id}:{place}",
        )


def take_back(row_id: int, *, today: date, now: datetime) -> None:
    """End what one row made, unless that was done or somebody uses it: then the row says why."""
    wanted = sa.select(PeopleImportRow).where(PeopleImportRow.id == row_id)
    row: PeopleImportRow = db.session.scalars(locked(wanted)).one()
    if row.undone_at is not None or row.kept:
        return
    by = db.session.get_one(PeopleImport, row.people_import_id).undo_by
    if by is None:
        raise refuse("changed_meanwhile")
    # Who takes up an invitation just now changes the account: one of the two comes first.
    db.session.execute(locked(sa.select(Account.id).where(Account.person_id == row.person_id)))
    (found,) = queries_undo.undo_of([row_id])
    if found.kept:
        row.kept = found.kept
        return
    _end(found, by=by, today=today, now=now)
    row.undone_at = now


def keep(row_id: int) -> None:
    """Something stands in the way (the last administrator): the row stays."""
    db.session.execute(
        sa.update(PeopleImportRow)
        .where(PeopleImportRow.id == row_id, PeopleImportRow.undone_at.is_(None))
        .values(kept="in_use")
    )


def _end(found: Undo, *, by: int, today: date, now: datetime) -> None:
    person = found.person
    for membership_id in found.memberships:
        actions.end_membership(person, membership_id, by=by, on=today, now=now)
    for grant_id in found.grants:
        actions.end_role(person, grant_id, by=by, now=now)
    if found.account is not None:
        credentials.set_account_state(found.account, disabled=True, by=by, now=now)
    if found.profile:
        names = {name: getattr(person, name) for name in queries_undo.PROFILE}
        actions.change_profile(person, **{**names, **found.profile}, by=by, now=now)


def finish_if_done(batch_id: int, *, now: datetime) -> None:
    """The last chunk to finish closes it."""
    left = queries_undo.done_rows(batch_id).where(
        PeopleImportRow.undone_at.is_(None), PeopleImportRow.kept == ""
    )
    if db.session.scalar(left.limit(1)) is not None:
        return
    closed = db.session.execute(
        sa.update(PeopleImport)
        .where(PeopleImport.id == batch_id, PeopleImport.undone_at.is_(None))
        .values(undone_at=now)
    )
    if getattr(closed, "rowcount", 0):
        audit.record("people_import.undone", "people_import", batch_id, by=None, now=now)
