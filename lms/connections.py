"""Connections of both databases: how they open, how transactions begin, whether they still live.

SQLite: WAL, `BEGIN IMMEDIATE` for units that write and a deferred, `query_only` transaction for
units that read. An immediate begin for everything cost reads a factor of 150 beside a writer; a
deferred read-then-write fails with lock errors whatever the busy timeout. PostgreSQL: READ
COMMITTED, read-only for units that read; single SELECTs of hot pages without a transaction.
"""

import select
import sqlite3
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from time import monotonic, sleep
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import event
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from lms import storedjson
from lms.settings import Settings
from lms.wire import Wire

BUSY_TIMEOUT_MS = 30_000
CLOSE_TRIES, CLOSE_TRY_SECONDS = 200, 0.000_2
"""How a unit that writes waits for SQLite's lock at first."""
REST_SECONDS = 5.0
PLANS_AFTER = 2
"""Runs of a statement on one connection after which PostgreSQL keeps its plan."""
PLANS_KEPT = 400
writing: ContextVar[bool] = ContextVar("unit_writes", default=False)
"""Whether the unit of this context writes (`lms.db.unit` says so)."""


def options(settings: Settings) -> dict[str, Any]:
    """Options for both databases; PostgreSQL must also work behind a transaction pooler."""
    own: dict[str, Any] = {"prepare_threshold": None}
    if settings.sqlite:
        own = {"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False}
    return {"connect_args": own, "json_deserializer": storedjson.read}


def prepare(engine: Engine) -> None:
    """Register what each new connection and each new transaction needs."""
    event.listen(engine, "engine_disposed", _drop_rest)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _sqlite_connect)
        event.listen(engine, "begin", _sqlite_begin)
    else:
        event.listen(engine, "connect", _postgres_connect)
        event.listen(engine, "begin", _postgres_begin)
        event.listen(engine, "checkin", _note_use)
        event.listen(engine, "checkout", _ask_whether_alive(engine.dialect))


