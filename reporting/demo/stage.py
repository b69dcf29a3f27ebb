"""What the steps of the demonstration share: people by short names, days counted from today."""

from datetime import UTC, date, datetime, time, timedelta

from lms.accounts.queries import account_by_email

EVENING = time(17, 0)


def person_id_of(short: str) -> int:
    """A demonstration person by the address or its first part; LookupError for nobody."""
    account = account_by_email(short if "@" in short else f"{short}@demo.example")
    if account is None:
        raise LookupError(short)
    return account.person_id


def working_day(today: date, offset: int) -> date:
    """So many days from today, moved to Monday when it falls on a weekend."""
    day = today + timedelta(days=offset)
    return day + timedelta(days=max(0, 8 - day.isoweekday()) if day.isoweekday() > 5 else 0)


def free_days(today: date, offset: int, count: int, taken: set[date]) -> tuple[date, ...]:
    """The next `count` working days in a row, so many days from today or later, none of them taken.

    Every day of the year gives a calendar in which nobody is in two places: what the data file
    plans too close together moves to the next days that are free.
    """
    first = working_day(today, offset)
    while True:
        days = [first]
        while len(days) < count:
            days.append(working_day(days[-1], 1))
        busy = taken.intersection(days)
        if not busy:
            return tuple(days)
        first = working_day(max(busy), 1)


def evening(day: date) -> datetime:
    """When on a day offices record what happened."""
    return datetime.combine(day, EVENING, UTC)
