"""Who answered what, as the statistics read it. Pure.

Five things would bend a figure and are taken out by name, never silently:

- **pilot** items count towards nobody's total; their own figures are computed all the same, since
  that is what they are tried out for;
- **neutralised** items have no figures and count towards no total;
- **not reached** (given, but after the last answer): nothing towards the total, and the person is
  not among those whom the item is judged by. A question left out between answered ones was seen
  and counts as wrong;
- **repeat attempts**: only a person's first counts, for the second is no independent observation;
- **void** attempts: their result does not hold, so nobody knows whose answers they are.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal, TypeAlias

Use: TypeAlias = Literal["scored", "pilot", "neutralised"]
Picks: TypeAlias = tuple[str, ...]
"""What a person chose, one entry an option; empty where the question was left out."""


@dataclass(frozen=True, slots=True)
class Item:
    """A question of a form: the most points that it gives and the options that are right."""

    code: str
    most: float = 1.0
    key: Picks = ()
    options: Picks = ()
    """All that can be chosen, so that what nobody chose shows, too."""
    use: Use = "scored"


@dataclass(frozen=True, slots=True)
class Sitting:
    """One attempt. The lists run beside the items; `points`: None where the item was not given."""

    person: str
    points: Sequence[float | None]
    picks: Sequence[Picks | None] = ()
    seconds: Sequence[float | None] = ()
    ordinal: int = 1
    unreached: frozenset[int] = frozenset()
    group: str = ""
    """For differential item functioning; empty without the person's consent."""
    is_void: bool = False
    room: str = ""
    """The session in which it was taken: who could have seen whose screen."""

    def at(self, places: Sequence[int]) -> "Sitting":
        """The same sitting over a choice of the items."""
        number = {place: index for index, place in enumerate(places)}
        return replace(
            self,
            points=[self.points[place] for place in places],
            picks=[self.picks[place] for place in places] if self.picks else (),
            seconds=[self.seconds[place] for place in places] if self.seconds else (),
            unreached=frozenset(number[place] for place in self.unreached if place in number),
        )


@dataclass(frozen=True, slots=True)
class Column:
    """The answers to one item: whose, how many points, and how they did on the rest of the exam."""

    rows: list[int]
    points: list[float]
    rest: list[float]
    """Share of the points that the person's other scored items give, from 0 to 1."""


@dataclass(frozen=True)
class Sample:
    """Items and the sittings that count, with totals over the scored items."""

    items: tuple[Item, ...]
    sittings: tuple[Sitting, ...]
    left_out: Counter[str] = field(default_factory=Counter)

    @cached_property
    def scored(self) -> tuple[int, ...]:
        """Places of the items that count."""
        return tuple(i for i, item in enumerate(self.items) if item.use == "scored")

    @cached_property
    def totals(self) -> list[float]:
        """Raw points of each sitting."""
        return [
            round(sum(points[i] or 0.0 for i in self.scored), 9)
            for points in (sitting.points for sitting in self.sittings)
        ]

    @cached_property
    def possible(self) -> list[float]:
        """The most points that each sitting's form gives."""
        most = [(i, self.items[i].most) for i in self.scored]
        full = sum(value for _, value in most)
        return [
            full - sum(value for i, value in most if points[i] is None) if None in points else full
            for points in (sitting.points for sitting in self.sittings)
        ]

    def column(self, place: int) -> Column:
        """The answers to the item at this place, of those who had it and came to it."""
        item, totals, possible = self.items[place], self.totals, self.possible
        rows, mine = [], []
        for row, sitting in enumerate(self.sittings):
            points = sitting.points[place]
            if points is not None and place not in sitting.unreached:
                rows.append(row)
                mine.append(points)
        if item.use != "scored":
            rest = [round(totals[row] / (possible[row] or 1), 9) for row in rows]
        else:
            rest = [
                round((totals[row] - own) / ((possible[row] - item.most) or 1), 9)
                for row, own in zip(rows, mine, strict=True)
            ]
        return Column(rows, mine, rest)


def sample_of(items: Sequence[Item], sittings: Sequence[Sitting]) -> Sample:
    """The sample that the figures rest on, and how much was left out of it and why."""
    held = [sitting for sitting in sittings if not sitting.is_void]
    first = [sitting for sitting in held if sitting.ordinal == 1]
    left_out = Counter(
        {
            "repeat_attempts": len(held) - len(first),
            "void_attempts": len(sittings) - len(held),
            "pilot_items": sum(item.use == "pilot" for item in items),
            "neutralised_items": sum(item.use == "neutralised" for item in items),
            "answers_not_reached": sum(len(sitting.unreached) for sitting in first),
        }
    )
    return Sample(tuple(items), tuple(first), left_out)


def unreached(answered: Sequence[bool]) -> int:
    """From which place on, in the order of the exam, nothing was answered."""
    return max((place + 1 for place, is_there in enumerate(answered) if is_there), default=0)
