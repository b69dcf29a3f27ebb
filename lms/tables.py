"""Tables that spreadsheets save as CSV: how they begin, whatever wrote them. Pure."""

import re
from collections.abc import Iterable, Iterator

SIGNS = ",;\t"
_SAID = re.compile(r'"?sep=([,;|\t])"?[,;|\t ]*(?=[\r\n]|\Z)', re.IGNORECASE)


def opened(text: str) -> tuple[str, str]:
    """The table, and the sign between its cells: what a first line `sep=;` says, which Excel reads
    and shows to nobody, else whichever the first line has most of. That line is empty afterwards,
    so that the others keep their numbers."""
    text = text.lstrip("\ufeff")
    if said := _SAID.match(text):
        return text[said.end() :], said[1]
    first = re.split(r"[\r\n]", text.lstrip(), maxsplit=1)[0]
    return text, max(SIGNS, key=first.count)


def filled(rows: Iterable[list[str]]) -> Iterator[list[str]]:
    """The rows with anything in them."""
    return (row for row in rows if any(cell.strip() for cell in row))


def named(cell: str) -> str:
    """A column's name, however it is spelled: `Time Zone` and `time-zone` are `time_zone`."""
    return "_".join(cell.casefold().replace("-", " ").split())
