"""Each interaction of QTI that we can hold, as an item's content. Pure."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element

from certification.items.exchange import weighing
from certification.items.exchange.found import CannotTake, identifiers
from certification.items.exchange.gift import BLANK
from certification.items.exchange.moodle_question import number_of
from certification.items.exchange.qti_item import QtiItem, Response
from certification.items.exchange.qti_scoring import Rule
from certification.items.exchange.xmltree import descendants

Made = dict[str, Any]


def names_of(elements: Sequence[Element]) -> dict[str, str]:
    """Our id for each identifier: its own where it is one, else a letter or number."""
    said = [one.get("identifier", "") for one in elements]
    if len(set(said)) < len(said):
        raise CannotTake("import_twice_same")
    fit = all(
        one and one[0].isascii() and one[0].isalpha() and len(one) <= 40 and _plain(one)
        for one in said
    )
    return dict(zip(said, said if fit else identifiers(len(said)), strict=True))


def _plain(name: str) -> bool:
    return name.isascii() and all(one.isalnum() or one in "_.-" for one in name)


def _flag(element: Element, name: str) -> bool:
    return element.get(name, "false") in ("true", "1")


def _whole(element: Element, name: str, default: int) -> int:
    said = element.get(name, "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 5 else default


def match_points(rule: Rule) -> Made:
    points = rule.points if rule.points > 0 else Decimal(1)
    penalty = min(Decimal(1), rule.penalty / points)
    return {"points": weighing.digits(points), "penalty": weighing.digits(penalty)}


def choice(item: QtiItem, interaction: Element, rule: Rule) -> Made:
    """One or several of a list."""
    choices = list(descendants(interaction, "simpleChoice"))
    ids = names_of(choices)
    texts, feedback = {}, {}
    for one in choices:
        name = ids[one.get("identifier", "")]
        texts[name], feedback[name] = item.markdown(one), _own_feedback(item, one)
    return {
        "kind": "choice",
        "options": [
            {"id": ids[one.get("identifier", "")], "fixed": _flag(one, "fixed")} for one in choices
        ],
        "shuffle": _flag(interaction, "shuffle"),
        **chosen(item, interaction, rule, ids),
        "words_of": {
            "body": item.block_text(interaction),
            "options": texts,
            "feedback": {name: text for name, text in feedback.items() if text},
        },
    }


def _own_feedback(item: QtiItem, choice_: Element) -> str:
    """What is said to whoever takes this option."""
    found = [one for one in choice_ if one.tag in ("feedbackInline", "feedbackBlock")]
    own = [one for one in found if one.get("identifier") == choice_.get("identifier")]
    return " ".join(item.markdown(one) for one in own)


def chosen(item: QtiItem, interaction: Element, rule: Rule, ids: Mapping[str, str]) -> Made:
    """Key, limit and scoring of choices and hotspots."""
    response = item.response(interaction)
    several = response.cardinality != "single"
    most = _whole(interaction, "maxChoices", 1) if several else 1
    if _whole(interaction, "minChoices", 0) > 1:
        item.making.note("import_least_choices")
    if response.cardinality == "ordered":
        raise CannotTake("import_ordered")
    if rule.kind == "map":
        return _weighed(response, ids, most, several=several)
    key = [ids[one] for one in response.correct if one in ids]
    if not key or len(key) < len(response.correct):
        raise CannotTake("import_no_key")
    return {"key": key, "most": most, "scoring": match_points(rule)}


def _weighed(response: Response, ids: Mapping[str, str], most: int, *, several: bool) -> Made:
    said = {one.key: one.value for one in response.mapping}
    values = {name: said.get(one, response.default) for one, name in ids.items()}
    gains = [value for value in values.values() if value > 0]
    if not gains:
        raise CannotTake("import_no_key")
    sums = sum(gains, Decimal(0)) if several and most != 1 else max(gains)
    points = min(sums, response.upper) if response.upper else sums
    shares = {one: value / points for one, value in values.items()}
    losses = sum((-share for share in shares.values() if share < 0), Decimal(0))
    penalty = min(losses, Decimal(1))
    if response.lower is not None:
        penalty = min(penalty, max(Decimal(0), -response.lower / points))
    made = weighing.several(shares, most, penalty) if several else weighing.single(shares)
    made["scoring"] = {"points": weighing.digits(points)} | made.get("scoring", {})
    return made


def order(item: QtiItem, interaction: Element, rule: Rule) -> Made:
    """All of a list, brought into order."""
    choices = list(descendants(interaction, "simpleChoice"))
    ids = names_of(choices)
    key = [ids.get(one, "") for one in item.response(interaction).correct]
    if rule.kind == "map":
        raise CannotTake("import_processing", name="mapResponse")
    if sorted(key) != sorted(ids.values()):
        raise CannotTake("import_order_part")
    return {
        "kind": "order",
        "options": [{"id": one} for one in ids.values()],
        "key": key,
        "scoring": match_points(rule),
        "words_of": {
            "body": item.block_text(interaction),
            "options": {ids[one.get("identifier", "")]: item.listed(one) for one in choices},
        },
    }


def text(item: QtiItem, interaction: Element, rule: Rule) -> Made:
    """A text or number that is typed; its place in a line is shown as a line."""
    response = item.response(interaction)
    body = _with_blank(item)
    if response.base in ("integer", "float"):
        return {**_number(response, rule), "words_of": {"body": body}}
    if response.base != "string" or response.cardinality == "ordered":
        raise CannotTake("import_base_type", name=response.base[:40])
    return {**_strings(item, response, rule), "words_of": {"body": body}}


def _with_blank(item: QtiItem) -> str:
    """The body; a paragraph that is nothing but the field is left out."""
    mark = "\ue0fe"
    parts = [one for one in item.text(mark).split("\n\n") if one.strip() != mark]
    return "\n\n".join(parts).replace(mark, BLANK)


def _strings(item: QtiItem, response: Response, rule: Rule) -> Made:
    if rule.kind == "map":
        gains = [one for one in response.mapping if one.value > 0]
        if not gains or response.default > 0:
            raise CannotTake("import_no_key")
        points = max(one.value for one in gains)
        if len({one.is_cased for one in gains}) > 1:
            item.making.note("import_case")
        answers = [
            {"text": one.key, "credit": weighing.digits(one.value / points)} for one in gains
        ]
        scoring = {"points": weighing.digits(points)} | _loss(response, points)
        caseless = not all(one.is_cased for one in gains)
        return {"kind": "text", "answers": answers, "ignore_case": caseless, "scoring": scoring}
    said = [(one, Decimal(1)) for one in response.correct]
    if rule.kind == "near":
        points = max(one.points for one in rule.nears)
        said = [
            (one.value or " ".join(response.correct), one.points / points) for one in rule.nears
        ]
        rule.points = points
    answers = [{"text": one, "credit": weighing.digits(credit)} for one, credit in said]
    return {"kind": "text", "answers": answers, "ignore_case": False, "scoring": match_points(rule)}


def _loss(response: Response, points: Decimal) -> Made:
    """What a wrong answer costs, as a share."""
    if response.default >= 0:
        return {}
    loss = -response.default / points
    return {"penalty": weighing.digits(min(loss, Decimal(1)))}


def _number(response: Response, rule: Rule) -> Made:
    if rule.kind == "map":
        gains = [(one.key, Decimal(0), one.value) for one in response.mapping if one.value > 0]
    elif rule.kind == "near":
        right = response.correct[0] if response.correct else ""
        gains = [(one.value or right, one.tolerance, one.points) for one in rule.nears]
    else:
        gains = [(one, Decimal(0), rule.points) for one in response.correct]
    if not gains:
        raise CannotTake("import_no_key")
    points = max(gain for _value, _tolerance, gain in gains)
    if points <= 0:
        raise CannotTake("import_no_key")
    answers = [
        {
            "value": weighing.digits(number_of(value)),
            "tolerance": weighing.digits(tolerance),
            "credit": weighing.digits(gain / points),
        }
        for value, tolerance, gain in gains
    ]
    scoring = {
        "points": weighing.digits(points),
        "penalty": weighing.digits(min(Decimal(1), rule.penalty / points)),
    }
    return {"kind": "number", "answers": answers, "scoring": scoring}


def essay(item: QtiItem, interaction: Element, rule: Rule) -> Made:
    """A long answer for an assessor; what is said to scorers is the rubric."""
    del rule
    said = [
        item.markdown(one)
        for one in descendants(item.element, "rubricBlock")
        if "candidate" not in one.get("view", "candidate")
    ]
    if not any(said):
        item.making.note("import_rubric_assumed")
    if _whole(interaction, "maxStrings", 1) > 1:
        raise CannotTake("import_entries")
    return {
        "kind": "essay",
        "criteria": [{"id": "whole", "points": "1"}],
        "words_of": {
            "body": item.block_text(interaction),
            "criteria": {"whole": "\n\n".join(said).strip() or "The whole answer"},
        },
    }


def inline(item: QtiItem, rules: Callable[[Element], Rule]) -> Made:
    """Lists within a text, each with one right entry."""
    words: dict[str, str] = {}
    own: dict[str, list[str]] = {}
    key: dict[str, str] = {}
    body = item.text()
    earned = set()
    for place, one in zip(item.places.names, item.interactions, strict=True):
        choices = list(descendants(one, "inlineChoice"))
        ids = {said: f"{place}o{n}" for n, said in enumerate(names_of(choices), 1)}
        own[place] = list(ids.values())
        words |= {ids[two.get("identifier", "")]: item.listed(two) for two in choices}
        right, gain = _one_right(item.response(one), rules(one))
        key[place] = ids.get(right, "?")
        earned.add(gain)
    if "?" in key.values():
        raise CannotTake("import_no_key")
    if len(earned) > 1:
        raise CannotTake("import_unequal")
    return {
        "kind": "inline",
        "options": [{"id": one} for one in words],
        "places": [{"id": place, "options": ids} for place, ids in own.items()],
        "key": key,
        "shuffle": any(_flag(one, "shuffle") for one in item.interactions),
        "scoring": _of_places(rules(item.interactions[0]), earned.pop(), len(key)),
        "words_of": {"body": body, "options": words},
    }


def _of_places(rule: Rule, gain: Decimal, count: int) -> Made:
    if count > 1 and not rule.together:
        return {"points": weighing.digits(gain * count), "rule": "share"}
    return {"points": weighing.digits(gain), "rule": "all"}


def _one_right(response: Response, rule: Rule) -> tuple[str, Decimal]:
    if rule.kind == "map":
        gains = [one for one in response.mapping if one.value > 0]
        if len(gains) != 1:
            raise CannotTake("import_part_credit")
        return gains[0].key, gains[0].value
    if len(response.correct) != 1:
        raise CannotTake("import_no_key")
    return response.correct[0], rule.points
