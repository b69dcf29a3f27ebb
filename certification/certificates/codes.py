"""Verification codes: 80 random bits that a person can read aloud. Standard library only.

16 symbols of Crockford's base 32 (no I, L, O, U) and one check symbol. The check is Crockford's
remainder modulo the prime 37, where a code whose remainder has no symbol here is never drawn;
it catches every wrong symbol and every exchange of two neighbours, because 32 and 31 are units
modulo 37.
Source: Douglas Crockford, "Base 32", https://www.crockford.com/base32.html
"""

import secrets
import unicodedata

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 16
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


def _is_plain(text: str) -> bool:
    return len(text) == LENGTH + 1 and not text.strip(ALPHABET)


def _spelled(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text.strip()[:80]).upper()
    return "".join(filter(str.isalnum, plain)).translate(LOOKALIKES)


def grouped(code: str) -> str:
    """In groups of four, the check symbol last: 7F3K-9Q2M-XR4T-0C8V-A."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))
