"""A unit that reads cannot write, whatever the connection did before."""

import sqlite3
import threading
import time
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DBAPIError

from lms import connections
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


@pytest.mark.sqlite
@pytest.mark.parametrize("held", [0.02, 0.4])
def test_a_writer_waits_for_another_process(app: Flask, make: Factory, held: float) -> None:
    make.person("Ada")
    other = sqlite3.connect(
        db.engine.url.database or "", isolation_level=None, check_same_thread=False
    )
    other.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    freed = threading.Timer(held, other.close)
    freed.start()
    run(lambda: rename("Bea"))
    assert time.monotonic() - began >= held
    assert run(names, writes=False) == ["Bea"]


def test_who_goes_through_all_connections_ends_a_readers_rest(app: Flask) -> None:
    with app.app_context():
        engine = db.engine
    connections.give_back(engine, connections.reader(engine, may_repeat=True))
    pool: Any = engine.pool
    assert pool.checkedout() == 1

    connections.end_rest(engine)
    connections.end_rest(engine)

    assert pool.checkedout() == 0
