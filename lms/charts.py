"""Charts as numbers: the geometry that SVG macros draw. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


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


def radar(spokes: Sequence[Spoke], levels: int, *, radius: float = 92.0) -> Radar:
    """Lay out a radar for these spokes on a scale of `levels`."""
    cx, cy, count = 150.0, 132.0, max(len(spokes), 1)

    def at(index: int, level: float) -> tuple[float, float]:
        angle = 2 * math.pi * index / count
        reach = radius * level / levels
        return cx + reach * math.sin(angle), cy - reach * math.cos(angle)

    def outline(values: Sequence[float]) -> str:
        return " ".join(",".join(_pair(at(index, value))) for index, value in enumerate(values))

    return Radar(
        cx=cx,
        cy=cy,
        rings=[outline([level] * count) for level in range(1, levels + 1)],
        axes=[_pair(at(index, levels)) for index in range(count)],
        own=outline([spoke.own for spoke in spokes]),
        goal=outline([spoke.goal for spoke in spokes]),
        dots=[_pair(at(index, spoke.own)) for index, spoke in enumerate(spokes)],
        labels=[_label(at(i, levels * 1.14), i / count, s.title) for i, s in enumerate(spokes)],
    )


def _pair(point: tuple[float, float]) -> tuple[str, str]:
    return f"{point[0]:.1f}", f"{point[1]:.1f}"


def _label(point: tuple[float, float], turn: float, text: str) -> tuple[str, str, str, str]:
    side = math.sin(2 * math.pi * turn)
    anchor = "middle" if abs(side) < 0.2 else "start" if side > 0 else "end"
    x, y = _pair((point[0], point[1] + 4))
    return x, y, anchor, text
