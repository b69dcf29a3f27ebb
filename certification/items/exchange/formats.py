"""Every format that is read: a file in, its items out. Pure."""

from collections.abc import Callable
from dataclasses import replace

from certification.items.exchange import (
    aiken,
    foreign,
    gift,
    guess,
    moodle,
    parting,
    qti,
    table,
)
from certification.items.exchange.found import MOST_ITEMS, Found, Making, TooMany, refused
from lms import encoding
from lms.reasons import Reason

TEXTS: dict[str, Callable[[str, str], list[Found]]] = {
    "gift": gift.read,
    "aiken": aiken.read,
    "csv": table.read,
}
FILES: dict[str, Callable[[bytes, str], list[Found]]] = {"moodle": moodle.read, "qti": qti.read}
MOST_LEFT = 100
"""How much of a file may be named besides its items."""


def read(form: str, content: bytes, language: str) -> list[Found]:
    """Every item of a file in one of the formats, or in the one it looks like (`auto`), at least
    one: a file without any is refused as a whole. `TooMany` when it holds more than we take."""
    if name := foreign.name_of(content):
        return [_whole("import_foreign", name=name)]
    if content.startswith(b"PK") and parting.are_together(content):
        return [_whole("import_parts")]
    if form == "auto":
        form = guess.form_of(content)
        if form == "gift" and guess.is_table(content):
            return [_whole("import_foreign_table")]
    found = _found(form, content, language)
    if len(found) > MOST_ITEMS + MOST_LEFT:
        raise TooMany
    if not content.startswith(b"PK") and encoding.is_assumed(content):
        found = [_assumed(one) for one in found]
    return found or [_whole("import_no_items")]


def _assumed(found: Found) -> Found:
    """Letters of an item are a guess where the file says nothing of its encoding."""
    if found.content is None or str(found.content).isascii():
        return found
    return replace(found, notes=(*found.notes, Reason("import_encoding_assumed")))


def _found(form: str, content: bytes, language: str) -> list[Found]:
    if form in FILES:
        return FILES[form](content, language)
    text = encoding.decode(content)
    if text is None:
        return [_whole("import_text_unreadable")]
    return TEXTS[form](text.replace("\r\n", "\n").replace("\r", "\n"), language)


def _whole(code: str, /, **values: object) -> Found:
    return refused(1, Making("—"), [Reason(code, values)])
