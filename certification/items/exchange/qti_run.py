"""QTI's response processing carried out, as the specification has it (QTI 2.1, 5 and 15). Pure.

    Processing(element, responses).score({response identifier: values}) -> Fraction

What is not known here makes what depends on it unknown (`Unknown`), never something else. It does
not tell how an item is scored: it is there to see whether what was made of it scores the same.
"""

from collections.abc import Mapping
from contextlib import suppress
from fractions import Fraction
from typing import TypeAlias
from xml.etree.ElementTree import Element

from certification.items.exchange.qti_expressions import (
    NUMBERS,
    Expressions,
    Unknown,
    Value,
    number,
    typed,
    valued,
)
from certification.items.exchange.qti_item import Response
from certification.items.exchange.qti_scoring import TEMPLATES, TOTALS, template_name
from certification.items.exchange.xmltree import text_of

Given: TypeAlias = Mapping[str, tuple[str, ...]]


class Left(Exception):
    """The processing ends here (exitResponse)."""


class Processing:
    """An item's declarations and what it does with a response."""

    def __init__(self, element: Element, responses: Mapping[str, Response]) -> None:
        self.responses = responses
        self.outcomes = {
            one.get("identifier", ""): one for one in element.findall("outcomeDeclaration")
        }
        found = element.find("responseProcessing")
        self.steps = found if found is not None else Element("responseProcessing")
        self.template = TEMPLATES.get(template_name(self.steps), "") if not len(self.steps) else ""
        written = {one.get("identifier", "") for one in self.steps.iter("setOutcomeValue")}
        named = [one for one in TOTALS if one in {*self.outcomes, *written}]
        self.total = named[0] if named else TOTALS[0]

    def score(self, given: Given) -> Fraction:
        """What these values earn.

        Raises:
            Unknown: that cannot be told.
        """
        run = _Run(self, given)
        if self.template:
            return run.templated(self.template, self._only())
        with suppress(Left):
            run.do(self.steps)
        found = run.outcome(self.total)
        return number(found) if found is not None else Fraction(0)

    def _only(self) -> str:
        """The response that templates are about, by whatever name if there is no other."""
        names = list(self.responses)
        if "RESPONSE" not in names and len(names) != 1:
            raise Unknown("template")
        return "RESPONSE" if "RESPONSE" in names else names[0]


class _Run:
    def __init__(self, processing: Processing, given: Given) -> None:
        self.of = processing
        self.given = {
            name: valued(response, given.get(name, ()))
            for name, response in processing.responses.items()
        }
        self.outcomes: dict[str, Value] = {processing.total: Fraction(0)}
        self.unknown: dict[str, str] = {}
        for name, one in processing.outcomes.items():
            default = text_of(one, "defaultValue/value")
            base = one.get("baseType", "identifier")
            if default or base in NUMBERS:
                self.outcomes[name] = typed(default or "0", base)
        self.read = Expressions(processing.responses, self.given, self.outcome)

    def templated(self, kind: str, name: str) -> Fraction:
        """What the specification's own templates earn."""
        if kind == "match":
            right = self.read.same(self.given[name], self.read.correct(name), name)
            return Fraction(right)
        return self.read.mapped(name) if kind in ("map", "point") else Fraction(0)

    def outcome(self, name: str) -> Value:
        """What an outcome is by now."""
        if name in self.unknown:
            raise Unknown(self.unknown[name])
        if name not in self.outcomes and name not in self.of.outcomes:
            raise Unknown(name)
        return self.outcomes.get(name)

    def do(self, parent: Element) -> None:
        """All statements in their order. One that cannot be carried out leaves unknown what it
        would have set."""
        for one in parent:
            try:
                self._step(one)
            except Unknown as error:
                for each in one.iter():
                    if each.tag in ("setOutcomeValue", "lookupOutcomeValue"):
                        self.unknown[each.get("identifier", "")] = str(error)

    def _step(self, one: Element) -> None:
        if one.tag == "setOutcomeValue":
            self._set(one, self.read.first(one))
        elif one.tag == "lookupOutcomeValue":
            self._set(one, self._looked_up(one))
        elif one.tag == "responseCondition":
            self._choose(one)
        elif one.tag == "exitResponse":
            raise Left
        else:
            raise Unknown(str(one.tag))

    def _set(self, one: Element, value: Value) -> None:
        name = one.get("identifier", "")
        self.unknown.pop(name, None)
        self.outcomes[name] = value

    def _choose(self, condition: Element) -> None:
        for branch in condition:
            otherwise = branch.tag == "responseElse"
            if otherwise or self.read.first(branch) is True:
                for one in list(branch)[0 if otherwise else 1 :]:
                    self._step(one)
                return

    def _looked_up(self, one: Element) -> Value:
        """By the table that the outcome is declared with."""
        declared, value = self.of.outcomes.get(one.get("identifier", "")), self.read.first(one)
        table = declared.find("matchTable") if declared is not None else None
        if declared is None or table is None or not isinstance(value, Fraction):
            raise Unknown("lookupOutcomeValue")
        base = declared.get("baseType", "")
        for entry in table.findall("matchTableEntry"):
            if typed(entry.get("sourceValue", ""), "integer") == value:
                return typed(entry.get("targetValue", ""), base)
        return typed(table.get("defaultValue") or "0", base)
