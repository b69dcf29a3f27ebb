"""A unit that reads cannot write, whatever the connection did before."""

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DBAPIError

from lms.accounts.models import Person
from lms.db import db, run, unit
from tests.factories import Factory


def rename(name: str) -> None:
    db.session.execute(sa.update(Person).values(name=name))


def names() -> list[str]:
    return list(db.session.scalars(sa.select(Person.name)))


def test_units_that_read_and_write_in_turn_keep_to_what_they_are(app: Flask, make: Factory) -> None:
    make.person("Ada")
    for turn in range(3):
        assert len(run(names, writes=False)) == 1
        db.session.remove()
        run(lambda name=f"Ada {turn}": rename(name))  # type: ignore[misc]
        db.session.remove()
        with pytest.raises(DBAPIError, match=r"read-?only"), unit(writes=False):
            rename("Mallory")
        db.session.remove()
        assert run(names, writes=False) == [f"Ada {turn}"]
        db.session.remove()
