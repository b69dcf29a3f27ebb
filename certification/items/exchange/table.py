"""CSV of our own: a line an item, its whole content as JSON in one column, so nothing is lost;
the other columns are for people. Pure."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from itertools import islice, zip_longest

from certification.items.content import ItemContent
from certification.items.exchange.found import MOST_ITEMS, Found, Making, TooMany, refused, taken
from certification.items.reading import as_json
from lms import tables
from lms.encoding import json_of
from lms.reasons import Reason

COLUMNS = ("code", "kind", "title", "content")
OURS = frozenset(("code", "kind", "content"))
"""Tables of other systems have titles, too."""
HEAD = 4_096
FORMULA = ("=", "+", "-", "@", "\t", "\r")
LONGEST = 400_000
DEEPEST = 40


def write(rows: Iterable[tuple[str, str, ItemContent]]) -> str:
    """The table of (code, title, content), harmless in a spreadsheet."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for code, title, content in rows:
        data = json.dumps(as_json(content), ensure_ascii=False, separators=(",", ":"))
        writer.writerow([_harmless(code), content.kind, _harmless(title), data])
    return file.getvalue()


def is_ours(text: str) -> bool:
    """Whether the first line names our columns, in whatever order and spelling."""
    text, sign = tables.opened(text[:HEAD])
    try:
        names = _names(csv.reader(io.StringIO(text, newline=""), delimiter=sign))
    except csv.Error:
        return False
    return len(OURS.intersection(map(tables.named, names))) > 1


def read(text: str, language: str = "en") -> list[Found]:
    """Every line of the table, in order, then which of its columns are left behind."""
    del language  # the content names its own
    csv.field_size_limit(LONGEST)
    text, sign = tables.opened(text)
    reader = csv.reader(io.StringIO(text), strict=True, delimiter=sign)
    try:
        names = _names(reader)
        rows = list(islice(tables.filled(reader), MOST_ITEMS + 1))
    except csv.Error:
        return [_whole(1, "import_broken", line=reader.line_num)]
    columns = [tables.named(name) for name in names]
    if flaw := _flaw(columns):
        return [flaw]
    if len(rows) > MOST_ITEMS:
        raise TooMany
    found = [_read(number, columns, row) for number, row in enumerate(rows, 1)]
    unknown = [name.strip() for name in names if name.strip() and tables.named(name) not in COLUMNS]
    if found and unknown:
        shown = ", ".join(unknown)[:400]
        found.append(_whole(len(found) + 1, "import_columns_left", names=shown))
    return found


def _names(rows: Iterable[list[str]]) -> list[str]:
    return next(tables.filled(rows), [])


def _whole(number: int, code: str, /, **values: object) -> Found:
    return refused(number, Making("—"), [Reason(code, values)])


def _flaw(columns: Sequence[str]) -> Found | None:
    """What is wrong with the first line as a whole."""
    if "content" not in columns:
        return _whole(1, "import_columns", columns="content")
    twice = [name for name in COLUMNS if columns.count(name) > 1]
    return _whole(1, "import_twice", columns=", ".join(twice)) if twice else None


def _read(number: int, columns: Sequence[str], row: Sequence[str]) -> Found:
    values = dict(zip(columns, row, strict=False))
    making = Making(values.get("code", "").removeprefix("'")[:60])
    if any(not name and cell.strip() for name, cell in zip_longest(columns, row, fillvalue="")):
        making.note("import_cells_left")
    text = values.get("content", "")
    if text.count("{") + text.count("[") > LONGEST or _depth(text) > DEEPEST:
        return refused(number, making, [Reason("import_structure")])
    try:
        making.data = json_of(text)
    except ValueError:
        return refused(number, making, [Reason("import_structure")])
    return taken(number, making)


def _depth(text: str) -> int:
    """How deep brackets nest at most; those in strings count too, which only errs on one side."""
    depth = deepest = 0
    for sign in text:
        depth += (sign in "{[") - (sign in "}]")
        deepest = max(deepest, depth)
    return deepest


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text
