"""Aiken: a question, options `A.` or `A)`, and `ANSWER: B`. Pure."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from certification.items.exchange.attempts import attempted
from certification.items.exchange.found import (
    MOST_ITEMS,
    CannotTake,
    Found,
    Making,
    TooMany,
    identifiers,
)
from certification.items.exchange.marking import note_formula, plain_markdown

MOST_LINES = 200

_OPTION = re.compile(r"([A-Z])[.)]\s*(.*)")
_ANSWER = re.compile(r"ANSWER\s*:\s*(.*)", re.IGNORECASE)


def read(text: str, language: str = "en") -> list[Found]:
    """Every question of the text, in order."""
    blocks = list(islice(_split(text), MOST_ITEMS + 1))
    if len(blocks) > MOST_ITEMS:
        raise TooMany
    return [_read(number, lines, language) for number, lines in enumerate(blocks, 1)]


def _split(text: str) -> Iterator[list[str]]:
    """A question ends with its ANSWER line; what has none is a question without a key, and ends
    where an empty line follows its options and no option follows that."""
    lines: list[str] = []
    apart = False
    for line in text.splitlines():
        if not line.strip():
            apart = any(_OPTION.match(one) for one in lines[-1:])
            continue
        if apart and not _OPTION.match(line.strip()) and not _ANSWER.match(line.strip()):
            yield lines
            lines = []
        apart = False
        lines.append(line.strip())
        if _ANSWER.match(line.strip()):
            yield lines
            lines = []
    if lines:
        yield lines


def _read(number: int, lines: list[str], language: str) -> Found:
    making = Making(lines[0][:60])

    def made() -> dict[str, Any]:
        data = _data(lines, language)
        note_formula("\n".join(lines), making)
        return data

    return attempted(number, making, made)


def _data(lines: list[str], language: str) -> dict[str, Any]:
    if len(lines) > MOST_LINES:
        raise CannotTake("import_too_large")
    start = next(
        (place for place, line in enumerate(lines) if line[:2] in ("A.", "A)")), len(lines)
    )
    said = _ANSWER.match(lines[-1])
    options = [_OPTION.match(line) for line in (lines[start:-1] if said else lines[start:])]
    letters = [found[1] for found in options if found]
    if (
        not letters
        or None in options
        or letters != [chr(65 + place) for place in range(len(letters))]
    ):
        raise CannotTake("import_structure")
    ids = dict(zip(letters, identifiers(len(letters)), strict=True))
    right = said[1].rstrip(" .)").upper() if said else ""
    if not right:
        raise CannotTake("import_no_key")
    if right not in ids:
        raise CannotTake("import_key_unknown", answer=right[:40])
    words = {ids[found[1]]: plain_markdown(found[2]) for found in options if found}
    body = "\n\n".join(plain_markdown(line) for line in lines[:start])
    return {
        "kind": "choice",
        "texts": {language: {"body": body, "options": words}},
        "options": [{"id": one} for one in ids.values()],
        "key": [ids[right]],
    }
