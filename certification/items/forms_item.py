"""The editor's fields and an item's content as JSON: rows of options, places, answers, criteria,
their texts side by side in each language. What cannot be read is said by `draft_from`."""

import re
from collections.abc import Mapping
from typing import Any

from certification.items.content import LANGUAGES, WITH_OPTIONS, WITH_PLACES

MOST_ROWS = 60
"""As many as an item may have of each part."""
PARTS = ("option", "place", "answer", "criterion")
PARTS_OF = {
    **dict.fromkeys(("choice", "order", "hotspot"), ("option",)),
    **dict.fromkeys(("inline", "match", "gaps"), ("option", "place")),
    **dict.fromkeys(("text", "number"), ("answer",)),
    "essay": ("criterion",),
}
_LIST = {"option": "options", "place": "places", "criterion": "criteria"}
FEEDBACK = ("general", "right", "wrong")
# Sent as `is-once`: a field `once` is the key against double clicks.
_FLAGS = ("shuffle", "ignore_case", "once")
_EMPTY_LINES = re.compile(r"\A(?:[^\S\n]*\n)+")
_BRACKETS = str.maketrans("[]\\\n", "()/ ")


def blank(kind: str) -> dict[str, Any]:
    """What a new item of a kind begins with."""
    ids = ("a", "b", "c", "d") if kind in WITH_OPTIONS else ()
    return {
        "kind": kind,
        "texts": {"en": {"body": ""}},
        "options": [{"id": one} for one in ids],
        "places": [{"id": "p1"}, {"id": "p2"}] if kind in WITH_PLACES else [],
        "answers": [{}] if kind in ("text", "number") else [],
        "criteria": [{"id": "c1", "points": "1"}] if kind == "essay" else [],
    }


def data_of(
    sent: Mapping[str, str], base: Mapping[str, Any], *, with_empty: bool = False
) -> dict[str, Any]:
    """The content as the fields say it; rows without any word are left out, unless the page
    only comes back with one thing more."""
    kind = str(base["kind"])
    tags = [tag for tag in LANGUAGES if f"body-{tag}" in sent]
    rows = {
        part: _rows(sent, part, tags, with_empty=with_empty)
        for part in _LIST
        if part in PARTS_OF[kind]
    }
    data = dict(base)
    data["texts"] = {tag: _texts(sent, tag, rows, base) for tag in tags}
    data["options"] = [_option(sent, base, row, one) for row, one in rows.get("option", {}).items()]
    data["places"] = [_place(sent, row, one) for row, one in rows.get("place", {}).items()]
    data["criteria"] = [
        {"id": one, "points": sent.get(f"points-{row}", "").strip() or "1"}
        for row, one in rows.get("criterion", {}).items()
    ]
    data["answers"] = (
        _answers(sent, kind, with_empty=with_empty) if "answer" in PARTS_OF[kind] else []
    )
    data["key"] = _key(sent, kind, rows)
    data["scoring"] = _scoring(sent, rows.get("option", {}))
    data |= {name: f"is-{name}" in sent for name in _FLAGS}
    data |= {name: _whole(sent.get(name, ""), name) for name in ("most", "words")}
    return data


def with_row(data: dict[str, Any], part: str) -> dict[str, Any]:
    """The content with one more empty row."""
    name = _LIST.get(part, "answers")
    rows = list(data.get(name, []))
    prefix = {"option": "o", "place": "p", "criterion": "c"}.get(part, "")
    used = {row.get("id") for row in rows}
    free = next(f"{prefix}{n}" for n in range(1, 999) if f"{prefix}{n}" not in used)
    rows.append({"id": free} if prefix else {})
    return {**data, name: rows}


def with_language(data: dict[str, Any], tag: str) -> dict[str, Any]:
    """The content with one more language beside the others."""
    texts = dict(data["texts"])
    if tag in LANGUAGES:
        texts.setdefault(tag, {"body": ""})
    return {**data, "texts": texts}


def without_empty_languages(data: dict[str, Any]) -> dict[str, Any]:
    """The content without languages, apart from the first, in which nothing is written."""
    texts = data["texts"]
    kept = {
        tag: said
        for number, (tag, said) in enumerate(texts.items())
        if not number or said["body"] or any(said[part] for part in said if part != "body")
    }
    return {**data, "texts": kept}


def with_picture(data: dict[str, Any], picture: Mapping[str, Any], words: str) -> dict[str, Any]:
    """The content that shows one more picture: under the areas, or below each text."""
    if data["kind"] == "hotspot":
        return {**data, "picture": dict(picture)}
    drawn = f"![{words.translate(_BRACKETS)}](picture:{picture['sha256']})"
    texts = {
        tag: {**said, "body": f"{said['body']}\n\n{drawn}".strip()}
        for tag, said in data["texts"].items()
    }
    return {**data, "texts": texts}


