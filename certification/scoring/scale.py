"""From raw points to the scale that a candidate sees. Pure.

Straight pieces through three anchors: no points at the scale's bottom, the cut score at the scale's
passing score, full points at its top. So every form passes at the same scaled score, and more
points never give less. Passing is decided on unrounded raw points; the scaled score only shows it,
rounded down to whole steps below the cut, so that nobody who failed reads a passing score.
"""

import math
from dataclasses import dataclass
from fractions import Fraction

from lms.reasons import Reason


@dataclass(frozen=True, slots=True)
class Scale:
    """The three values that are the same for all forms, such as 100, 700 and 1000."""

    bottom: int
    passing: int
    top: int


def scale_flaws(scale: Scale, cut: Fraction, full: Fraction) -> list[Reason]:
    """Why this map would not be one."""
    flaws = []
    if not scale.bottom < scale.passing <= scale.top:
        flaws.append(Reason("scale_out_of_order"))
    if not 0 < cut <= full:
        flaws.append(Reason("cut_out_of_range", {"full": f"{float(full):g}"}))
    return flaws


def scaled(raw: Fraction, cut: Fraction, full: Fraction, scale: Scale) -> int:
    """The score shown. Points below nothing (negative marking) show as nothing. Exact: a third of
    a point is a third."""
    raw = min(max(raw, Fraction(0)), full)
    if raw < cut:
        exact = scale.bottom + (scale.passing - scale.bottom) * raw / cut
        return math.floor(exact)
    if full == cut:
        return scale.top
    exact = scale.passing + (scale.top - scale.passing) * (raw - cut) / (full - cut)
    return math.floor(exact + Fraction(1, 2))


def has_passed(raw: Fraction, cut: Fraction) -> bool:
    """On unrounded raw points."""
    return raw >= cut
