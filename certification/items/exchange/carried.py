"""What was found in a file, from the process that read it to the one that asked. Pure."""

import json
import struct
from collections.abc import Iterable, Sequence
from typing import Any

from certification.items.exchange.found import Found, Image
from certification.items.reading import as_json, content_from
from lms.reasons import Reason

LENGTH = struct.Struct(">I")


def dumped(found: Sequence[Found]) -> bytes:
    """Four bytes of length, JSON, then the pictures one after the other, each once."""
    pictures = {one.sha256: one for item in found for one in item.pictures}
    said = {
        "items": [_item(one) for one in found],
        "pictures": [
            [one.sha256, len(one.content), one.width, one.height] for one in pictures.values()
        ],
    }
    text = json.dumps(said, default=str).encode()
    return b"".join((LENGTH.pack(len(text)), text, *(one.content for one in pictures.values())))


def _item(found: Found) -> dict[str, Any]:
    return {
        "number": found.number,
        "name": found.name,
        "content": None if found.content is None else as_json(found.content),
        "notes": [[one.code, one.values] for one in found.notes],
        "refusals": [[one.code, one.values] for one in found.refusals],
        "pictures": [one.sha256 for one in found.pictures],
    }


def loaded(content: bytes) -> list[Found]:
    """The same again."""
    (length,) = LENGTH.unpack_from(content)
    at = LENGTH.size + length
    said = json.loads(content[LENGTH.size : at])
    pictures = {}
    for digest, size, width, height in said["pictures"]:
        pictures[digest] = Image(digest, content[at : at + size], width, height)
        at += size
    return [_found(one, pictures) for one in said["items"]]


def _found(said: dict[str, Any], pictures: dict[str, Image]) -> Found:
    return Found(
        said["number"],
        said["name"],
        None if said["content"] is None else content_from(said["content"]),
        _reasons(said["notes"]),
        _reasons(said["refusals"]),
        tuple(pictures[one] for one in said["pictures"]),
    )


def _reasons(said: Iterable[tuple[str, dict[str, object]]]) -> tuple[Reason, ...]:
    return tuple(Reason(code, values) for code, values in said)
