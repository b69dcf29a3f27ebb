"""What was found in a file as JSON, from the process that read it to the one that asked. Pure."""

import base64
import json
from collections.abc import Iterable, Sequence
from typing import Any

from certification.items.exchange.found import Found, Image
from certification.items.reading import as_json, content_from
from lms.reasons import Reason


def dumped(found: Sequence[Found]) -> bytes:
    """As JSON; a picture that several items show is carried once."""
    pictures = {one.sha256: one for item in found for one in item.pictures}
    said = {
        "items": [_item(one) for one in found],
        "pictures": [
            [one.sha256, base64.b64encode(one.content).decode(), one.width, one.height]
            for one in pictures.values()
        ],
    }
    return json.dumps(said, default=str).encode()


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
    said = json.loads(content)
    pictures = {
        digest: Image(digest, base64.b64decode(text), width, height)
        for digest, text, width, height in said["pictures"]
    }
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
