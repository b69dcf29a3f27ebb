"""The bytes of a file as text: what editors of thirty years write. Pure."""

import codecs
import json
from typing import Any

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
GUESSES = ("utf-8", "cp1252")
ZEROS = 0.3
"""A text of UTF-16 without a mark has a zero for nearly half of its bytes."""
REPLACED = "\ufffd"


def decode(content: bytes) -> str | None:
    """The text by its mark, else UTF-8, else windows-1252; None for what is no text."""
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return _text(content, encoding)
    if content.count(0) > ZEROS * len(content):
        return _text(content, "utf-16-be" if content[:1] == b"\0" else "utf-16-le")
    return (
        None
        if _is_broken(content)
        else next((text for one in GUESSES if (text := _text(content, one)) is not None), None)
    )


def _is_broken(content: bytes) -> bool:
    """Whether this is UTF-8 but for a place or two: windows-1252 would make nonsense of it.

    Letters of Latin and typographic signs take bytes in UTF-8 that nobody writes beside each other
    in windows-1252 (`Ã¤`, `â€œ`): one of them will do. Of others there must be more than of what
    is broken, since `ß“` in windows-1252 is a letter of N'Ko in UTF-8.
    """
    text = content.decode("utf-8", "replace")
    signs = [one for one in text if not one.isascii()]
    broken = signs.count(REPLACED)
    sure = any("\u0080" <= one <= "\u00ff" or "\u2000" <= one <= "\u2fff" for one in signs)
    return broken > 0 and (sure or 2 * broken < len(signs))


def _text(content: bytes, encoding: str) -> str | None:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def json_of(content: str | bytes) -> Any:
    """What the JSON holds. Half a sign (`\\ud800` alone) is refused (ValueError): no page and no
    table could ever write it again."""
    data = json.loads(content)
    json.dumps(data, ensure_ascii=False).encode()
    return data
