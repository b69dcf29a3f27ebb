"""A candidate's answer as it arrives: read strictly by the kind of item, never trusted. Pure.

Whatever is not an answer of this kind is refused by `ValueError`; ids that were never shown are
left out by `certification.items.showing.taken`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from certification.items.content import ItemContent
from certification.items.scoring import number_in
from certification.items.showing import taken

LONGEST = {"text": 500, "number": 40, "essay": 30_000}
MOST_PARTS = 60
LONGEST_ID = 8


def read(content: ItemContent, value: object, seed: str) -> Any:
    """The answer with the author's ids; None for none."""
    if value is None or value in ("", [], {}):
        return None
    if content.kind in LONGEST:
        return _text(value, LONGEST[content.kind])
    return taken(content, _parts(content, value), seed) or None


def _parts(content: ItemContent, value: object) -> list[str] | dict[str, str]:
    if content.kind == "order":
        return _row(value, len(content.options))
    return _places(value) if content.kind in ("inline", "match", "gaps") else _chosen(value)


def _text(value: object, longest: int) -> str | None:
    if not isinstance(value, str) or len(value) > longest or "\0" in value:
        raise ValueError("no text of this length")
    return value if value.strip() else None


def _chosen(value: object) -> list[str]:
    if not isinstance(value, list) or len(value) > MOST_PARTS or not all(map(_is_id, value)):
        raise ValueError("no list of choices")
    return list(dict.fromkeys(value))


def _row(value: object, longest: int) -> list[str]:
    """An order as it was given: "" for an empty place, and what stands twice stands twice."""
    if not isinstance(value, list) or len(value) > longest:
        raise ValueError("no order")
    if not all(one == "" or _is_id(one) for one in value):
        raise ValueError("no order")
    return list(value)


def _places(value: object) -> dict[str, str]:
    if not isinstance(value, Mapping) or len(value) > MOST_PARTS:
        raise ValueError("no filled places")
    if not all(_is_id(place) and (one == "" or _is_id(one)) for place, one in value.items()):
        raise ValueError("no filled places")
    return {place: one for place, one in value.items() if one}


def _is_id(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_ID


def flaw(content: ItemContent, response: Any, language: str) -> str:
    """Why an answer that is kept can hardly be meant so; "" for none. It says no more than the
    question itself shows: how many choices are right plays no part, nor does any other of the key.
    """
    if response is None or content.kind in ("text", "essay"):
        return ""
    if content.kind == "number":
        return "" if number_in(response, language) is not None else "not_a_number"
    if content.kind in ("inline", "match", "gaps"):
        if content.once and len(set(response.values())) < len(response):
            return "used_twice"
        return "incomplete" if len(response) < len(content.places) else ""
    if content.kind == "order":
        return _flaw_of_order([one for one in response if one], len(content.options))
    return "too_many" if content.most and len(response) > content.most else ""


def _flaw_of_order(put: Sequence[str], places: int) -> str:
    if len(set(put)) < len(put):
        return "used_twice"
    return "incomplete" if len(put) < places else ""


def from_fields(kind: str, fields: Callable[[str], Sequence[str]], places: Sequence[str]) -> Any:
    """The answer that a form without scripts sends: `answer`, or a field for each place."""
    if kind in LONGEST:
        return next(iter(fields("answer")), "").replace("\r\n", "\n")
    if kind in ("inline", "match", "gaps"):
        return {place: one for place in places if (one := next(iter(fields(place)), ""))}
    return [one for one in fields("answer") if one or kind == "order"]
