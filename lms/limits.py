"""Rate limits: Flask-Limiter over our own table, so that every process counts together.

Hits are counted before the request's unit begins, on a connection of their own: a refused or
failed request must have been counted, and on SQLite the unit holds the only write lock. GETs
are not counted: they are cheap and cached; only public codes that do not exist are, in memory.
"""

import hashlib
import math
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from flask import Flask, Response, current_app, g, request
from flask_limiter import Limiter, RateLimitExceeded
from flask_limiter.util import get_remote_address
from flask_login import current_user
from limits import parse
from limits.storage import MemoryStorage, Storage
from limits.strategies import FixedWindowRateLimiter
from werkzeug.exceptions import TooManyRequests

from lms import aside, error_pages
from lms import db as database
from lms.accounts.models import LimitCounter
from lms.cookies import API
from lms.i18n import gettext as _
from lms.i18n import ngettext
from lms.networks import network_of
from lms.settings import Settings

SCHEME = "academytable"
LONGEST_KEY = 200
Check = Callable[[], None]
View = TypeVar("View", bound=Callable[..., object])


class TableStorage(Storage):
    """`limits` storage: one row per key and window, raised by an upsert."""

    STORAGE_SCHEME = [SCHEME]

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **_: Any) -> None:
        super().__init__(uri, wrap_exceptions)
        self.begun_for = (uri or "").partition("://")[2]

    @property
    def url(self) -> str:
        """The database of the application that asks: one limiter serves all of a process."""
        settings: Settings | None = current_app.extensions["settings"] if current_app else None
        return settings.database_url if settings else self.begun_for

    @property
    def base_exceptions(self) -> type[Exception]:
        """What the storage may raise."""
        return sa.exc.SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count a hit; a window that is over begins anew."""
        moment = datetime.now(UTC)
        ends = datetime.fromtimestamp(time.time() + expiry, UTC)
        table = LimitCounter.__table__
        over = table.c.expires_at <= moment
        with aside.begin(self.url) as connection:
            insert = database.upsert(connection.dialect.name)(table).values(
                key=key[:LONGEST_KEY], hits=amount, expires_at=ends
            )
            fresh = insert.excluded.expires_at
            values = {
                "hits": sa.case((over, amount), else_=table.c.hits + amount),
                "expires_at": sa.case((over, fresh), else_=table.c.expires_at),
            }
            statement = insert.on_conflict_do_update(index_elements=["key"], set_=values)
            return int(connection.execute(statement.returning(table.c.hits)).scalar_one())

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
        wanted = sa.select(table.c.hits, table.c.expires_at).where(
            table.c.key == key[:LONGEST_KEY], table.c.expires_at > datetime.now(UTC)
        )
        with aside.begin(self.url) as connection:
            return connection.execute(wanted).one_or_none()

    def check(self) -> bool:
        """Whether the table can be read."""
        self._row("probe")
        return True

    def reset(self) -> int | None:
        """Forget everything."""
        with aside.begin(self.url) as connection:
            return connection.execute(sa.delete(LimitCounter)).rowcount

    def clear(self, key: str) -> None:
        """Forget one key."""
        with aside.begin(self.url) as connection:
            connection.execute(sa.delete(LimitCounter).where(LimitCounter.key == key[:LONGEST_KEY]))


def _who() -> str:
    return network_of(get_remote_address() or "unknown")


def _account() -> str:
    """The address that was typed, else the person who is signed in, else the network address."""
    typed = (request.form.get("email") or "").strip().casefold()[:120]
    return typed or _person()


def _person() -> str:
    """The person who is signed in, else the network address."""
    return str(getattr(current_user, "person_id", None) or _who())


def _failed(response: Response) -> bool:
    return response.status_code >= 400


class MarkedOnly(Limiter):
    """Looks for limits only where `limited` asks for them, not before every request."""

    def _check_request_limit(
        self, callable_name: str | None = None, in_middleware: bool = True
    ) -> None:
        if not in_middleware:
            super()._check_request_limit(callable_name, in_middleware)


limiter = MarkedOnly(key_func=_who)


@limiter.shared_limit(
    "10 per 15 minutes", scope="tries", key_func=_account, methods=["POST"], deduct_when=_failed
)
def tries_of_account() -> None:
    """Wrong passwords for one account, from wherever they come."""


@limiter.shared_limit(
    "60 per 15 minutes", scope="tries", key_func=_who, methods=["POST"], deduct_when=_failed
)
def tries_from_address() -> None:
    """Wrong passwords and wrong links from one network address."""


@limiter.shared_limit(
    "10 per 15 minutes", scope="own tries", key_func=_person, methods=["POST"], deduct_when=_failed
)
def tries_of_person() -> None:
    """Wrong passwords of who is signed in, whatever else their form holds."""


@limiter.shared_limit("5 per 15 minutes", scope="mails", key_func=_account, methods=["POST"])
def mails_to_account() -> None:
    """Mails that anybody may cause to one address."""


@limiter.shared_limit("30 per 15 minutes", scope="mails", key_func=_who, methods=["POST"])
def mails_from_address() -> None:
    """Mails that one network address may cause."""


def _was_hard(response: Response) -> bool:
    del response
    return bool(g.get("hard_file"))


def count_hard_file() -> None:
    """Have this request counted by `hard_files_from_address`."""
    g.hard_file = True


@limiter.shared_limit(
    "6 per 15 minutes", scope="hard files", key_func=_who, methods=["POST"], deduct_when=_was_hard
)
def hard_files_from_address() -> None:
    """Files that keep their reader busy for seconds, and a web process with it."""


def _bearer() -> str:
    """The token that was sent, as the hash by which it is counted, whatever case and spaces stand
    around it."""
    secret = request.headers.get("Authorization", "").partition(" ")[2].strip()
    return hashlib.sha256(secret.encode()).hexdigest()[:32] if secret else _who()


@limiter.shared_limit("120 per minute", scope="api", key_func=_bearer, methods=["POST"])
def tries_of_token() -> None:
    """Everything that a token posts."""


def _checker() -> str:
    """Who checks lists: a program's token, or the person who is signed in."""
    return _bearer() if request.path.startswith(API) else _person()


