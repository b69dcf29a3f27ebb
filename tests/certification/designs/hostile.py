"""An easel that draws raw pages, as a fault in the designer might let somebody send them."""

import sys
import time
from typing import Any

from weasyprint import HTML

from certification.certificates.easel import LIMITS
from lms.confined import serve
from lms.desk import OwnAssets


def work(order: dict[str, Any]) -> bytes:
    """Do the harm that the order names."""
    if order["kind"] == "page":
        return bytes(HTML(string=order["page"], url_fetcher=OwnAssets()).write_pdf() or b"")
    if order["kind"] == "memory":
        return str(len(bytearray(order["bytes"]))).encode()
    if order["kind"] == "sleep":
        time.sleep(60)
    if order["kind"] == "crash":
        sys.exit(3)
    if order["kind"] == "environment":
        return open("/proc/self/environ", "rb").read()
    if order["kind"] == "write":
        with open(order["path"], "wb") as file:
            file.write(b"x" * (3 << 20))
    return b"fine"


if __name__ == "__main__":
    serve(work, LIMITS)
