"""Counters that say "something of this kind changed", so that caches know when they are old."""

import sqlalchemy as sa
from flask import g
from sqlalchemy.orm import Mapped, mapped_column

from lms.columns import Words
from lms.db import Base, db, insert_once, is_reading, locked
from lms.prepared import Prepared


class Revision(Base):
    """A counter by name."""

    __tablename__ = "revision"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Words(40), unique=True)
    value: Mapped[int]


def bump(name: str) -> None:
    """Count a change in this unit."""
    insert_once(Revision, {"name": name, "value": 0}, ["name"])
    db.session.execute(
        sa.update(Revision).where(Revision.name == name).values(value=Revision.value + 1)
    )


def hold(name: str) -> None:
    """Until this unit ends nobody else changes what the counter counts."""
    insert_once(Revision, {"name": name, "value": 0}, ["name"])
    db.session.execute(locked(sa.select(Revision.id).where(Revision.name == name)))


BROUGHT = "catalog"
"""The counter that nearly every page of a signed-in reader needs: the query that asks who they are
brings it along, which saves each page a round trip."""


def brought() -> sa.ScalarSelect[int]:
    """Its value as a column of that query, for `note`."""
    return sa.select(Revision.value).where(Revision.name == BROUGHT).scalar_subquery()


def note(value: int | None) -> None:
    """What `brought` was: a unit that reads asks no more."""
    if is_reading():
        g.setdefault("kept_in_unit", {}).setdefault(BROUGHT, value or 0)


_VALUE = Prepared(sa.select(Revision.value).where(Revision.name == sa.bindparam("name")))


def value(name: str) -> int:
    """How many changes there were. Every page asks this, some twice: a unit that reads sees one
    value from its beginning to its end."""
    if not is_reading():
        return _value(name)
    kept: dict[str, int] = g.setdefault("kept_in_unit", {})
    if name not in kept:
        kept[name] = _value(name)
    return kept[name]


def _value(name: str) -> int:
    row = _VALUE.first(name=name)
    return row.value if row else 0
