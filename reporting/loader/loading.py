"""One load: the folder, the instant, what was found, made, changed and taken away."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar

import sqlalchemy as sa

from courses.catalog.models import LoadedFile
from lms.audit import canonical
from lms.datafile import Document
from lms.db import Base, db
from reporting.loader.files import Folder

Row = TypeVar("Row", bound=Base)
OUTCOMES = ("added", "changed", "removed", "unchanged", "left out")


@dataclass
class Tally:
    """How many rows of each kind met which end."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def note(self, kind: str, outcome: str, number: int = 1) -> None:
        """Count."""
        self.counts[kind, outcome] += number

    @property
    def is_quiet(self) -> bool:
        """Whether the load changed nothing."""
        idle = ("unchanged", "left out")
        return not any(n for (_, outcome), n in self.counts.items() if outcome not in idle)

    def lines(self) -> list[str]:
        """One line for each kind, as the command prints them."""
        kinds = dict.fromkeys(kind for kind, _ in self.counts)
        return [
            f"{kind:18}"
            + ", ".join(
                f"{self.counts[kind, outcome]} {outcome}"
                for outcome in OUTCOMES
                if self.counts[kind, outcome]
            )
            for kind in kinds
        ]


@dataclass
class Loading:
    """A load under way. `today` is the day in the issuer's zone."""

    folder: Folder
    now: datetime
    today: date
    tally: Tally = field(default_factory=Tally)

    def knows(self, document: Document[Any]) -> bool:
        """Whether exactly this file was loaded before."""
        digest = sa.select(LoadedFile.sha256).where(LoadedFile.name == document.name)
        return db.session.scalar(digest) == digest_of(document)

    def put(self, model: type[Row], key: dict[str, Any], values: dict[str, Any]) -> Row:
        """Insert or update one row by its key; counts what happened."""
        row = db.session.scalars(sa.select(model).filter_by(**key)).one_or_none()
        outcome = "unchanged"
        if row is None:
            row, outcome = model(**key, **values), "added"
            db.session.add(row)
        elif any(getattr(row, name) != value for name, value in values.items()):
            outcome = "changed"
            for name, value in values.items():
                setattr(row, name, value)
        self.tally.note(kind_of(model), outcome)
        db.session.flush()
        return row

    def keep(self, model: type[Base], ids: Iterable[int], *within: sa.ColumnElement[bool]) -> None:
        """Take away the rows that the files no longer have; only for rows without a history."""
        key = sa.inspect(model).primary_key[0]
        gone = sa.delete(model).where(key.not_in(list(ids)), *within).returning(key)
        number = len(db.session.execute(gone).all())
        if number:
            self.tally.note(kind_of(model), "removed", number)


def digest_of(document: Document[Any]) -> str:
    """What a file says, as one name."""
    return hashlib.sha256(canonical(document.value.model_dump(mode="json"))).hexdigest()


def kind_of(model: type[Base]) -> str:
    """A model in words: “course version”."""
    return str(model.__tablename__).replace("_", " ")
