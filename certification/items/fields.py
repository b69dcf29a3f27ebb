"""Where in the editor a flaw is shown: the field whose content it is about. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from certification.items.content import WITH_PLACES
from lms.reasons import Reason

Placed: TypeAlias = tuple[str, Reason]
"""The id of a field, or "" for the whole item, and what is wrong with it."""
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,9})?", re.ASCII)
_COUNTS = {"rect": (4,), "circle": (3,), "poly": tuple(range(6, 60, 2))}
_LISTS = {"options": "option", "places": "place", "criteria": "criterion"}
_FIELDS = {
    "item_picture_missing": "picture-file",
    "item_picture_strange": "picture-file",
    "item_key_exceeds_choices": "most",
    "item_rubric_sum": "points",
    "item_points_out_of_range": "points",
    "item_weights_wrong": "rule",
    "item_option_used_twice": "is-once",
    "item_link_missing": "link-code-0",
}


def misread(data: Mapping[str, Any]) -> list[Placed]:
    """The fields whose text is no number where a number is needed."""
    return [
        *_numbers(data),
        *(
            (name, _whole(data[name], 0, 99_999))
            for name in ("most", "words")
            if isinstance(data[name], str)
        ),
        *(
            (f"area-{row}", Reason("item_area_unreadable", {"part": option["id"]}))
            for row, option in enumerate(data["options"])
            if option.get("area") and not _is_area(option["area"])
        ),
    ]


def _numbers(data: Mapping[str, Any]) -> Iterator[Placed]:
    scoring = data["scoring"]
    said = {name: scoring[name] for name in ("points", "penalty")}
    for row, option in enumerate(data["options"]):
        said[f"weight-{row}"] = scoring["weights"].get(option["id"], "0")
    for row, answer in enumerate(data["answers"]):
        said[f"credit-{row}"] = answer["credit"]
        if "value" in answer:
            said |= {f"answer-{row}": answer["value"], f"tolerance-{row}": answer["tolerance"]}
    said |= {f"points-{row}": one["points"] for row, one in enumerate(data["criteria"])}
    for name, text in said.items():
        if not _NUMBER.fullmatch(str(text)):
            yield name, Reason("item_number_unreadable", {"typed": str(text)[:40]})


def _is_area(area: Mapping[str, Any]) -> bool:
    at = area["at"]
    return not isinstance(at, str) and len(at) in _COUNTS.get(area["shape"], ())


def misread_known(known: Mapping[str, Any]) -> list[Placed]:
    """The same of what test development says: difficulty, and level and weight of each link."""
    found = []
    if known["difficulty"] and not _is_whole(known["difficulty"], 0, 100):
        found.append(("difficulty", _whole(known["difficulty"], 0, 100)))
    for row, link in enumerate(known["links"]):
        for name, most in (("level", 9), ("weight", 100)):
            if link[name] and not _is_whole(link[name], 1, most):
                found.append((f"link-{name}-{row}", _whole(link[name], 1, most)))
    return found


def _whole(typed: str, least: int, most: int) -> Reason:
    values = {"typed": typed[:40], "least": least, "most": most}
    return Reason("item_whole_unreadable", values)


def _is_whole(text: str, least: int, most: int) -> bool:
    return text.isascii() and text.isdigit() and least <= int(text[:9]) <= most


def placed(data: Mapping[str, Any], reasons: Sequence[Reason]) -> list[Placed]:
    """Each reason with the field that it is about."""
    return [(_field(data, reason), reason) for reason in reasons]


def _field(data: Mapping[str, Any], reason: Reason) -> str:
    values = reason.values
    if "part" in values:
        return _part(data, str(values["part"]), str(values.get("language", "")))
    if "language" in values:
        return f"body-{values['language']}"
    found = _FINDERS.get(reason.code)
    return found(data) if found else _FIELDS.get(reason.code, "")


def _area(data: Mapping[str, Any]) -> str:
    rows = [row for row, one in enumerate(data["options"]) if not one.get("area")]
    return f"area-{rows[0]}" if rows else ""


def _option(data: Mapping[str, Any]) -> str:
    return f"option-{next(iter(data['texts']))}-0" if data["options"] else ""


def _credit(data: Mapping[str, Any]) -> str:
    return "credit-0" if data["answers"] else "points-0"


def _part(data: Mapping[str, Any], part: str, language: str) -> str:
    if part == "body":
        return f"body-{language}"
    if part.startswith("feedback-") and part[9:] in data["texts"][language].get("feedback", {}):
        return f"{part}-{language}"
    for name, kind in _LISTS.items():
        for row, one in enumerate(data.get(name, ())):
            if one["id"] == part:
                return f"{kind}-{language}-{row}" if language else f"area-{row}"
    return ""


def _key(data: Mapping[str, Any]) -> str:
    if data["kind"] in WITH_PLACES:
        key = data.get("key") or {}
        rows = [row for row, one in enumerate(data["places"]) if not key.get(one["id"])]
        return f"fills-{rows[0]}" if rows else ""
    if data["kind"] in ("choice", "hotspot"):
        return "right-0" if data["options"] else ""
    return "answer-0" if data["kind"] in ("text", "number") else ""


_FINDERS = {
    "item_area_missing": _area,
    "item_key_missing": _key,
    "item_options_too_few": _option,
    "item_credit_out_of_range": _credit,
}
