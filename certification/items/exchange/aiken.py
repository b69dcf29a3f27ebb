"""Aiken: a question, options `A.` or `A)`, and `ANSWER: B`. Pure."""

import re
from collections.abc import Iterator

from certification.items.exchange.found import (
    CannotTake,
    Found,
    Making,
    identifiers,
    refused,
    taken,
)

_OPTION = re.compile(r"([A-Z])[.)]\s*(.*)")
_ANSWER = re.compile(r"ANSWER\s*:\s*(.*)", re.IGNORECASE)


def read(text: str, language: str = "en") -> list[Found]:
    """Every question of the text, in order."""
    return [_read(number, lines, language) for number, lines in enumerate(_split(text), 1)]


def _split(text: str) -> Iterator[list[str]]:
    """A question ends with its ANSWER line; what has none is a question without a key."""
    lines: list[str] = []
    for line in text.splitlines():
        if line.strip():
            lines.append(line.strip())
        if _ANSWER.match(line.strip()):
            yield lines
            lines = []
    if lines:
        yield lines


def _read(number: int, lines: list[str], language: str) -> Found:
    making = Making(lines[0][:60])
    try:
        making.data = _data(lines, language)
    except CannotTake as error:
        return refused(number, making, [error.reason])
    return taken(number, making)


def _data(lines: list[str], language: str) -> dict[str, object]:
    answer = _ANSWER.match(lines[-1])
    if answer is None:
        raise CannotTake("import_no_key")
    start = next((place for place, line in enumerate(lines) if _OPTION.match(line)), len(lines))
    options = [_OPTION.match(line) for line in lines[start:-1]]
    letters = [found[1] for found in options if found]
    if None in options or letters != [chr(65 + place) for place in range(len(letters))]:
        raise CannotTake("import_structure")
    ids = dict(zip(letters, identifiers(len(letters)), strict=True))
    if answer[1].strip().upper() not in ids:
        raise CannotTake("import_no_key")
    words = {ids[found[1]]: found[2] for found in options if found}
    return {
        "kind": "choice",
        "texts": {language: {"body": "\n\n".join(lines[:start]), "options": words}},
        "options": [{"id": one} for one in ids.values()],
        "key": [ids[answer[1].strip().upper()]],
    }
