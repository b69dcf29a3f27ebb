"""Stored JSON as values. Pure."""

import json
from typing import Any

import orjson


def read(text: str | bytes) -> Any:
    """Two such texts stand behind each verification, so the fast reader is asked first. What
    `json` alone takes (NaN, half of a surrogate pair, which a program may have sent) it reads."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return json.loads(text)
