"""Counting what a page asks of the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from lms import prepared
from lms.db import db


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that run in this block, in their order."""
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        found.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    prepared.observers.append(found.append)
    try:
        yield found
    finally:
        prepared.observers.remove(found.append)
        event.remove(db.engine, "before_cursor_execute", note)