@limiter.shared_limit("60 per hour", scope="lists", key_func=_checker, methods=["POST"])
def lists_checked() -> None:
    """Lists of codes and addresses."""


def limited(*checks: Check) -> Callable[[View], View]:
    """Mark a view with the limits that hold before it."""

    def mark(view: View) -> View:
        view.__dict__["limits"] = checks
        return view

    return mark


UNKNOWN_CODES = parse("60 per minute")


def count_miss() -> None:
    """An unknown public code was asked for. Who asks for many in a minute is told to wait (429);
    known codes are never counted, so nobody who checks real ones is in the way. Counted in this
    process's memory: a public GET writes nothing.
    """
    misses: FixedWindowRateLimiter = current_app.extensions["misses"]
    if not misses.hit(UNKNOWN_CODES, "unknown codes", _who()):
        raise TooManyRequests(retry_after=60)


def _count() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    for check in getattr(view, "limits", ()):
        check()


def _too_many(error: RateLimitExceeded) -> Response:
    del error
    limit = limiter.current_limit
    seconds = max(1, int(limit.reset_at - time.time())) if limit else 60
    wait = ngettext(
        "Wait %(num)s minute, then try again.",
        "Wait %(num)s minutes, then try again.",
        math.ceil(seconds / 60),
    )
    texts = [_("Nothing was changed."), wait]
    response = error_pages.answer(429, _("Too many tries"), texts, "too_many")
    response.headers["Retry-After"] = str(seconds)
    return response


def forget_old(*, now: datetime) -> int:
    """Delete counters whose window is over; returns how many."""
    done = database.db.session.execute(sa.delete(LimitCounter).where(LimitCounter.expires_at < now))
    return int(getattr(done, "rowcount", 0))


def _hook_limited_views_only(app: Flask, register: Callable[[], None]) -> None:
    """Flask-Limiter looks at every answer; only those of limited views concern it."""
    tables = (app.after_request_funcs[None], app.teardown_request_funcs[None])
    lengths = [len(table) for table in tables]
    register()
    for table, length in zip(tables, lengths, strict=True):
        table[length:] = [_for_limited_views(hook) for hook in table[length:]]


def _for_limited_views(hook: Callable[..., Any]) -> Callable[..., Any]:
    def limited_only(value: Any) -> Any:
        view = current_app.view_functions.get(request.endpoint or "")
        return hook(value) if hasattr(view, "limits") else value

    return limited_only


def init_app(app: Flask, settings: Settings) -> None:
    """Bind the limiter to this application's database."""
    app.config.update(
        RATELIMIT_STORAGE_URI=f"{SCHEME}://{settings.database_url}",
        RATELIMIT_STRATEGY="fixed-window",
        RATELIMIT_HEADERS_ENABLED=False,
        RATELIMIT_ENABLED=True,
    )
    app.extensions["misses"] = FixedWindowRateLimiter(MemoryStorage())
    _hook_limited_views_only(app, lambda: limiter.init_app(app))
    app.before_request(_count)
    app.register_error_handler(RateLimitExceeded, _too_many)
