"""Designs for tests."""

import io
from typing import Any

from PIL import Image

from certification.designs.content import Content


def content(**changes: Any) -> Content:
    """A small valid design with some of it changed."""
    values: dict[str, Any] = {
        "blocks": [{"kind": kind} for kind in ("brand", "title", "lead", "holder", "statement")],
        "words": {"en": {"lead": "This certifies that"}},
    }
    return Content.model_validate(values | changes)


def png(width: int = 60, height: int = 30, colour: tuple[int, ...] = (9, 90, 88, 255)) -> bytes:
    """A picture."""
    file = io.BytesIO()
    Image.new("RGBA", (width, height), colour).save(file, "PNG")
    return file.getvalue()
