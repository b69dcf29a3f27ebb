"""Pictures that people upload: known by their content, measured before they are unpacked, and
written anew as PNG, so that nothing but pixels is kept. SVG is refused: it is a program."""

import io
import struct
import zlib
from collections.abc import Callable, Collection
from dataclasses import dataclass

from PIL import Image, ImageOps

from lms.errors import refuse

MOST_BYTES = 2 << 20
MOST_EDGE = 3000
MOST_PIXELS = 4_000_000
KEPT_EDGE = 1600
"""Pixels of the longer edge that are kept: 300 dpi on 13 cm."""
PNG_HEAD = b"\x89PNG\r\n\x1a\n"
JPEG_HEAD = b"\xff\xd8\xff"
_SCAN, _END = b"\xff\xda", b"\xff\xd9"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of nothing but pixels."""

    content: bytes
    width: int
    height: int


def cleaned(content: bytes, kinds: Collection[str] = ("PNG",)) -> Picture:
    """The picture, encoded anew; refuses what is none of the kinds, too large, or broken."""
    if len(content) > MOST_BYTES:
        raise refuse("image_too_large", status=422, size=MOST_BYTES >> 20)
    kind = kind_of(content)
    if kind not in kinds:
        raise refuse("image_not_png" if list(kinds) == ["PNG"] else "image_unknown", status=422)
    try:
        return _unpacked(content, kind)
    except (OSError, SyntaxError, ValueError, struct.error, Image.DecompressionBombError) as error:
        raise refuse("image_broken", status=422) from error


def kind_of(content: bytes) -> str:
    """PNG, JPEG or WEBP, whatever the file's name; "" for anything else."""
    if content.startswith(PNG_HEAD) and content[12:16] == b"IHDR" and len(content) >= 24:
        return "PNG"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP" and len(content) >= 30:
        return "WEBP"
    return "JPEG" if content.startswith(JPEG_HEAD) else ""


def _unpacked(content: bytes, kind: str) -> Picture:
    measure, is_whole = _KINDS[kind]
    width, height = measure(content)
    if not 0 < width <= MOST_EDGE or not 0 < height <= MOST_EDGE or width * height > MOST_PIXELS:
        raise refuse("image_too_many_pixels", status=422, edge=MOST_EDGE)
    if not is_whole(content):
        raise refuse("image_broken", status=422)
    with Image.open(io.BytesIO(content), formats=[kind]) as opened:
        return _encoded(ImageOps.exif_transpose(opened).convert("RGBA"))


def _png_size(content: bytes) -> tuple[int, int]:
    """Width and height from the first chunk, without unpacking anything."""
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def _jpeg_size(content: bytes) -> tuple[int, int]:
    """From the headers: opening a JPEG unpacks no pixel."""
    with Image.open(io.BytesIO(content), formats=["JPEG"]) as opened:
        return opened.size


def _webp_size(content: bytes) -> tuple[int, int]:
    """From the first chunk: opening a WebP already reserves its whole canvas."""
    chunk, head = content[12:16], content[20:30]
    if chunk == b"VP8X":
        return (
            1 + int.from_bytes(head[4:7], "little"),
            1 + int.from_bytes(head[7:10], "little"),
        )
    if chunk == b"VP8L":
        bits = int.from_bytes(head[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = struct.unpack("<HH", head[6:10])
    return width & 0x3FFF, height & 0x3FFF


def _is_whole_png(content: bytes) -> bool:
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


def _is_whole_jpeg(content: bytes) -> bool:
    """Whether the last scan ends: neither marker can stand within packed pixels."""
    return content.rfind(_END) > content.rfind(_SCAN) > 0


def _is_whole_webp(content: bytes) -> bool:
    return int.from_bytes(content[4:8], "little") + 8 <= len(content)


_KINDS: dict[str, tuple[Callable[[bytes], tuple[int, int]], Callable[[bytes], bool]]] = {
    "PNG": (_png_size, _is_whole_png),
    "JPEG": (_jpeg_size, _is_whole_jpeg),
    "WEBP": (_webp_size, _is_whole_webp),
}


def _encoded(picture: Image.Image) -> Picture:
    picture.thumbnail((KEPT_EDGE, KEPT_EDGE))
    if picture.getchannel("A").getextrema() == (255, 255):
        picture = picture.convert("RGB")
    picture.info.clear()
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True)
    return Picture(file.getvalue(), picture.width, picture.height)
