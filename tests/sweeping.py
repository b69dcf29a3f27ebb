"""A database of PostgreSQL as new again, without making it anew."""

import time
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from lms import connections

NAME = "broom"
"""What its connection is called, for those who look at the others."""
KEPT = "kept_by_tests"
"""The schema that holds what the template's tables hold from the start."""
OURS = f"n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', '{KEPT}')"
PATIENCE = 10.0
TABLES = f"""
    SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND {OURS} ORDER BY 1
"""
WATCH = f"""
    CREATE TABLE {KEPT}.changed (command text);
    CREATE FUNCTION {KEPT}.note() RETURNS event_trigger LANGUAGE plpgsql AS
        $$ BEGIN INSERT INTO {KEPT}.changed VALUES (tg_tag); END $$;
    CREATE EVENT TRIGGER kept_by_tests ON ddl_command_end EXECUTE FUNCTION {KEPT}.note()
"""
"""Notes each change of the schema."""
COUNTERS = """
    SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
    FROM pg_sequences WHERE last_value IS NOT NULL
"""
CLIENTS = """pg_stat_activity WHERE datname = current_database()
    AND backend_type = 'client backend' AND pid <> pg_backend_pid()"""
"""All connections to this database but the one that asks."""
OTHERS = f"SELECT pg_terminate_backend(pid) FROM {CLIENTS} AND pid <> ALL(%s)"


_spared: set[int] = set()
"""The server's processes behind the connections that `keep_few` kept."""
_kept_by: list[Engine] = []
KEPT_AT_MOST = 3


def keep_few(engine: Engine) -> None:
    """Leave an application's idle connections to the next test, as new: others would have to learn
    of every table and statement anew, a sixth of a test's time. Of many, or when one is lost or
    still used, none is kept."""
    _spared.clear()
    _kept_by[:] = [engine]
    pool: Any = engine.pool
    connections.end_rest(engine)
    if pool.checkedout() or pool.checkedin() > KEPT_AT_MOST:
        engine.dispose()
        return
    found = [engine.raw_connection() for _ in range(pool.checkedin())]
    try:
        for connection in found:
            driver: Any = connection.dbapi_connection
            driver.execute("RESET ALL")
            driver.rollback()
            _spared.add(driver.info.backend_pid)
    except psycopg.Error:
        _spared.clear()
    for connection in found:
        connection.close()
    if not _spared:
        engine.dispose()


def keep_none() -> None:
    """Their database goes."""
    while _kept_by:
        _kept_by.pop().dispose()
    _spared.clear()


class Broom:
    """Knows what a fresh database at this address holds, and brings it back. Its connection stays:
    a new one has to learn of every table anew."""

    def __init__(self, url: str) -> None:
        plain = sa.make_url(url).set(drivername="postgresql")
        self.connection = psycopg.connect(
            plain.render_as_string(hide_password=False),
            autocommit=True,
            application_name=NAME,
            options="-c lock_timeout=5s -c session_replication_role=replica",
        )
        with self.connection.transaction():
            connection = self.connection
            self.tables = [row[0] for row in connection.execute(TABLES)]
            self.kept = {
                table: f"{KEPT}.t{place}"
                for place, table in enumerate(self.tables)
                if connection.execute(f"SELECT 1 FROM {table} LIMIT 1".encode()).fetchone()
            }
            connection.execute(f"CREATE SCHEMA {KEPT}".encode())
            for table, copy in self.kept.items():
                connection.execute(f"CREATE TABLE {copy} AS TABLE {table}".encode())
            connection.execute(WATCH.encode())

    def sweep(self) -> bool:
        """Empty what a test filled; False when a test changed the schema, or holds on to it."""
        try:
            if not self._is_alone():
                return False
            with self.connection.transaction():
                self._empty(self.connection)
                self.connection.execute(COUNTERS)
                changed = f"SELECT 1 FROM {KEPT}.changed LIMIT 1"
                return self.connection.execute(changed.encode()).fetchone() is None
        except psycopg.Error:
            return False

    def leave(self) -> None:
        """The database is to be dropped."""
        self.connection.close()

    def _is_alone(self) -> bool:
        """End all other connections. Told to end, one may still commit what it was about to."""
        until = time.monotonic() + PATIENCE
        while self.connection.execute(OTHERS.encode(), [list(_spared)]).fetchone():
            if time.monotonic() > until:
                return False
            time.sleep(0.001)
        return True

    def _empty(self, connection: psycopg.Connection) -> None:
        asked = ", ".join(f"EXISTS (SELECT 1 FROM {table})" for table in self.tables)
        filled = connection.execute(f"SELECT {asked}".encode(), prepare=True).fetchone() or ()
        for table, is_filled in zip(self.tables, filled, strict=True):
            if is_filled:
                connection.execute(f"DELETE FROM {table}".encode())
            if table in self.kept:
                copy = f"INSERT INTO {table} OVERRIDING SYSTEM VALUE TABLE {self.kept[table]}"
                connection.execute(copy.encode())
