"""The process that reads files of items, with limits; ordered by `intake`.

Pictures, packages and markup of strangers can fill a memory or keep a reader busy for ever, and no
reader can be trusted to know every such file.
"""

import base64
from typing import Any

from certification.items.exchange import carried, formats
from certification.items.exchange.found import TooMany
from lms.confined import Limits, serve

LIMITS = Limits(cpu_seconds=5, data=256 << 20, space=1 << 30)
"""500 formatted items with 15 photographs that hardly compress took 2 seconds of CPU and 110 MB."""


def sort(order: dict[str, Any]) -> bytes:
    """What the file holds (see `carried`); nothing when that is more than we take."""
    content = base64.b64decode(order["content"])
    try:
        return carried.dumped(formats.read(order["form"], content, order["language"]))
    except TooMany:
        return b""


if __name__ == "__main__":
    serve(sort, LIMITS)
