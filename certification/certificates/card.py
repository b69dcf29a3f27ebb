"""The picture that a shared link shows: who was certified in what, beside the line art.

It says nothing of today's status, because other sites keep such pictures for months; the page
behind the link says that. Values in, bytes out: no database, no request.
"""

import io
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont

from certification.certificates.fingerprint import SIZE, Point, curves

WIDTH, HEIGHT = 1200, 630
MARGIN, ART = 72, 520
PAPER, INK, SOFT, ACCENT = "#fbfaf7", "#14302f", "#4c6361", "#0b5a58"
FONTS = Path(__file__).resolve().parents[2] / "static" / "fonts" / "print"
SERIF, SANS = "source-serif-4-{}-600.woff2", "source-sans-3-{}-400.woff2"
SCRIPTS = ("latin", "latin-ext", "greek", "cyrillic", "vietnamese")
STEPS = 10


class Style(NamedTuple):
    """Size in pixels, family (a pattern of file names), colour."""

    size: int
    family: str
    colour: str


@dataclass(frozen=True, slots=True)
class CardFacts:
    """What the picture says, already worded."""

    kind: str
    title: str
    holder: str
    awarded: str
    issuer: str
    address: str


def draw(facts: CardFacts, digest: bytes) -> bytes:
    """A PNG of 1200 × 630."""
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    image.paste(_art(digest), (WIDTH - ART - MARGIN // 2, (HEIGHT - ART) // 2))
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, 14, HEIGHT), fill=ACCENT)
    _text(pen, facts.kind.upper(), 84, Style(30, SANS, ACCENT))
    y = _lines(pen, facts.title, 132, Style(62, SERIF, INK))
    y = _lines(pen, facts.holder, y + 26, Style(42, SERIF, INK))
    _text(pen, facts.awarded, y + 22, Style(30, SANS, SOFT))
    _text(pen, facts.issuer, HEIGHT - 128, Style(30, SANS, INK))
    _text(pen, facts.address, HEIGHT - 84, Style(24, SANS, SOFT))
    out = io.BytesIO()
    image.quantize(48, dither=Image.Dither.NONE).save(out, "PNG")
    return out.getvalue()


def _art(digest: bytes) -> Image.Image:
    """The line art, drawn large and made small, so that its lines are smooth."""
    scale = 2 * ART / SIZE
    image = Image.new("RGB", (2 * ART, 2 * ART), PAPER)
    pen = ImageDraw.Draw(image)
    for start, parts in curves(digest):
        points, at = [start], start
        for first, second, end in parts:
            points += [_at(at, first, second, end, step / STEPS) for step in range(1, STEPS + 1)]
            at = end
        pen.line([(x * scale, y * scale) for x, y in points], fill="#8fb3b1", width=2)
    return image.resize((ART, ART), Image.Resampling.LANCZOS)


def _at(a: Point, b: Point, c: Point, d: Point, t: float) -> Point:
    """A point of a cubic Bézier curve."""
    u = 1 - t
    weights = (u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t)
    x, y = (sum(w * p[axis] for w, p in zip(weights, (a, b, c, d), strict=True)) for axis in (0, 1))
    return x, y


def _lines(pen: ImageDraw.ImageDraw, text: str, y: int, style: Style) -> int:
    """The text in two lines at most, cut with an ellipsis; returns where the next thing goes."""
    room = WIDTH - ART - MARGIN - 24
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and _width(longer, style) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    if len(lines) > 2:
        lines = [lines[0], f"{lines[1]} …"]
    for line in lines:
        _text(pen, _cut(line, style, room), y, style)
        y += round(style.size * 1.22)
    return y


def _cut(line: str, style: Style, room: float) -> str:
    while len(line) > 2 and _width(line, style) > room:
        line = line[:-2].rstrip() + "…"
    return line


def _text(pen: ImageDraw.ImageDraw, text: str, y: int, style: Style) -> None:
    """Letters run by script, since each font file holds one script."""
    x = float(MARGIN)
    for part, font in _runs(text, style):
        pen.text((x, y), part, font=font, fill=style.colour)
        x += font.getlength(part)


def _width(text: str, style: Style) -> float:
    return sum(font.getlength(part) for part, font in _runs(text, style))


def _runs(text: str, style: Style) -> list[tuple[str, ImageFont.FreeTypeFont]]:
    fonts = _fonts(style.family, style.size)
    runs: list[tuple[str, ImageFont.FreeTypeFont]] = []
    for letter in text:
        font = next((found for found in fonts if _has(found, letter)), fonts[0])
        if runs and runs[-1][1] is font:
            runs[-1] = (runs[-1][0] + letter, font)
        else:
            runs.append((letter, font))
    return runs


def can_draw(text: str) -> bool:
    """Whether every letter is in the bundled fonts; a row of boxes is worse than no name."""
    return all(any(_has(f, letter) for f in _fonts(SERIF, 42)) for letter in text)


@cache
def _fonts(family: str, size: int) -> tuple[ImageFont.FreeTypeFont, ...]:
    names = [family.format(script) for script in SCRIPTS]
    paths = [FONTS / name for found in names for name in (found, found.replace("600", "400"))]
    return tuple(ImageFont.truetype(str(path), size) for path in paths if path.exists())


@cache
def _has(font: ImageFont.FreeTypeFont, letter: str) -> bool:
    """Whether the font draws the letter other than as the box for missing ones."""
    if letter == " ":
        return True
    if unicodedata.category(letter) in ("Cc", "Zl", "Zp"):  # no letter: raqm lays none out
        return False
    return bytes(font.getmask(letter)) != bytes(font.getmask("\U0010fffe"))
