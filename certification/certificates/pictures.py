"""A design's pictures, decoded and packed once: WeasyPrint does it for each document, which takes
up to twice as long as all the rest of one."""

from collections.abc import Callable
from typing import Any

import pydyf
from weasyprint.images import RasterImage

MOST = 60
"""What is kept at a time: a picture is its address, its pixels and its transparency."""


class Pictures(dict[str, Any]):
    """WeasyPrint's images by their addresses, between two documents (`render(cache=…)`)."""

    def __setitem__(self, address: str, image: Any) -> None:
        if isinstance(image, RasterImage):
            image.get_x_object = packed_once(image.get_x_object)
        super().__setitem__(address, image)

    def trim(self) -> None:
        """Forget all when they are many; between documents only."""
        if len(self) > MOST:
            self.clear()


def packed_once(make: Callable[[bool, float], pydyf.Stream]) -> Callable[[bool, float], Any]:
    """The object that an image becomes in a file; each file gets its own, of the same bytes."""
    made: dict[tuple[bool, float], pydyf.Stream] = {}

    def again(interpolate: bool, dpi_ratio: float) -> pydyf.Stream:
        if (interpolate, dpi_ratio) not in made:
            made[interpolate, dpi_ratio] = make(interpolate, dpi_ratio)
        return _copied(made[interpolate, dpi_ratio])

    return again


def _copied(stream: pydyf.Stream) -> pydyf.Stream:
    extra = dict(stream.extra)
    if "SMask" in extra:
        extra["SMask"] = _copied(extra["SMask"])
    return pydyf.Stream(list(stream.stream), extra, stream.compress)
