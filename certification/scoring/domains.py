"""How an attempt did in each competency, and how certain the number of its items lets us be. Pure.

The share of the points, and Wilson's interval around it for as many items as the weights make
(Kish: the square of the summed weights by the sum of the squared ones). With fewer than five items
nothing is said: the interval would reach from poor to excellent.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

FEWEST = 5
Z = 1.959963984540054
"""95 of 100 such intervals hold the share that endless items of this kind would show."""


@dataclass(frozen=True, slots=True)
class Shown:
    """An item's part in a competency: points earned, of how many, and its weight from 0 to 1."""

    competency_id: int
    raw: Fraction
    points: Fraction
    weight: Fraction


@dataclass(frozen=True, slots=True)
class Domain:
    """A competency as the report shows it; without `share` there are too few items to say."""

    competency_id: int
    items: int
    share: float | None = None
    low: float = 0.0
    high: float = 1.0
    standing: str = "few"
    """`above`, `about` or `below` what passing takes, or `few`."""


def domains(shown: Iterable[Shown], needed: Fraction) -> list[Domain]:
    """Each competency once, in the order of their first items; `needed` is the cut's share."""
    by_competency: dict[int, list[Shown]] = {}
    for one in shown:
        if one.points > 0:
            by_competency.setdefault(one.competency_id, []).append(one)
    return [_domain(key, found, float(needed)) for key, found in by_competency.items()]


def _domain(competency_id: int, found: list[Shown], needed: float) -> Domain:
    if len(found) < FEWEST:
        return Domain(competency_id, len(found))
    weights = [float(one.weight * one.points) for one in found]
    earned = float(sum((one.weight * max(one.raw, Fraction(0)) for one in found), Fraction(0)))
    share = min(earned / sum(weights), 1.0)
    low, high = wilson(share, sum(weights) ** 2 / sum(weight**2 for weight in weights))
    standing = "above" if low >= needed else "below" if high < needed else "about"
    return Domain(competency_id, len(found), share, low, high, standing)


def wilson(share: float, items: float) -> tuple[float, float]:
    """Both ends of the interval around a share of so many items (E. B. Wilson, 1927)."""
    spread = Z * Z / items
    middle = (share + spread / 2) / (1 + spread)
    reach = Z * sqrt(share * (1 - share) / items + spread / items / 4) / (1 + spread)
    return max(middle - reach, 0.0), min(middle + reach, 1.0)