def _sqlite_connect(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "foreign_keys=ON",
        "synchronous=FULL",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _sqlite_begin(connection: Connection) -> None:
    """A reader's two statements cannot fail, so they go straight to the driver: a fifth of the
    time of a small page. A writer's may find the database locked, which SQLAlchemy must see.

    `query_only` is set when it changes, for setting it makes SQLite forget how it ran every
    statement of the connection: each would be planned anew in each unit (measured: 0071).
    """
    pooled = connection.connection
    driver: Any = pooled.dbapi_connection
    reads = not writing.get()
    if pooled.info.get("query_only", False) != reads:
        driver.execute(f"PRAGMA query_only={'ON' if reads else 'OFF'}")
        pooled.info["query_only"] = reads
    if reads:
        driver.execute("BEGIN")
    else:
        _begin_to_write(connection, driver)


def _begin_to_write(connection: Connection, driver: Any) -> None:
    """Take the only write lock. SQLite waits for it in steps of 1, 2, 5 and up to 100 ms, so two
    processes that write small things leave the lock free most of the time (measured: 0080): the
    first tries of a wait come closer together here, the rest of the wait is SQLite's."""
    driver.execute("PRAGMA busy_timeout=0")
    try:
        for _ in range(CLOSE_TRIES):
            try:
                driver.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError:
                sleep(CLOSE_TRY_SECONDS)
    finally:
        driver.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _postgres_connect(driver: Any, _record: object) -> None:
    """Let the server keep plans (a page takes a third of the time then), unless a transaction
    pooler stands between: it hands each transaction to another server session, where a plan of the
    same name may be somebody else's. A pooler tells a process id of its own (docs/decisions/0033).
    """
    pid = driver.execute("SELECT pg_backend_pid()").fetchone()[0]
    driver.rollback()
    if pid == driver.info.backend_pid:
        driver.prepare_threshold, driver.prepared_max = PLANS_AFTER, PLANS_KEPT


def _note_use(_driver: object, record: ConnectionPoolEntry) -> None:
    record.info["used"] = monotonic()


def _ask_whether_alive(dialect: Dialect) -> Callable[..., None]:
    """Ask a connection whether its database is still there, after a rest and when the database
    said something unasked, as it does when it ends a connection; the pool replaces one that is
    lost. SQLAlchemy's own pre-ping asks every time, a fifth of a small page and three round trips
    of a small save; a reader that finds its connection lost just reads again."""
    errors = dialect.loaded_dbapi.Error

    def ask(driver: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
        rested = monotonic() - record.info.get("used", monotonic())
        if rested < REST_SECONDS and not (writing.get() and _has_spoken(driver)):
            return
        try:
            driver.execute("SELECT 1")
            driver.rollback()
        except errors as error:
            raise DisconnectionError from error

    return ask


def _has_spoken(driver: Any) -> bool:
    """Whether something lies unread in the connection's socket, its end included."""
    if driver.closed:
        return True
    poll = select.poll()
    poll.register(driver.fileno(), select.POLLIN)
    return bool(poll.poll(0))


def _postgres_begin(connection: Connection) -> None:
    driver: Any = connection.connection.dbapi_connection
    driver.read_only = not writing.get()


_resting: WeakKeyDictionary[Engine, tuple[PoolProxiedConnection, float]] = WeakKeyDictionary()
"""By engine a reader that waits for the next one who asks, and since when. The pool's own way of
giving and taking costs as much as a small SELECT (measured: 0047)."""


def reader(engine: Engine, *, may_repeat: bool) -> PoolProxiedConnection:
    """A connection whose statements need no BEGIN: round trips that PostgreSQL's hot pages save. It
    goes back by `give_back`; after a rest the pool asks first whether it still lives. Who
    `may_repeat` what was asked needs not know that it was alive a moment ago."""
    connection, since = _resting.pop(engine, (None, 0.0))
    is_postgres = engine.dialect.name == "postgresql"
    if connection is not None:
        is_checked = is_postgres and not may_repeat
        is_silent = not (is_checked and _has_spoken(connection.dbapi_connection))
        if is_silent and monotonic() - since < REST_SECONDS:
            return connection
        _to_pool(connection, used=since)
    connection = engine.raw_connection()
    if is_postgres:
        driver: Any = connection.dbapi_connection
        driver.autocommit = True
    return connection


def in_order(dialect: Dialect) -> Dialect:
    """The dialect whose values stand in order: `$1` on PostgreSQL, which `rows_of` takes."""
    if dialect.name != "postgresql":
        return dialect
    kind: Any = type(dialect)
    ordered: Dialect = kind(paramstyle="numeric_dollar")
    return ordered


def wire_of(dialect: Dialect, connection: PoolProxiedConnection) -> Wire | None:
    """The quicker way to ask PostgreSQL (`lms.wire`), where this connection may go it: without a
    transaction, and without a pooler between, behind which plans are lost."""
    driver: Any = connection.dbapi_connection
    if dialect.name != "postgresql" or not driver.autocommit or driver.prepare_threshold is None:
        return None
    wire: Wire | None = connection.info.get("wire")
    if wire is None:
        wire = connection.info["wire"] = Wire(driver)
    return wire


def rows_of(
    dialect: Dialect, connection: PoolProxiedConnection, text: str, values: Sequence[Any]
) -> Sequence[Any]:
    """All rows of a statement in the form of `in_order`, as the driver reads them."""
    wire = wire_of(dialect, connection)
    if wire is not None:
        return wire.rows(text, values)
    cursor = _cursor_of(dialect, connection)
    cursor.execute(text, values)
    found: Sequence[Any] = cursor.fetchall()
    return found


def _cursor_of(dialect: Dialect, connection: PoolProxiedConnection) -> Any:
    """The connection's own cursor for statements in the form of `in_order`, whose rows are fetched
    at once. Kept with the connection: psycopg spends as much on a new cursor and on rewriting
    `%(name)s` as on the statement (measured: 0080)."""
    cursor = connection.info.get("cursor")
    if cursor is None:
        own: Any = connection.dbapi_connection
        driver: Any = getattr(dialect, "loaded_dbapi", None)
        cursor = driver.RawCursor(own) if dialect.name == "postgresql" else own.cursor()
        connection.info["cursor"] = cursor
    return cursor


def give_back(engine: Engine, connection: PoolProxiedConnection) -> None:
    """Let a reader rest; one that lost its database is thrown away, a second goes to the pool."""
    driver: Any = connection.dbapi_connection
    is_whole = connection.is_valid and not getattr(driver, "closed", False)
    if is_whole and engine not in _resting:
        _resting[engine] = connection, monotonic()
    else:
        _to_pool(connection, used=monotonic())


def end_rest(engine: Engine) -> None:
    """Give the reader that rests, if one does, to the pool: for who goes through all connections
    of an engine, which still live."""
    connection, since = _resting.pop(engine, (None, 0.0))
    if connection is not None:
        _to_pool(connection, used=since)


def _to_pool(connection: PoolProxiedConnection, *, used: float) -> None:
    driver: Any = connection.dbapi_connection
    if getattr(driver, "autocommit", None) is True and not driver.closed:
        driver.autocommit = False
    info = connection.info if connection.is_valid else {}
    connection.close()
    info["used"] = used


def _drop_rest(engine: Engine) -> None:
    """The engine's connections are to be closed: the resting one too."""
    connection, _since = _resting.pop(engine, (None, 0.0))
    if connection is not None:
        connection.invalidate()


def driver_error(engine: Engine) -> type[Exception]:
    """What the driver raises."""
    kind: type[Exception] = engine.dialect.loaded_dbapi.Error
    return kind


def as_ours(engine: Engine, connection: PoolProxiedConnection, error: Exception) -> Exception:
    """The driver's error as SQLAlchemy's; after a lost connection none of the pool is trusted."""
    dialect, own = engine.dialect, connection.dbapi_connection
    is_lost = dialect.is_disconnect(error, own, None)  # type: ignore[arg-type]
    if is_lost:
        connection.invalidate(error)
        engine.dispose()
    found: Exception = DBAPIError.instance(
        None, None, error, driver_error(engine), connection_invalidated=is_lost, dialect=dialect
    )
    return found
