"""Differential item functioning: is an item harder for one group than for equally able others?

The Mantel-Haenszel procedure (Mantel and Haenszel 1959; Holland and Thayer 1988). People are
matched on their raw total, **the studied item included**; people whose forms give different totals
are never matched with each other. The chi-square is corrected for continuity by one half:

    (max(0, |ΣA − ΣE(A)| − 1/2))² / ΣVar(A)        Var(A) = nR nF m1 m0 / (T² (T − 1))

so a difference below one half gives 0. The effect is ETS's delta, −2.35 ln(α): below zero, the
item is harder for the focal group. Its standard error is Robins, Breslow and Greenland's (1986).
Classes after Zwick (2012, ETS RR-12-08): A where |delta| < 1 or the chi-square is not significant
at 5 %; C where |delta| ≥ 1.5 and it lies significantly above 1 (one-sided, 5 %); B between them. A
class is a reason to read the item, not a proof that it is unfair. Pure.
"""

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import Literal

from certification.statistics.classical import too_few
from certification.statistics.responses import Sample
from lms.reasons import Reason

LEAST_FOCAL = 200
LEAST_TOGETHER = 500
"""What ETS asks for when a form is put together (Zwick 2012)."""
SIGNIFICANT = 3.841459
ONE_SIDED = 1.644854


@dataclass(frozen=True, slots=True)
class Table:
    """One stratum: right and wrong of the reference and of the focal group."""

    a: float
    b: float
    c: float
    d: float

    @property
    def size(self) -> float:
        """How many people."""
        return self.a + self.b + self.c + self.d


@dataclass(frozen=True, slots=True)
class Dif:
    """What was found for one item."""

    reference: int
    focal: int
    odds: float
    chi_square: float
    delta: float
    error: float
    grade: Literal["A", "B", "C"]


def mantel_haenszel(tables: list[Table]) -> Dif | Reason:
    """Over 2 × 2 tables, one a stratum. Strata of one person or one group say nothing."""
    used = [t for t in tables if t.size > 1 and t.a + t.b > 0 and t.c + t.d > 0]
    agree = sum(t.a * t.d / t.size for t in used)
    differ = sum(t.b * t.c / t.size for t in used)
    if not agree or not differ:
        return Reason("no_variation")
    odds, chi = agree / differ, _chi_square(used)
    delta, error = -2.35 * math.log(odds), 2.35 * math.sqrt(_log_variance(used, agree, differ))
    return Dif(
        reference=int(sum(t.a + t.b for t in used)),
        focal=int(sum(t.c + t.d for t in used)),
        odds=odds,
        chi_square=chi,
        delta=delta,
        error=error,
        grade=_grade(delta, error, chi),
    )


def _chi_square(tables: list[Table]) -> float:
    away = sum(t.a - (t.a + t.b) * (t.a + t.c) / t.size for t in tables)
    spread = sum(
        (t.a + t.b) * (t.c + t.d) * (t.a + t.c) * (t.b + t.d) / (t.size**2 * (t.size - 1))
        for t in tables
    )
    return float(max(0.0, abs(away) - 0.5) ** 2 / spread) if spread else 0.0


def _log_variance(tables: list[Table], agree: float, differ: float) -> float:
    """Variance of ln α after Robins, Breslow and Greenland."""
    first = second = third = 0.0
    for t in tables:
        p, q = (t.a + t.d) / t.size, (t.b + t.c) / t.size
        r, s = t.a * t.d / t.size, t.b * t.c / t.size
        first += p * r
        second += p * s + q * r
        third += q * s
    return first / (2 * agree**2) + second / (2 * agree * differ) + third / (2 * differ**2)


def _grade(delta: float, error: float, chi: float) -> Literal["A", "B", "C"]:
    size = abs(delta)
    if size < 1 or chi < SIGNIFICANT:
        return "A"
    return "C" if size >= 1.5 and size - 1 > ONE_SIDED * error else "B"


def dif(
    sample: Sample,
    place: int,
    reference: str,
    focal: str,
    least: tuple[int, int] = (LEAST_FOCAL, LEAST_TOGETHER),
) -> Dif | Reason:
    """The item at this place, compared between two recorded groups."""
    most = sample.items[place].most
    cells: dict[tuple[float, float], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    counts = {reference: 0, focal: 0}
    is_pilot = sample.items[place].use == "pilot"
    for row, sitting in enumerate(sample.sittings):
        points = sitting.points[place]
        if sitting.group not in counts or points is None or place in sitting.unreached:
            continue
        if points not in (0, most):
            return Reason("not_right_or_wrong")
        counts[sitting.group] += 1
        score = sample.totals[row] + (points if is_pilot else 0.0)
        cell = cells[score, sample.possible[row]]
        cell[(2 if sitting.group == focal else 0) + (points == 0)] += 1
    fewer, together = min(counts.values()), sum(counts.values())
    if fewer < least[0]:
        return too_few(fewer, least[0])
    if together < least[1]:
        return too_few(together, least[1])
    return mantel_haenszel([Table(*cell) for cell in cells.values()])
