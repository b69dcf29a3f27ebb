"""The visual fingerprint: line art drawn from the hash of the certified facts. Pure.

Different facts, different lines: a changed name cannot keep its art. Two waves run around each
closed curve and turn from ring to ring. Where they would tangle, their turn is held back, so that
neighbours touch but hardly cross. The curves are cubic Béziers with exact tangents (Hermite),
which needs a third of the points that straight lines would.

The drawing is part of every issued certificate: it must not change once certificates exist.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

Point: TypeAlias = tuple[float, float]
Curve: TypeAlias = tuple[Point, list[tuple[Point, Point, Point]]]
"""Where a closed curve starts, then two control points and an end for each part."""

SIZE = 1000
POINTS = 36
FINE = 5
INNER, SPAN = 105.0, 305.0
"""Radius of the innermost ring, and from there to the outermost."""

_ANGLES = [2 * math.pi * step / POINTS for step in range(POINTS)]


@dataclass(frozen=True, slots=True)
class Shape:
    """What the hash decides. Lengths in units of the square of 1000, phases in radians."""

    petals: int
    ripples: int
    rings: int
    turn: int
    depth: float
    ripple_depth: float
    twist: float
    ripple_twist: float
    phase: float


def shape_of(digest: bytes) -> Shape:
    """The shape of a SHA-256."""
    petals, ripples = _petals(digest), 4 + digest[1] % 7
    depth = 36 + digest[2] / 255 * 24
    # At most half as steep as the petals: their count stays what the eye counts.
    ripple_depth = min(0.5 * depth * petals / ripples, 26)
    twist = (1.6 + digest[3] / 255 * 4.4) * (1 if digest[4] % 2 else -1)
    ripple_twist = (2 + digest[5] / 255 * 7) * (1 if digest[6] % 2 else -1)
    steepest = depth * abs(twist) + ripple_depth * abs(ripple_twist)
    held = min(1.0, 1.08 * SPAN / steepest)
    return Shape(
        petals=petals,
        ripples=ripples,
        rings=_rings(digest),
        turn=_turn(digest),
        depth=depth,
        ripple_depth=ripple_depth,
        twist=twist * held,
        ripple_twist=ripple_twist * held,
        phase=digest[10] / 255 * 2 * math.pi,
    )


def describe(digest: bytes) -> dict[str, int]:
    """The shape in numbers for a description in words."""
    return {"petals": _petals(digest), "rings": _rings(digest), "turn": _turn(digest)}


def _petals(digest: bytes) -> int:
    return 3 + digest[0] % 6


def _rings(digest: bytes) -> int:
    return 22 + digest[7] % 8


def _turn(digest: bytes) -> int:
    return int.from_bytes(digest[8:10]) % 360


def radius(shape: Shape, t: float, angle: float) -> tuple[float, float]:
    """The distance from the centre, and how it changes with the angle; `t` runs from 0 (the
    innermost ring) to 1 (the outermost)."""
    petal = shape.petals * angle + shape.twist * t
    ripple = shape.ripples * angle + shape.ripple_twist * t + shape.phase
    return (
        INNER + SPAN * t + shape.depth * math.cos(petal) + shape.ripple_depth * math.cos(ripple),
        -shape.depth * shape.petals * math.sin(petal)
        - shape.ripple_depth * shape.ripples * math.sin(ripple),
    )


def curves(digest: bytes) -> Iterator[Curve]:
    """Each closed curve from the inside out, in a square of 1000 (y downwards)."""
    shape = shape_of(digest)
    for index in range(shape.rings):
        yield _ring(shape, index / (shape.rings - 1))


def _ring(shape: Shape, t: float) -> Curve:
    """Points with their tangents, a third of a step long: Hermite to Bézier."""
    third = 2 * math.pi / POINTS / 3
    turn = math.radians(shape.turn)
    knots = []
    for angle in _ANGLES:
        r, slope = radius(shape, t, angle)
        cos, sin = math.cos(angle + turn), math.sin(angle + turn)
        x, y = SIZE / 2 + r * cos, SIZE / 2 + r * sin
        knots.append((x, y, (slope * cos - r * sin) * third, (slope * sin + r * cos) * third))
    parts = [
        ((x + dx, y + dy), (ex - edx, ey - edy), (ex, ey))
        for (x, y, dx, dy), (ex, ey, edx, edy) in zip(knots, knots[1:] + knots[:1], strict=True)
    ]
    return knots[0][:2], parts


def path(digest: bytes) -> str:
    """The art as one SVG path in a square of 1000."""
    written = []
    for (x0, y0), parts in curves(digest):
        written.append(f"M{x0:.0f} {y0:.0f}")
        written += [
            f"C{ax:.0f} {ay:.0f} {bx:.0f} {by:.0f} {x:.0f} {y:.0f}"
            for (ax, ay), (bx, by), (x, y) in parts
        ]
        written.append("Z")
    return "".join(written)


def operators(digest: bytes, left: float, top: float, size: float, *, pen: float) -> str:
    """The art as PDF operators in a square of `size` points whose upper left corner is
    (left, top), y upwards (ISO 32000-2, 8.5.2), with a pen of so many points. Whole numbers in
    fifths of a unit are exact to a tenth of a point and a third shorter than decimals."""
    scale = size / SIZE / FINE
    written = [f"{scale:.5f} 0 0 {-scale:.5f} {left:.2f} {top:.2f} cm {pen / scale:.2f} w"]
    for (x0, y0), parts in curves(digest):
        written.append(f"{x0 * FINE:.0f} {y0 * FINE:.0f} m")
        written += [
            f"{ax * FINE:.0f} {ay * FINE:.0f} {bx * FINE:.0f} {by * FINE:.0f} "
            f"{x * FINE:.0f} {y * FINE:.0f} c"
            for (ax, ay), (bx, by), (x, y) in parts
        ]
        written.append("h")
    return "\n".join(written)


def svg(digest: bytes, *, colour: str = "#0b5a58", width: float = 2.0, opacity: float = 1.0) -> str:
    """The art as an SVG document."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}">'
        f'<path d="{path(digest)}" fill="none" stroke="{colour}" stroke-width="{width}" '
        f'opacity="{opacity}"/></svg>'
    )
