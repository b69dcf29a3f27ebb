"""Moodle XML: the questions of a quiz bank with their pictures. Pure.

Each `<question>` becomes an item or is refused. Texts come in one of Moodle's formats and become
Markdown; pictures that lie in the file as base64 (`@@PLUGINFILE@@/name`) come along; nothing is
ever fetched. Dragging and gaps within a text are in `moodle_gaps`.
"""

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any
from xml.etree.ElementTree import Element

from certification.items.exchange import moodle_gaps, moodle_grid, weighing
from certification.items.exchange.attempts import attempted
from certification.items.exchange.found import (
    MOST_ITEMS,
    CannotTake,
    Found,
    Making,
    TooMany,
    identifiers,
    refused,
)
from certification.items.exchange.moodle_question import Question, number_of, unwrapped
from certification.items.exchange.moodle_rest import Categories, note_rest
from certification.items.exchange.multilang import one_of
from certification.items.exchange.pictures import Album
from certification.items.exchange.places import parted
from certification.items.exchange.xmltree import parse, text_of

Make = Callable[[Question], dict[str, Any]]
MOST_PARTS = 400
NOISE = ("p", "br", "div")
"""What converters leave between questions; without a word it is nothing."""


def read(content: bytes, language: str = "en") -> list[Found]:
    """Every question of the file, in order; categories are a note of what follows them."""
    try:
        root = parse(content)
        if root.tag not in ("quiz", "question"):
            raise CannotTake("import_not_moodle")
    except CannotTake as error:
        return [refused(1, Making(), [error.reason])]
    questions = list(root) if root.tag == "quiz" else [root]
    if len(questions) > 3 * MOST_ITEMS:
        raise TooMany
    album, found, categories = Album(), list[Found](), Categories()
    for element in questions:
        if element.tag == "question" and element.get("type") == "category":
            categories.enter(element)
        elif element.tag not in NOISE or text_of(element):
            question = Question(element, language, album)
            categories.note(question.making)
            found.append(attempted(len(found) + 1, question.making, partial(_made, question)))
    return found + categories.left(len(found) + 1)


def _made(question: Question) -> dict[str, Any]:
    element, making = question.element, question.making
    unwrapped(element)
    making.name = " ".join(one_of(text_of(element, "name/text"), making).split())[:60]
    kind = element.get("type", "")
    if len(element) > MOST_PARTS:
        raise CannotTake("import_too_large")
    if element.tag != "question" or kind not in MAKERS:
        said = str(kind if element.tag == "question" else element.tag)[:40]
        raise CannotTake("import_type_unknown", name=said)
    return _whole(question, MAKERS[kind](question))


def _whole(question: Question, data: dict[str, Any]) -> dict[str, Any]:
    """What all kinds have in common."""
    words = data.pop("words_of", {})
    feedback = words.pop("feedback", {})
    for name, path in (("right", "correctfeedback"), ("wrong", "incorrectfeedback")):
        if text := question.rich(path):
            feedback.setdefault(name, text)
    if text := question.rich("generalfeedback"):
        feedback["general"] = text
    body = words.pop("body", None) or parted(question.rich("questiontext"), question.making)
    body = "\n\n".join(part for part in (body, question.old_picture()) if part)
    data["texts"] = {question.language: {"body": body, **words, "feedback": feedback}}
    data["scoring"] = {"points": _points(question)} | data.get("scoring", {})
    note_rest(question)
    return data


def _points(question: Question) -> str:
    points = number_of(text_of(question.element, "defaultgrade") or "1")
    if points <= 0:
        question.making.note("import_points_assumed")
        points = Decimal(1)
    return weighing.digits(points)


def _choice(question: Question) -> dict[str, Any]:
    answers = question.element.findall("answer")
    ids = identifiers(len(answers))
    shares = {one: _fraction(answer) for one, answer in zip(ids, answers, strict=True)}
    one_only = text_of(question.element, "single") not in ("false", "0")
    made = weighing.single(shares) if one_only else weighing.several(shares)
    texts = {one: question.text(answer) for one, answer in zip(ids, answers, strict=True)}
    notes = {
        one: question.text(answer.find("feedback"))
        for one, answer in zip(ids, answers, strict=True)
    }
    return {
        "kind": "choice",
        "options": [{"id": one} for one in ids],
        "shuffle": question.is_shuffled(unsaid=False),
        **made,
        "words_of": {
            "options": texts,
            "feedback": {one: text for one, text in notes.items() if text},
        },
    }


def _fraction(answer: Element) -> Decimal:
    share = number_of(answer.get("fraction") or text_of(answer, "fraction") or "0") / 100
    if not -1 <= share <= 1:
        raise CannotTake("import_weight")
    return share


def _every_right_one(question: Question, rule: str) -> dict[str, Any]:
    """Of plug-ins: an answer is right or wrong, and all right ones are wanted."""
    made = _choice(question)
    answers = zip(made["options"], question.element.findall("answer"), strict=True)
    made["key"] = [one["id"] for one, answer in answers if _fraction(answer) > 0]
    return {
        **made,
        "most": 0,
        "shuffle": question.is_shuffled(unsaid=True),
        "scoring": {"rule": rule},
    }


def _truth(question: Question) -> dict[str, Any]:
    made = _choice(question)
    said = {one: text.lower() for one, text in made["words_of"]["options"].items()}
    if sorted(said.values()) == ["false", "true"]:
        words = {one: text.capitalize() for one, text in said.items()}
        made["words_of"]["options"] = words
    return {**made, "shuffle": False}


