"""Lists of people as CSV files: read whatever a spreadsheet writes, write what one may open."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from lms import encoding, tables
from lms.accounts.rules import plain_name
from lms.errors import refuse

COLUMNS = ("name", "email", "organisation", "role", "language", "time_zone", "invite")
REQUIRED = ("name", "email")
MOST_ROWS = 20_000
OTHER_NAMES = {
    "full_name": "name",
    "mail": "email",
    "e_mail": "email",
    "email_address": "email",
    "e_mail_address": "email",
    "organization": "organisation",
    "organisation_code": "organisation",
    "organization_code": "organisation",
    "timezone": "time_zone",
    "zone": "time_zone",
}
REPORTED = ("line", "reason")
"""Columns of the list of failed rows, which may be corrected and sent again as it is."""
RISKY = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet takes a cell that begins so for a formula."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the list: where it ends in the file, and its values by our column names."""

    number: int
    values: dict[str, str]
    is_ragged: bool
    """Whether there are more cells than columns."""


def read(content: bytes) -> list[Line]:
    """The rows; refuses (422) what is no list of people and says why."""
    text, sign = tables.opened(decode(content))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True)
    try:
        columns = _columns(next(tables.filled(reader), []))
        rows = islice(tables.filled(reader), MOST_ROWS + 1)
        lines = [_line(row, columns, reader.line_num) for row in rows]
    except csv.Error:
        raise refuse("import_broken", status=422, line=reader.line_num) from None
    if not lines:
        raise refuse("import_empty", status=422)
    if len(lines) > MOST_ROWS:
        raise refuse("import_large", status=422, most=MOST_ROWS)
    return lines


def decode(content: bytes) -> str:
    """The file as text, whose letters are sure: names are made of them."""
    text = encoding.decode(content)
    if text is None:
        raise refuse("import_encoding", status=422)
    return text


def _columns(names: Sequence[str]) -> list[str]:
    plain = [tables.named(name) for name in names]
    columns = [OTHER_NAMES.get(name, name) for name in plain]
    unknown = [name for name in columns if name and name not in (*COLUMNS, *REPORTED)]
    twice = sorted({name for name in columns if name and columns.count(name) > 1})
    missing = [name for name in REQUIRED if name not in columns]
    for code, wrong in (
        ("import_columns", missing),
        ("import_unknown", unknown),
        ("import_twice", twice),
    ):
        if wrong:
            raise refuse(code, status=422, columns=", ".join(wrong)[:200])
    return columns


def _line(row: Sequence[str], columns: Sequence[str], number: int) -> Line:
    cells = [_plain(cell) for cell in row]
    values = {name: cell for name, cell in zip(columns, cells, strict=False) if name in COLUMNS}
    for name in REQUIRED:
        values.setdefault(name, "")
    values["name"] = plain_name(values["name"])
    return Line(number, values, is_ragged=any(cells[len(columns) :]))


def _plain(cell: str) -> str:
    """One line without edges; the mark that `neutral` put before a cell is taken off again."""
    text = cell.removeprefix("'") if cell.startswith("'") and cell[1:].startswith(RISKY) else cell
    return " ".join(text.split())


def neutral(cell: str) -> str:
    """A cell that a spreadsheet cannot take for a formula."""
    return f"'{cell}" if cell.startswith(RISKY) else cell


def write(rows: Iterable[Sequence[object]], columns: Sequence[str] = (*COLUMNS, *REPORTED)) -> str:
    """A CSV file that a spreadsheet reads as UTF-8; every cell is harmless."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([neutral(str(cell)) for cell in row] for row in rows)
    return "\ufeff" + out.getvalue()
