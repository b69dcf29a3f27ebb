"""The process that draws what somebody is still composing: `python -m …easel`, by `studio`.

It has limits of CPU time, memory, files and file size, no secrets in its environment, and no way
to fetch anything. One order after the other comes over the socket that is its standard input:
four bytes of length, then JSON; the answer is one letter, four bytes of length, and bytes.
"""

import base64
import io
import json
import math
import resource
import socket
import struct
from collections.abc import Callable
from typing import Any

import pypdfium2

from certification.certificates.document import CertificateFacts, fits, render
from certification.designs.content import Content, Design

LENGTH = struct.Struct(">I")
DONE, FAILED = b"D", b"F"
CPU_SECONDS = 4
"""For one drawing; an ordinary one takes a tenth of a second."""
MEMORY = 1 << 30
LARGEST_ORDER = 16 << 20
Draw = Callable[[dict[str, Any]], bytes]


def draw(order: dict[str, Any]) -> bytes:
    """The picture (PNG), the document (PDF), or whether everything fits (`yes` or `no`)."""
    pictures = {name: base64.b64decode(text) for name, text in order["pictures"].items()}
    design = Design(Content.model_validate(order["content"]), pictures)
    facts = CertificateFacts.from_json(order["facts"])
    if order["kind"] == "fits":
        return b"yes" if fits(facts, design) else b"no"
    pdf = render(facts, None, design)
    return pdf if order["kind"] == "pdf" else png(pdf, order["width"])


def png(pdf: bytes, width: int) -> bytes:
    """The first page as a picture so many pixels wide."""
    page = pypdfium2.PdfDocument(pdf)[0]
    picture = page.render(scale=width / page.get_width()).to_pil()
    file = io.BytesIO()
    picture.quantize(128).save(file, "PNG")
    return file.getvalue()


def serve(work: Draw) -> None:
    """Draw until the studio closes."""
    limit_for_ever()
    with socket.socket(fileno=0) as studio:
        while order := _order(studio):
            limit_cpu()
            try:
                kind, content = DONE, work(order)
            except (Exception, MemoryError) as error:  # the studio decides what it means
                kind, content = FAILED, type(error).__name__.encode()
            studio.sendall(kind + LENGTH.pack(len(content)) + content)


def limit_for_ever() -> None:
    """Memory and files; a crash leaves no core file."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))


def limit_cpu() -> None:
    """So many seconds from now; the kernel ends what needs more."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = math.ceil(used.ru_utime + used.ru_stime) + CPU_SECONDS
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def _order(studio: socket.socket) -> dict[str, Any] | None:
    head = _exactly(studio, LENGTH.size)
    if not head:
        return None
    (length,) = LENGTH.unpack(head)
    order: dict[str, Any] = json.loads(_exactly(studio, min(length, LARGEST_ORDER)))
    return order


def _exactly(studio: socket.socket, length: int) -> bytes:
    parts = bytearray()
    while len(parts) < length:
        part = studio.recv(min(length - len(parts), 1 << 16))
        if not part:
            return b""
        parts += part
    return bytes(parts)


if __name__ == "__main__":
    serve(draw)
