"""CSV of our own: a line an item, its whole content as JSON in one column, so nothing is lost;
the other columns are for people. Pure."""

import csv
import io
import json
import re
from collections.abc import Iterable
from itertools import islice

from certification.items.content import ItemContent
from certification.items.exchange.found import MOST_ITEMS, Found, Making, TooMany, refused, taken
from certification.items.reading import as_json
from lms.encoding import json_of
from lms.reasons import Reason

COLUMNS = ("code", "kind", "title", "content")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
LONGEST = 400_000
DEEPEST = 40
_SIGN = re.compile(r'"?code"?([,;\t])')
"""Spreadsheets of some countries save semicolons."""


def write(rows: Iterable[tuple[str, str, ItemContent]]) -> str:
    """The table of (code, title, content), harmless in a spreadsheet."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for code, title, content in rows:
        data = json.dumps(as_json(content), ensure_ascii=False, separators=(",", ":"))
        writer.writerow([_harmless(code), content.kind, _harmless(title), data])
    return file.getvalue()


def read(text: str, language: str = "en") -> list[Found]:
    """Every line of the table, in order."""
    del language  # the content names its own
    csv.field_size_limit(LONGEST)
    text = text.lstrip("\ufeff")
    sign = found[1] if (found := _SIGN.match(text)) else ","
    try:
        reader = csv.DictReader(io.StringIO(text), strict=True, delimiter=sign)
        rows = list(islice(reader, MOST_ITEMS + 1))
    except csv.Error:
        return [refused(1, Making(), [Reason("import_structure")])]
    if len(rows) > MOST_ITEMS:
        raise TooMany
    return [_read(number, row) for number, row in enumerate(rows, 1)]


def _read(number: int, row: dict[str, str | None]) -> Found:
    making = Making((row.get("code") or "").removeprefix("'")[:60])
    text = row.get("content") or ""
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
