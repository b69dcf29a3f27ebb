"""The process that reads files of items, with limits; ordered by `intake`.

Pictures, packages and markup of strangers can fill a memory or keep a reader busy for ever, and no
reader can be trusted to know every such file.
"""

import base64
import json
from typing import Any

from certification.items.exchange import carried, formats
from certification.items.exchange.found import TooMany
from lms.confined import Limits, serve

LIMITS = Limits(cpu_seconds=5, data=256 << 20, space=1 << 30)
"""A file of 500 items with pictures takes a second and 60 MB; the process itself has 30 MB."""


def sort(order: dict[str, Any]) -> bytes:
    """What the file holds, as JSON; `null` when that is more than we take."""
    content = base64.b64decode(order["content"])
    try:
        return carried.dumped(formats.read(order["form"], content, order["language"]))
    except TooMany:
        return json.dumps(None).encode()


if __name__ == "__main__":
    serve(sort, LIMITS)
