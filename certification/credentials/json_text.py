"""JSON of strangers, as far as all readers take it for the same. Pure."""

import json
from typing import Any

DEEPEST = 64
"""Levels of values in each other: ours have about ten, and much code goes down one by one."""


def read(content: str | bytes) -> Any:
    """The value in a JSON text, which is UTF-8 (RFC 8259, 8.1; Python would guess); raises
    ValueError."""
    text = content.decode() if isinstance(content, bytes) else content
    try:
        value = json.loads(text, object_pairs_hook=_named_once)
    except RecursionError as error:
        raise ValueError("too deep") from error
    level = [value]
    for _ in range(DEEPEST):
        level = [inner for outer in level for inner in _within(outer)]
    if level:
        raise ValueError("too deep")
    return value


def _named_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Which of two values under one name counts is the reader's choice (RFC 8259, 4)."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _within(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
