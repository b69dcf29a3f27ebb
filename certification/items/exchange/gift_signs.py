"""GIFT's signs: what is escaped stands for itself, and a text may name its format. Pure."""

import re

_ESCAPED = re.compile(r"\\([~=#{}:\\n])")
_PRIVATE = {sign: chr(0xE000 + place) for place, sign in enumerate("~=#{}:\\n")}
_PLAIN = {private: "\n" if sign == "n" else sign for sign, private in _PRIVATE.items()}
_FORMAT = re.compile(r"\s*\[(html|moodle|plain|markdown)\](.*)", re.DOTALL)


def hidden(text: str) -> str:
    """Escaped signs as private ones, so that what is left means what it says."""
    return _ESCAPED.sub(lambda found: _PRIVATE[found[1]], text)


def shown(text: str) -> str:
    """The text with its signs as they are meant."""
    return "".join(_PLAIN.get(sign, sign) for sign in text).strip()


def formed(text: str, form: str) -> tuple[str, str]:
    """The format that a text names at its beginning, else the given one, and the rest."""
    found = _FORMAT.match(text)
    return (found[1], found[2]) if found else (form, text)
