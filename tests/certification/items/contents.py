"""One item of each kind, as JSON."""

from typing import Any

from certification.items.content import ItemContent
from certification.items.reading import content_from

PICTURE = {"sha256": "a" * 64, "width": 400, "height": 300}


def _options(*ids: str) -> list[dict[str, Any]]:
    return [{"id": one} for one in ids]


def _texts(body: str, **parts: dict[str, str]) -> dict[str, Any]:
    return {"en": {"body": body, **parts}}


CAPITALS = {"fr": "Paris", "es": "Madrid", "it": "Rome"}
KINDS: dict[str, dict[str, Any]] = {
    "choice": {
        "kind": "choice",
        "texts": _texts("Which are prime?", options={"a": "Two", "b": "Three", "c": "Four"}),
        "options": _options("a", "b", "c"),
        "key": ["a", "b"],
        "most": 0,
    },
    "text": {
        "kind": "text",
        "texts": _texts("The capital of France?"),
        "answers": [{"text": "Paris"}, {"text": "Lutetia", "credit": "0.5"}],
    },
    "number": {
        "kind": "number",
        "texts": _texts("Pi to two decimals?"),
        "answers": [{"value": "3.14", "tolerance": "0.01"}],
    },
    "inline": {
        "kind": "inline",
        "texts": _texts("Water {{w}}, ice {{i}}.", options={"f": "flows", "s": "stays"}),
        "options": _options("f", "s"),
        "places": [{"id": "w", "options": ["f", "s"]}, {"id": "i", "options": ["f", "s"]}],
        "key": {"w": "f", "i": "s"},
    },
    "match": {
        "kind": "match",
        "texts": _texts(
            "Match.", options=CAPITALS, places={"x": "France", "y": "Spain", "z": "Italy"}
        ),
        "options": _options("fr", "es", "it"),
        "places": [{"id": "x"}, {"id": "y"}, {"id": "z"}],
        "key": {"x": "fr", "y": "es", "z": "it"},
    },
    "order": {
        "kind": "order",
        "texts": _texts("Smallest first.", options={"a": "1", "b": "2", "c": "3", "d": "4"}),
        "options": _options("a", "b", "c", "d"),
        "key": ["a", "b", "c", "d"],
    },
    "gaps": {
        "kind": "gaps",
        "texts": _texts("{{g}} beats {{h}}.", options={"p": "Paper", "r": "rock", "s": "salt"}),
        "options": _options("p", "r", "s"),
        "places": [{"id": "g"}, {"id": "h"}],
        "key": {"g": "p", "h": "r"},
        "once": True,
    },
    "hotspot": {
        "kind": "hotspot",
        "texts": _texts("Where is the switch?", options={"l": "Left", "m": "Middle"}),
        "options": [
            {"id": "l", "area": {"shape": "rect", "at": [0, 0, 100, 100]}},
            {"id": "m", "area": {"shape": "circle", "at": [200, 150, 40]}},
        ],
        "key": ["m"],
        "picture": PICTURE,
    },
    "essay": {
        "kind": "essay",
        "texts": _texts("Explain.", criteria={"t": "Terms", "u": "Use"}),
        "criteria": [{"id": "t", "points": 2}, {"id": "u", "points": 3}],
        "scoring": {"points": 5},
    },
}
RIGHT: dict[str, Any] = {
    "choice": ["b", "a"],
    "text": " paris ",
    "number": "3,14",
    "inline": {"w": "f", "i": "s"},
    "match": {"x": "fr", "y": "es", "z": "it"},
    "order": ["a", "b", "c", "d"],
    "gaps": {"g": "p", "h": "r"},
    "hotspot": ["m"],
}


def item(kind: str, /, **changes: Any) -> ItemContent:
    """The item of a kind, with changes."""
    return content_from({**KINDS[kind], **changes})
