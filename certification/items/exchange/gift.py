"""GIFT, Moodle's text format: `::name:: body {answers} rest`. Pure.

Weights, several right answers, tolerances, intervals, pairs and feedback are taken over. HTML in
a text stays as it was typed and is shown as text; a note says so.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from certification.items.exchange.found import (
    CannotTake,
    Found,
    Making,
    identifiers,
    refused,
    taken,
)
from certification.items.exchange.places import parted
from lms.reasons import Reason

BLANK = "\\_\\_\\_\\_\\_"
_ESCAPED = re.compile(r"\\([~=#{}:\\n])")
_PRIVATE = {sign: chr(0xE000 + place) for place, sign in enumerate("~=#{}:\\n")}
_PLAIN = {private: "\n" if sign == "n" else sign for sign, private in _PRIVATE.items()}
_NAME = re.compile(r"\s*::(.*?)::(.*)", re.DOTALL)
_FORMAT = re.compile(r"\s*\[(html|moodle|plain|markdown)\](.*)", re.DOTALL)
_WEIGHT = re.compile(r"\s*%(-?[0-9]+(?:\.[0-9]+)?)%(.*)", re.DOTALL)
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>|@@PLUGINFILE@@")
_NUMBER = r"-?[0-9]+(?:\.[0-9]+)?"
_TRUTH = {"T": True, "TRUE": True, "F": False, "FALSE": False}


@dataclass(frozen=True, slots=True)
class Line:
    """An answer: `=` or `~`, its weight in per cent, text, feedback."""

    sign: str
    weight: Decimal | None
    text: str
    feedback: str

    @property
    def share(self) -> Decimal:
        """What it earns of 1."""
        if self.weight is not None:
            return self.weight / 100
        return Decimal(1 if self.sign == "=" else 0)


def read(text: str, language: str = "en") -> list[Found]:
    """Every question of the text, in order; categories are a note of what follows them."""
    found: list[Found] = []
    category = ""
    for block in _blocks(text):
        if block.startswith("$CATEGORY:"):
            category = block.removeprefix("$CATEGORY:").strip()
        else:
            found.append(_read(len(found) + 1, block, language, category))
    return found


def _blocks(text: str) -> Iterator[str]:
    """Questions are apart by empty lines outside of braces; comment lines are nobody's."""
    lines: list[str] = []
    for line in [*text.lstrip("\ufeff").splitlines(), ""]:
        if line.lstrip().startswith("//"):
            continue
        alone = line.startswith("$CATEGORY:")
        if (alone or not line.strip()) and lines and _is_closed("\n".join(lines)):
            yield "\n".join(lines)
            lines = []
        if alone:
            yield line
        elif line.strip() or lines:
            lines.append(line)
    if rest := "\n".join(lines).strip():
        yield rest


def _is_closed(text: str) -> bool:
    plain = _hidden(text)
    return plain.count("{") <= plain.count("}")


def _hidden(text: str) -> str:
    """Escaped signs as private ones, so that what is left means what it says."""
    return _ESCAPED.sub(lambda found: _PRIVATE[found[1]], text)


def _shown(text: str) -> str:
    return "".join(_PLAIN.get(sign, sign) for sign in text).strip()


def _read(number: int, block: str, language: str, category: str) -> Found:
    making = Making(block.strip()[:60])
    if category:
        making.notes.append(Reason("import_category", {"name": category[:120]}))
    try:
        if re.search("[\ue000-\ue007]", block):
            raise CannotTake("import_structure")
        _make(making, _hidden(block), language)
    except CannotTake as error:
        return refused(number, making, [error.reason])
    return taken(number, making)


def _make(making: Making, text: str, language: str) -> None:
    if named := _NAME.match(text):
        making.name, text = _shown(named[1])[:60], named[2]
    if formed := _FORMAT.match(text):
        text = formed[2]
    if text.count("{") != 1 or text.count("}") != 1 or text.index("{") > text.index("}"):
        raise CannotTake("import_structure" if "{" in text else "import_no_question")
    before, inner = text.split("{")
    inner, after = inner.split("}")
    inner, _, general = inner.partition("####")
    body = f"{_shown(before)} {BLANK} {_shown(after)}" if after.strip() else _shown(before)
    if _MARKUP.search(text):
        making.notes.append(Reason("import_markup_as_text"))
    feedback = {"general": _shown(general)} if general.strip() else {}
    making.data = _answers(making, inner.strip(), feedback)
    words = making.data.pop("words_of", {})
    body = parted(body, making)
    making.data["texts"] = {language: {"body": body, **words, "feedback": feedback}}


def _answers(making: Making, inner: str, feedback: dict[str, str]) -> dict[str, Any]:
    if not inner:
        return _essay(making)
    if inner.startswith("#"):
        return _numbers(making, inner[1:].strip())
    first, *notes = inner.split("#")
    if (truth := _TRUTH.get(first.strip().upper())) is not None:
        return _truth(truth, notes, feedback)
    lines = _lines(inner)
    pairs = ["->" in line.text for line in lines]
    if all(pairs):
        return _pairs(making, lines)
    if any(pairs):
        raise CannotTake("import_structure")
    if all(line.sign == "=" for line in lines):
        return _texts(making, lines)
    return _choices(lines, feedback)


