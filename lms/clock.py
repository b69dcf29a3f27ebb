"""The one place that reads the time. Only views, API, jobs and commands call `now()`."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

_frozen: ContextVar[datetime | None] = ContextVar("frozen_now", default=None)


def now() -> datetime:
    """The current instant, aware, in UTC, in whole microseconds."""
    return _frozen.get() or datetime.now(UTC)


@lru_cache(maxsize=1000)
def zone_of(name: str) -> ZoneInfo:
    """The rules of an IANA zone. Python keeps eight and reads others from their files each time."""
    return ZoneInfo(name)


def today(instant: datetime, zone: str) -> date:
    """The calendar date of an instant in an IANA zone (dates `_on` are in the issuer's zone)."""
    return instant.astimezone(zone_of(zone)).date()


def midnight(day: date, zone: str) -> datetime:
    """The instant, in UTC, at which a calendar date begins in an IANA zone."""
    return datetime.combine(day, time(), zone_of(zone)).astimezone(UTC)


@contextmanager
def frozen_at(instant: datetime) -> Iterator[datetime]:
    """Hold the clock still in this context; for tests and for replaying a day."""
    token = _frozen.set(instant.astimezone(UTC))
    try:
        yield instant
    finally:
        _frozen.reset(token)
