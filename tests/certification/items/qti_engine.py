"""Another system: response processing of QTI 2.1 as the specification has it, for what we write."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, TypeAlias

from lxml import etree

Q = "{http://www.imsglobal.org/xsd/imsqti_v2p1}"
Value: TypeAlias = Any
"""None for NULL, a list for several or ordered values, else a string or a number."""


class Engine:
    """An item and the answers to it; `outcomes` after `run`."""

    def __init__(self, item: etree._Element, responses: Mapping[str, Value]) -> None:
        self.declared = {one.get("identifier"): one for one in item.iter(f"{Q}responseDeclaration")}
        self.responses = {name: responses.get(name) for name in self.declared}
        self.outcomes: dict[str, Value] = {"SCORE": Fraction(0), "FEEDBACK": None}
        self.item = item

    def run(self) -> "Engine":
        processing = self.item.find(f"{Q}responseProcessing")
        assert processing is not None
        template = (processing.get("template") or "").rpartition("/")[2]
        if template == "match_correct":
            right = self.responses["RESPONSE"] is not None and same(
                self.responses["RESPONSE"], self.correct("RESPONSE"), self.kind("RESPONSE")
            )
            self.outcomes["SCORE"] = Fraction(right)
        elif template == "map_response":
            is_null = self.responses["RESPONSE"] is None
            self.outcomes["SCORE"] = Fraction(0) if is_null else self.mapped("RESPONSE")
        else:
            self.do(processing)
        return self

    def shown(self) -> set[str]:
        """The names of the texts that show."""
        names = set(self.outcomes["FEEDBACK"] or ())
        return {
            str(one.get("identifier"))
            for one in self.item.iter(f"{Q}modalFeedback")
            if one.get("identifier") in names
        }

    def do(self, parent: etree._Element) -> None:
        for one in parent:
            if one.tag == f"{Q}setOutcomeValue":
                self.outcomes[str(one.get("identifier"))] = self.value(one[0])
            elif one.tag == f"{Q}responseCondition":
                self.choose(one)

    def choose(self, condition: etree._Element) -> None:
        for branch in condition:
            if branch.tag == f"{Q}responseElse" or self.value(branch[0]) is True:
                self.do(branch)
                return

    def value(self, one: etree._Element) -> Value:
        name = str(one.get("identifier", ""))
        match one.tag.removeprefix(Q):
            case "baseValue":
                number = one.get("baseType") == "float"
                return Fraction(str(one.text)) if number else str(one.text)
            case "variable":
                return self.outcomes[name] if name in self.outcomes else self.responses[name]
            case "correct":
                return self.correct(name)
            case "mapResponse":
                return self.mapped(name)
            case "isNull":
                return self.value(one[0]) is None
        return self.combined(one)

    def combined(self, one: etree._Element) -> Value:
        values = [self.value(part) for part in one]
        tag = one.tag.removeprefix(Q)
        if tag == "multiple":
            parts = [part if isinstance(part, list) else [part] for part in values]
            return [each for part in parts for each in part if each is not None] or None
        if None in values:
            return None
        if tag == "match":
            named = [str(part.get("identifier", "")) for part in one]
            return same(values[0], values[1], self.kind(named[0] or named[1]))
        if tag == "equal":
            room = Fraction((one.get("tolerance") or "0").split()[0])
            return abs(Fraction(values[0]) - values[1]) <= room
        return {
            "sum": lambda: sum(values, Fraction(0)),
            "and": lambda: all(values),
            "member": lambda: values[0] in values[1],
            "gte": lambda: values[0] >= values[1],
            "lt": lambda: values[0] < values[1],
        }[tag]()

    def kind(self, name: str) -> str:
        return str(self.declared[name].get("cardinality")) if name in self.declared else "single"

    def correct(self, name: str) -> Value:
        values = [one.text for one in self.declared[name].findall(f"{Q}correctResponse/{Q}value")]
        return values if self.kind(name) != "single" else values[0]

    def mapped(self, name: str) -> Fraction:
        mapping, given = self.declared[name].find(f"{Q}mapping"), self.responses[name]
        assert mapping is not None
        given = given if isinstance(given, list) else [given]
        found = sum((self.entry(mapping, one) for one in dict.fromkeys(given)), Fraction(0))
        lower, upper = mapping.get("lowerBound"), mapping.get("upperBound")
        found = max(found, Fraction(lower)) if lower else found
        return min(found, Fraction(upper)) if upper else found

    def entry(self, mapping: etree._Element, given: str | None) -> Fraction:
        if given is None:
            return Fraction(0)
        for one in mapping.findall(f"{Q}mapEntry"):
            key, cased = str(one.get("mapKey")), one.get("caseSensitive", "true") == "true"
            if key == given or (not cased and key.casefold() == given.casefold()):
                return Fraction(str(one.get("mappedValue")))
        return Fraction(str(mapping.get("defaultValue", "0")))


def same(one: Value, other: Value, kind: str) -> bool:
    """Ordered values in their order, several in any."""
    return sorted(one) == sorted(other) if kind == "multiple" else bool(one == other)
