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
from tests import once, postgres, sweeping
from tests.factories import Factory
from tests.sweeping import Broom


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


CHANGES = (
    "CREATE TABLE more (id integer)",
    "ALTER TABLE person DISABLE TRIGGER USER",
    "ALTER TABLE person ADD COLUMN more integer",
    "DROP TABLE more",
)


@pytest.mark.postgres
def test_a_sweep_empties_what_was_filled_and_notices_each_change_of_the_schema(
    postgres_copy: str,
) -> None:
    broom = Broom(postgres_copy)
    try:
        beat = "(executor_id, host, pid, started_at, beat_at) VALUES ('w', 'h', 1, now(), now())"
        postgres.execute(postgres_copy, f"INSERT INTO worker_beat {beat}")
        assert broom.sweep()
        assert broom.connection.execute("SELECT count(*) FROM worker_beat").fetchone() == (0,)
        for change in CHANGES:
            postgres.execute(postgres_copy, change)
            assert not broom.sweep(), change
            broom.connection.execute("DELETE FROM kept_by_tests.changed")
        assert broom.sweep()
    finally:
        broom.leave()


@pytest.mark.postgres
def test_few_idle_connections_go_to_the_next_test_and_many_do_not(app: Flask) -> None:
    with app.app_context():
        found = [db.engine.raw_connection() for _ in range(sweeping.KEPT_AT_MOST + 1)]
        ids = [one.dbapi_connection.info.backend_pid for one in found]  # type: ignore[union-attr]
        sweeping.keep_few(db.engine)
        assert not sweeping._spared

        first, second = db.engine.raw_connection(), db.engine.raw_connection()
        kept = {one.dbapi_connection.info.backend_pid for one in (first, second)}  # type: ignore[union-attr]
        first.close()
        second.close()
        sweeping.keep_few(db.engine)
        assert sweeping._spared == kept
        assert not kept & set(ids)
        for one in found:
            one.close()


def test_what_was_begun_and_not_finished_is_begun_anew_and_made_once(tmp_path: Path) -> None:
    half = tmp_path / "thing.begun" / "half"
    half.parent.mkdir()
    half.touch()
    made = []

    def make(folder: Path) -> None:
        made.append(folder)
        (folder / "whole").touch()

    for _ in range(2):
        assert [file.name for file in once.made_once(tmp_path, "thing", make).iterdir()] == [
            "whole"
        ]
    assert len(made) == 1