def _text(question: Question) -> dict[str, Any]:
    answers, all_said = [], []
    for answer in question.element.findall("answer"):
        share, said = _fraction(answer), question.typed(answer)
        all_said.append((said, share))
        if question.text(answer.find("feedback")):
            question.making.note("import_feedback_dropped")
        if share <= 0:
            if said != "*":
                question.making.note("import_wrong_answer", answer=said[:60])
            continue
        if "*" in said.replace("\\*", ""):
            raise CannotTake("import_wildcard")
        answers.append({"text": said.replace("\\*", "*"), "credit": weighing.digits(share)})
    caseless = text_of(question.element, "usecase") not in ("1", "true")
    weighing.first_counts(all_said, ignore_case=caseless)
    return {"kind": "text", "answers": answers, "ignore_case": caseless}


def _value(said: str, answer: Element, share: Decimal) -> dict[str, str]:
    tolerance = number_of(text_of(answer, "tolerance") or "0")
    return {
        **weighing.looked_for(number_of(said), tolerance),
        "credit": weighing.digits(share),
    }


def _number(question: Question) -> dict[str, Any]:
    numbers = []
    for answer in question.element.findall("answer"):
        share, said = _fraction(answer), text_of(answer, "text")
        if question.text(answer.find("feedback")):
            question.making.note("import_feedback_dropped")
        if said == "*":
            weighing.only_nothing(share)
            continue
        numbers.append(_value(said, answer, share))
        if share <= 0:
            question.making.note("import_wrong_answer", answer=said[:60])
    if question.element.find("units") is not None:
        question.making.note("import_units")
    return {"kind": "number", "answers": weighing.in_order(numbers)}


def _match(question: Question) -> dict[str, Any]:
    rows = question.element.findall("subquestion")
    pairs = [(question.text(row), text_of(row, "answer/text")) for row in rows]
    options = {
        said: f"o{n}" for n, said in enumerate(dict.fromkeys(p[1] for p in pairs if p[1]), 1)
    }
    asked = [(left, right) for left, right in pairs if left]
    if any(right not in options for _left, right in asked):
        raise CannotTake("import_no_key")
    ids = identifiers(len(asked), "p")
    return {
        "kind": "match",
        "options": [{"id": one} for one in options.values()],
        "places": [{"id": one} for one in ids],
        "key": {one: options[right] for one, (_left, right) in zip(ids, asked, strict=True)},
        "scoring": {"rule": "share"},
        "words_of": {
            "options": {one: question.listed(said) for said, one in options.items()},
            "places": {one: left for one, (left, _right) in zip(ids, asked, strict=True)},
        },
    }


def _order(question: Question) -> dict[str, Any]:
    """The answers stand in the right order."""
    answers = question.element.findall("answer")
    ids = identifiers(len(answers))
    words = [question.listed(text_of(answer, "text")) for answer in answers]
    kept = text_of(question.element, "gradingtype").upper()
    rule = "all" if kept in ("-1", "ALL_OR_NOTHING") else "share"
    # The plug-in grades what names no type by who follows whom.
    if kept not in ("-1", "0", "ALL_OR_NOTHING", "ABSOLUTE_POSITION"):
        question.making.note("import_order_graded")
    count = number_of(text_of(question.element, "selectcount") or "0", strict=False)
    kinds = ("0", "ALL", "")
    if 0 < count < len(ids) and text_of(question.element, "selecttype").upper() not in kinds:
        question.making.note("import_order_chosen", count=str(count)[:6])
    return {
        "kind": "order",
        "options": [{"id": one} for one in ids],
        "key": ids,
        "scoring": {"rule": rule},
        "words_of": {"options": dict(zip(ids, words, strict=True))},
    }


def _essay(question: Question) -> dict[str, Any]:
    rubric = question.rich("graderinfo")
    if not rubric:
        question.making.note("import_rubric_assumed")
    if (said := text_of(question.element, "attachments")) not in ("", "0"):
        question.making.note("import_attachments", count=said[:6])
    if question.rich("responsetemplate"):
        question.making.note("import_element", name="responsetemplate")
    if text_of(question.element, "minwordlimit") not in ("", "0"):
        question.making.note("import_element", name="minwordlimit")
    words = text_of(question.element, "maxwordlimit")
    return {
        "kind": "essay",
        "criteria": [{"id": "whole", "points": _points(question)}],
        "words": int(words) if words.isascii() and words.isdigit() and len(words) < 6 else 0,
        "words_of": {"criteria": {"whole": rubric or "The whole answer"}},
    }


def _nothing(question: Question) -> dict[str, Any]:
    del question
    raise CannotTake("import_no_question")


MAKERS: dict[str, Make] = {
    "multichoice": _choice,
    "multichoiceset": partial(_every_right_one, rule="all"),
    "oumultiresponse": partial(_every_right_one, rule="share"),
    "truefalse": _truth,
    "shortanswer": _text,
    "numerical": _number,
    "matching": _match,
    "ddmatch": _match,
    "ordering": _order,
    "mtf": moodle_grid.grid,
    "kprime": moodle_grid.grid,
    "essay": _essay,
    "description": _nothing,
    "ddwtos": moodle_gaps.gaps,
    "gapselect": moodle_gaps.inline,
    "cloze": moodle_gaps.cloze,
    "multianswer": moodle_gaps.cloze,
    "ddmarker": moodle_gaps.markers,
    "ddimageortext": moodle_gaps.on_picture,
}
