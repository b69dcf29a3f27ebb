"""Contrasting groups: people known to be qualified, or not, by other evidence than the exam. Pure.

Livingston and Zieky, *Passing Scores* (1982), chapter 3. Two cuts are given side by side:

- **midpoint** between the two groups' means;
- **logistic**: the score at which a person is as likely qualified as not, from the regression of
  the group on the score. It depends on how many of each group were asked: take them as they come.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from lms.reasons import Reason

LEAST_EACH = 15
STEPS = 50


@dataclass(frozen=True, slots=True)
class Contrast:
    """Two cuts in raw points, and who would be misjudged by the logistic one."""

    midpoint: float
    logistic: float
    slope: float
    false_passes: int
    false_fails: int


def contrasting_groups(
    qualified: Sequence[float], unqualified: Sequence[float], least: int = LEAST_EACH
) -> Contrast | Reason:
    """The cuts, or why there are none."""
    fewer = min(len(qualified), len(unqualified))
    if fewer < least:
        return Reason("group_too_small", {"have": fewer, "need": least})
    if fmean(qualified) <= fmean(unqualified):
        return Reason("groups_reversed")
    if min(qualified) > max(unqualified):
        low, high = f"{max(unqualified):g}", f"{min(qualified):g}"
        return Reason("groups_apart", {"low": low, "high": high})
    start, slope = _logistic([*qualified, *unqualified], [1.0] * len(qualified))
    cut = -start / slope
    return Contrast(
        midpoint=(fmean(qualified) + fmean(unqualified)) / 2,
        logistic=cut,
        slope=slope,
        false_passes=sum(score >= cut for score in unqualified),
        false_fails=sum(score < cut for score in qualified),
    )


def _logistic(scores: Sequence[float], ones: Sequence[float]) -> tuple[float, float]:
    """Intercept and slope by Newton's method; the first scores are those of the ones. Scores are
    centred and scaled on the way, so that the steps stay well behaved."""
    middle = fmean(scores)
    scale = math.sqrt(fmean((score - middle) ** 2 for score in scores))
    xs = [(score - middle) / scale for score in scores]
    ys = [*ones, *[0.0] * (len(scores) - len(ones))]
    start = slope = 0.0
    for _ in range(STEPS):
        rise, turn = _step(xs, ys, start, slope)
        start, slope = start + rise, slope + turn
        if abs(rise) + abs(turn) < 1e-12:
            break
    return start - slope * middle / scale, slope / scale


def _step(
    xs: Sequence[float], ys: Sequence[float], start: float, slope: float
) -> tuple[float, float]:
    """Solve the two normal equations of one step."""
    odds = [1 / (1 + math.exp(-max(-30.0, min(30.0, start + slope * x)))) for x in xs]
    weights = [p * (1 - p) for p in odds]
    a = sum(weights)
    b = sum(w * x for w, x in zip(weights, xs, strict=True))
    c = sum(w * x * x for w, x in zip(weights, xs, strict=True))
    u = sum(y - p for y, p in zip(ys, odds, strict=True))
    v = sum((y - p) * x for y, p, x in zip(ys, odds, xs, strict=True))
    det = a * c - b * b
    return (c * u - b * v) / det, (a * v - b * u) / det
