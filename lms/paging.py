"""Keyset paging: pages by "what comes after this row", never by OFFSET."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from werkzeug.exceptions import NotFound

T = TypeVar("T")
SIZE = 50
LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of rows with the cursor of the next one (None: this is the last)."""

    rows: Sequence[T]
    next_cursor: str | None
    is_first: bool


def encode(values: Sequence[int | str]) -> str:
    """A cursor for the URL from the sort values (numbers, text) of the last row shown."""
    text = json.dumps(list(values), separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(cursor: str, kinds: Sequence[type[int] | type[str]]) -> list[int | str]:
    """The sort values of a cursor; a cursor that is not ours is a 404."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        values = json.loads(base64.urlsafe_b64decode(padded.encode()))
    except ValueError as error:
        raise NotFound() from error
    if not isinstance(values, list) or [type(value) for value in values] != list(kinds):
        raise NotFound()
    if not all(map(_is_storable, values)):
        raise NotFound()
    return values


def id_after(cursor: str | None) -> int | None:
    """The id after which a list goes on that is sorted by it alone; None: at the beginning."""
    return int(decode(cursor, (int,))[0]) if cursor else None


def _is_storable(value: int | str) -> bool:
    return abs(value) <= LARGEST_ID if isinstance(value, int) else "\0" not in value


def after(columns: Sequence[Any], values: Sequence[int | str]) -> sa.ColumnElement[bool]:
    """`(a, b) > (x, y)`: rows after the cursor in ascending order."""
    return sa.tuple_(*columns) > sa.tuple_(*[sa.literal(v) for v in values])


def page_of(
    rows: Sequence[T], *, size: int, key: Callable[[T], Sequence[int | str]], is_first: bool
) -> Page[T]:
    """Cut a page from `size + 1` fetched rows."""
    shown = rows[:size]
    cursor = encode(key(shown[-1])) if len(rows) > size else None
    return Page(shown, cursor, is_first)
