"""Cut scores from a panel's judgement: modified Angoff and Hofstee. Pure.

Judges are a sample of all who could have judged, so spreads among them divide by n − 1.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, stdev
from typing import TypeAlias

from lms.reasons import Reason

Ratings: TypeAlias = Mapping[str, Mapping[str, float]]
"""Judge → item → share of the points that a just qualified candidate would get, 0 to 1."""
LEAST_JUDGES = 2


@dataclass(frozen=True, slots=True)
class ItemAgreement:
    """How the panel saw one item."""

    item: str
    mean: float
    spread: float
    lowest: float
    highest: float


@dataclass(frozen=True, slots=True)
class Judge:
    """One judge beside the panel."""

    name: str
    cut: float
    severity: float
    """Points above (stricter) or below the panel's cut."""
    with_panel: float | None
    """Correlation of the ratings with the mean of the other judges'."""
    with_difficulty: float | None
    """Correlation with the items' observed p-values, where these are known."""


@dataclass(frozen=True, slots=True)
class Angoff:
    """The outcome of one round."""

    cut: float
    """Raw points, unrounded."""
    full: float
    spread: float
    error: float
    judges: list[Judge]
    items: list[ItemAgreement]
    incomplete: tuple[str, ...]
    """Judges who left items out: not counted, for a sum over fewer items is a lower cut."""


def angoff(
    ratings: Ratings,
    most: Mapping[str, float],
    difficulties: Mapping[str, float] | None = None,
) -> Angoff | Reason:
    """The mean over judges of their summed ratings (Angoff 1971, note 1, p. 515; rounds and
    feedback after Cizek and Bunch, *Standard Setting*, 2007, chapter 6). `most` gives each item's
    points; SE is the spread of the judges' cuts by the root of their number."""
    complete = {name: own for name, own in ratings.items() if most.keys() <= own.keys()}
    if len(complete) < LEAST_JUDGES:
        return Reason("too_few_judges", {"have": len(complete), "need": LEAST_JUDGES})
    cuts = {
        name: math.fsum(own[item] * points for item, points in most.items())
        for name, own in complete.items()
    }
    cut, spread = fmean(cuts.values()), stdev(cuts.values())
    return Angoff(
        cut=cut,
        full=math.fsum(most.values()),
        spread=spread,
        error=spread / math.sqrt(len(cuts)),
        judges=[_judge(name, cuts[name], cut, complete, difficulties or {}) for name in complete],
        items=[_agreement(item, [own[item] for own in complete.values()]) for item in most],
        incomplete=tuple(sorted(ratings.keys() - complete.keys())),
    )


def _agreement(item: str, ratings: Sequence[float]) -> ItemAgreement:
    return ItemAgreement(item, fmean(ratings), stdev(ratings), min(ratings), max(ratings))


def _judge(
    name: str, cut: float, panel: float, ratings: Ratings, difficulties: Mapping[str, float]
) -> Judge:
    own = ratings[name]
    others = {
        item: fmean(other[item] for judge, other in ratings.items() if judge != name)
        for item in own
        if all(item in other for other in ratings.values())
    }
    return Judge(name, cut, cut - panel, _alike(own, others), _alike(own, difficulties))


def _alike(own: Mapping[str, float], other: Mapping[str, float]) -> float | None:
    """Pearson's correlation over the items that both have; None where there is nothing to say."""
    items = [item for item in own if item in other]
    if len(items) < 3:
        return None
    mine, theirs = fmean(own[i] for i in items), fmean(other[i] for i in items)
    away = [own[i] - mine for i in items]
    apart = [other[i] - theirs for i in items]
    scale = math.sqrt(sum(v * v for v in away) * sum(v * v for v in apart))
    return sum(map(float.__mul__, away, apart)) / scale if scale > 1e-12 else None


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one judge of a Hofstee panel finds tolerable: cuts in raw points, fail rates 0 to 1."""

    least_cut: float
    most_cut: float
    least_fail: float
    most_fail: float


@dataclass(frozen=True, slots=True)
class Hofstee:
    """The crossing, and the means of the panel that give the line."""

    cut: float
    fail: float
    bounds: Bounds


def bound_flaws(bounds: Bounds, full: float) -> list[Reason]:
    """Why these bounds are none."""
    flaws = []
    if not 0 <= bounds.least_cut <= bounds.most_cut <= full:
        flaws.append(Reason("cuts_out_of_order", {"full": f"{full:g}"}))
    if not 0 <= bounds.least_fail <= bounds.most_fail <= 1:
        flaws.append(Reason("fails_out_of_order"))
    return flaws


def fail_curve(scores: Sequence[float], full: float) -> list[tuple[float, float]]:
    """For each cut of whole points the share that would fail: all whose score lies below it."""
    ranked, curve, below = sorted(scores), [], 0
    for cut in [*map(float, range(math.ceil(full))), full]:
        while below < len(ranked) and ranked[below] < cut:
            below += 1
        curve.append((cut, below / len(ranked)))
    return curve


def hofstee(judges: Sequence[Bounds], curve: Sequence[tuple[float, float]]) -> Hofstee | Reason:
    """Where the cumulative fail curve, drawn through its points, crosses the line from (least cut,
    most fail) to (most cut, least fail), all four the panel's means (Hofstee 1983; De Gruijter
    1985). The curve may pass the line by above or below: then there is no cut, and the answer says
    so, for any number would be somebody's choice and not the panel's."""
    if len(judges) < LEAST_JUDGES:
        return Reason("too_few_judges", {"have": len(judges), "need": LEAST_JUDGES})
    mean = Bounds(
        fmean(b.least_cut for b in judges),
        fmean(b.most_cut for b in judges),
        fmean(b.least_fail for b in judges),
        fmean(b.most_fail for b in judges),
    )
    start, end = _at(curve, mean.least_cut), _at(curve, mean.most_cut)
    if start > mean.most_fail:
        return Reason("fail_curve_above", {"fail": _percent(start), "cut": f"{mean.least_cut:g}"})
    if end < mean.least_fail:
        return Reason("fail_curve_below", {"fail": _percent(end), "cut": f"{mean.most_cut:g}"})
    cut = _crossing(curve, mean)
    return Hofstee(cut, _at(curve, cut), mean)


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"


def _at(curve: Sequence[tuple[float, float]], cut: float) -> float:
    """The fail rate at a cut, straight between the curve's points."""
    if cut <= curve[0][0]:
        return curve[0][1]
    for (left, low), (right, high) in pairwise(curve):
        if cut <= right:
            return low + (high - low) * (cut - left) / (right - left)
    return curve[-1][1]


def _crossing(curve: Sequence[tuple[float, float]], bounds: Bounds) -> float:
    """The curve never falls and the line never rises: they meet once, or along one flat piece, of
    which this is the lowest cut."""
    width, height = bounds.most_cut - bounds.least_cut, bounds.most_fail - bounds.least_fail
    inner = [cut for cut, _ in curve if bounds.least_cut < cut < bounds.most_cut]
    cuts = [bounds.least_cut, *inner, bounds.most_cut]
    gaps = [
        _at(curve, cut) - bounds.most_fail + (height * (cut - cuts[0]) / width if width else 0)
        for cut in cuts
    ]
    for (left, low), (right, high) in pairwise(zip(cuts, gaps, strict=True)):
        if low >= 0:
            return left
        if high >= 0:
            return left + (right - left) * -low / (high - low)
    return cuts[-1]
