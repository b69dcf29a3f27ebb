"""What all factories share: the instant, a counter for unique codes, and saving."""

from datetime import datetime
from typing import TypeVar

from lms.db import Base, db, unit

Row = TypeVar("Row", bound=Base)


class FactoryBase:
    """`now` is the instant at which things are made."""

    now: datetime
    count: int

    def next(self) -> int:
        """1, 2, 3, …"""
        self.count += 1
        return self.count

    def save(self, row: Row) -> Row:
        """Add and commit."""
        with unit(writes=True):
            db.session.add(row)
        return row
