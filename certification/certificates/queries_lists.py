"""Ten thousand codes and addresses in one query: each list travels as one parameter.

`= ANY` over addresses timed out on PostgreSQL, and one parameter per value has a limit; a table
made from the parameter (`json_each`, `unnest`) is joined by the index.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from certification.certificates import queries, queries_staff
from certification.certificates.lists import Entry, Row
from certification.certificates.models import Certificate, CertificateState
from certification.certificates.models_checks import CertificateCheck
from certification.certificates.queries import Checked
from certification.certificates.rules import Verdict
from lms.accounts.models import Account, Person
from lms.db import AnySelect, db

TEXTS = postgresql.ARRAY(sa.Text())


def table_of(values: Sequence[str]) -> sa.Select[tuple[str]]:
    """The values as a sub-select of one column."""
    if db.session.get_bind().dialect.name == "postgresql":
        listed = sa.func.unnest(sa.cast(sa.literal(list(values), TEXTS), TEXTS))
        return sa.select(listed.column_valued("value"))
    listed = sa.func.json_each(sa.literal(orjson.dumps(list(values)).decode()))
    return sa.select(listed.table_valued("value").c.value)


def answers(entries: Sequence[Entry], day: date) -> list[list[Row]]:
    """What is known about each entry on a day, in the order of the list: one query. An address
    has a row for each of its certificates."""
    codes, people = _found(
        [e.key for e in entries if e.key and not e.is_email],
        [e.key for e in entries if e.key and e.is_email],
        day,
    )
    rows: list[list[Row]] = []
    for asked in entries:
        found = (people if asked.is_email else codes).get(asked.key or "")
        rows.append([_row(asked, one) for one in found] if found else [_unknown(asked)])
    return rows


def _found(
    codes: Sequence[str], addresses: Sequence[str], day: date
) -> tuple[dict[str, list[Checked]], dict[str, list[Checked]]]:
    """Certificates by code, and by the address of whoever holds them."""
    wanted = [_by_code(codes, day)] * bool(codes) + [_by_email(addresses, day)] * bool(addresses)
    by_code: dict[str, list[Checked]] = {}
    by_email: dict[str, list[Checked]] = {}
    if not wanted:
        return by_code, by_email
    statement = wanted[0] if len(wanted) == 1 else sa.union_all(*wanted)
    for row in sorted(db.session.execute(statement), key=lambda row: row.id):
        if row.email_key is None:
            by_code[row.code] = [queries.check(row, day)]
        elif row.superseded_by is None:
            by_email.setdefault(row.email_key, []).append(queries.check(row, day))
    return by_code, by_email


def _by_code(codes: Sequence[str], day: date) -> AnySelect:
    nobody = sa.literal_column("NULL", sa.String).label("email_key")
    return _plain(day).add_columns(nobody).where(Certificate.code.in_(table_of(codes)))


def _by_email(addresses: Sequence[str], day: date) -> AnySelect:
    """Certificates of people who agreed to be found. Who did not agree is no row, as who does
    not exist is none: the condition stands in the query, not in a second step."""
    return (
        _plain(day)
        .add_columns(Account.email_key)
        .join(Person, Person.id == Certificate.person_id)
        .join(Account, Account.person_id == Person.id)
        .where(
            Account.email_key.in_(table_of(addresses)),
            Person.consents_to_lookup_at.is_not(None),
            Person.erased_at.is_(None),
            Certificate.state == CertificateState.ISSUED,
        )
    )


def _plain(day: date) -> AnySelect:
    """Verification's own columns but for the frozen facts, which a list does not show."""
    return queries.selected(day)


def _unknown(asked: Entry) -> Row:
    return Row(asked.text, Verdict.NOT_FOUND, hint=asked.hint)


def _row(asked: Entry, checked: Checked) -> Row:
    row, shown = checked.row, checked.holder is not None
    return Row(
        asked.text, checked.verdict, row.code, checked.holder,
        row.achievement if shown else None, row.issued_on, row.valid_until if shown else None,
        row.revoked_on, checked.reason, row.superseded_by,
    )  # fmt: skip


def checks_of(organisation_ids: Sequence[int] | None, limit: int = 20) -> Sequence[Any]:
    """The newest checked lists of the organisations (None: of all)."""
    wanted = sa.select(CertificateCheck).order_by(CertificateCheck.id.desc()).limit(limit)
    if organisation_ids is not None:
        wanted = wanted.where(CertificateCheck.organisation_id.in_(organisation_ids))
    return db.session.scalars(wanted).all()


def check_by_id(public_id: str, organisation_ids: Sequence[int] | None) -> CertificateCheck | None:
    """A checked list, if it is one of these organisations' (None: whosever it is)."""
    wanted = sa.select(CertificateCheck).where(CertificateCheck.public_id == public_id)
    if organisation_ids is not None:
        wanted = wanted.where(CertificateCheck.organisation_id.in_(organisation_ids))
    return db.session.scalar(wanted)


def result_of(check_id: int) -> bytes | None:
    """The compressed result file, while it is kept."""
    return db.session.scalar(
        sa.select(CertificateCheck.result).where(CertificateCheck.id == check_id)
    )


def page_for(
    *, person_id: int | None, organisation_id: int | None, day: date, after: int | None, limit: int
) -> list[Checked]:
    """Certificates of a person, or of an organisation's people now, newest first."""
    wanted = _plain(day).order_by(Certificate.id.desc()).limit(limit)
    if person_id is not None:
        wanted = wanted.where(Certificate.person_id == person_id)
    if organisation_id is not None:
        wanted = wanted.where(queries_staff.is_member([organisation_id], day))
    if after is not None:
        wanted = wanted.where(Certificate.id < after)
    return [queries.check(row, day) for row in db.session.execute(wanted)]


def forgettable(before: datetime) -> sa.Update:
    """Drops result files that are older than an instant."""
    return (
        sa.update(CertificateCheck)
        .where(CertificateCheck.result.is_not(None), CertificateCheck.checked_at < before)
        .values(result=None)
    )
