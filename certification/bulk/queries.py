"""Mass acts and their rows; certificates as they are chosen."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from certification.awards.models import Award, Revocation, Scheme, Suspension
from certification.bulk.models import BulkAct, BulkItem
from certification.certificates.models import Certificate
from certification.certificates.queries_lists import table_of
from courses.catalog.models import Programme
from lms.accounts.models import Account, Person
from lms.db import db
from lms.paging import SIZE, Page, page_of

_successor = aliased(Certificate)


def targets(keys: Sequence[str], programmes: Sequence[str] | None) -> dict[str, Any]:
    """Certificates by code and by number, with how they stand, in one query each."""
    wanted = (
        sa.select(
            Certificate.id,
            Certificate.code,
            Certificate.number,
            Certificate.state,
            Certificate.person_id,
            Certificate.holder_name,
            Certificate.achievement,
            Revocation.id.label("revocation_id"),
            Suspension.id.label("suspension_id"),
            _successor.id.label("successor_id"),
        )
        .join(Award, Award.id == Certificate.award_id)
        .join(Scheme, Scheme.id == Award.scheme_id)
        .join(Programme, Programme.id == Scheme.programme_id)
        .outerjoin(Revocation, Revocation.award_id == Award.id)
        .outerjoin(
            Suspension,
            sa.and_(Suspension.award_id == Award.id, Suspension.lifted_at.is_(None)),
        )
        .outerjoin(_successor, _successor.supersedes_id == Certificate.id)
    )
    if programmes is not None:
        wanted = wanted.where(Programme.code.in_(programmes))
    listed = table_of(keys)
    by_code = db.session.execute(wanted.where(Certificate.code.in_(listed))).all()
    by_number = db.session.execute(wanted.where(Certificate.number.in_(listed))).all()
    return {row.code: row for row in by_code} | {row.number: row for row in by_number}


def people(keys: Sequence[str]) -> dict[str, Any]:
    """People by the key of their address, in one query."""
    rows = db.session.execute(
        sa.select(Account.email_key, Person.id, Person.name)
        .join(Person, Person.id == Account.person_id)
        .where(Account.email_key.in_(table_of(keys)), Person.erased_at.is_(None))
    )
    return {row.email_key: row for row in rows}


def drawn(item_ids: Sequence[int]) -> Sequence[int]:
    """The certificates that these rows made, their documents stored."""
    return db.session.scalars(
        sa.select(Certificate.id)
        .join(BulkItem, BulkItem.made_id == Certificate.id)
        .where(BulkItem.id.in_(item_ids), BulkItem.done_at.is_not(None))
        .order_by(BulkItem.id)
    ).all()


def newest(person_id: int | None, limit: int = 20) -> Sequence[BulkAct]:
    """The newest acts, of one person or of everybody."""
    wanted = sa.select(BulkAct).order_by(BulkAct.id.desc()).limit(limit)
    if person_id is not None:
        wanted = wanted.where(BulkAct.created_by == person_id)
    return db.session.scalars(wanted).all()


def by_id(act_id: int, person_id: int | None) -> BulkAct | None:
    """An act, if it is this person's (None: whosever it is)."""
    wanted = sa.select(BulkAct).where(BulkAct.id == act_id)
    if person_id is not None:
        wanted = wanted.where(BulkAct.created_by == person_id)
    return db.session.scalar(wanted)


def due(act_id: int) -> sa.Select[int]:
    """The rows that are still to be done."""
    return (
        sa.select(BulkItem.id)
        .where(BulkItem.bulk_act_id == act_id, BulkItem.done_at.is_(None), BulkItem.flaw == "")
        .order_by(BulkItem.line)
    )


def counts(act_id: int, since: datetime | None) -> tuple[int, int, int, int]:
    """(rows, errors, done, done since an instant)."""
    row = db.session.execute(
        sa.select(
            sa.func.count(),
            sa.func.count().filter(BulkItem.flaw != ""),
            sa.func.count(BulkItem.done_at),
            sa.func.count().filter(BulkItem.done_at >= since) if since else sa.literal(0),
        ).where(BulkItem.bulk_act_id == act_id)
    ).one()
    return row[0], row[1], row[2], row[3]


def items(act_id: int, *, only_flaws: bool, after_line: int | None) -> Page[BulkItem]:
    """A page of rows in the order in which they were chosen."""
    wanted = (
        sa.select(BulkItem)
        .where(BulkItem.bulk_act_id == act_id)
        .order_by(BulkItem.line)
        .limit(SIZE + 1)
    )
    if only_flaws:
        wanted = wanted.where(BulkItem.flaw != "")
    if after_line is not None:
        wanted = wanted.where(BulkItem.line > after_line)
    rows = db.session.scalars(wanted).all()
    return page_of(rows, size=SIZE, key=lambda row: (row.line,), is_first=after_line is None)


def all_items(act_id: int) -> Sequence[BulkItem]:
    """Every row, for the report."""
    return db.session.scalars(
        sa.select(BulkItem).where(BulkItem.bulk_act_id == act_id).order_by(BulkItem.line)
    ).all()


def done_numbers(act_id: int) -> Sequence[str]:
    """The certificates on which the act was done."""
    return db.session.scalars(
        sa.select(Certificate.number)
        .join(BulkItem, BulkItem.certificate_id == Certificate.id)
        .where(BulkItem.bulk_act_id == act_id, BulkItem.done_at.is_not(None))
        .order_by(BulkItem.line)
    ).all()
