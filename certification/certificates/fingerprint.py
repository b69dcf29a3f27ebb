"""The visual fingerprint: line art drawn from the hash of the certified facts. Pure.

Different facts, different lines: a changed name cannot keep its art. Few closed curves of cubic
Béziers (Catmull-Rom through sampled points) keep the drawing small and quick.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

Point: TypeAlias = tuple[float, float]

SIZE = 1000
POINTS = 36


@dataclass(frozen=True, slots=True)
class Shape:
    """What the hash decides: petals of three waves, number of rings, turn and twist."""

    petals: int
    second: int
    third: int
    rings: int
    turn: int
    twist: float
    depth: float


def shape_of(digest: bytes) -> Shape:
    """The shape of a SHA-256."""
    return Shape(
        petals=3 + digest[0] % 7,
        second=5 + digest[1] % 8,
        third=9 + digest[2] % 7,
        rings=16 + digest[3] % 9,
        turn=digest[4] * 360 // 256,
        twist=0.6 + digest[5] / 255 * 2.2,
        depth=24 + digest[6] / 255 * 26,
    )


def describe(digest: bytes) -> dict[str, int]:
    """The shape in numbers for a description in words."""
    shape = shape_of(digest)
    return {"petals": shape.petals, "rings": shape.rings, "turn": shape.turn}


def rings(digest: bytes) -> Iterator[list[Point]]:
    """The points of each closed curve, from the inside, in a square of 1000 (y downwards)."""
    shape = shape_of(digest)
    for index in range(shape.rings):
        yield _ring(shape, index / shape.rings)


def path(digest: bytes) -> str:
    """The art as one SVG path in a square of 1000."""
    parts = []
    for points in rings(digest):
        parts.append(f"M{points[0][0]:.0f} {points[0][1]:.0f}")
        for (ax, ay), (bx, by), (x, y) in _curves(points):
            parts.append(f"C{ax:.0f} {ay:.0f} {bx:.0f} {by:.0f} {x:.0f} {y:.0f}")
        parts.append("Z")
    return "".join(parts)


def operators(digest: bytes, left: float, top: float, size: float) -> str:
    """The art as PDF path operators in a square of `size` points whose upper left corner is
    (left, top), y upwards (ISO 32000-2, 8.5.2)."""
    scale = size / SIZE

    def place(point: Point) -> str:
        return f"{left + point[0] * scale:.1f} {top - point[1] * scale:.1f}"

    parts = []
    for points in rings(digest):
        parts.append(f"{place(points[0])} m")
        parts += [f"{place(a)} {place(b)} {place(end)} c" for a, b, end in _curves(points)]
        parts.append("h")
    return "\n".join(parts)


def _ring(shape: Shape, t: float) -> list[Point]:
    """One closed curve; `t` runs from 0 (inside) to 1 (outside)."""
    points = []
    for step in range(POINTS):
        angle = 2 * math.pi * step / POINTS
        wave = (
            shape.depth * math.sin(shape.petals * angle + shape.twist * 2 * math.pi * t)
            + 0.5 * shape.depth * math.sin(shape.second * angle - shape.twist * 5 * t)
            + 0.2 * shape.depth * math.cos(shape.third * angle + 9 * t)
        )
        radius = 120 + 300 * t + wave
        turned = angle + math.radians(shape.turn)
        points.append((SIZE / 2 + radius * math.cos(turned), SIZE / 2 + radius * math.sin(turned)))
    return points


def _curves(points: list[Point]) -> Iterator[tuple[Point, Point, Point]]:
    """A closed Catmull-Rom spline as cubic Béziers: two control points and an end each."""
    count = len(points)
    for i in range(count):
        (x0, y0), (x1, y1) = points[i - 1], points[i]
        (x2, y2), (x3, y3) = points[(i + 1) % count], points[(i + 2) % count]
        yield (
            (x1 + (x2 - x0) / 6, y1 + (y2 - y0) / 6),
            (x2 - (x3 - x1) / 6, y2 - (y3 - y1) / 6),
            (x2, y2),
        )


def svg(digest: bytes, *, colour: str = "#0b5a58", width: float = 2.4, opacity: float = 1.0) -> str:
    """The art as an SVG document."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}">'
        f'<path d="{path(digest)}" fill="none" stroke="{colour}" stroke-width="{width}" '
        f'opacity="{opacity}"/></svg>'
    )
