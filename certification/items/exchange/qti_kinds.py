"""Each interaction of QTI that we can hold, as an item's content. Pure."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element

from certification.items.exchange import qti_scoring, weighing
from certification.items.exchange.found import CannotTake, identifiers
from certification.items.exchange.marking import plain_markdown
from certification.items.exchange.moodle_question import number_of
from certification.items.exchange.qti_item import Back, QtiItem, Response
from certification.items.exchange.qti_scoring import Rule
from certification.items.exchange.xmltree import descendants, text_of

Made = dict[str, Any]
MOST_NAMES = 200


def names_of(elements: Sequence[Element]) -> dict[str, str]:
    """Our id for each identifier: its own where it is one, else a letter or number."""
    said = [one.get("identifier", "") for one in elements]
    if len(said) > MOST_NAMES:
        raise CannotTake("import_too_large")
    if len(set(said)) < len(said):
        raise CannotTake("import_twice_same")
    fit = all(
        one and one[0].isascii() and one[0].isalpha() and len(one) <= 40 and _plain(one)
        for one in said
    )
    return dict(zip(said, said if fit else identifiers(len(said)), strict=True))


def _plain(name: str) -> bool:
    return name.isascii() and all(one.isalnum() or one in "_.-" for one in name)


def flag(element: Element, name: str) -> bool:
    return element.get(name, "false") in ("true", "1")


def whole(element: Element, name: str, default: int) -> int:
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
        feedback[name], texts[name] = _own_feedback(item, one), item.markdown(one)
    return {
        "kind": "choice",
        "options": [
            {"id": ids[one.get("identifier", "")], "fixed": flag(one, "fixed")} for one in choices
        ],
        "shuffle": flag(interaction, "shuffle"),
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
    said = " ".join(item.markdown(one) for one in own)
    for one in own:
        one.tag = "head"  # which is left out of the option's text without a word
    return said


def back(interaction: Element, ids: Mapping[str, str]) -> Back:
    """Options that are chosen, by their own names."""
    name, own = interaction.get("responseIdentifier", ""), {ours: one for one, ours in ids.items()}
    return lambda answer: {name: tuple(own[one] for one in answer)}


def chosen(item: QtiItem, interaction: Element, rule: Rule, ids: Mapping[str, str]) -> Made:
    """Key, limit and scoring of choices and hotspots."""
    response = item.response(interaction)
    item.back = back(interaction, ids)
    several = response.cardinality != "single"
    most = whole(interaction, "maxChoices", 1) if several else 1
    if whole(interaction, "minChoices", 0) > 1:
        item.making.note("import_least_choices")
    if response.cardinality == "ordered":
        raise CannotTake("import_ordered")
    if rule.kind == "map":
        return _weighed(response, ids, most, several=several)
    if rule.kind == "near" and not several:
        return _chosen_one(response, rule, ids)
    if rule.kind != "match":
        raise CannotTake("import_processing", name=rule.kind)
    key = [ids[one] for one in response.correct if one in ids]
    if not key or len(key) < len(response.correct):
        raise CannotTake("import_no_key")
    if len(key) > 1 and not several:
        raise CannotTake("import_correct_several")
    return {"key": key, "most": most, "scoring": match_points(rule)}


def only_correct(response: Response, rule: Rule) -> str:
    """The correct value, where the rule means that: one response has one."""
    means = not rule.nears or any(one.value is None for one in rule.nears)
    if means and len(response.correct) > 1:
        raise CannotTake("import_correct_several")
    return response.correct[0] if response.correct else ""


def _chosen_one(response: Response, rule: Rule, ids: Mapping[str, str]) -> Made:
    """Each branch names an option and what it earns; any other costs the penalty."""
    right = only_correct(response, rule)
    said = {one.value or right: one.points for one in reversed(rule.nears)}
    points = max(said.values())
    if points <= 0 or not set(said) <= set(ids):
        raise CannotTake("import_no_key")
    shares = {name: said.get(one, -rule.penalty) / points for one, name in ids.items()}
    made = weighing.single(shares)
    made["scoring"] = {"points": weighing.digits(points)} | made.get("scoring", {})
    return made


def _weighed(response: Response, ids: Mapping[str, str], most: int, *, several: bool) -> Made:
    said = {one.key: one.value for one in response.mapping}
    values = {name: said.get(one, response.default) for one, name in ids.items()}
    if not several:
        values = {name: _within(response, value) for name, value in values.items()}
    gains = [value for value in values.values() if value > 0]
    if not gains:
        raise CannotTake("import_no_key")
    gains.sort(reverse=True)
    sums = sum(gains[: most or None] if several else gains[:1], Decimal(0))
    points = sums if response.upper is None else min(sums, response.upper)
    if points <= 0:
        raise CannotTake("import_no_key")
    shares = {one: value / points for one, value in values.items()}
    losses = sum((-share for share in shares.values() if share < 0), Decimal(0))
    penalty = min(losses, Decimal(1))
    if response.lower is not None:
        penalty = min(penalty, max(Decimal(0), -response.lower / points))
    made = weighing.several(shares, most, penalty) if several else weighing.single(shares)
    made["scoring"] = {"points": weighing.digits(points)} | made.get("scoring", {})
    return made


def _within(response: Response, value: Decimal) -> Decimal:
    """A mapping's value between its bounds."""
    value = value if response.upper is None else min(value, response.upper)
    return value if response.lower is None else max(value, response.lower)


def order(item: QtiItem, interaction: Element, rule: Rule) -> Made:
    """All of a list, brought into order."""
    choices = list(descendants(interaction, "simpleChoice"))
    ids = names_of(choices)
    key = [ids.get(one, "") for one in item.response(interaction).correct]
    if rule.kind == "map":
        raise CannotTake("import_processing", name="mapResponse")
    if sorted(key) != sorted(ids.values()):
        raise CannotTake("import_order_part")
    item.back = back(interaction, ids)
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


def essay(item: QtiItem, interaction: Element, rule: Rule) -> Made:
    """A long answer for an assessor; what is said to scorers is the rubric, or else the answer that
    was given as correct."""
    del rule
    said = [
        item.markdown(one)
        for one in descendants(item.element, "rubricBlock")
        if "candidate" not in one.get("view", "candidate")
    ]
    if not any(said):
        said = [plain_markdown(one) for one in item.response(interaction).correct]
    if not any(said):
        item.making.note("import_rubric_assumed")
    if qti_scoring.is_scored(item.element):
        item.making.note("import_essay_scored")
    if whole(interaction, "maxStrings", 1) > 1:
        raise CannotTake("import_entries")
    points = weighing.digits(_worth(item))
    return {
        "kind": "essay",
        "criteria": [{"id": "whole", "points": points}],
        "scoring": {"points": points},
        "words_of": {
            "body": item.block_text(interaction),
            "criteria": {"whole": "\n\n".join(said).strip() or "The whole answer"},
        },
    }


def _worth(item: QtiItem) -> Decimal:
    """What an assessor may give, where the outcomes say it."""
    outcomes = {one.get("identifier"): one for one in item.element.findall("outcomeDeclaration")}
    most, score = outcomes.get("MAXSCORE"), outcomes.get("SCORE")
    said = text_of(most, "defaultValue/value") if most is not None else ""
    said = said or (score.get("normalMaximum", "") if score is not None else "")
    points = number_of(said or "1")
    return points if points > 0 else Decimal(1)
