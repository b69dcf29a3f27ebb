"""The process that reads what strangers send, with limits; ordered by `inspection`.

A few kilobytes can keep a reader of PDF busy for ever (fields that hold each other) or fill its
memory, and no reader can be trusted to know every such file.
"""

import base64
from datetime import datetime
from typing import Any

from certification.certificates.checking import check_file
from certification.credentials.trust import Trust
from lms.confined import Limits, serve

LIMITS = Limits(cpu_seconds=4, data=192 << 20, space=512 << 20)
"""An ordinary check takes a tenth of a second and 20 MB; the process itself has 60 MB."""


def look(order: dict[str, Any]) -> bytes:
    """The report on a file, as JSON."""
    content, trust = base64.b64decode(order["content"]), Trust.from_json(order["trust"])
    report = check_file(content, trust, now=datetime.fromisoformat(order["now"]))
    return report.to_json().encode()


if __name__ == "__main__":
    serve(look, LIMITS)
