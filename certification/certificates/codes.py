"""Verification codes: 80 random bits that a person can read aloud. Standard library only.

16 symbols of Crockford's base 32 (no I, L, O, U) and one check symbol. The check is Crockford's
remainder modulo the prime 37, where a code whose remainder has no symbol here is never drawn;
it catches every wrong symbol and every exchange of two neighbours, because 32 and 31 are units
modulo 37.
Source: Douglas Crockford, "Base 32", https://www.crockford.com/base32.html
"""

import re
import secrets
import unicodedata
from enum import StrEnum

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 16
NUMBER = re.compile(r"[A-Z]{2,6}[\W_]*20\d\d[\W_]*\d{6,9}", re.ASCII)
"""A certificate number: prefix, year, count. Hyphens may be left out or be other signs."""
LOOKALIKES = str.maketrans("OIL", "011")
_TO_DIGITS = str.maketrans(ALPHABET, "0123456789ABCDEFGHIJKLMNOPQRSTUV")
"""From Crockford's symbols to those that Python reads in base 32."""


def new_code() -> str:
    """A fresh code from the operating system's random source; ones with an awkward check
    symbol (5 of 37) are drawn again, which leaves more than 79.7 bits."""
    while True:
        body = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        check = _remainder(body)
        if check < len(ALPHABET):
            return body + ALPHABET[check]


def _remainder(body: str) -> int:
    return int(body.translate(_TO_DIGITS), 32) % 37


def normalise(text: str) -> str | None:
    """The code somebody typed: case, spaces, hyphens, look-alikes and wide letters forgiven.

    None when it cannot be a code of ours: wrong length, foreign symbols or wrong check symbol.
    """
    code = text if _is_plain(text) else _spelled(text)
    if not _is_plain(code):
        return None
    return code if _remainder(code[:-1]) == ALPHABET.index(code[-1]) else None


class Hint(StrEnum):
    """Why a text is no code of ours. It is told from the text alone, never from what we hold."""

    NUMBER = "certificate_number"
    MISTYPED = "mistyped"


def hint(text: str) -> Hint | None:
    """What somebody typed instead of a code; None for a code, whether or not there is such one."""
    if normalise(text) is not None:
        return None
    plain = unicodedata.normalize("NFKC", text.strip()[:80]).upper()
    return Hint.NUMBER if NUMBER.fullmatch(plain) else Hint.MISTYPED


def _is_plain(text: str) -> bool:
    return len(text) == LENGTH + 1 and not text.strip(ALPHABET)


def _spelled(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text.strip()[:80]).upper()
    return "".join(filter(str.isalnum, plain)).translate(LOOKALIKES)


def grouped(code: str) -> str:
    """In groups of four, the check symbol last: 7F3K-9Q2M-XR4T-0C8V-A."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))
