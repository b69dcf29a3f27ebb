"""Moodle's "embedded answers": `{1:MULTICHOICE:=right#yes~wrong~%50%half}` within a text. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import unescape
from typing import Any

from certification.items.exchange import weighing
from certification.items.exchange.found import CannotTake
from certification.items.exchange.gift import BLANK
from certification.items.exchange.moodle_question import Question, number_of
from certification.items.exchange.places import Places, blanked

LONGEST = 20_000
_OPEN = re.compile(r"\{([0-9]{0,4}):\s*([A-Z_]{2,20})\s*:")
_SHARE = re.compile(r"\s*(?:(=)|%(-?[0-9]{1,3}(?:[.,][0-9]{1,9})?)%)?(.*)", re.DOTALL)
_PARTS = re.compile(r"(?<!\\)~")
_NOTE = re.compile(r"(?<!\\)#")
_ESCAPED = re.compile(r"\\([}#~/\"\\])")
CHOICES = ("MULTICHOICE", "MC")
TEXTS = {
    "SHORTANSWER": True,
    "SA": True,
    "MW": True,
    "SHORTANSWER_C": False,
    "SAC": False,
    "MWC": False,
}
NUMBERS = ("NUMERICAL", "NM")


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer of a blank: its words and what it earns of 1."""

    text: str
    share: Decimal
    has_feedback: bool
    said: str
    """Its words with their formatting."""


@dataclass(frozen=True, slots=True)
class Blank:
    """What is asked at one place."""

    kind: str
    points: int
    choices: tuple[Choice, ...]
    ignore_case: bool = True
    shuffled: bool = False


def cut(text: str, places: Places) -> tuple[str, list[Blank]]:
    """The text with signs where its blanks were."""
    blanks: list[Blank] = []
    kept, at = "", 0
    while found := _OPEN.search(text, at):
        end = _end(text, found.end())
        kept += text[at : found.start()] + places.slot()
        blanks.append(_blank(found[1], found[2], text[found.end() : end]))
        at = end + 1
    return kept + text[at:], blanks


def _end(text: str, start: int) -> int:
    for found in re.finditer(r"\\.|\}", text[start : start + LONGEST], re.DOTALL):
        if found[0] == "}":
            return start + found.start()
    raise CannotTake("import_structure")


def _blank(points: str, name: str, inner: str) -> Blank:
    kind = re.sub("^(MULTICHOICE|MC)(_?[VHS]{1,2})?$", "MC", name)
    choices = tuple(_choices(inner))
    worth = int(points or 1) or 1
    if kind in CHOICES:
        return Blank("choice", worth, choices, shuffled=name.endswith("S"))
    if name in TEXTS:
        return Blank("text", worth, choices, TEXTS[name])
    if name in NUMBERS:
        return Blank("number", worth, choices)
    raise CannotTake("import_type_unknown", name=f"cloze {name}"[:40])


def _choices(inner: str) -> Iterator[Choice]:
    for part in _PARTS.split(inner.removeprefix("~")):
        found = _SHARE.fullmatch(part)
        if found is None:
            raise CannotTake("import_structure")
        share = Decimal(1) if found[1] else number_of(found[2] or "0") / 100
        text, *notes = _NOTE.split(found[3], maxsplit=1)
        said = _ESCAPED.sub(r"\1", text)
        words = unescape(re.sub("<[^<>]*>", "", said)).strip()
        yield Choice(words, share, bool(notes and notes[0].strip()), said)


def _note_feedback(blanks: Sequence[Blank], question: Question) -> None:
    if any(choice.has_feedback for blank in blanks for choice in blank.choices):
        question.making.note("import_feedback_dropped")


def inline(
    blanks: Sequence[Blank], places: Places, body: str, question: Question
) -> dict[str, Any]:
    """A list of words at each place, one of them right."""
    words: dict[str, str] = {}
    key: dict[str, str] = {}
    own: dict[str, list[str]] = {}
    for name, blank in zip(places.names, blanks, strict=True):
        ids = [f"{name}o{n}" for n in range(1, len(blank.choices) + 1)]
        right = [one for one, choice in zip(ids, blank.choices, strict=True) if choice.share == 1]
        if len(right) != 1 or any(choice.share not in (0, 1) for choice in blank.choices):
            raise CannotTake("import_part_credit")
        own[name], key[name] = ids, right[0]
        words |= {
            one: question.listed(choice.said)
            for one, choice in zip(ids, blank.choices, strict=True)
        }
    _note_feedback(blanks, question)
    return {
        "kind": "inline",
        "options": [{"id": one} for one in words],
        "places": [{"id": name, "options": ids} for name, ids in own.items()],
        "key": key,
        # An item shuffles all its lists or none; unshuffled, "none of these" keeps its place.
        "shuffle": all(blank.shuffled for blank in blanks),
        "scoring": {"rule": "share"},
        "words_of": {"body": body, "options": words},
    }


def entry(blank: Blank, places: Places, body: str, question: Question) -> dict[str, Any]:
    """One text or number; its place in the text is a line."""
    _note_feedback([blank], question)
    right = [choice for choice in blank.choices if choice.share > 0]
    if len(right) < len(blank.choices):
        wrong = next(choice for choice in blank.choices if choice.share <= 0)
        question.making.note("import_wrong_answer", answer=wrong.text[:60])
    mark = "{{" + places.names[0] + "}}"
    words = {"body": blanked(body, mark, BLANK)}
    if blank.kind == "number":
        return {"kind": "number", "answers": _numbers(blank), "words_of": words}
    if any("*" in one.text for one in right):
        raise CannotTake("import_wildcard")
    said = [(one.text, one.share) for one in blank.choices]
    weighing.first_counts(said, ignore_case=blank.ignore_case)
    answers = [{"text": one.text, "credit": weighing.digits(one.share)} for one in right]
    return {"kind": "text", "answers": answers, "ignore_case": blank.ignore_case, "words_of": words}


def _numbers(blank: Blank) -> list[dict[str, str]]:
    for choice in blank.choices:
        if choice.text == "*":
            weighing.only_nothing(choice.share)
    return weighing.in_order(_number(one) for one in blank.choices if one.text != "*")


def _number(choice: Choice) -> dict[str, str]:
    value, _, tolerance = choice.text.partition(":")
    return {
        **weighing.looked_for(number_of(value), number_of(tolerance or "0")),
        "credit": weighing.digits(choice.share),
    }
