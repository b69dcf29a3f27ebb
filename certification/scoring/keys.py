"""A new key for an item as a person types it, one entry a line, and what the item then is. Pure.

choice, hotspot: ids of the right options    order: ids, the first first
inline, match, gaps: place = option          text: accepted answers
number: value, or value ; tolerance
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from certification.items.content import WITH_PLACES, ItemContent
from certification.items.reading import ContentError, as_json, content_from
from lms.reasons import Reason

Key = dict[str, Any]


def typed(content: ItemContent) -> str:
    """The key as it is, in the form in which it is typed."""
    if content.kind == "text":
        return "\n".join(answer.text for answer in content.answers)
    if content.kind == "number":
        return "\n".join(f"{one.value} ; {one.tolerance}" for one in content.answers)
    if content.kind in WITH_PLACES:
        return "\n".join(f"{place} = {option}" for place, option in content.key_places.items())
    return "\n".join(content.key_choices)


def key_from(content: ItemContent, text: str) -> Key:
    """What was typed as {key} or {answers}; `ContentError` names what this item cannot have."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if content.kind == "essay" or not lines:
        raise ContentError([Reason("item_key_missing")])
    key: Key
    if content.kind == "text":
        key = {"answers": [{"text": line} for line in lines]}
    elif content.kind == "number":
        key = {"answers": [_number(line) for line in lines]}
    elif content.kind in WITH_PLACES:
        key = {"key": dict(_pair(line) for line in lines)}
    else:
        key = {"key": lines}
    rekeyed(content, key)
    return key


def rekeyed(content: ItemContent, key: Mapping[str, Any]) -> ItemContent:
    """The item with another key; nothing else differs."""
    return content_from({**as_json(content), **key})


def _pair(line: str) -> tuple[str, str]:
    place, sign, option = (part.strip() for part in line.partition("="))
    if not sign:
        raise ContentError([Reason("item_field_unreadable", {"field": line[:40]})])
    return place, option


def _number(line: str) -> dict[str, str]:
    value, _sign, tolerance = (part.strip() for part in line.partition(";"))
    try:
        return {"value": str(Decimal(value)), "tolerance": str(Decimal(tolerance or "0"))}
    except InvalidOperation:
        raise ContentError([Reason("item_field_unreadable", {"field": line[:40]})]) from None
