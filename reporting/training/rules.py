"""Periods, who sees what of the figures, and the figures themselves. Pure."""

from dataclasses import dataclass, fields
from datetime import date, timedelta
from enum import StrEnum

DAY = timedelta(days=1)
MOST_DAYS = 3 * 366
NOBODY = 0
"""In place of an organisation's id: seats and people without one."""


class Preset(StrEnum):
    """Periods that are asked for by name."""

    THIS_MONTH = "this_month"
    LAST_MONTH = "last_month"
    THIS_QUARTER = "this_quarter"
    LAST_QUARTER = "last_quarter"
    THIS_YEAR = "this_year"
    LAST_YEAR = "last_year"


MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days, the first and the last one included."""

    first: date
    last: date


def period(preset: Preset, today: date) -> Period:
    """The month, quarter or year in which a day lies, or the one before it; whole, also where it
    is not over yet."""
    which, _, kind = preset.value.partition("_")
    length = MONTHS[kind]
    begun = _first_of(today.year * 12 + (today.month - 1) // length * length)
    if which == "last":
        return Period(_months_on(begun, -length), begun - DAY)
    return Period(begun, _months_on(begun, length) - DAY)


def _first_of(months: int) -> date:
    return date(months // 12, months % 12 + 1, 1)


def _months_on(day: date, months: int) -> date:
    return _first_of(day.year * 12 + day.month - 1 + months)


@dataclass(frozen=True, slots=True)
class Reach:
    """What one grant lets its holder see: of an organisation, of a programme (None: of all)."""

    organisation_id: int | None = None
    programme_code: str | None = None


Reaches = tuple[Reach, ...]
"""What several grants let somebody see, each by itself."""


def is_everything(reaches: Reaches) -> bool:
    """Whether one of the grants has no limit."""
    return Reach() in reaches


def is_limited(reaches: Reaches) -> bool:
    """Whether some of it is of one organisation alone."""
    return not is_everything(reaches) and any(one.organisation_id for one in reaches)


class Figure(StrEnum):
    """A figure behind which there are people."""

    SEATS = "seats"
    ATTENDED = "attended"
    ABSENT = "absent"
    UNMARKED = "unmarked"
    CANCELLED = "cancelled"
    PASSED = "passed"
    FAILED = "failed"
    COMPLETED = "completed"
    AWARDED = "awarded"
    REVOKED = "revoked"
    EXPIRED = "expired"


OF_AWARDS = frozenset({Figure.AWARDED, Figure.REVOKED, Figure.EXPIRED})


@dataclass(frozen=True, slots=True)
class Figures:
    """What is counted for one course, organisation or certification, or for all of them."""

    sessions: int = 0
    capacity: int = 0
    seats: int = 0
    attended: int = 0
    absent: int = 0
    unmarked: int = 0
    cancelled: int = 0
    passed: int = 0
    failed: int = 0
    minutes: int = 0
    completed: int = 0
    awarded: int = 0
    revoked: int = 0
    expired: int = 0

    def __add__(self, other: "Figures") -> "Figures":
        names = [field.name for field in fields(self)]
        return Figures(*[getattr(self, name) + getattr(other, name) for name in names])

    @property
    def concerns_awards(self) -> bool:
        """Whether an award is among what is counted."""
        return bool(self.awarded or self.revoked or self.expired)

    @property
    def utilisation(self) -> int | None:
        """Per cent of the seats that were there; None where their number says nothing."""
        return share(self.seats, self.capacity)

    @property
    def pass_rate(self) -> int | None:
        """Per cent of the results."""
        return share(self.passed, self.passed + self.failed)


def share(part: int, whole: int) -> int | None:
    """Per cent, rounded half up; None of nothing."""
    return (200 * part + whole) // (2 * whole) if whole else None
