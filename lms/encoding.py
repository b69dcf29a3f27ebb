"""The bytes of a file as text: what editors of thirty years write. Pure."""

import codecs
import json
import re
from typing import Any

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
WESTERN = "cp1252"
LATIN = ("iso8859-1", "ascii")
"""Whoever declares these writes windows-1252, as browsers know."""
_DECLARED = re.compile(
    rb"\s*<\?xml[^>]{0,200}?\sencoding\s*=\s*[\"']"
    rb"(us-ascii|latin-?1|(?:iso-?8859|windows|cp|koi8)[-_]?[0-9ru]{1,4}|big5(?:-hkscs)?"
    rb"|gb(?:k|2312|18030)|euc-(?:jp|kr)|shift[-_]jis|iso-2022-(?:jp|kr))[\"']",
    re.IGNORECASE,
)
"""Encodings of languages; others that Python knows are none."""
MANY = ("big5", "gb", "euc", "shift", "iso-2022")
_RUN = re.compile("[^\x00-\xa0\u2000-\u2fff\u00ab\u00bb]+")
LONG, LEAST = 4, 6
ZEROS = 0.3
"""A text of UTF-16 without a mark has a zero for nearly half of its bytes."""
REPLACED = "\ufffd"


def decode(content: bytes, *, is_guess_enough: bool = False) -> str | None:
    """The text by its mark, else as its XML declares, else UTF-8, else windows-1252; None for what
    is no text, or is in letters that nobody can be sure of, unless a guess will do."""
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return _text(content, encoding)
    if content.count(0) > ZEROS * len(content):
        return _text(content, "utf-16-be" if content[:1] == b"\0" else "utf-16-le")
    text = _text(content, declared(content) or "utf-8")
    if text is None and (is_guess_enough or not _is_broken(content)):
        text = _text(content, WESTERN)
        is_sure = text is None or is_guess_enough or not _is_strange(text)
        return text if is_sure else None
    return text


def declared(content: bytes) -> str:
    """The encoding that the XML says it is in, if it may be: UTF-8 declares itself, because letters
    of one byte each make none by chance."""
    found = _DECLARED.match(content)
    name = found[1].decode().lower() if found else ""
    try:
        known = codecs.lookup(name).name if name else ""
    except LookupError:
        return ""
    if not name.startswith(MANY) and _text(content, "utf-8") is not None:
        return ""
    return WESTERN if known in LATIN else known


def is_assumed(content: bytes) -> bool:
    """Whether nothing says that it is windows-1252, as what it was read."""
    marked = any(content.startswith(mark) for mark, _encoding in MARKS)
    if marked or declared(content) or content.count(0) > ZEROS * len(content):
        return False
    return _text(content, "utf-8") is None


def _is_strange(text: str) -> bool:
    """Whether this is another script, whose words have no letter of the alphabet: few words of
    western languages have four signs beside each other that are not."""
    runs = [len(run) for run in _RUN.findall(text)]
    strange = sum(run for run in runs if run >= LONG)
    return strange >= LEAST and 2 * strange > sum(runs)


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
