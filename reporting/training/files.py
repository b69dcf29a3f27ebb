"""The report as files: its figures at once, the rows behind them piece by piece."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime

from flask import Flask

from lms import clock, db
from lms.accounts.listfile import neutral, write
from lms.paging import Page
from reporting.training.queries import Report, Row
from reporting.training.queries_rows import Line
from reporting.training.rules import Figures

PIECE = 1_000
"""Rows that are read at once: each piece is a short transaction of its own."""
OF_TRAINING = (
    *("class_sessions", "seats_offered", "seats_taken", "attended", "no_shows"),
    *("attendance_not_recorded", "seats_cancelled", "passed", "failed", "pass_rate_percent"),
    *("completed", "learning_hours"),
)
OF_AWARDS = ("awarded", "revoked", "expired")
COLUMNS = ("kind", "code", "name", "programme", *OF_TRAINING, *OF_AWARDS)
PEOPLE = (
    *("person", "organisation", "code", "title", "class_session", "attendance", "result", "score"),
    *("seat_ended", "date"),
)
BEGINNING = "\ufeff"
"""So that spreadsheets read UTF-8."""


def figures(report: Report, kind: str) -> str:
    """The rows of the table, those of certifications, and the total."""
    rows = [_row(kind, row) for row in report.rows]
    rows += [_row("certification", row) for row in report.schemes]
    return write([*rows, ("total", "", "", "", *_cells(report.total))], COLUMNS)


def _row(kind: str, row: Row) -> Sequence[object]:
    return (kind, row.name.code, row.name.title, row.name.group, *_cells(row.figures))


def _cells(own: Figures) -> Sequence[object]:
    rate = "" if own.pass_rate is None else own.pass_rate
    offered = own.capacity or ""
    return (
        own.sessions, offered, own.seats, own.attended, own.absent, own.unmarked, own.cancelled,
        own.passed, own.failed, rate, own.completed, f"{own.minutes / 60:.2f}",
        own.awarded, own.revoked, own.expired,
    )  # fmt: skip


def people(app: Flask, page_after: Callable[[str | None], Page[Line]], zone: str) -> Iterator[str]:
    """The list behind a figure, whatever its length, while it is read. A seat stands in it once
    at most: each piece begins after the last row of the one before. Nothing is held open between
    two pieces, for whoever reads may go away."""
    yield BEGINNING + _text([PEOPLE])
    cursor, is_first = None, True
    while cursor or is_first:
        page = _read(app, page_after, cursor)
        yield _text([_person(line, zone) for line in page.rows])
        cursor, is_first = page.next_cursor, False


def _read(
    app: Flask, page_after: Callable[[str | None], Page[Line]], cursor: str | None
) -> Page[Line]:
    with app.app_context():
        return db.run(lambda: page_after(cursor), writes=False)


def _text(rows: Iterable[Sequence[object]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows([neutral(str(cell)) for cell in row] for row in rows)
    return out.getvalue()


def _person(line: Line, zone: str) -> Sequence[object]:
    cells = (
        line.name, line.organisation, line.code, line.title, line.session, line.presence,
        line.outcome, line.score, line.end, day_of(line.on, zone).isoformat(),
    )  # fmt: skip
    return ["" if cell is None else cell for cell in cells]


def day_of(on: date | datetime, zone: str) -> date:
    """Instants by the day in the zone."""
    return clock.today(on, zone) if isinstance(on, datetime) else on
