"""Moodle's grids of statements: each row is judged by one of a few words. Pure."""

from decimal import Decimal
from typing import Any

from certification.items.exchange.found import CannotTake
from certification.items.exchange.moodle_question import Question, number_of
from certification.items.exchange.xmltree import text_of

RULES = {"subpoints": "share", "mtfonezero": "all", "kprimeonezero": "all"}


def grid(question: Question) -> dict[str, Any]:
    """A match whose options may stand beside any row."""
    method = text_of(question.element, "scoringmethod").lower()
    if method not in RULES:
        raise CannotTake("import_processing", name=method[:60])
    rows = {one.get("number", ""): one for one in question.element.findall("row")}
    columns = {one.get("number", ""): one for one in question.element.findall("column")}
    right = _right(question)
    if set(right) != set(rows) or not set(right.values()) <= set(columns):
        raise CannotTake("import_no_key")
    if any(question.text(one.find("feedbacktext")) for one in rows.values()):
        question.making.note("import_feedback_dropped")
    places = {number: f"p{place}" for place, number in enumerate(rows, 1)}
    options = {number: f"o{place}" for place, number in enumerate(columns, 1)}
    words = {one: text_of(column, "responsetext/text") for one, column in columns.items()}
    return {
        "kind": "match",
        "options": [{"id": one} for one in options.values()],
        "places": [{"id": one} for one in places.values()],
        "key": {places[row]: options[column] for row, column in right.items()},
        "scoring": {"rule": RULES[method]},
        "words_of": {
            "options": {options[one]: question.listed(said) for one, said in words.items()},
            "places": {
                places[one]: question.text(row.find("optiontext")) for one, row in rows.items()
            },
        },
    }


def _right(question: Question) -> dict[str, str]:
    """By row the one column that earns something."""
    found: dict[str, str] = {}
    for weight in question.element.findall("weight"):
        if number_of(text_of(weight, "value") or "0") <= Decimal(0):
            continue
        row = weight.get("rownumber", "")
        if row in found:
            raise CannotTake("import_part_credit")
        found[row] = weight.get("columnnumber", "")
    return found
