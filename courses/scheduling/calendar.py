"""Class sessions as iCalendar files. Pure: values in, bytes out.

The zone travels along as rules (RRULE) for the years needed: some programs shift times by an
hour without it, and read a bare list of dates wrongly.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard

HOUR = timedelta(hours=1)
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True, slots=True)
class Entry:
    """One meeting. `uid` never changes; `sequence` rises with each change of time or place."""

    uid: str
    sequence: int
    title: str
    description: str
    place: str
    url: str
    starts_at: datetime
    ends_at: datetime
    is_cancelled: bool = False


def feed(name: str, zone: str, entries: Sequence[Entry], *, now: datetime) -> bytes:
    """A calendar file of these meetings with the rules of their zone."""
    calendar = Calendar()
    calendar.add("prodid", "-//TrustStram Academy//Class sessions//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    years = {at.year for entry in entries for at in (entry.starts_at, entry.ends_at)}
    if zone != "UTC" and years:
        calendar.add_component(zone_rules(zone, min(years), max(years)))
    for entry in entries:
        calendar.add_component(_event(entry, zone, now))
    return bytes(calendar.to_ical())


def _event(entry: Entry, zone: str, now: datetime) -> Event:
    here = ZoneInfo(zone)
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", entry.starts_at.astimezone(UTC if zone == "UTC" else here))
    event.add("dtend", entry.ends_at.astimezone(UTC if zone == "UTC" else here))
    event.add("summary", entry.title)
    event.add("description", entry.description)
    event.add("location", entry.place)
    event.add("url", entry.url)
    event.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    return event


@dataclass(frozen=True, slots=True)
class Shift:
    """A change of the clocks: when, from which offset to which."""

    at: datetime
    before: timedelta
    after: timedelta
    name: str
    is_daylight: bool

    @property
    def local(self) -> datetime:
        """The wall clock's time at which the change happens, as it was before it."""
        return (self.at + self.before).replace(tzinfo=None)


def shifts(zone: str, first_year: int, last_year: int) -> list[Shift]:
    """The clock changes of a zone in these years."""
    here = ZoneInfo(zone)
    at, end = datetime(first_year, 1, 1, tzinfo=UTC), datetime(last_year + 1, 1, 1, tzinfo=UTC)
    found = []
    while at < end:
        later = at + timedelta(days=1)
        if at.astimezone(here).utcoffset() != later.astimezone(here).utcoffset():
            found.append(_shift(here, at, later))
        at = later
    return found


def _shift(here: ZoneInfo, low: datetime, high: datetime) -> Shift:
    before = low.astimezone(here).utcoffset() or timedelta()
    while high - low > timedelta(minutes=1):
        middle = low + (high - low) / 2
        if middle.astimezone(here).utcoffset() == before:
            low = middle
        else:
            high = middle
    at = high.replace(second=0, microsecond=0)
    local = at.astimezone(here)
    return Shift(
        at, before, local.utcoffset() or timedelta(), local.tzname() or "", bool(local.dst())
    )


def zone_rules(zone: str, first_year: int, last_year: int) -> Timezone:
    """A VTIMEZONE that holds in these years, with one rule per kind of clock change."""
    rules = Timezone()
    rules.add("tzid", zone)
    found = shifts(zone, first_year - 1, last_year + 1)
    groups: dict[tuple[bool, int, timedelta, timedelta], list[Shift]] = {}
    for shift in found:
        key = (shift.is_daylight, shift.local.month, shift.before, shift.after)
        groups.setdefault(key, []).append(shift)
    for group in groups.values():
        rules.add_component(_observance(group))
    if not found:
        rules.add_component(_steady(ZoneInfo(zone), first_year))
    return rules


def _steady(here: ZoneInfo, year: int) -> TimezoneStandard:
    local = datetime(year, 1, 1, tzinfo=here)
    rule = TimezoneStandard()
    rule.add("dtstart", local.replace(tzinfo=None))
    rule.add("tzoffsetfrom", local.utcoffset())
    rule.add("tzoffsetto", local.utcoffset())
    rule.add("tzname", local.tzname())
    return rule


def _observance(group: Sequence[Shift]) -> TimezoneStandard | TimezoneDaylight:
    first = group[0]
    rule = TimezoneDaylight() if first.is_daylight else TimezoneStandard()
    rule.add("dtstart", first.local)
    rule.add("tzoffsetfrom", first.before)
    rule.add("tzoffsetto", first.after)
    rule.add("tzname", first.name)
    if len(group) > 1:
        day = f"{_nth(shift.local for shift in group)}{DAYS[first.local.weekday()]}"
        rule.add("rrule", {"freq": "yearly", "bymonth": first.local.month, "byday": day})
    return rule


def _nth(times: Iterable[datetime]) -> int:
    """Which weekday of its month all of these are: −1 the last, else the first to fourth."""
    known = list(times)
    if all((time + timedelta(days=7)).month != time.month for time in known):
        return -1
    return (known[0].day - 1) // 7 + 1
