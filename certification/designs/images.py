"""Pictures that people upload: known by their content, measured before they are unpacked, and
written anew, so that nothing but pixels is kept. SVG is refused: it is a program."""

import io
import struct
import zlib
from dataclasses import dataclass

from PIL import Image

from lms.errors import refuse

MOST_BYTES = 2 << 20
MOST_EDGE = 3000
MOST_PIXELS = 4_000_000
KEPT_EDGE = 1600
"""Pixels of the longer edge that are kept: 300 dpi on 13 cm."""
PNG_HEAD = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of nothing but pixels."""

    content: bytes
    width: int
    height: int


def cleaned(content: bytes) -> Picture:
    """The picture, encoded anew; refuses what is no PNG, too large, or broken."""
    if len(content) > MOST_BYTES:
        raise refuse("image_too_large", status=422, size=MOST_BYTES >> 20)
    width, height = _size(content)
    if not 0 < width <= MOST_EDGE or not 0 < height <= MOST_EDGE or width * height > MOST_PIXELS:
        raise refuse("image_too_many_pixels", status=422, edge=MOST_EDGE)
    if not _is_whole(content):
        raise refuse("image_broken", status=422)
    try:
        with Image.open(io.BytesIO(content), formats=["PNG"]) as opened:
            return _encoded(opened.convert("RGBA"))
    except (OSError, SyntaxError, ValueError, struct.error, Image.DecompressionBombError) as error:
        raise refuse("image_broken", status=422) from error


def _size(content: bytes) -> tuple[int, int]:
    """Width and height from the first chunk, without unpacking anything."""
    if not content.startswith(PNG_HEAD) or content[12:16] != b"IHDR" or len(content) < 24:
        raise refuse("image_not_png", status=422)
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def _is_whole(content: bytes) -> bool:
    """Whether every chunk up to the last is there and sound. Pillow is told by the layout engine
    to take truncated pictures, which is right for documents and wrong here."""
    place = len(PNG_HEAD)
    while place + 12 <= len(content):
        (length,) = struct.unpack_from(">I", content, place)
        end = place + 8 + length
        named = content[place + 4 : end]
        if content[end : end + 4] != struct.pack(">I", zlib.crc32(named)):
            return False
        if named[:4] == b"IEND":
            return True
        place = end + 4
    return False


def _encoded(picture: Image.Image) -> Picture:
    picture.thumbnail((KEPT_EDGE, KEPT_EDGE))
    if picture.getchannel("A").getextrema() == (255, 255):
        picture = picture.convert("RGB")
    picture.info.clear()
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True)
    return Picture(file.getvalue(), picture.width, picture.height)
