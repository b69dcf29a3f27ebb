"""Which region a class session belongs to: the one whose centre keeps the nearest hours.

A class session has a zone, not a region: the zone says when people have to be awake for it. So
no scheduler has to choose a region, and another centre in the data sorts all dates anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

_DAY = timedelta(days=1)
_WINTER = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Centre:
    """A region by its centre."""

    code: str
    title: str
    zone: str


def standard_offset(zone: str) -> timedelta:
    """How far a zone's clocks are from UTC without daylight saving."""
    here = _WINTER.astimezone(ZoneInfo(zone))
    return (here.utcoffset() or timedelta()) - (here.dst() or timedelta())


def region_of(zone: str, centres: Sequence[Centre]) -> str:
    """The code of the centre whose clock is nearest, round the world; the first one of two."""
    own = standard_offset(zone)
    return min(centres, key=lambda centre: _apart(own, standard_offset(centre.zone))).code


def _apart(one: timedelta, other: timedelta) -> timedelta:
    away = abs(one - other)
    return min(away, _DAY - away)


@lru_cache(maxsize=8)
def zones_of(code: str, centres: tuple[Centre, ...]) -> tuple[str, ...]:
    """All zones of a region, by name."""
    names = sorted(available_timezones() - {"localtime"})
    return tuple(name for name in names if region_of(name, centres) == code)
