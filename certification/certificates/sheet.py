"""What is drawn beside the words: paper, the rail with the pathway's steps, line art, QR code.

PDF path operators (ISO 32000-2, 8.5) instead of boxes and SVG images: a quarter of the time. Pale
ink instead of transparency, so that it prints alike everywhere. What lies behind the words is
decoration; the page says the steps in words as well.
"""

from collections.abc import Iterator, Sequence

import segno

from certification.certificates import fingerprint

SHEETS = {"A4": (841.89, 595.28), "Letter": (792.0, 612.0)}
"""Landscape page sizes in points."""
MM = 72 / 25.4
ART_LEFT, ART_RISE, ART_SIZE = 176.5 * MM, 139.0, 556.0
"""Right of everything that must be read (words end at 174 mm), over the sheet's upper edge."""
RAIL, DOT, PITCH, MOST = 16 * MM, 3.1 * MM, 15.5 * MM, 20
GAP = DOT + 0.9 * MM
ROUND = 0.5523
"""The control distance that makes four cubic curves a circle."""


def behind(digest: bytes, page_format: str, kinds: Sequence[str]) -> str:
    """Everything behind the words, as operators in points, y upwards."""
    width, height = SHEETS[page_format]
    art = fingerprint.operators(digest, ART_LEFT, height + ART_RISE, ART_SIZE, pen=0.55)
    paper = f"1 0.992 0.976 rg 0 0 {width} {height} re f"
    return f"{paper}\n{_rail(height, kinds)}\n0.63 0.77 0.755 RG\n{art}\nS"


def _rail(height: float, kinds: Sequence[str]) -> str:
    """The rail and a mark for each step; more than nine move closer together."""
    return f"0.043 0.353 0.345 rg 0 0 {RAIL:.2f} {height} re f\n{marks(kinds, height, None)}"


def marks(kinds: Sequence[str], height: float, width: float | None) -> str:
    """A white mark for each step: down the rail, or along the upper edge of a sheet so wide."""
    kinds = kinds[:MOST]
    parts = ["1 1 1 rg 1 1 1 RG 1.4 w"]
    length = height - 52 * MM if width is None else width - 60 * MM
    pitch = min(PITCH, length / max(len(kinds) - 1, 1))
    for index, kind in enumerate(kinds):
        way = index * pitch
        if width is None:
            x, y = RAIL / 2, height - 26 * MM - way
            line = f"{x:.2f} {y + GAP:.2f} m {x:.2f} {y + pitch - GAP:.2f} l S"
        else:
            x, y = (width - (len(kinds) - 1) * pitch) / 2 + way, height - 6.5 * MM
            line = f"{x - GAP:.2f} {y:.2f} m {x - pitch + GAP:.2f} {y:.2f} l S"
        if index and pitch > 2 * GAP:
            parts.append(line)
        parts.append(_mark(kind, x, y))
    return "\n".join(parts)


def _mark(kind: str, x: float, y: float) -> str:
    """A dot for a course, a diamond for an exam, a ring for anything else."""
    if kind == "exam":
        reach = 1.18 * DOT
        corners = [(x, y + reach), (x + reach, y), (x, y - reach), (x - reach, y)]
        return " l ".join(f"{a:.2f} {b:.2f}" for a, b in corners).replace("l", "m", 1) + " l h f"
    return f"{_circle(x, y, DOT)} f" if kind == "course" else f"{_circle(x, y, DOT - 0.7)} S"


def _circle(x: float, y: float, r: float) -> str:
    """Four cubic curves."""
    k = ROUND * r
    turns = [(1, 0), (0, 1), (-1, 0), (0, -1)]
    parts = [f"{x + r:.2f} {y:.2f} m"]
    for (ax, ay), (bx, by) in zip(turns, turns[1:] + turns[:1], strict=True):
        knots = (ax * r + bx * k, ay * r + by * k, bx * r + ax * k, by * r + ay * k, bx * r, by * r)
        placed = (f"{(y if odd % 2 else x) + value:.2f}" for odd, value in enumerate(knots))
        parts.append(" ".join(placed) + " c")
    return " ".join(parts) + " h"


def qr(url: str, paper: str = "1 0.992 0.976") -> str:
    """The QR code with its quiet zone of 4 modules, level M, in a square of 1 (y downwards).
    One mask for all: every reader takes any, and trying all eight triples the time."""
    code = segno.make(url, error="m", boost_error=False, mask=4)
    rows = [bytes(row) for row in code.matrix]
    module = 1 / (len(rows) + 8)
    written = [f"{paper} rg 0 0 1 1 re f 0.106 0.129 0.149 rg {module:.6f} 0 0 {module:.6f}"]
    written.append(f"{4 * module:.6f} {4 * module:.6f} cm")
    for y, row in enumerate(rows):
        written += [f"{x} {y} {length} 1 re" for x, length in _runs(row)]
    return "\n".join([*written, "f"])


def _runs(row: bytes) -> Iterator[tuple[int, int]]:
    """Where dark modules begin, and how many follow one another."""
    start = row.find(1)
    while start >= 0:
        end = row.find(0, start)
        end = len(row) if end < 0 else end
        yield start, end - start
        start = row.find(1, end)
