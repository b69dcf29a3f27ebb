"""Classical test theory: how hard an item is, how well it separates, how sure a score is.

Variances are those of the population (divided by n), but for the standard error. Sources: Crocker
and Algina, *Introduction to Classical and Modern Test Theory* (1986), chapters 7 and 14; Kuder and
Richardson (1937), formula 20; Cronbach (1951). Pure.

A figure is a number or the reason why there is none: few answers are no basis for a judgement.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import mul
from statistics import fmean
from typing import TypeAlias

from certification.statistics.responses import Column, Sample
from lms.reasons import Reason

Figure: TypeAlias = float | Reason
"""A number, or why there is none."""


@dataclass(frozen=True, slots=True)
class Floors:
    """How many people a figure needs before it is shown. House rules: below 30 the standard error
    of a correlation is above 0.18, below 10 that of a share above 0.15. How often an item is shown
    is always told, but nobody is asked to look at it before there are that many exams."""

    share: int = 10
    correlation: int = 30
    reliability: int = 30
    curve: int = 30
    exposure: int = 30


FLOORS = Floors()


def too_few(have: int, need: int) -> Reason:
    """Not enough data."""
    return Reason("too_few_answers", {"have": have, "need": need})


def variance(values: Sequence[float]) -> float:
    """Of the population. Not `statistics.pvariance`, whose exact fractions are slow."""
    mean = fmean(values)
    return math.fsum((value - mean) ** 2 for value in values) / len(values)


def difficulty(column: Column, most: float, floors: Floors = FLOORS) -> Figure:
    """The p-value: mean share of the item's points. For right or wrong, the share of right ones."""
    if len(column.points) < floors.share:
        return too_few(len(column.points), floors.share)
    return fmean(column.points) / most


def correlation(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Pearson's; None where one of them does not vary."""
    own, other = fmean(first), fmean(second)
    away, apart = [v - own for v in first], [v - other for v in second]
    spread = math.sqrt(sum(map(mul, away, away)) * sum(map(mul, apart, apart)))
    return sum(map(mul, away, apart)) / spread if spread > 1e-12 else None


def discrimination(column: Column, floors: Floors = FLOORS) -> Figure:
    """The corrected point-biserial: the item against the rest of the exam, itself taken out."""
    if len(column.points) < floors.correlation:
        return too_few(len(column.points), floors.correlation)
    found = correlation(column.points, column.rest)
    return Reason("no_variation") if found is None else found


@dataclass(frozen=True, slots=True)
class Reliability:
    """Cronbach's alpha, which for right-or-wrong items is KR-20, and what follows from it."""

    people: int
    items: int
    mean: float
    deviation: float
    alpha: float
    error: float
    """Standard error of measurement, in raw points: the deviation estimated for all candidates
    (divided by n − 1) times √(1 − alpha). Alpha itself is the same with either divisor."""
    is_kr20: bool


def reliability(sample: Sample, floors: Floors = FLOORS) -> Reliability | Reason:
    """Over the sittings that had every scored item: alpha is not defined across different forms."""
    places = sample.scored
    rows = [s.points for s in sample.sittings if all(s.points[i] is not None for i in places)]
    if sample.sittings and not rows:
        return Reason("forms_differ")
    if len(rows) < floors.reliability:
        return too_few(len(rows), floors.reliability)
    columns = [[row[i] or 0.0 for row in rows] for i in places]
    totals = [math.fsum(row) for row in zip(*columns, strict=True)]
    spread = variance(totals) if totals else 0.0
    if len(places) < 2 or spread < 1e-12:
        return Reason("no_variation")
    count = len(places)
    alpha = count / (count - 1) * (1 - sum(map(variance, columns)) / spread)
    is_kr20 = all(
        set(column) <= {0.0, sample.items[i].most} and sample.items[i].most == 1
        for i, column in zip(places, columns, strict=True)
    )
    return Reliability(
        people=len(rows),
        items=count,
        mean=fmean(totals),
        deviation=math.sqrt(spread),
        alpha=alpha,
        error=math.sqrt(spread * len(rows) / max(len(rows) - 1, 1) * (1 - alpha)),
        is_kr20=is_kr20,
    )


def score_groups(scores: Sequence[float], groups: int = 5) -> list[int]:
    """For each score the number of its group, from 0 (lowest). Equal scores stay together: a score
    goes where the middle of its ties falls, so groups differ in size and one may be empty."""
    ranked, below, place = sorted(scores), 0, {}
    for score, ties in groupby(ranked):
        count = sum(1 for _ in ties)
        place[score] = min(groups - 1, int(groups * (below + count / 2) / len(ranked)))
        below += count
    return [place[score] for score in scores]


@dataclass(frozen=True, slots=True)
class Point:
    """One score group on an item's characteristic."""

    group: int
    people: int
    rest: float
    share: float


def characteristic(
    column: Column, most: float, placed: Sequence[int], floors: Floors = FLOORS
) -> list[Point] | Reason:
    """How the item's share of points rises with the score on the rest of the exam."""
    if len(column.points) < floors.curve:
        return too_few(len(column.points), floors.curve)
    groups = max(placed) + 1
    people, points, rest = [0] * groups, [0.0] * groups, [0.0] * groups
    for group, mine, other in zip(placed, column.points, column.rest, strict=True):
        people[group] += 1
        points[group] += mine
        rest[group] += other
    return [
        Point(group, count, rest[group] / count, points[group] / count / most)
        for group, count in enumerate(people)
        if count
    ]


OMITTED = ""
"""The option of those who left the question out."""


@dataclass(frozen=True, slots=True)
class Option:
    """A line of the distractor table."""

    name: str
    is_key: bool
    people: int
    share: float
    by_group: tuple[float | None, ...]
    """Share of each score group that chose it, from the lowest; None where the group is empty."""
    rest: Figure
    """Point-biserial of having chosen it against the rest score. A distractor's is below zero."""


def distractors(
    sample: Sample, place: int, column: Column, placed: Sequence[int], floors: Floors = FLOORS
) -> list[Option] | Reason:
    """Who chose what, by score group on the rest of the exam. Each chosen option counts."""
    if len(column.rows) < floors.curve:
        return too_few(len(column.rows), floors.curve)
    chosen = [
        (sample.sittings[row].picks[place] if sample.sittings[row].picks else None) or (OMITTED,)
        for row in column.rows
    ]
    key = sample.items[place].key
    known = {*key, *sample.items[place].options}
    names = sorted(known.union(*chosen))
    return [_option(name, name in key, chosen, placed, column) for name in names]


def _option(
    name: str,
    is_key: bool,
    chosen: list[tuple[str, ...]],
    placed: Sequence[int],
    column: Column,
) -> Option:
    sizes = Counter(placed)
    taken = [name in picks for picks in chosen]
    count = sum(taken)
    within = Counter(group for group, is_taken in zip(placed, taken, strict=True) if is_taken)
    found = correlation([float(t) for t in taken], column.rest)
    return Option(
        name=name,
        is_key=is_key,
        people=count,
        share=count / len(chosen),
        by_group=tuple(within[g] / sizes[g] if sizes[g] else None for g in range(max(placed) + 1)),
        rest=Reason("no_variation") if found is None else found,
    )
