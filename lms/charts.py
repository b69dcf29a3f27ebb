"""Charts as numbers: the geometry that SVG macros draw. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Spoke:
    """One axis of a radar: what a person has and what is needed, on a scale from 0."""

    title: str
    own: int
    goal: int


@dataclass(frozen=True, slots=True)
class Radar:
    """Points of a radar chart in a 300 × 270 box, as SVG attribute text."""

    cx: float
    cy: float
    rings: list[str]
    axes: list[tuple[str, str]]
    own: str
    goal: str
    dots: list[tuple[str, str]]
    labels: list[tuple[str, str, str, str]]


CX, CY, RADIUS = 150.0, 132.0, 92.0


def radar(spokes: Sequence[Spoke], levels: int) -> Radar:
    """Lay out a radar for these spokes on a scale of `levels`, of which there may be none."""
    count, scale = max(len(spokes), 1), max(levels, 1)
    own = [_point(i, count, spoke.own / scale) for i, spoke in enumerate(spokes)]
    goal = [_point(i, count, spoke.goal / scale) for i, spoke in enumerate(spokes)]
    return Radar(
        cx=CX,
        cy=CY,
        rings=[_ring(count, level / levels) for level in range(1, levels + 1)],
        axes=[_point(i, count, 1.0) for i in range(count)],
        own=_outline(own),
        goal=_outline(goal),
        dots=own,
        labels=[(*_label_at(i, count), spoke.title) for i, spoke in enumerate(spokes)],
    )


@lru_cache(maxsize=4096)
def _point(index: int, count: int, share: float) -> tuple[str, str]:
    """The place on a spoke at this share of its length."""
    angle = 2 * math.pi * index / count
    x, y = CX + RADIUS * share * math.sin(angle), CY - RADIUS * share * math.cos(angle)
    return f"{x:.1f}", f"{y:.1f}"


@lru_cache(maxsize=256)
def _ring(count: int, share: float) -> str:
    return _outline([_point(i, count, share) for i in range(count)])


def _outline(points: Sequence[tuple[str, str]]) -> str:
    return " ".join(map(",".join, points))


@lru_cache(maxsize=1024)
def _label_at(index: int, count: int) -> tuple[str, str, str]:
    """Where a spoke's name stands, a little outside, and which end of it is there."""
    angle = 2 * math.pi * index / count
    side, reach = math.sin(angle), RADIUS * 1.14
    anchor = "middle" if abs(side) < 0.2 else "start" if side > 0 else "end"
    return f"{CX + reach * side:.1f}", f"{CY - reach * math.cos(angle) + 4:.1f}", anchor


@dataclass(frozen=True, slots=True)
class Curve:
    """A line of a plot as SVG text; its place in the series chooses how it is drawn."""

    title: str
    points: str
    dots: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Plot:
    """Curves or columns in a 320 × 200 box with both axes."""

    curves: list[Curve]
    columns: list[tuple[str, str, str, str]]
    """x, y, width and height of each column."""
    across: list[tuple[str, str]]
    """Where along the bottom each word stands."""
    up: list[tuple[str, str]]
    marks: list[tuple[str, str]]
    """Upright lines with their word."""


LEFT, TOP, WIDTH, HEIGHT = 36.0, 10.0, 274.0, 156.0
Series: TypeAlias = tuple[str, Sequence[tuple[float, float]]]


def curves(series: Sequence[Series], across: Sequence[tuple[float, str]], top: float = 1.0) -> Plot:
    """Lines over a common bottom axis (value, word); upwards from 0 to `top`, in per cent when that
    is 1."""
    low, high = across[0][0], across[-1][0]
    return Plot(
        curves=[_curve(title, points, (low, high), top) for title, points in series],
        columns=[],
        across=[(_x(value, (low, high)), word) for value, word in across],
        up=_up(top),
        marks=[],
    )


def histogram(
    counts: Sequence[tuple[float, int]], low: float, high: float, marks: Sequence[tuple[float, str]]
) -> Plot:
    """Columns of whole points: how many have at least the value and less than the next one."""
    first, last = math.floor(low), math.floor(high)
    bins = [0] * (last - first + 1)
    for value, count in counts:
        bins[min(max(math.floor(value), first), last) - first] += count
    # Four equal steps of whole people: a rounded number would stand beside its height.
    top, span = 4.0 * math.ceil(max([*bins, 1]) / 4), (float(first), float(last + 1))
    width = WIDTH / len(bins)
    return Plot(
        curves=[],
        columns=[
            (
                f"{LEFT + width * place + 0.5:.1f}",
                f"{TOP + HEIGHT * (1 - count / top):.1f}",
                f"{max(width - 1, 0.5):.1f}",
                f"{HEIGHT * count / top:.1f}",
            )
            for place, count in enumerate(bins)
            if count
        ],
        across=[(_x(value, span), f"{value:g}") for value in _steps(first, last)],
        up=_up(top),
        marks=[(_x(value, span), word) for value, word in marks],
    )


def _steps(first: int, last: int) -> list[float]:
    """About five round values from the first on."""
    step = max(1, math.ceil((last - first) / 5))
    step = next((nice for nice in (1, 2, 5, 10, 20, 25, 50, 100, 200) if nice >= step), step)
    return [float(value) for value in range(first, last + 1, step)]


def _curve(
    title: str, points: Sequence[tuple[float, float]], span: tuple[float, float], top: float
) -> Curve:
    dots = [(_x(x, span), f"{TOP + HEIGHT * (1 - min(max(y / top, 0), 1)):.1f}") for x, y in points]
    return Curve(title, _outline(dots), dots)


def _x(value: float, span: tuple[float, float]) -> str:
    low, high = span
    return f"{LEFT + WIDTH * ((value - low) / (high - low) if high > low else 0.5):.1f}"


def _up(top: float) -> list[tuple[str, str]]:
    """Four heights; shares in per cent, counts as they are."""
    shares = (0.0, 0.25, 0.5, 0.75, 1.0) if top == 1 or top >= 4 else (0.0, 1.0)
    return [
        (
            f"{TOP + HEIGHT * (1 - share):.1f}",
            f"{100 * share:.0f} %" if top == 1 else f"{top * share:.0f}",
        )
        for share in shares
    ]


@dataclass(frozen=True, slots=True)
class Band:
    """A share with its uncertainty and a mark, in a 200 × 16 box, as SVG attribute text."""

    left: str
    width: str
    dot: str
    mark: str


def band(share: float, low: float, high: float, mark: float) -> Band:
    """Lay out shares from 0 to 1, with room for the dot at both ends."""
    left, right, dot, line = (f"{5 + 190 * value:.1f}" for value in (low, high, share, mark))
    return Band(left, f"{float(right) - float(left):.1f}", dot, line)
