"""What is said after an answer, in QTI 2.1: an outcome that response processing fills, and texts
that show when their name is in it. Pure.

`general` shows always, `right` with full marks and `wrong` without, an option's text when it was
chosen.
"""

from collections.abc import Mapping
from decimal import Decimal
from xml.etree.ElementTree import Element, SubElement

from certification.items.content import ItemContent
from certification.items.exchange.qti_body import fill
from certification.items.exchange.weighing import digits

OUTCOME = "FEEDBACK"
NEARLY = Decimal("0.999")
"""Shares of a third do not add up to the whole in another system's floating numbers."""


def texts_of(content: ItemContent, language: str) -> dict[str, str]:
    """What there is to say, by the name of when."""
    return {name: text for name, text in content.texts[language].feedback.items() if text.strip()}


def declare(root: Element, said: Mapping[str, str]) -> None:
    """The outcome, where anything is said."""
    if said:
        kind = {"identifier": OUTCOME, "cardinality": "multiple", "baseType": "identifier"}
        SubElement(root, "outcomeDeclaration", kind)


def process(
    processing: Element, content: ItemContent, said: Mapping[str, str], response: str
) -> None:
    """Fill the outcome, after the score was set."""
    if "general" in said:
        _add(processing, "general")
    if "right" in said or "wrong" in said:
        _by_score(processing, content.scoring.points, said)
    if content.kind in ("choice", "hotspot"):
        for option in content.options:
            if option.id in said:
                _by_choice(processing, option.id, response, is_single=content.most == 1)


def _by_score(processing: Element, points: Decimal, said: Mapping[str, str]) -> None:
    condition = SubElement(processing, "responseCondition")
    first, second = ("right", "wrong") if "right" in said else ("wrong", "")
    branch = SubElement(condition, "responseIf")
    test = SubElement(branch, "gte" if first == "right" else "lt")
    SubElement(test, "variable", {"identifier": "SCORE"})
    SubElement(test, "baseValue", {"baseType": "float"}).text = digits(points * NEARLY)
    _add(branch, first)
    if second in said:
        _add(SubElement(condition, "responseElse"), second)


def _by_choice(processing: Element, option: str, response: str, *, is_single: bool) -> None:
    branch = SubElement(SubElement(processing, "responseCondition"), "responseIf")
    test = SubElement(branch, "match" if is_single else "member")
    SubElement(test, "baseValue", {"baseType": "identifier"}).text = option
    SubElement(test, "variable", {"identifier": response})
    _add(branch, option)


def _add(parent: Element, name: str) -> None:
    """One more name beside those that stand there; what has no value yet adds none."""
    names = SubElement(SubElement(parent, "setOutcomeValue", {"identifier": OUTCOME}), "multiple")
    SubElement(names, "variable", {"identifier": OUTCOME})
    SubElement(names, "baseValue", {"baseType": "identifier"}).text = name


def show(root: Element, said: Mapping[str, str]) -> None:
    """The texts."""
    for name, text in said.items():
        shown = {"outcomeIdentifier": OUTCOME, "showHide": "show", "identifier": name}
        fill(SubElement(root, "modalFeedback", shown), text)
