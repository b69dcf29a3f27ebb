"""Pictures of strangers, encoded anew so that nothing but their pixels comes along. Pure."""

import base64
import binascii
import hashlib
import io
import warnings
from dataclasses import dataclass, field

from PIL import Image as Pillow

from certification.items.exchange.found import Image

MOST_BYTES = 4 << 20
MOST_EDGE = 4000
MOST_PIXELS = 6_000_000
MOST_PIXELS_IN_ALL = 30_000_000
"""Of one file: encoding them all takes about a second."""
FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")


@dataclass(slots=True)
class Album:
    """The pictures of one file; the same bytes are encoded once."""

    pixels: int = 0
    known: dict[bytes, Image | None] = field(default_factory=dict)

    def take(self, content: bytes) -> Image | None:
        """The picture, or None for what is none, broken or too large."""
        key = hashlib.sha256(content).digest()
        if key not in self.known:
            self.known[key] = self._encoded(content)
        return self.known[key]

    def _encoded(self, content: bytes) -> Image | None:
        if len(content) > MOST_BYTES:
            return None
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", Pillow.DecompressionBombWarning)
                with Pillow.open(io.BytesIO(content), formats=FORMATS) as opened:
                    return self._png(opened)
        except Exception:
            return None

    def _png(self, opened: Pillow.Image) -> Image | None:
        width, height = opened.size
        self.pixels += width * height
        if max(width, height) > MOST_EDGE or width * height > MOST_PIXELS:
            return None
        if self.pixels > MOST_PIXELS_IN_ALL:
            return None
        alpha = "transparency" in opened.info or opened.mode in ("LA", "RGBA", "PA")
        out = io.BytesIO()
        bare = opened.convert("RGBA" if alpha else "RGB")
        bare.info = {}
        bare.save(out, "PNG", compress_level=4)
        png = out.getvalue()
        return Image(hashlib.sha256(png).hexdigest(), png, width, height)


def from_base64(text: str) -> bytes:
    """The bytes; none for what is no base64."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return b""


def from_data_address(address: str) -> bytes:
    """What a `data:` address holds; none for any other address."""
    head, _, data = address.partition(",")
    return from_base64(data) if head.startswith("data:image/") and "base64" in head else b""
