"""What may be handed in as work: known by its content, named so that no system runs it. Pure."""

import re
from collections.abc import Mapping
from types import MappingProxyType

MOST_BYTES = 6 << 20
LONGEST_NAME = 120
_HEADS = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"PK\x03\x04", "application/zip"),
)
ENDINGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "application/pdf": ("pdf",),
        "image/png": ("png",),
        "image/jpeg": ("jpg", "jpeg"),
        "application/zip": ("zip", "docx", "xlsx", "pptx", "odt", "ods", "odp"),
        "text/plain": ("txt", "md", "csv", "log", "yaml", "yml"),
    }
)
"""By kind; the first one is given to a name that ends otherwise."""
_CONTROLS = frozenset(range(32)) - {9, 10, 12, 13}


def media_of(content: bytes) -> str | None:
    """The kind of file by its content; None for one that is not taken."""
    for head, media in _HEADS:
        if content.startswith(head):
            return media
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    return None if any(ord(sign) in _CONTROLS for sign in text) else "text/plain"


def named(name: str, media: str) -> str:
    """What the file is called: no folders, no signs that a system reads, an ending of its kind."""
    base = re.split(r"[/\\]", name)[-1]
    clean = "".join(sign if sign.isalnum() or sign in " ._-()" else "_" for sign in base).strip(
        " ."
    )
    stem, _point, ending = clean.rpartition(".")
    endings = ENDINGS[media]
    if ending.lower() not in endings or not stem:
        stem, ending = clean or "work", endings[0]
    return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"
