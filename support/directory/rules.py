"""Opening hours and follow-the-sun. Pure: instants and data in, answers out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

AHEAD = timedelta(days=8)


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
    for start, end in _open_spans(opening, zone, now):
        if start <= now < end:
            return Opening(True, end if end - now < timedelta(days=7) else None)
        if now < start:
            return Opening(False, start)
    return Opening(False, None)


def _open_spans(
    opening: Sequence[Mapping[str, Any]], zone: str, now: datetime
) -> list[tuple[datetime, datetime]]:
    today = now.astimezone(ZoneInfo(zone)).date()
    merged: list[tuple[datetime, datetime]] = []
    for start, end in sorted(
        span
        for offset in range(-1, AHEAD.days + 1)
        for span in _spans(opening, zone, today + timedelta(days=offset))
    ):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


@dataclass(frozen=True, slots=True)
class Duty:
    """Which region is on duty under follow-the-sun, until when, and who follows."""

    region: str
    until: datetime
    next_region: str


@dataclass(frozen=True, slots=True)
class Centre:
    """A region's centre with its opening hours."""

    region: str
    opening: Sequence[Mapping[str, Any]]
    time_zone: str


def duty_at(
    table: Sequence[Mapping[str, str]], centres: Sequence[Centre], now: datetime
) -> Duty | None:
    """The region whose turn it is (hand-overs in UTC); while its centre is closed, as on weekends,
    the first of the others that is open. None when duty never changes hands."""
    days = [now.astimezone(UTC).date() + timedelta(days=offset) for offset in range(-1, AHEAD.days)]
    turns = sorted(
        (_at(day, row["from_utc"], "UTC"), row["region"]) for day in days for row in table
    )
    opened = {one.region: _open_spans(one.opening, one.time_zone, now) for one in centres}
    changes = {moment for spans in opened.values() for span in spans for moment in span}
    mine = _on_duty(turns, opened, now)
    for moment in sorted(changes | {moment for moment, _ in turns}):
        following = _on_duty(turns, opened, moment) if moment > now else mine
        if following != mine:
            return Duty(mine, moment, following)
    return None


def _on_duty(
    turns: Sequence[tuple[datetime, str]],
    opened: Mapping[str, Sequence[tuple[datetime, datetime]]],
    now: datetime,
) -> str:
    turn = max(place for place in turns if place[0] <= now)[1]
    here = [
        region
        for region, spans in opened.items()
        if any(start <= now < end for start, end in spans)
    ]
    return turn if turn in here or not here else here[0]


def may_use(plan_codes: Sequence[str], own_plan: str | None) -> bool:
    """Whether a channel is open to a plan; a channel without plans is open to every plan."""
    return own_plan is not None and (not plan_codes or own_plan in plan_codes)
