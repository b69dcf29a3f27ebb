"""From JSON to an item's content and back; what is wrong is named by reason codes. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from decimal import Decimal, InvalidOperation
from typing import Any

from certification.items.content import (
    KINDS,
    RULES,
    Answer,
    Area,
    Criterion,
    ItemContent,
    Key,
    Option,
    Picture,
    Place,
    Scoring,
    Texts,
)
from certification.items.rules import flaws
from lms.reasons import Reason

MOST_PARTS = 60
LONGEST = 20_000
_ID = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,39}", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,9})?", re.ASCII)
_FIELDS = frozenset(ItemContent.__dataclass_fields__)


class ContentError(ValueError):
    """The content cannot be used; `reasons` say why."""

    def __init__(self, reasons: Iterable[Reason]) -> None:
        self.reasons = list(reasons)
        super().__init__(", ".join(_said(reason) for reason in self.reasons))


def _said(reason: Reason) -> str:
    return " ".join([reason.code, *map(str, reason.values.values())])


def content_from(data: object) -> ItemContent:
    """The content, read strictly and checked as a whole; `ContentError` names what is wrong."""
    content = draft_from(data)
    if found := flaws(content):
        raise ContentError(found)
    return content


def draft_from(data: object) -> ItemContent:
    """The content, read strictly, but perhaps unfinished: a draft may lack its key."""
    fields = _mapping(data, "content", _FIELDS)
    return ItemContent(
        kind=_one_of(fields.get("kind"), KINDS, "kind"),
        texts={
            _text(tag, "texts"): _texts(entry, f"texts.{tag}")
            for tag, entry in _mapping(fields.get("texts"), "texts").items()
        },
        options=tuple(_option(one) for one in _list(fields, "options")),
        places=tuple(_place(one) for one in _list(fields, "places")),
        key=_key(fields.get("key")),
        answers=tuple(_answer(one) for one in _list(fields, "answers")),
        criteria=tuple(_criterion(one) for one in _list(fields, "criteria")),
        most=_whole(fields.get("most", 1), "most"),
        once=_flag(fields, "once", default=False),
        shuffle=_flag(fields, "shuffle", default=True),
        ignore_case=_flag(fields, "ignore_case", default=True),
        words=_whole(fields.get("words", 0), "words"),
        picture=_picture(fields.get("picture")),
        scoring=_scoring(fields.get("scoring")),
    )


def as_json(content: ItemContent) -> dict[str, Any]:
    """The content as `content_from` reads it: decimals as strings, in a fixed order."""
    written: dict[str, Any] = _plain(asdict(content))
    if content.kind in ("text", "number", "essay"):
        written.pop("key")
    unused = ("value", "tolerance") if content.kind == "text" else ("text", "language")
    for answer in written["answers"]:
        for name in unused:
            answer.pop(name)
    return written


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return _digits(value)
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def _digits(value: Decimal) -> str:
    """A decimal without exponent and without zeros at its end."""
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def _bad(where: str) -> ContentError:
    return ContentError([Reason("item_field_unreadable", {"field": where})])


def _mapping(
    value: object, where: str, known: frozenset[str] | None = None
) -> Mapping[str, object]:
    if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
        raise _bad(where)
    if known is not None and (extra := set(value) - known):
        raise ContentError([Reason("item_field_unknown", {"field": sorted(extra)[0][:40]})])
    if len(value) > MOST_PARTS:
        raise _bad(where)
    return value


def _list(fields: Mapping[str, object], name: str) -> list[object]:
    value = fields.get(name) or []
    if not isinstance(value, list | tuple) or len(value) > MOST_PARTS:
        raise _bad(name)
    return list(value)


def _text(value: object, where: str) -> str:
    if not isinstance(value, str) or len(value) > LONGEST or "\x00" in value:
        raise _bad(where)
    return value


def _id(value: object, where: str) -> str:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise _bad(where)
    return value


def _one_of(value: object, known: tuple[str, ...], where: str) -> str:
    if not isinstance(value, str) or value not in known:
        raise _bad(where)
    return value


def _flag(fields: Mapping[str, object], name: str, *, default: bool) -> bool:
    value = fields.get(name, default)
    if not isinstance(value, bool):
        raise _bad(name)
    return value


def _whole(value: object, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not -1 < value < 100_000:
        raise _bad(where)
    return value


def _decimal(value: object, where: str) -> Decimal:
    text = str(value) if isinstance(value, str | int | float | Decimal) else ""
    if isinstance(value, bool) or not _NUMBER.fullmatch(text):
        raise _bad(where)
    try:
        return Decimal(_digits(Decimal(text)))
    except InvalidOperation as error:  # pragma: no cover - the pattern admits digits only
        raise _bad(where) from error


def _texts(value: object, where: str) -> Texts:
    fields = _mapping(value, where, frozenset(Texts.__dataclass_fields__))
    return Texts(
        body=_text(fields.get("body", ""), f"{where}.body"),
        **{
            part: {
                _id(name, f"{where}.{part}"): _text(text, f"{where}.{part}")
                for name, text in _mapping(fields.get(part) or {}, f"{where}.{part}").items()
            }
            for part in ("options", "places", "criteria", "feedback")
        },
    )


def _option(value: object) -> Option:
    fields = _mapping(value, "options", frozenset(("id", "fixed", "area")))
    area = fields.get("area")
    return Option(
        _id(fields.get("id"), "options"),
        _flag(fields, "fixed", default=False),
        None if area is None else _area(area),
    )


def _area(value: object) -> Area:
    fields = _mapping(value, "area", frozenset(("shape", "at")))
    shape = _one_of(fields.get("shape"), ("rect", "circle", "poly"), "area")
    at = tuple(_whole(number, "area") for number in _list(fields, "at"))
    counted = {
        "rect": len(at) == 4,
        "circle": len(at) == 3,
        "poly": len(at) >= 6 and not len(at) % 2,
    }
    if not counted[shape]:
        raise _bad("area")
    return Area(shape, at)


def _place(value: object) -> Place:
    fields = _mapping(value, "places", frozenset(("id", "options")))
    own = tuple(_id(one, "places") for one in _list(fields, "options"))
    return Place(_id(fields.get("id"), "places"), own)


def _key(value: object) -> Key:
    if isinstance(value, Mapping):
        pairs = _mapping(value, "key").items()
        return {_id(place, "key"): _id(option, "key") for place, option in pairs}
    return tuple(_id(one, "key") for one in _list({"key": value}, "key"))


def _answer(value: object) -> Answer:
    fields = _mapping(value, "answers", frozenset(Answer.__dataclass_fields__))
    return Answer(
        text=_text(fields.get("text", ""), "answers"),
        language=_text(fields.get("language", ""), "answers"),
        value=_decimal(fields.get("value", 0), "answers"),
        tolerance=_decimal(fields.get("tolerance", 0), "answers"),
        credit=_decimal(fields.get("credit", 1), "answers"),
    )


def _criterion(value: object) -> Criterion:
    fields = _mapping(value, "criteria", frozenset(("id", "points")))
    return Criterion(
        _id(fields.get("id"), "criteria"), _decimal(fields.get("points", 1), "criteria")
    )


def _picture(value: object) -> Picture | None:
    if value is None:
        return None
    fields = _mapping(value, "picture", frozenset(("sha256", "width", "height")))
    sha256 = _text(fields.get("sha256"), "picture")
    if not re.fullmatch("[0-9a-f]{64}", sha256):
        raise _bad("picture")
    return Picture(
        sha256, _whole(fields.get("width"), "picture"), _whole(fields.get("height"), "picture")
    )


def _scoring(value: object) -> Scoring:
    fields = _mapping(value or {}, "scoring", frozenset(Scoring.__dataclass_fields__))
    weights = _mapping(fields.get("weights") or {}, "weights")
    return Scoring(
        points=_decimal(fields.get("points", 1), "points"),
        rule=_one_of(fields.get("rule", "all"), RULES, "rule"),
        penalty=_decimal(fields.get("penalty", 0), "penalty"),
        weights={_id(name, "weights"): _decimal(one, "weights") for name, one in weights.items()},
    )
