"""Charts as numbers: the geometry that SVG macros draw. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache


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
    """Lay out a radar for these spokes on a scale of `levels`."""
    count = max(len(spokes), 1)
    own = [_point(i, count, spoke.own / levels) for i, spoke in enumerate(spokes)]
    goal = [_point(i, count, spoke.goal / levels) for i, spoke in enumerate(spokes)]
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
