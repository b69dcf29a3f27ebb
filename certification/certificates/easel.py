"""The process that draws what somebody is still composing, with limits and without a way to fetch
anything; ordered by `studio`."""

import base64
import io
from typing import Any

import pypdfium2

from certification.certificates.document import CertificateFacts, fits, render
from certification.certificates.workshop import take_whole_typefaces
from certification.designs.content import Content, Design
from lms.confined import Limits, serve
from lms.desk import at_the_desk

LIMITS = Limits(cpu_seconds=4, data=1 << 30, space=1 << 30)
"""An ordinary drawing takes a tenth of a second."""


def draw(order: dict[str, Any]) -> bytes:
    """The picture (PNG), the document (PDF), or whether everything fits (`yes` or `no`)."""
    at_the_desk(take_whole_typefaces)
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


if __name__ == "__main__":
    serve(draw, LIMITS)
