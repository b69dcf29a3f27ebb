"""How names are compared when they are searched for: without case and without accents."""

import re
import unicodedata

_ACCENT = re.compile("[\u0300-\u036f]")
"""The accents of Latin, Greek and Cyrillic; other scripts' marks are parts of their letters."""
_LETTERS = str.maketrans(
    {
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "ħ": "h",
        "ŧ": "t",
        "ı": "i",
    }
)
"""Letters that no accent makes, as keyboards without them write them."""


def fold(text: str) -> str:
    """The text as it is searched: "Ångström" and "angstrom", "Wójcik" and "wojcik" are one."""
    return without_accents(text.casefold()).translate(_LETTERS)


def without_accents(text: str) -> str:
    """The text with its letters bare."""
    plain = _ACCENT.sub("", unicodedata.normalize("NFKD", text))
    return unicodedata.normalize("NFC", plain)
