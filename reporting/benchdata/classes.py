"""Class sessions of the data set: rows of seats, filled in order, so that counters are exact."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from courses.scheduling.models import SeatKind, SessionState
from reporting.benchdata.bulk import Sheet
from reporting.benchdata.cast import TONGUES, VENUES
from reporting.benchdata.ground import Offer

FILLS = (20, 24, 16, 22, 18)
"""How many seats are taken in one class session after another; a hundred in five."""
CAPACITY = 24
ROOM_OF_HYBRID = 14
_PLACE = [(k, place) for k, fill in enumerate(FILLS) for place in range(fill)]


@dataclass(frozen=True, slots=True)
class Held:
    """A class session as its seats need to know it."""

    id: int
    day: date
    trainer_id: int
    ends_at: str
    room: int


@dataclass(frozen=True, slots=True)
class Series:
    """The class sessions of one course, one after another."""

    offer: Offer
    held: list[Held]

    def place(self, seat: int) -> tuple[Held, int, SeatKind]:
        """The class session of the n-th seat (from 0), its number there and its kind."""
        k, place = _PLACE[seat % 100]
        held = self.held[seat // 100 * len(FILLS) + k]
        return held, place + 1, SeatKind.ROOM if place < held.room else SeatKind.VIRTUAL


def instant(moment: datetime) -> str:
    """An instant as both databases read it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


@dataclass
class Hall:
    """Where class sessions are made: their sheets and their trainers."""

    sessions: Sheet
    meetings: Sheet
    trainers: list[int]
    made: int = 0

    def series(self, offer: Offer, seats: int, day_of: Callable[[float], date]) -> Series:
        """Enough class sessions for so many seats; `day_of` says the last day of each one's
        place (from 0 to 1) in the row."""
        fills = _fills(seats)
        return Series(
            offer,
            [self._hold(offer, fill, day_of((k + 1) / len(fills))) for k, fill in enumerate(fills)],
        )

    def _hold(self, offer: Offer, taken: int, day: date) -> Held:
        self.made += 1
        venue, zone = VENUES[self.made % len(VENUES)].city, VENUES[self.made % len(VENUES)].zone
        room = CAPACITY if not offer.has_virtual else ROOM_OF_HYBRID if offer.has_room else 0
        trainer = self.trainers[self.made % len(self.trainers)]
        first = day - timedelta(days=1)
        starts, ends = _at(first, 9, zone), _at(day, 17, zone)
        number = self.sessions.next_id
        self.sessions.add(
            f"{offer.code}-{first:%y%m%d}-{number}", offer.version_id, offer.course_id,
            offer.mode_id, offer.format_id, TONGUES[self.made % len(TONGUES)], trainer,
            venue if room else "", f"{self.made % 9}.{self.made % 40:02d}" if room else "",
            zone, room, CAPACITY - room, min(taken, room), max(taken - room, 0), taken + 1,
            instant(starts), instant(ends),
        )  # fmt: skip
        for position, date_ in enumerate((first, day), 1):
            self.meetings.add(
                number, position, f"{date_}T09:00", f"{date_}T17:00",
                instant(_at(date_, 9, zone)), instant(_at(date_, 17, zone)),
            )  # fmt: skip
        return Held(number, day, trainer, instant(ends), room)


SESSION_COLUMNS = (
    "code course_version_id course_id delivery_mode_id delivery_format_id language "
    "trainer_person_id venue room time_zone room_capacity virtual_capacity room_taken "
    "virtual_taken next_number starts_at ends_at"
)
MEETING_COLUMNS = "class_session_id position local_start local_end starts_at ends_at"
SESSION_STATE = SessionState.SCHEDULED.value


def _fills(seats: int) -> list[int]:
    """How many of these seats each class session has."""
    fills = list(FILLS) * (seats // 100)
    rest = seats % 100
    for fill in FILLS:
        if rest > 0:
            fills.append(min(fill, rest))
            rest -= fill
    return fills


def _at(day: date, hour: int, zone: str) -> datetime:
    return datetime.combine(day, time(hour), _zone(zone))


def workday(day: date, step: int) -> date:
    """The nearest day, going in steps of +1 or -1, that ends a pair of working days."""
    while day.weekday() not in {1, 2, 3, 4}:
        day += timedelta(days=step)
    return day
