"""Rows by the ten thousand: COPY on PostgreSQL, one prepared statement on SQLite.

Values arrive as both databases read them (numbers, text, ISO dates, instants in UTC without a
zone), so that the same load writes the same rows on either.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.db import Base

Value = int | str | None


class Sheet:
    """Rows of one table that gather until they are written; ids are given here, in order."""

    def __init__(self, session: Session, model: type[Base], columns: str, **same: Value) -> None:
        """`columns` vary by row; `same` are the columns that are alike in every row."""
        table = model.__table__
        assert isinstance(table, sa.Table)
        self.table, self.columns = table.name, ("id", *columns.split(), *same)
        self._same = tuple(same.values())
        self.rows: list[tuple[Value, ...]] = []
        self.total = 0
        self.next_id = (session.scalar(sa.select(sa.func.max(table.c.id))) or 0) + 1
        required = {column.name for column in table.columns if not column.nullable}
        if not required <= set(self.columns) <= set(table.columns.keys()):
            raise LookupError(f"columns of {table.name}: {required ^ set(self.columns)}")

    def add(self, *values: Value) -> int:
        """Add a row; returns its id."""
        number = self.next_id
        self.rows.append((number, *values, *self._same))
        self.next_id = number + 1
        return number


class Bulk:
    """Writes sheets inside the session's transaction."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.is_postgres = session.get_bind().dialect.name == "postgresql"
        self.driver: Any = session.connection().connection.driver_connection
        if self.is_postgres:
            session.execute(sa.text("SET LOCAL TIME ZONE 'UTC'"))

    def write(self, sheets: Sequence[Sheet]) -> None:
        """Write what has gathered, in the order of the sheets, and empty them."""
        for sheet in sheets:
            if sheet.rows:
                self._write(sheet)
                sheet.total += len(sheet.rows)
                sheet.rows.clear()

    def _write(self, sheet: Sheet) -> None:
        names = ", ".join(f'"{name}"' for name in sheet.columns)
        if not self.is_postgres:
            marks = ", ".join("?" * len(sheet.columns))
            insert = f"INSERT INTO {sheet.table} ({names}) VALUES ({marks})"
            self.driver.executemany(insert, sheet.rows)
            return
        with (
            self.driver.cursor() as cursor,
            cursor.copy(f"COPY {sheet.table} ({names}) FROM STDIN") as copy,
        ):
            for row in sheet.rows:
                copy.write_row(row)

    def finish(self, sheets: Sequence[Sheet]) -> None:
        """Let later ids follow these, and let the planner know the new sizes."""
        for sheet in sheets if self.is_postgres else ():
            sequence = f"pg_get_serial_sequence('{sheet.table}', 'id')"
            self.session.execute(sa.text(f"SELECT setval({sequence}, {sheet.next_id}, false)"))
        self.session.execute(sa.text("ANALYZE"))
