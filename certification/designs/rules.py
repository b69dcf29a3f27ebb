"""What a design may say and which colours can be read. Pure.

Texts hold placeholders from a fixed list, such as `{holder}`. They are replaced, never evaluated:
a value that holds a brace stays a value.
"""

import re
from collections.abc import Mapping

from lms.reasons import Reason

PLACEHOLDERS = (
    "holder",
    "title",
    "kind",
    "statement",
    "awarded_on",
    "valid_until",
    "number",
    "code",
    "scheme",
    "version",
    "cycle",
    "hours",
    "score",
    "full_marks",
    "required",
    "issuer",
)
LEAST_CONTRAST = 4.5
PAPERS = {"ivory": "#fffdf9", "white": "#ffffff"}
BLOCKS = ("brand", "kind", "title", "lead", "holder", "statement", "text", "steps")
NEEDED = ("title", "holder")
MOST_SIGNATORIES = 3
_PIECE = re.compile(r"\{([^{}]*)\}")
_COLOUR = re.compile(r"#[0-9a-f]{6}", re.ASCII)


def text_flaws(text: str) -> list[Reason]:
    """What is wrong with the placeholders of a text."""
    unknown = [name for name in _PIECE.findall(text) if name not in PLACEHOLDERS]
    flaws = [Reason("placeholder_unknown", {"name": name[:40]}) for name in unknown]
    if re.search(r"[{}]", _PIECE.sub("", text)):
        flaws.append(Reason("placeholder_unfinished"))
    return flaws


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders replaced, line by line. A line that names a value which
    this certificate does not have (the score, where there was no exam) is left out."""
    lines = [
        _PIECE.sub(lambda found: values.get(found[1], ""), line)
        for line in text.splitlines()
        if all(values.get(name) for name in _PIECE.findall(line))
    ]
    return "\n".join(lines).strip()


def colour_flaws(accent: str, paper: str) -> list[Reason]:
    """Why a colour cannot carry words: it is none, or too pale on this paper or under white."""
    if not _COLOUR.fullmatch(accent):
        return [Reason("colour_unreadable")]
    found = min(contrast(accent, PAPERS[paper]), contrast(accent, "#ffffff"))
    if found < LEAST_CONTRAST:
        return [Reason("colour_too_pale", {"found": f"{found:.1f}", "wanted": LEAST_CONTRAST})]
    return []


def block_flaws(kinds: list[str]) -> list[Reason]:
    """A certificate names its holder and its title, and nothing twice."""
    flaws = [Reason("block_missing", {"block": kind}) for kind in NEEDED if kind not in kinds]
    if len(set(kinds)) < len(kinds):
        flaws.append(Reason("block_twice"))
    return flaws


def channels(colour: str) -> tuple[float, float, float]:
    """Red, green and blue from 0 to 1."""
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return red, green, blue


def mix(colour: str, other: str, share: float) -> tuple[float, float, float]:
    """A colour with a share of another one."""
    pairs = zip(channels(colour), channels(other), strict=True)
    red, green, blue = (a * (1 - share) + b * share for a, b in pairs)
    return red, green, blue


def contrast(one: str, other: str) -> float:
    """The contrast of two colours from 1 to 21 (WCAG 2.2)."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
