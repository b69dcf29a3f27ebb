"""Imports of people: the list, the rows by pages, the counts, the failed rows."""

from collections.abc import Sequence

import sqlalchemy as sa

from lms.accounts.models import PeopleImport, PeopleImportRow, RowVerdict
from lms.db import db
from lms.paging import SIZE, Page, page_of


def newest(limit: int = 20) -> Sequence[PeopleImport]:
    """The newest imports."""
    return db.session.scalars(
        sa.select(PeopleImport).order_by(PeopleImport.id.desc()).limit(limit)
    ).all()


def by_id(import_id: int) -> PeopleImport | None:
    """The import."""
    return db.session.get(PeopleImport, import_id)


def counts(import_id: int) -> dict[str, int]:
    """Rows by verdict, and `due` (to be run) and `done` of them; `undone` and `kept` of those."""
    rows = db.session.execute(
        sa.select(
            PeopleImportRow.verdict,
            sa.func.count().label("rows"),
            sa.func.count(PeopleImportRow.done_at).label("done"),
            sa.func.count(PeopleImportRow.undone_at).label("undone"),
            sa.func.count().filter(PeopleImportRow.kept != "").label("kept"),
        )
        .where(PeopleImportRow.people_import_id == import_id)
        .group_by(PeopleImportRow.verdict)
    ).all()
    found = {row.verdict.value: row.rows for row in rows}
    found["due"] = sum(row.rows for row in rows if row.verdict != RowVerdict.ERROR)
    found["done"] = sum(row.done for row in rows)
    found["undone"] = sum(row.undone for row in rows)
    found["kept"] = sum(row.kept for row in rows)
    return found


def rows_page(
    import_id: int, *, only: RowVerdict | None, after_line: int | None
) -> Page[PeopleImportRow]:
    """Rows in the file's order, perhaps those of one verdict, one page."""
    wanted = (
        sa.select(PeopleImportRow)
        .where(PeopleImportRow.people_import_id == import_id)
        .order_by(PeopleImportRow.line)
        .limit(SIZE + 1)
    )
    if only is not None:
        wanted = wanted.where(PeopleImportRow.verdict == only)
    if after_line is not None:
        wanted = wanted.where(PeopleImportRow.line > after_line)
    rows = db.session.scalars(wanted).all()
    return page_of(rows, size=SIZE, key=lambda row: (row.line,), is_first=after_line is None)


def failed(import_id: int) -> Sequence[PeopleImportRow]:
    """The rows with errors."""
    return db.session.scalars(
        sa.select(PeopleImportRow)
        .where(
            PeopleImportRow.people_import_id == import_id,
            PeopleImportRow.verdict == RowVerdict.ERROR,
        )
        .order_by(PeopleImportRow.line)
    ).all()
