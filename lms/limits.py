"""Rate limits: Flask-Limiter over our own table, so that every process counts together.

Counters are short transactions of their own on a separate connection: a refused or failed
request must still have been counted. Public GETs are counted in process memory.
"""

import time
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from flask import Flask, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from limits.storage import MemoryStorage, Storage
from sqlalchemy.engine import Engine
from sqlalchemy.pool import NullPool

from lms import db as database
from lms.accounts.models import LimitCounter
from lms.settings import Settings

SCHEME = "academytable"
_engines: dict[str, Engine] = {}


class TableStorage(Storage):
    """`limits` storage: one row per key and window, raised by an upsert."""

    STORAGE_SCHEME = [SCHEME]

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **_: Any) -> None:
        super().__init__(uri, wrap_exceptions)
        self.url = (uri or "").partition("://")[2]

    @property
    def base_exceptions(self) -> type[Exception]:
        """What the storage may raise."""
        return sa.exc.SQLAlchemyError

    def _engine(self) -> Engine:
        if self.url not in _engines:
            engine = sa.create_engine(
                self.url, poolclass=NullPool, connect_args=_arguments(self.url)
            )
            _engines[self.url] = engine
        return _engines[self.url]

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count a hit; a window that is over begins anew."""
        moment = datetime.now(UTC)
        ends = datetime.fromtimestamp(time.time() + expiry, UTC)
        table = LimitCounter.__table__
        with self._engine().begin() as connection:
            insert = database.upsert(connection.dialect.name)(table).values(
                key=key[:200], hits=amount, expires_at=ends
            )
            over = table.c.expires_at <= moment
            statement = insert.on_conflict_do_update(
                index_elements=["key"],
                set_={
                    "hits": sa.case((over, amount), else_=table.c.hits + amount),
                    "expires_at": sa.case(
                        (over, insert.excluded.expires_at), else_=table.c.expires_at
                    ),
                },
            ).returning(table.c.hits)
            return int(connection.execute(statement).scalar_one())

    def get(self, key: str) -> int:
        """Hits of the window that runs now."""
        row = self._row(key)
        return int(row.hits) if row else 0

    def get_expiry(self, key: str) -> float:
        """When the window ends, as seconds since the epoch."""
        row = self._row(key)
        return float(row.expires_at.timestamp()) if row else time.time()

    def _row(self, key: str) -> Any:
        table = LimitCounter.__table__
        with self._engine().connect() as connection:
            return connection.execute(
                sa.select(table.c.hits, table.c.expires_at).where(
                    table.c.key == key[:200], table.c.expires_at > datetime.now(UTC)
                )
            ).one_or_none()

    def check(self) -> bool:
        """Whether the table can be read."""
        self._row("probe")
        return True

    def reset(self) -> int | None:
        """Forget everything."""
        with self._engine().begin() as connection:
            return connection.execute(sa.delete(LimitCounter)).rowcount

    def clear(self, key: str) -> None:
        """Forget one key."""
        with self._engine().begin() as connection:
            connection.execute(sa.delete(LimitCounter).where(LimitCounter.key == key[:200]))


def _arguments(url: str) -> dict[str, Any]:
    return {"timeout": 30} if url.startswith("sqlite") else {"prepare_threshold": None}


def _who() -> str:
    return get_remote_address() or "unknown"


def _account() -> str:
    return (request.form.get("email") or request.form.get("account") or "").strip().casefold()[:120]


limiter = Limiter(key_func=_who)
public_reads: MemoryStorage = MemoryStorage()

by_address = limiter.shared_limit("30 per 5 minutes", scope="sign-in-address", methods=["POST"])
by_account = limiter.shared_limit(
    "10 per 15 minutes", scope="sign-in-account", key_func=_account, methods=["POST"]
)


def init_app(app: Flask, settings: Settings) -> None:
    """Bind the limiter to this application's database."""
    app.config.update(
        RATELIMIT_STORAGE_URI=f"{SCHEME}://{settings.database_url}",
        RATELIMIT_STRATEGY="fixed-window",
        RATELIMIT_HEADERS_ENABLED=False,
        RATELIMIT_ENABLED=True,
    )
    limiter.init_app(app)
