"""The database: one metadata, one session per context, one place where it commits.

How connections and transactions begin on each database stands in `lms.connections`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from fractions import Fraction
from functools import wraps
from typing import Any, ParamSpec, TypeAlias, TypeVar

import sqlalchemy as sa
from flask import Flask, g
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import PoolProxiedConnection

from lms import connections
from lms.columns import BigId, Exact, Json, UtcDateTime
from lms.connections import writing
from lms.settings import Settings

T = TypeVar("T")
P = ParamSpec("P")
AnySelect: TypeAlias = sa.Select[*tuple[Any, ...]]
"""A SELECT of any columns."""

ATTEMPTS = 6
PENDING = "audit_pending"
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
        Fraction: Exact(),
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
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = connections.options(settings)
    db.init_app(app)
    with app.app_context():
        connections.prepare(db.engine)


def is_reading() -> bool:
    """Whether a unit runs that only reads."""
    return _inside.get() == _scope() and not writing.get()


def kept(read: Callable[P, T]) -> Callable[P, T]:
    """A reader that asks once in a unit: for what units do not change and read again. Arguments
    must be hashable."""

    @wraps(read)
    def once(*args: P.args, **kw: P.kwargs) -> T:
        if _inside.get() != _scope():
            return read(*args, **kw)
        answers: dict[Any, Any] = g.setdefault("kept_in_unit", {})
        key = (read, args, tuple(sorted(kw.items())))
        if key not in answers:
            answers[key] = read(*args, **kw)
        answer: T = answers[key]
        return answer

    return once


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
    tokens = writing.set(writes), _inside.set(scope)
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
        writing.reset(tokens[0])
        _inside.reset(tokens[1])
        _give_back()


@contextmanager
def connection(*, alone: bool = False) -> Iterator[Any]:
    """The driver's connection for a SELECT: of the transaction that runs in this context, else
    one from the pool, which a unit that reads keeps until it ends. There each SELECT is a
    snapshot of its own, as under READ COMMITTED. The driver's errors come out as SQLAlchemy's.

    `alone`: for one statement that writes. On PostgreSQL, in a unit that has asked nothing yet, it
    is a transaction of its own, without BEGIN and COMMIT around it."""
    is_alone = alone and not is_begun() and db.engine.dialect.name == "postgresql"
    driver, is_mine = _alone() if is_alone else _driver()
    try:
        yield driver
    except connections.driver_error(db.engine) as error:
        raise connections.as_ours(db.engine, driver, error) from error
    finally:
        if is_mine:
            connections.give_back(db.engine, driver)


def _alone() -> tuple[PoolProxiedConnection, bool]:
    return connections.reader(db.engine, may_repeat=False), True


def _driver() -> tuple[PoolProxiedConnection, bool]:
    """The connection, and whether it must be given back after this one SELECT."""
    own, is_writing = g.__dict__, writing.get()
    if "writer" in own:
        return own["writer"], False
    if is_writing or is_begun():
        driver = db.session.connection().connection
        if is_writing and _inside.get() == _scope():
            own["writer"] = driver
        return driver, False
    if not is_reading():
        return _alone()
    if "reader" not in own:  # a unit that reads runs again when its connection was lost
        own["reader"] = connections.reader(db.engine, may_repeat=True)
    return own["reader"], False


def _give_back() -> None:
    own = g.__dict__  # asked for once: to look through the proxy costs more than all the rest
    for name in ("kept_in_unit", "brought", "writer"):
        own.pop(name, None)
    reader = own.pop("reader", None)
    if reader is not None:
        connections.give_back(db.engine, reader)


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
    g.pop("writer", None)
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


def is_passing(error: DBAPIError, *, writes: bool) -> bool:
    """Whether the whole unit may be tried again: a serialization failure, deadlock or busy, and a
    lost connection where nothing can have been kept.

    A writer's connection that is lost at one of its statements took the unit with it. One that is
    lost at COMMIT, or at a statement that is a transaction of its own, leaves open whether it was
    kept: those errors name no statement, and whoever asked is told.
    """
    state = getattr(error.orig, "sqlstate", None)
    text = str(error.orig)
    if error.connection_invalidated:
        return not writes or error.statement is not None
    return state in {"40001", "40P01"} or "database is locked" in text or "is busy" in text


def run(work: Callable[[], T], *, writes: bool = True) -> T:
    """Run `work` as a unit, again from the start when the database asks for it."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with unit(writes=writes):
                return work()
        except DBAPIError as error:
            if attempt == ATTEMPTS or not is_passing(error, writes=writes):
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
