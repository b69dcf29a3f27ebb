"""Local times to instants. People schedule in a venue's zone; the night of a clock change has
times that do not exist and times that come twice: both are refused, so that nobody has to guess.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from lms.reasons import Reason

LONGEST = timedelta(hours=16)


@dataclass(frozen=True, slots=True)
class Slot:
    """A meeting as it is scheduled: naive local times, both in one zone."""

    local_start: datetime
    local_end: datetime


@dataclass(frozen=True, slots=True)
class Span:
    """Two instants in UTC."""

    starts_at: datetime
    ends_at: datetime


def instant(local: datetime, zone: str) -> datetime:
    """The instant of a local time that `time_flaw` passed."""
    return local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def time_flaw(local: datetime, zone: str) -> Reason | None:
    """Why a local time is not one instant: `time_missing` or `time_twice`."""
    here = ZoneInfo(zone)
    first = local.replace(tzinfo=here)
    back = first.astimezone(UTC).astimezone(here).replace(tzinfo=None)
    values: dict[str, object] = {"time": f"{local:%Y-%m-%d %H:%M}", "zone": zone}
    if back != local.replace(fold=0):
        return Reason("time_missing", values)
    if first.utcoffset() != first.replace(fold=1).utcoffset():
        return Reason("time_twice", values)
    return None


def slot_flaws(slot: Slot, zone: str) -> list[Reason]:
    """What is wrong with one meeting's times."""
    flaws = [flaw for time in (slot.local_start, slot.local_end) if (flaw := time_flaw(time, zone))]
    if flaws:
        return flaws
    if slot.local_end <= slot.local_start:
        return [Reason("ends_before_start")]
    if slot.local_end - slot.local_start > LONGEST:
        return [Reason("meeting_too_long")]
    return []


def spans(slots: Sequence[Slot], zone: str) -> list[Span]:
    """The slots as instants, in their order."""
    return [Span(instant(s.local_start, zone), instant(s.local_end, zone)) for s in slots]


def overlap(one: Iterable[Span], other: Sequence[Span]) -> bool:
    """Whether any two spans share a moment; one that ends when the other begins does not."""
    return any(a.starts_at < b.ends_at and b.starts_at < a.ends_at for a in one for b in other)


def disorder(slots: Sequence[Slot]) -> bool:
    """Whether meetings overlap or are not in the order of time."""
    return any(later.local_start < earlier.local_end for earlier, later in pairwise(slots))
