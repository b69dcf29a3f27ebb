"""What stands between the braces of a GIFT question, as an item's content. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from certification.items.exchange import weighing
from certification.items.exchange.found import CannotTake, Making, identifiers
from certification.items.exchange.gift_signs import formed, shown
from certification.items.exchange.marking import shielded
from certification.items.exchange.moodle_text import in_markdown, in_words

FORMS = {"moodle": "moodle_auto_format", "plain": "plain_text"}
MOST_LINES = 200
LONGEST_NUMBER = 100
_ARROW = "\ue008"
_WEIGHT = re.compile(r"\s*%(-?[0-9]+(?:\.[0-9]+)?)%(.*)", re.DOTALL)
_ODD_WEIGHT = re.compile(r"\s*%-?[0-9][0-9.,]{0,12}%")
_NUMBER = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?"
_TRUTH = {"T": True, "TRUE": True, "F": False, "FALSE": False}


@dataclass(frozen=True, slots=True)
class Asked:
    """The item that is made, and the format of its texts that name none."""

    making: Making
    form: str

    def rich(self, text: str) -> str:
        """A text as Markdown."""
        form, rest = formed(text, self.form)
        said = shown(rest) if "\ue0fe" in rest else shielded(shown(rest))
        return in_markdown(said, FORMS.get(form, form), self.making, self._none)

    def words(self, text: str) -> str:
        """A text for a list of choices, which shows words only."""
        return in_words(shielded(shown(formed(text, self.form)[1])), self.making)

    def _none(self, address: str, words: str) -> None:
        """No picture comes along with a text."""
        del words
        self.making.note("import_picture_elsewhere", address=address[:120])


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


def answers_of(asked: Asked, inner: str, feedback: dict[str, str]) -> dict[str, Any]:
    """Kind, parts, key and scoring; what is said afterwards is added to `feedback`."""
    if not inner:
        return _essay(asked)
    if inner.startswith("#"):
        return _numbers(asked, inner[1:].strip(), feedback)
    first, *notes = inner.split("#", 2)
    if (truth := _TRUTH.get(first.strip().upper())) is not None:
        return _truth(truth, [asked.rich(note) for note in notes], feedback)
    lines = _lines(f"={inner}" if re.fullmatch(r"[^=~\n]+", inner) else inner)
    if any(line.sign == "~" for line in lines):
        return _choices(asked, lines, feedback)
    pairs = ["->" in line.text for line in lines]
    if all(pairs):
        return _pairs(asked, lines)
    if any(pairs):
        raise CannotTake("import_structure")
    return _texts(asked, lines)


def _essay(asked: Asked) -> dict[str, Any]:
    asked.making.note("import_rubric_assumed")
    return {
        "kind": "essay",
        "criteria": [{"id": "whole", "points": 1}],
        "words_of": {"criteria": {"whole": "The whole answer"}},
    }


def _truth(truth: bool, notes: Sequence[str], feedback: dict[str, str]) -> dict[str, Any]:
    """Its feedback stands in the order wrong, right."""
    feedback |= {
        name: note for name, note in zip(("wrong", "right"), notes, strict=False) if note.strip()
    }
    return {
        "kind": "choice",
        "options": [{"id": "a"}, {"id": "b"}],
        "key": ["a" if truth else "b"],
        "shuffle": False,
        "words_of": {"options": {"a": "True", "b": "False"}},
    }


def _lines(inner: str) -> list[Line]:
    parts = re.split("([=~])", inner.replace("->", _ARROW))
    if parts[0].strip() or len(parts) < 3:
        raise CannotTake("import_structure")
    signs, texts = parts[1::2], parts[2::2]
    if len(signs) > MOST_LINES:
        raise CannotTake("import_too_large")
    return [_line(one, text.replace(_ARROW, "->")) for one, text in zip(signs, texts, strict=True)]


def _line(sign: str, text: str) -> Line:
    weight = None
    if found := _WEIGHT.match(text):
        weight, text = Decimal(found[1]), found[2]
    elif _ODD_WEIGHT.match(text):
        raise CannotTake("import_weight")
    if weight is not None and not -100 <= weight <= 100:
        raise CannotTake("import_weight")
    text, _, feedback = text.partition("#")
    return Line(sign, weight, text.strip(), feedback)


def _note_feedback(asked: Asked, lines: Sequence[Line]) -> None:
    if any(shown(line.feedback) for line in lines):
        asked.making.note("import_feedback_dropped")


def _pairs(asked: Asked, lines: Sequence[Line]) -> dict[str, Any]:
    pairs = [line.text.split("->", 1) for line in lines]
    rights = [asked.words(right) for _left, right in pairs]
    lefts = [asked.rich(left) for left, _right in pairs]
    options = {text: f"o{n}" for n, text in enumerate(dict.fromkeys(rights), 1)}
    given = [(left, options[right]) for left, right in zip(lefts, rights, strict=True) if left]
    ids = identifiers(len(given), "p")
    _note_feedback(asked, lines)
    return {
        "kind": "match",
        "options": [{"id": one} for one in options.values()],
        "places": [{"id": one} for one in ids],
        "key": {one: right for one, (_left, right) in zip(ids, given, strict=True)},
        "scoring": {"rule": "share"},
        "words_of": {
            "options": {one: text for text, one in options.items()},
            "places": {one: left for one, (left, _right) in zip(ids, given, strict=True)},
        },
    }


def _texts(asked: Asked, lines: Sequence[Line]) -> dict[str, Any]:
    _note_feedback(asked, lines)
    answers = []
    typed = [shown(formed(line.text, "")[1]) for line in lines]
    weighing.first_counts(zip(typed, (line.share for line in lines), strict=True))
    for line, said in zip(lines, typed, strict=True):
        if line.share > 0:
            if "*" in said.replace("\\*", ""):
                raise CannotTake("import_wildcard")
            credit = weighing.digits(line.share)
            answers.append({"text": said.replace("\\*", "*"), "credit": credit})
        elif said != "*":
            asked.making.note("import_wrong_answer", answer=said[:60])
    return {"kind": "text", "answers": answers}


def _choices(asked: Asked, lines: Sequence[Line], feedback: dict[str, str]) -> dict[str, Any]:
    """One may be chosen where `=` says that one is wholly right, else several."""
    ids = identifiers(len(lines))
    shares = dict(zip(ids, (line.share for line in lines), strict=True))
    notes = {one: asked.rich(line.feedback) for one, line in zip(ids, lines, strict=True)}
    feedback |= {one: note for one, note in notes.items() if note}
    single = any(line.sign == "=" and line.share == 1 for line in lines)
    made = weighing.single(shares) if single else weighing.several(shares)
    words = {one: asked.rich(line.text) for one, line in zip(ids, lines, strict=True)}
    return {
        "kind": "choice",
        "options": [{"id": one} for one in ids],
        **made,
        "words_of": {"options": words},
    }


def _numbers(asked: Asked, inner: str, feedback: dict[str, str]) -> dict[str, Any]:
    """`~#…` at the end is said of any other number."""
    inner, _, rest = inner.partition("~")
    lines = _lines(inner) if inner.startswith("=") else [_line("=", inner)]
    wrong, _, said = rest.partition("#")
    if shown(wrong):
        asked.making.note("import_wrong_answer", answer=shown(wrong)[:60])
    if note := asked.rich(said):
        feedback["wrong"] = note
    _note_feedback(asked, lines)
    return {"kind": "number", "answers": _values(asked, lines)}


def _values(asked: Asked, lines: Sequence[Line]) -> list[dict[str, str]]:
    """The right numbers; a wrong one is named."""
    numbers = []
    for line in lines:
        if line.text == "*":
            weighing.only_nothing(line.share)
            continue
        numbers.append(_number(line))
        if line.share <= 0:
            asked.making.note("import_wrong_answer", answer=line.text[:60])
    return weighing.in_order(numbers)


def _number(line: Line) -> dict[str, str]:
    """`value`, `value:tolerance` or `from..to`."""
    if len(line.text) > LONGEST_NUMBER:
        raise CannotTake("import_number")
    if span := re.fullmatch(rf"({_NUMBER}?)\s*\.\.\s*({_NUMBER})", line.text):
        # Both are short enough for their middle to be calculated without rounding.
        low, high = (Decimal(weighing.exactly(Decimal(end))) for end in span.groups())
        value, tolerance = (low + high) / 2, (high - low) / 2
    elif one := re.fullmatch(rf"({_NUMBER})(?:\s*:\s*({_NUMBER}))?", line.text):
        value, tolerance = Decimal(one[1]), Decimal(one[2] or 0)
    else:
        raise CannotTake("import_number")
    if tolerance < 0:
        raise CannotTake("import_number")
    return {
        **weighing.looked_for(value, tolerance),
        "credit": weighing.digits(line.share),
    }
