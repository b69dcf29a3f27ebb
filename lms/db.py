"""The database: one metadata, one session per context, one place where it commits.

SQLite: WAL, `BEGIN IMMEDIATE` for units that write and a deferred, `query_only` transaction for
units that read. An immediate begin for everything cost reads a factor of 150 beside a writer; a
deferred read-then-write fails with lock errors whatever the busy timeout. PostgreSQL: READ
COMMITTED, read-only for units that read.
"""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from typing import Any, TypeAlias, TypeVar

import sqlalchemy as sa
from flask import Flask, g
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Session

from lms.columns import BigId, Json, UtcDateTime
from lms.settings import Settings

T = TypeVar("T")
AnySelect: TypeAlias = sa.Select[*tuple[Any, ...]]
"""A SELECT of any columns."""

BUSY_TIMEOUT_MS = 30_000
ATTEMPTS = 6
PENDING = "audit_pending"
_writes: ContextVar[bool] = ContextVar("unit_writes", default=False)
_inside: ContextVar[int] = ContextVar("unit_scope", default=0)


class Base(DeclarativeBase):
    """Every model's base: named constraints, instants in UTC, ids that are never used twice."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        },
        info={"bind_key": None},
    )
    type_annotation_map = {
        datetime: UtcDateTime(),
        date: sa.Date(),
        int: BigId,
        str: sa.Text(),
        dict[str, Any]: Json,
        list[Any]: Json,
    }

    def __init_subclass__(cls, **kw: Any) -> None:
        super().__init_subclass__(**kw)
        table = cls.__dict__.get("__table__")
        keys = list(table.primary_key.columns) if isinstance(table, sa.Table) else []
        if isinstance(table, sa.Table) and len(keys) == 1 and keys[0].name == "id":
            table.dialect_options["sqlite"]["autoincrement"] = True


db = SQLAlchemy(metadata=Base.metadata, session_options={"expire_on_commit": False})


def init_app(app: Flask, settings: Settings) -> None:
    """Bind the extension and prepare each connection."""
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(settings)
    db.init_app(app)
    with app.app_context():
        prepare(db.engine)


def engine_options(settings: Settings) -> dict[str, Any]:
    """Options for both databases; PostgreSQL must also work behind a transaction pooler."""
    if settings.sqlite:
        return {"connect_args": {"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False}}
    return {"pool_pre_ping": True, "connect_args": {"prepare_threshold": None}}


def prepare(engine: Engine) -> None:
    """Register what each new connection and each new transaction needs."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _sqlite_connect)
        event.listen(engine, "begin", _sqlite_begin)
    else:
        event.listen(engine, "begin", _postgres_begin)


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
    time of a small page. A writer's may find the database locked, which SQLAlchemy must see."""
    if _writes.get():
        connection.exec_driver_sql("PRAGMA query_only=OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        driver: Any = connection.connection.dbapi_connection
        driver.execute("PRAGMA query_only=ON")
        driver.execute("BEGIN")


def _postgres_begin(connection: Connection) -> None:
    driver: Any = connection.connection.dbapi_connection
    driver.read_only = not _writes.get()


def is_reading() -> bool:
    """Whether a unit runs that only reads."""
    return _inside.get() == _scope() and not _writes.get()


@contextmanager
def unit(*, writes: bool) -> Iterator[None]:
    """One transaction: commits when the block ends well, rolls back when it does not.

    A unit that reads ends by a commit too: a stray write in it then fails loudly in the
    database instead of vanishing. Units do not nest; reads made outside any unit end first.
    """
    scope = _scope()
    if _inside.get() == scope:
        raise RuntimeError("units do not nest")
    if is_begun():
        db.session.rollback()
    tokens = _writes.set(writes), _inside.set(scope)
    try:
        yield
        if db.session.registry.has():
            commit(db.session())
    except BaseException:
        if db.session.registry.has():
            db.session.info.pop(PENDING, None)
            db.session.rollback()
        raise
    finally:
        _writes.reset(tokens[0])
        _inside.reset(tokens[1])
        _give_back()


@contextmanager
def connection() -> Iterator[Any]:
    """The driver's connection for a SELECT: of the transaction that runs in this context, else
    one from the pool, which a unit that reads keeps until it ends. There each SELECT is a
    snapshot of its own, as under READ COMMITTED."""
    if is_begun() or _writes.get():
        yield db.session.connection().connection
    elif is_reading():
        if "reader" not in g:
            g.reader = db.engine.raw_connection()
        yield g.reader
    else:
        with closing(db.engine.raw_connection()) as driver:
            yield driver


def _give_back() -> None:
    g.pop("kept_in_unit", None)
    reader = g.pop("reader", None)
    if reader is not None:
        reader.close()


def _scope() -> int:
    """Which session a unit means: each application context has its own."""
    scope: int = db.session.registry.scopefunc()
    return scope


def is_begun() -> bool:
    """Whether this context asked the database something in a transaction that still runs."""
    return db.session.registry.has() and db.session().in_transaction()


def release() -> None:
    """End what was only read so far, so that slow work does not hold the write lock of SQLite.

    What was read must be read again; a unit that has written anything must not call this.
    """
    session = db.session()
    if session.new or session.dirty or session.deleted or session.info.get(PENDING):
        raise RuntimeError("this unit has written already")
    session.rollback()


_before_commit: list[Callable[[Session], None]] = []


def before_commit(step: Callable[[Session], None]) -> Callable[[Session], None]:
    """Register a last step of every unit (the audit chain seals itself here, locked last)."""
    _before_commit.append(step)
    return step


def commit(session: Session) -> None:
    """The one place that commits."""
    if not (session.in_transaction() or session.new or session.info.get(PENDING)):
        return  # nothing was asked, nothing was changed
    session.flush()
    for step in _before_commit:
        step(session)
    session.commit()


def is_passing(error: DBAPIError) -> bool:
    """Whether the whole unit may be tried again: a serialization failure, deadlock or busy."""
    state = getattr(error.orig, "sqlstate", None)
    text = str(error.orig)
    return state in {"40001", "40P01"} or "database is locked" in text or "is busy" in text


def run(work: Callable[[], T], *, writes: bool = True) -> T:
    """Run `work` as a unit, again from the start when the database asks for it."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with unit(writes=writes):
                return work()
        except DBAPIError as error:
            if attempt == ATTEMPTS or not is_passing(error):
                raise
            db.session.remove()
    raise AssertionError("unreachable")


def locked(statement: sa.Select[Any]) -> sa.Select[Any]:
    """The statement with its rows locked until the unit ends, and read afresh."""
    return statement.with_for_update().execution_options(populate_existing=True)


def upsert(dialect: str) -> Callable[..., Any]:
    """The dialect's INSERT, which knows ON CONFLICT."""
    return postgresql.insert if dialect == "postgresql" else sqlite.insert


def insert_once(model: type[Base], values: dict[str, Any], unique: list[str]) -> bool:
    """Insert unless a row with these unique columns exists; True when this call made it."""
    dialect = db.session.get_bind().dialect.name
    statement = upsert(dialect)(model).values(values).on_conflict_do_nothing(index_elements=unique)
    # The count of rows is unknown (-1) on PostgreSQL, so the row itself is asked for.
    made = db.session.execute(statement.returning(*sa.inspect(model).primary_key))
    return made.first() is not None
