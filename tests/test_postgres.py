"""The database that tests get: real, empty, on the newest schema, and one's own."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask

from lms import schema
from lms.accounts.models import Person
from lms.db import db, unit
from tests.factories import Factory


@pytest.mark.postgres
@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_finds_a_migrated_database_without_the_rows_of_the_others(
    app: Flask, make: Factory, turn: int
) -> None:
    assert db.engine.dialect.name == "postgresql"
    assert schema.current() == schema.head()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Person)) == 0
    make.person("Ines Prado")
    with unit(writes=False):
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Person)) == 1


@pytest.mark.sqlite
def test_a_test_about_sqlite_stays_on_sqlite(app: Flask) -> None:
    with app.app_context():
        assert db.engine.dialect.name == "sqlite"


@pytest.mark.postgres
def test_a_server_that_was_stopped_answers_no_more_and_leaves_nothing() -> None:
    folder = Path(tempfile.mkdtemp(prefix="academy-postgres-"))
    command = [sys.executable, "-m", "tests.postgres"]
    subprocess.run([*command, "start", folder], check=True, timeout=60)
    address = (folder / "url").read_text().replace("+psycopg", "")
    with psycopg.connect(address) as connection:
        assert connection.info.server_version >= 130000

    subprocess.run([*command, "stop", folder], check=True, timeout=60)

    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(address, connect_timeout=2)
    assert not os.path.lexists(folder)
