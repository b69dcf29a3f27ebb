"""Opening hours and follow-the-sun. Pure: instants and data in, answers out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Opening:
    """Whether a centre is open, and until or from when (None: it never changes)."""

    is_open: bool
    changes_at: datetime | None


def _spans(
    opening: Sequence[Mapping[str, Any]], zone: str, day: date
) -> list[tuple[datetime, datetime]]:
    """The open spans that begin on a local day, as instants."""
    spans = []
    for row in opening:
        if day.isoweekday() in row["days"]:
            spans.append((_at(day, row["opens"], zone), _at(day, row["closes"], zone)))
    return spans


def _at(day: date, clock: str, zone: str) -> datetime:
    """A local clock time on a day as an instant; 24:00 is the next day's midnight."""
    hour, minute = map(int, clock.split(":"))
    if hour == 24:
        day, hour = day + timedelta(days=1), 0
    return datetime.combine(day, time(hour, minute), ZoneInfo(zone)).astimezone(UTC)


def opening_at(opening: Sequence[Mapping[str, Any]], zone: str, now: datetime) -> Opening:
    """Whether it is open now and when that changes, looking eight days ahead.

    Spans that touch (24:00 and 00:00) are one: a centre that never closes has no change.
    """
    today = now.astimezone(ZoneInfo(zone)).date()
    spans = sorted(
        span
        for offset in range(-1, 9)
        for span in _spans(opening, zone, today + timedelta(days=offset))
    )
    merged: list[tuple[datetime, datetime]] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    for start, end in merged:
        if start <= now < end:
            return Opening(True, end if end - now < timedelta(days=7) else None)
        if now < start:
            return Opening(False, start)
    return Opening(False, None)


@dataclass(frozen=True, slots=True)
class Duty:
    """Which region is on duty under follow-the-sun, until when, and who follows."""

    region: str
    until: datetime
    next_region: str


def duty_at(table: Sequence[Mapping[str, str]], now: datetime) -> Duty:
    """The region on duty: the last hand-over at or before now (times in UTC)."""
    today = now.astimezone(UTC).date()
    moments = sorted(
        (_at(today + timedelta(days=offset), row["from_utc"], "UTC"), row["region"])
        for offset in (-1, 0, 1, 2)
        for row in table
    )
    index = max(place for place, (moment, _) in enumerate(moments) if moment <= now)
    until, following = moments[index + 1]
    return Duty(moments[index][1], until, following)


def may_use(plan_codes: Sequence[str], own_plan: str | None) -> bool:
    """Whether a channel is open to a plan; a channel without plans is open to every plan."""
    return own_plan is not None and (not plan_codes or own_plan in plan_codes)
