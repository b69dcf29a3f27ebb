"""Leads for a person to follow: odd response times and errors that two people share. Pure.

Nothing here is a finding. Two people who learnt from the same misleading page share errors, and
whoever knows an answer by heart is quick. No score, no result and no certificate depends on it.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median

from certification.statistics.classical import too_few
from certification.statistics.responses import Picks, Sample
from lms.reasons import Reason

LEAST_TIMES = 20
FAR_OUT = 3.5
RAPID = 0.1
MOST_RAPID = 10.0


@dataclass(frozen=True, slots=True)
class Times:
    """How long an item takes, and who was far from it."""

    people: int
    middle: float
    rapid_below: float
    quick: tuple[int, ...]
    slow: tuple[int, ...]
    rapid: tuple[int, ...]
    """Rows of the sample's sittings."""


def response_times(sample: Sample, place: int, least: int = LEAST_TIMES) -> Times | Reason:
    """Outliers by the modified z-score of log seconds, beyond 3.5 (Iglewicz and Hoaglin 1993).
    Rapid guesses: under a tenth of the item's mean time, at most 10 s (Wise and Ma 2012)."""
    known = [
        (row, seconds)
        for row, sitting in enumerate(sample.sittings)
        if sitting.seconds and (seconds := sitting.seconds[place]) is not None and seconds > 0
    ]
    if len(known) < least:
        return too_few(len(known), least)
    logs = [math.log(seconds) for _, seconds in known]
    middle = median(logs)
    scale = median([abs(value - middle) for value in logs]) / 0.6745
    rapid = min(MOST_RAPID, RAPID * sum(seconds for _, seconds in known) / len(known))
    away = [((value - middle) / scale if scale else 0.0) for value in logs]
    rows = [row for row, _ in known]
    return Times(
        people=len(known),
        middle=math.exp(middle),
        rapid_below=rapid,
        quick=tuple(r for r, z in zip(rows, away, strict=True) if z < -FAR_OUT),
        slow=tuple(r for r, z in zip(rows, away, strict=True) if z > FAR_OUT),
        rapid=tuple(row for row, seconds in known if seconds < rapid),
    )


@dataclass(frozen=True, slots=True)
class Pair:
    """Two sittings of one room that share more wrong answers than usual."""

    first: str
    second: str
    exact: int
    """Errors in common with the very same wrong answer."""
    common: int
    """Items that both had wrong."""
    different: int
    """Items that they answered differently."""
    expected: float
    """Exact errors in common to expect of people who had these items wrong independently."""
    chance: float
    """Probability of at least so many, under independence and before any multiple testing."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """When a pair is shown. Harpp, Hogan and Jennings (1996): at least 6 exact errors in common,
    more than 3 in 4 of the common errors exact, at least as many as differing answers."""

    exact: int = 6
    of_common: float = 0.75
    to_different: float = 1.0
    chance: float = 0.001


WANTED = Wanted()


def pairs_in_common(sample: Sample, wanted: Wanted = WANTED) -> list[Pair]:
    """Within each room, the least likely first. People of different rooms saw no screen of each
    other: comparing everyone with everyone finds chance alone."""
    rooms: dict[str, list[_Marks]] = defaultdict(list)
    bits = _Bits()
    wrong = _wrong_answers(sample)
    for row, sitting in enumerate(sample.sittings):
        if sitting.room and (marks := _marks(sample, row, bits)).errors.bit_count() >= wanted.exact:
            rooms[sitting.room].append(marks)
    found = [
        pair
        for room in rooms.values()
        for first, second in combinations(room, 2)
        if (pair := _pair(sample, (first, second), wanted, wrong))
    ]
    return sorted(found, key=lambda pair: (pair.chance, pair.first, pair.second))


class _Bits:
    """A bit for each item and answer, so that comparing two people is one `and`."""

    def __init__(self) -> None:
        self.known: dict[tuple[int, Picks], int] = {}

    def of(self, place: int, picks: Picks) -> int:
        """The bit of this answer."""
        return 1 << self.known.setdefault((place, picks), len(self.known))


@dataclass(frozen=True, slots=True)
class _Marks:
    row: int
    answers: int
    errors: int
    wrong: int
    """One bit an item."""
    given: int


def _marks(sample: Sample, row: int, bits: _Bits) -> _Marks:
    sitting = sample.sittings[row]
    answers = errors = wrong = given = 0
    for place in sample.scored:
        picks = sitting.picks[place] if sitting.picks else None
        if not picks:
            continue
        bit = bits.of(place, picks)
        answers |= bit
        given |= 1 << place
        if (sitting.points[place] or 0) < sample.items[place].most:
            errors |= bit
            wrong |= 1 << place
    return _Marks(row, answers, errors, wrong, given)


def _wrong_answers(sample: Sample) -> list[float]:
    """For each item, how likely two independent people who had it wrong gave the same answer."""
    counts: list[Counter[Picks]] = [Counter() for _ in sample.items]
    for sitting in sample.sittings:
        for place, picks in enumerate(sitting.picks):
            if picks and (sitting.points[place] or 0) < sample.items[place].most:
                counts[place][picks] += 1
    return [
        sum((count / total) ** 2 for count in counter.values()) if (total := counter.total()) else 0
        for counter in counts
    ]


def _pair(
    sample: Sample, both: tuple[_Marks, _Marks], wanted: Wanted, wrong: Sequence[float]
) -> Pair | None:
    first, second = both
    exact = (first.errors & second.errors).bit_count()
    if exact < wanted.exact:
        return None
    shared = first.wrong & second.wrong
    same = (first.answers & second.answers).bit_count()
    different = (first.given & second.given).bit_count() - same
    if exact <= wanted.of_common * shared.bit_count() or exact < wanted.to_different * different:
        return None
    odds = [wrong[place] for place in sample.scored if shared >> place & 1]
    chance = at_least(odds, exact)
    people = (sample.sittings[first.row].person, sample.sittings[second.row].person)
    if chance > wanted.chance:
        return None
    return Pair(*people, exact, shared.bit_count(), different, sum(odds), chance)


def at_least(odds: Sequence[float], wanted: int) -> float:
    """Probability that at least so many of these independent events happen (Poisson binomial)."""
    ways = [1.0]
    for p in odds:
        ways = [
            (ways[k] * (1 - p) if k < len(ways) else 0) + (ways[k - 1] * p if k else 0)
            for k in range(len(ways) + 1)
        ]
    return math.fsum(ways[wanted:])


@dataclass(frozen=True, slots=True)
class Exposure:
    """How often an item was shown."""

    code: str
    shown: int
    rate: float


def exposure(sample: Sample) -> list[Exposure]:
    """Share of the sittings in which each item was given. Repeat attempts would count here, too:
    pass a sample that holds them."""
    people = len(sample.sittings)
    shown = Counter(
        place
        for sitting in sample.sittings
        for place, points in enumerate(sitting.points)
        if points is not None
    )
    return [
        Exposure(item.code, shown[place], shown[place] / people if people else 0.0)
        for place, item in enumerate(sample.items)
    ]