def _essay(making: Making) -> dict[str, Any]:
    making.notes.append(Reason("import_rubric_assumed"))
    return {
        "kind": "essay",
        "criteria": [{"id": "whole", "points": 1}],
        "words_of": {"criteria": {"whole": "The whole answer"}},
    }


def _truth(truth: bool, notes: list[str], feedback: dict[str, str]) -> dict[str, Any]:
    """Its feedback stands in the order wrong, right."""
    for name, note in zip(("wrong", "right"), notes, strict=False):
        if note.strip():
            feedback[name] = _shown(note)
    return {
        "kind": "choice",
        "options": [{"id": "a"}, {"id": "b"}],
        "key": ["a" if truth else "b"],
        "shuffle": False,
        "words_of": {"options": {"a": "True", "b": "False"}},
    }


def _lines(inner: str) -> list[Line]:
    parts = re.split("([=~])", re.sub("->", "\ue008", inner))
    if parts[0].strip() or len(parts) < 3:
        raise CannotTake("import_structure")
    signs, texts = parts[1::2], parts[2::2]
    return [
        _line(sign, text.replace("\ue008", "->")) for sign, text in zip(signs, texts, strict=True)
    ]


def _line(sign: str, text: str) -> Line:
    weight = None
    if found := _WEIGHT.match(text):
        weight, text = Decimal(found[1]), found[2]
    if weight is not None and not -100 <= weight <= 100:
        raise CannotTake("import_weight")
    text, _, feedback = text.partition("#")
    return Line(sign, weight, text.strip(), _shown(feedback))


def _pairs(making: Making, lines: list[Line]) -> dict[str, Any]:
    pairs = [tuple(_shown(part) for part in line.text.split("->", 1)) for line in lines]
    options = {text: f"o{n}" for n, text in enumerate(dict.fromkeys(p[1] for p in pairs), 1)}
    asked = [(left, options[right]) for left, right in pairs if left]
    ids = identifiers(len(asked), "p")
    if any(line.feedback for line in lines):
        making.notes.append(Reason("import_feedback_dropped"))
    return {
        "kind": "match",
        "options": [{"id": one} for one in options.values()],
        "places": [{"id": one} for one in ids],
        "key": {one: right for one, (_left, right) in zip(ids, asked, strict=True)},
        "scoring": {"rule": "share"},
        "words_of": {
            "options": {one: text for text, one in options.items()},
            "places": {one: left for one, (left, _right) in zip(ids, asked, strict=True)},
        },
    }


def _texts(making: Making, lines: list[Line]) -> dict[str, Any]:
    if any(line.feedback for line in lines):
        making.notes.append(Reason("import_feedback_dropped"))
    if any("*" in line.text for line in lines):
        making.notes.append(Reason("import_wildcard"))
    answers = [{"text": _shown(line.text), "credit": _digits(line.share)} for line in lines]
    return {"kind": "text", "answers": answers}


def _choices(lines: list[Line], feedback: dict[str, str]) -> dict[str, Any]:
    ids = identifiers(len(lines))
    shares = dict(zip(ids, (line.share for line in lines), strict=True))
    feedback |= {one: line.feedback for one, line in zip(ids, lines, strict=True) if line.feedback}
    single = any(share == 1 for share in shares.values())
    weighed = any(share not in (0, 1) for share in shares.values())
    scoring: dict[str, Any] = {}
    if weighed:
        lowest = min(*shares.values(), Decimal(0)) if single else Decimal(0)
        weights = {one: _digits(share) for one, share in shares.items() if share}
        scoring = {"rule": "weights", "weights": weights, "penalty": _digits(-lowest)}
    return {
        "kind": "choice",
        "options": [{"id": one} for one in ids],
        "key": [one for one in ids if (shares[one] == 1 if single else shares[one] > 0)],
        "most": 1 if single else 0,
        "scoring": scoring,
        "words_of": {
            "options": {one: _shown(line.text) for one, line in zip(ids, lines, strict=True)}
        },
    }


def _numbers(making: Making, inner: str) -> dict[str, Any]:
    lines = _lines(inner) if inner.startswith(("=", "~")) else [_line("=", inner)]
    if any(line.feedback for line in lines):
        making.notes.append(Reason("import_feedback_dropped"))
    right = [line for line in lines if line.sign == "="]
    return {"kind": "number", "answers": [_number(line) for line in right]}


def _number(line: Line) -> dict[str, str]:
    """`value`, `value:tolerance` or `from..to`."""
    if span := re.fullmatch(rf"({_NUMBER})\s*\.\.\s*({_NUMBER})", line.text):
        low, high = Decimal(span[1]), Decimal(span[2])
        value, tolerance = (low + high) / 2, (high - low) / 2
    elif one := re.fullmatch(rf"({_NUMBER})(?:\s*:\s*({_NUMBER}))?", line.text):
        value, tolerance = Decimal(one[1]), Decimal(one[2] or 0)
    else:
        raise CannotTake("import_number")
    return {
        "value": _digits(value),
        "tolerance": _digits(tolerance),
        "credit": _digits(line.share),
    }


def _digits(value: Decimal) -> str:
    return format(value.normalize() + 0, "f")
