"""Moodle's questions whose answers stand within a text or on a picture. Pure."""

import re
from collections.abc import Sequence
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from certification.items.exchange import cloze as clozes
from certification.items.exchange.cloze import Blank
from certification.items.exchange.found import CannotTake, Image
from certification.items.exchange.moodle_question import Question, number_of
from certification.items.exchange.multilang import one_of
from certification.items.exchange.places import Places
from certification.items.exchange.xmltree import text_of

MOST = 60
_GAP = re.compile(r"\[\[([0-9]{1,3})\]\]")
SHAPES = {"circle": "circle", "rectangle": "rect", "polygon": "poly"}


def gaps(question: Question) -> dict[str, Any]:
    """Words that are dragged into a text."""
    boxes = question.element.findall("dragbox")
    places, made = _within(question, boxes, "gaps")
    key = list(made["key"].values())
    infinite = [box.find("infinite") is not None for box in boxes]
    made["once"] = not any(infinite) and len(set(key)) == len(key)
    if any(infinite) and not all(infinite):
        question.making.note("import_reuse")
    return made | {"words_of": {"body": places, "options": made.pop("words")}}


def inline(question: Question) -> dict[str, Any]:
    """Words that are chosen from lists in a text."""
    body, made = _within(question, question.element.findall("selectoption"), "inline")
    made["shuffle"] = question.is_shuffled(unsaid=True)
    return made | {"words_of": {"body": body, "options": made.pop("words")}}


def _within(question: Question, boxes: Sequence[Element], kind: str) -> tuple[str, dict[str, Any]]:
    """`[[3]]` is a place whose right word is the third box; boxes of its group may stand there."""
    if not 0 < len(boxes) <= MOST:
        raise CannotTake("import_structure")
    groups = [text_of(box, "group") or "1" for box in boxes]
    places, wanted = Places(), list[int]()

    def place(found: re.Match[str]) -> str:
        number = int(found[1])
        if not 0 < number <= len(boxes):
            raise CannotTake("import_no_key")
        wanted.append(number)
        return places.slot()

    body = _body(question, lambda said: _GAP.sub(place, said), places)
    own = [[f"o{n}" for n, g in enumerate(groups, 1) if g == groups[one - 1]] for one in wanted]
    every = len(set(groups)) == 1 and kind == "gaps"
    return body, {
        "kind": kind,
        "options": [{"id": f"o{n}"} for n in range(1, len(boxes) + 1)],
        "places": [
            {"id": name, "options": [] if every else ids}
            for name, ids in zip(places.names, own, strict=True)
        ],
        "key": {name: f"o{n}" for name, n in zip(places.names, wanted, strict=True)},
        "scoring": {"rule": "share"},
        "words": {f"o{n}": question.listed(text_of(box, "text")) for n, box in enumerate(boxes, 1)},
    }


def _body(question: Question, put: Any, places: Places) -> str:
    holder = question.element.find("questiontext")
    if holder is None:
        raise CannotTake("import_structure")
    said = one_of(text_of(holder, "text").translate(places.shield), question.making)
    said = put(said)
    text = question.markdown(said, holder.get("format", "html"), holder)
    return places.filled(text, question.making)


def cloze(question: Question) -> dict[str, Any]:
    """Choices within a text; a single text or number at its end or in it."""
    places, blanks = Places(), list[Blank]()

    def put(said: str) -> str:
        text, found = clozes.cut(said, places)
        blanks.extend(found)
        return text

    body = _body(question, put, places)
    if question.element.find("defaultgrade") is None:
        made = str(sum(blank.points for blank in blanks))
        SubElement(question.element, "defaultgrade").text = made
    if not blanks:
        raise CannotTake("import_no_question")
    if len({blank.points for blank in blanks}) > 1:
        question.making.note("import_weights_equal")
    if all(blank.kind == "choice" for blank in blanks):
        return clozes.inline(blanks, places, body, question)
    if len(blanks) == 1 and blanks[0].kind in ("text", "number"):
        return clozes.entry(blanks[0], places, body, question)
    raise CannotTake("import_entries")


def markers(question: Question) -> dict[str, Any]:
    """One marker that is put on a picture is a hotspot; several are more than we have."""
    drops = question.element.findall("drop")
    wanted = {text_of(drop, "choice") for drop in drops}
    if len(wanted) != 1 or not drops:
        raise CannotTake("import_on_picture")
    image = _background(question)
    marker = next(
        (
            text_of(one, "text")
            for one in question.element.findall("drag")
            if text_of(one, "no") in wanted
        ),
        "",
    )
    ids = [f"a{n}" for n in range(1, len(drops) + 1)]
    question.making.note("import_all_areas_right")
    return {
        "kind": "hotspot",
        "picture": {"sha256": image.sha256, "width": image.width, "height": image.height},
        "options": [{"id": one, "area": _area(drop)} for one, drop in zip(ids, drops, strict=True)],
        "key": ids,
        "most": len(ids),
        "scoring": {"rule": "share"},
        "words_of": {
            "options": {
                one: f"{question.listed(marker)} {n}".strip() for n, one in enumerate(ids, 1)
            }
        },
    }


def _background(question: Question) -> Image:
    file = question.element.find("file")
    name = file.get("name", "") if file is not None else ""
    image = question.image(f"@@PLUGINFILE@@/{name}", question.element)
    if image is None:
        raise CannotTake("import_picture_missing")
    return image


def _area(drop: Element) -> dict[str, Any]:
    """Moodle writes `x,y;radius`, `left,top;width,height`, `x,y;x,y;…`."""
    shape = SHAPES.get(text_of(drop, "shape").lower())
    at = [round(number_of(one)) for one in re.split("[,;]", text_of(drop, "coords")) if one.strip()]
    if shape is None:
        raise CannotTake("import_area")
    if shape == "rect" and len(at) == 4:
        at = [at[0], at[1], at[0] + at[2], at[1] + at[3]]
    return {"shape": shape, "at": [max(0, one) for one in at]}


def on_picture(question: Question) -> dict[str, Any]:
    """Words or pictures that are dragged onto a picture."""
    del question
    raise CannotTake("import_on_picture")
