"""What a form consists of, competency by competency. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import fmean


@dataclass(frozen=True, slots=True)
class Asked:
    """A scored place of a form, under the competency of the blueprint's cell that it fills (None:
    it fills none)."""

    version: int
    competency: int | None
    points: Fraction
    difficulty: int | None


@dataclass(frozen=True, slots=True)
class Figures:
    """What candidates made of an item: mean share of its points, corrected correlation."""

    p: float | None
    r: float | None


@dataclass(frozen=True, slots=True)
class Line:
    """A competency of a form, or the whole."""

    competency: int | None
    is_whole: bool
    items: int
    points: Fraction
    share: float
    """Of the form's points, 0 to 1."""
    estimate: float | None
    """Mean estimated difficulty of the items that have an estimate."""
    measured: int
    """Items that have figures from candidates."""
    expected: float | None
    """Points of a mean candidate; None until each item has been answered often enough."""
    discrimination: float | None


def profile(asked: Sequence[Asked], figures: Mapping[int, Figures]) -> list[Line]:
    """A line for each competency in the order in which they come, and one for the whole."""
    full = sum((one.points for one in asked), Fraction(0))
    groups = {key: [one for one in asked if one.competency == key] for key in _keys(asked)}
    lines = [_line(own, figures, full, key) for key, own in groups.items()]
    return [*lines, _line(asked, figures, full, is_whole=True)]


def _keys(asked: Sequence[Asked]) -> list[int | None]:
    return list(dict.fromkeys(one.competency for one in asked))


def _line(
    own: Sequence[Asked],
    figures: Mapping[int, Figures],
    full: Fraction,
    competency: int | None = None,
    *,
    is_whole: bool = False,
) -> Line:
    points = sum((one.points for one in own), Fraction(0))
    known = [(one, figures[one.version]) for one in own if one.version in figures]
    earned = [float(one.points) * found.p for one, found in known if found.p is not None]
    return Line(
        competency=competency,
        is_whole=is_whole,
        items=len(own),
        points=points,
        share=float(points / full) if full else 0.0,
        estimate=_mean([one.difficulty for one in own if one.difficulty is not None]),
        measured=len(earned),
        expected=sum(earned) if own and len(earned) == len(own) else None,
        discrimination=_mean([found.r for _, found in known if found.r is not None]),
    )


def _mean(values: Sequence[float]) -> float | None:
    return fmean(values) if values else None
