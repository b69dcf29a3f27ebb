"""Short writes beside the request's own unit: they stay when the request fails.

Limit counters and last-seen times are no business of the unit that they happen in. They use a
connection of their own, and must run while the request holds no lock: SQLite has one writer.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import NullPool

WAIT_SECONDS = 30.0


@cache
def _engine(url: str) -> Engine:
    """Without a pool: these writes are rare, and a fork must not share their connections."""
    arguments = {} if url.startswith("sqlite") else {"prepare_threshold": None}
    return sa.create_engine(url, poolclass=NullPool, connect_args=arguments)


@contextmanager
def begin(url: str, *, wait_seconds: float = WAIT_SECONDS) -> Iterator[Connection]:
    """A connection in a transaction of its own; SQLite waits so long for another writer."""
    with _engine(url).connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(f"PRAGMA busy_timeout={int(wait_seconds * 1000)}")
        connection.commit()
        with connection.begin():
            yield connection
