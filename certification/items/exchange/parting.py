"""What is taken out can be brought in again: files of no more items than one import takes. Pure."""

import io
import zipfile
from collections.abc import Callable, Sequence
from typing import TypeVar

from certification.items.exchange.found import MOST_ITEMS

T = TypeVar("T")
ENDINGS = (".csv", ".zip")
MOMENT = (1980, 1, 1, 0, 0, 0)


def parts(items: Sequence[T], write: Callable[[Sequence[T]], bytes], most: int) -> list[bytes]:
    """The files that `write` makes of the items, none of more bytes than `most` but for an item
    that is so alone."""
    if len(items) > MOST_ITEMS:
        groups = [items[at : at + MOST_ITEMS] for at in range(0, len(items), MOST_ITEMS)]
        return [file for group in groups for file in parts(group, write, most)]
    content = write(items)
    if len(content) <= most or len(items) < 2:
        return [content]
    half = len(items) // 2
    return [*parts(items[:half], write, most), *parts(items[half:], write, most)]


def together(files: Sequence[bytes], name: str, ending: str) -> bytes:
    """One zip of several files, to be unpacked and brought in one after the other."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, content in enumerate(files, 1):
            entry = zipfile.ZipInfo(f"{name}-{number}{ending}", MOMENT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return out.getvalue()


def are_together(content: bytes) -> bool:
    """Whether the file is such a zip, which is no package itself."""
    try:
        names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError):
        return False
    return bool(names) and all(name.lower().endswith(ENDINGS) for name in names)
