"""W3C Bitstring Status List: bits to text and back. Pure."""

import base64
import binascii
import gzip
import io
from collections.abc import Iterable

SIZE = 131_072
"""Entries of a list; the least that the standard allows, so that nobody stands out."""
LARGEST = 8 * 1024 * 1024


class BadList(ValueError):
    """Text that is no list of bits."""


def encode(positions: Iterable[int], size: int = SIZE) -> str:
    """The list with these bits set: gzip in multibase base64url. The same bits, the same text."""
    bits = bytearray(size // 8)
    for position in positions:
        bits[position // 8] |= 1 << (7 - position % 8)
    content = gzip.compress(bytes(bits), mtime=0)
    return "u" + base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """The bits of an encoded list, read at most to 8 MiB; raises BadList."""
    if not text.startswith("u"):
        raise BadList("not base64url multibase")
    try:
        packed = base64.b64decode(text[1:] + "=" * (-len(text[1:]) % 4), b"-_", validate=True)
        with gzip.open(io.BytesIO(packed)) as file:
            bits = file.read(LARGEST + 1)
    except (OSError, EOFError, binascii.Error, ValueError) as error:
        raise BadList(str(error)) from error
    if not SIZE <= len(bits) * 8 <= LARGEST * 8:
        raise BadList(f"{len(bits) * 8} entries")
    return bits


def is_set(bits: bytes, position: int) -> bool:
    """Whether the bit is set; raises BadList for a position outside the list."""
    if not 0 <= position < len(bits) * 8:
        raise BadList(f"no entry {position}")
    return bool(bits[position // 8] >> (7 - position % 8) & 1)