def _rows(
    sent: Mapping[str, str], part: str, tags: list[str], *, with_empty: bool
) -> dict[int, str]:
    """The id of each row that says something."""
    return {
        row: sent[f"{part}-{row}"]
        for row in range(MOST_ROWS)
        if f"{part}-{row}" in sent and (with_empty or _says(sent, part, row, tags))
    }


def _says(sent: Mapping[str, str], part: str, row: int, tags: list[str]) -> bool:
    if sent.get(f"fills-{row}" if part == "place" else f"area-{row}", "").strip():
        return True
    return any(sent.get(f"{part}-{tag}-{row}", "").strip() for tag in tags)


def _texts(
    sent: Mapping[str, str],
    tag: str,
    rows: Mapping[str, Mapping[int, str]],
    base: Mapping[str, Any],
) -> dict[str, Any]:
    before = base["texts"].get(tag, {}).get("feedback") or {}
    feedback = {
        name: text
        for name in dict.fromkeys((*FEEDBACK, *before))
        if (text := _said(sent, f"feedback-{name}-{tag}"))
    }
    parts = {
        _LIST[part]: {
            one: text for row, one in found.items() if (text := _said(sent, f"{part}-{tag}-{row}"))
        }
        for part, found in rows.items()
    }
    return {"body": _said(sent, f"body-{tag}"), "feedback": feedback, **parts}


def _said(sent: Mapping[str, str], name: str) -> str:
    """A text without the empty lines and spaces around it; spaces before its first words stay:
    in Markdown they may begin a listing."""
    text = sent.get(name, "").replace("\r\n", "\n").rstrip()
    text = _EMPTY_LINES.sub("", text)
    return text if text.startswith("    ") else text.lstrip()


def _option(sent: Mapping[str, str], base: Mapping[str, Any], row: int, one: str) -> dict[str, Any]:
    """What the fields do not say (whether it is fixed) stays."""
    known = next((dict(found) for found in base.get("options", ()) if found["id"] == one), {})
    if f"area-{row}" in sent:
        known["area"] = _area(sent[f"area-{row}"], sent.get(f"shape-{row}", ""))
    return {**known, "id": one}


def _area(typed: str, shape: str) -> dict[str, Any] | None:
    """An area, its numbers as they were typed when they are none."""
    numbers = typed.replace(",", " ").split()
    whole = all(one.isascii() and one.isdigit() and len(one) < 6 for one in numbers)
    at = [int(one) for one in numbers] if whole else typed.strip()[:400]
    return {"shape": shape, "at": at} if numbers else None


def _place(sent: Mapping[str, str], row: int, one: str) -> dict[str, Any]:
    only = sent.get(f"only-{row}", "").replace(",", " ").split()
    return {"id": one, "options": only}


def _answers(sent: Mapping[str, str], kind: str, *, with_empty: bool) -> list[dict[str, str]]:
    found = []
    for row in range(MOST_ROWS):
        said = sent.get(f"answer-{row}", "").strip()
        if said or (with_empty and f"answer-{row}" in sent):
            credit = sent.get(f"credit-{row}", "").strip() or "1"
            part = {"text": said, "language": sent.get(f"answer-language-{row}", "")}
            if kind == "number":
                part = {"value": said, "tolerance": sent.get(f"tolerance-{row}", "").strip() or "0"}
            found.append({**part, "credit": credit})
    return found


def _key(sent: Mapping[str, str], kind: str, rows: Mapping[str, Mapping[int, str]]) -> Any:
    options = rows.get("option", {})
    if kind in WITH_PLACES:
        fills = {one: sent.get(f"fills-{row}", "") for row, one in rows["place"].items()}
        return {place: option for place, option in fills.items() if option}
    if kind == "order":
        return list(options.values())
    return [one for row, one in options.items() if f"right-{row}" in sent]


def _scoring(sent: Mapping[str, str], options: Mapping[int, str]) -> dict[str, Any]:
    weights = {one: sent.get(f"weight-{row}", "").strip() for row, one in options.items()}
    rule = sent.get("rule", "all")
    said = {one: weight for one, weight in weights.items() if weight}
    return {
        "points": sent.get("points", "").strip() or "1",
        "rule": rule,
        "penalty": sent.get("penalty", "").strip() or "0",
        "weights": said if rule == "weights" else {},
    }


def _whole(text: str, name: str) -> int | str:
    """A number, or what was typed, which is refused by its name."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() else text or int(name == "most")
