"""Calendar files, read back by a parser of their own and by hand."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest

from courses.scheduling import calendar
from courses.scheduling.rules import times

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def entry(start: datetime, *, sequence: int = 1, is_cancelled: bool = False) -> calendar.Entry:
    return calendar.Entry(
        uid="CS-1-1@academy.test",
        sequence=sequence,
        title="Foundation Training, day one",
        description="Class session CS-1",
        place="Köln, Raum 2; Tür links",
        url="http://academy.test/class-sessions/CS-1",
        starts_at=start,
        ends_at=start + timedelta(hours=8),
        is_cancelled=is_cancelled,
    )


@pytest.mark.parametrize(
    "zone",
    ["Europe/Berlin", "America/New_York", "Australia/Sydney", "Asia/Tokyo", "America/Sao_Paulo"],
)
@pytest.mark.parametrize("month", [1, 3, 4, 7, 10, 11])
def test_the_zones_rules_give_each_meeting_its_own_offset(zone: str, month: int) -> None:
    start = datetime(2027, month, 28, 9, tzinfo=ZoneInfo(zone))
    text = calendar.feed("Dates", zone, [entry(start)], now=NOW)

    rules = icalendar.Calendar.from_ical(text).walk("VTIMEZONE")[0]
    local = start.replace(tzinfo=None)
    assert local - offset_at(rules, local) == start.astimezone(UTC).replace(tzinfo=None)


def offset_at(rules: icalendar.Component, local: datetime) -> timedelta:
    """The offset that a VTIMEZONE gives a local time: of its latest observance before."""
    onsets = []
    for part in rules.subcomponents:
        first = part["DTSTART"].dt
        rule = part.get("RRULE")
        assert "RDATE" not in part
        for year in range(first.year, local.year + 1) if rule else [first.year]:
            at = nth_weekday(first, rule["BYDAY"][0], year) if rule else first
            if at <= local:
                onsets.append((at, part["TZOFFSETTO"].td))
    return max(onsets, key=lambda onset: onset[0])[1]


def nth_weekday(first: datetime, day: str, year: int) -> datetime:
    """The first, second, … or last weekday of the observance's month in a year."""
    nth, weekday = int(day[:-2]), calendar.DAYS.index(day[-2:])
    month = [
        first.replace(year=year, day=1) + timedelta(days=offset)
        for offset in range(31)
        if (first.replace(year=year, day=1) + timedelta(days=offset)).month == first.month
    ]
    fitting = [at for at in month if at.weekday() == weekday]
    return fitting[nth if nth < 0 else nth - 1]


def test_a_change_keeps_the_uid_and_raises_the_sequence() -> None:
    start = datetime(2027, 1, 19, 8, tzinfo=UTC)
    events = [
        icalendar.Calendar.from_ical(
            calendar.feed("Dates", "Europe/Berlin", [entry(start, sequence=n)], now=NOW)
        ).walk("VEVENT")[0]
        for n in (1, 2)
    ]

    assert {str(event["UID"]) for event in events} == {"CS-1-1@academy.test"}
    assert [event["SEQUENCE"] for event in events] == [1, 2]


def test_a_cancelled_meeting_says_so() -> None:
    start = datetime(2027, 1, 19, 8, tzinfo=UTC)
    text = calendar.feed("Dates", "Europe/Berlin", [entry(start, is_cancelled=True)], now=NOW)

    assert b"STATUS:CANCELLED" in text


def test_lines_are_short_and_special_characters_escaped() -> None:
    start = datetime(2027, 1, 19, 8, tzinfo=UTC)
    text = calendar.feed("Dates", "UTC", [entry(start)], now=NOW)

    assert all(len(line) <= 75 for line in text.split(b"\r\n"))
    assert "LOCATION:Köln\\, Raum 2\\; Tür links".encode() in text
    assert b"DTSTART:20270119T080000Z" in text


def test_two_hours_across_the_night_of_the_change_are_counted_in_utc() -> None:
    slot = times.Slot(datetime(2026, 10, 25, 1, 30), datetime(2026, 10, 25, 3, 30))

    (span,) = times.spans([slot], "Europe/Berlin")

    assert span.ends_at - span.starts_at == timedelta(hours=3)


@pytest.mark.parametrize(
    ("local", "zone", "code"),
    [
        (datetime(2027, 3, 28, 2, 30), "Europe/Berlin", "time_missing"),
        (datetime(2027, 10, 31, 2, 30), "Europe/Berlin", "time_twice"),
        (datetime(2027, 3, 14, 2, 30), "America/New_York", "time_missing"),
        (datetime(2027, 3, 28, 3, 0), "Europe/Berlin", None),
        (datetime(2027, 10, 31, 3, 0), "Europe/Berlin", None),
        (datetime(2027, 3, 28, 2, 30), "Asia/Tokyo", None),
    ],
)
def test_a_local_time_is_one_instant_or_refused(
    local: datetime, zone: str, code: str | None
) -> None:
    flaw = times.time_flaw(local, zone)

    assert (flaw.code if flaw else None) == code
