"""Expressions of QTI's response processing, as the specification has them (QTI 2.1, 15). Pure."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import TypeAlias
from xml.etree.ElementTree import Element

from certification.items.exchange.found import CannotTake
from certification.items.exchange.moodle_question import number_of
from certification.items.exchange.qti_item import Response

Atom: TypeAlias = str | Fraction | bool
Value: TypeAlias = Atom | tuple[Atom, ...] | None
"""None is NULL; a tuple is a container, never an empty one."""
NUMBERS = ("float", "integer")
ORDERINGS: Mapping[str, Callable[[Fraction, Fraction], bool]] = {
    "gt": lambda one, other: one > other,
    "gte": lambda one, other: one >= other,
    "lt": lambda one, other: one < other,
    "lte": lambda one, other: one <= other,
}
ARITHMETIC = ("sum", "product", "subtract", "divide", "max", "min")
KNOWN = (*ORDERINGS, *ARITHMETIC, "not", "match", "member", "contains", "stringMatch", "equal")
"""What is NULL where a part of it is."""
NOTHING = Fraction(0)


class Unknown(Exception):
    """Something that is not known here decides the score; its name."""


def typed(text: str, base: str) -> Atom | None:
    """A value as its type has it; None for a number that is none."""
    if base in NUMBERS:
        try:
            return Fraction(number_of(text))
        except CannotTake:
            return None
    if base == "boolean":
        return text.strip() in ("true", "1")
    words = text.split()
    if base == "pair":
        return " ".join(sorted(words))
    return " ".join(words) if base in ("directedPair", "identifier") else text


def valued(response: Response, texts: Sequence[str]) -> Value:
    """A response's value: one, or a container."""
    atoms = [one for text in texts if (one := typed(text, response.base)) is not None and one != ""]
    if not atoms:
        return None
    return atoms[0] if response.cardinality == "single" else tuple(atoms)


class Expressions:
    """What expressions are worth, with these responses and with outcomes as they are by now."""

    def __init__(
        self,
        responses: Mapping[str, Response],
        given: Mapping[str, Value],
        outcome: Callable[[str], Value],
    ) -> None:
        self.responses, self.given, self.outcome = responses, given, outcome

    def first(self, parent: Element) -> Value:
        """What the first part is worth."""
        if not len(parent):
            raise Unknown(str(parent.tag))
        return self.of(parent[0])

    def of(self, one: Element) -> Value:
        name = one.get("identifier", "")
        plain: Mapping[str, Callable[[], Value]] = {
            "baseValue": lambda: typed(one.text or "", one.get("baseType", "identifier")),
            "variable": lambda: self._variable(name),
            "correct": lambda: self.correct(name),
            "mapResponse": lambda: self.mapped(name),
            "mapResponsePoint": lambda: self.mapped(name),
            "null": lambda: None,
            "isNull": lambda: self.first(one) is None,
            "or": lambda: self._any(one),
            "and": lambda: self._all(one),
        }
        if (found := plain.get(str(one.tag))) is not None:
            return found()
        return self._combined(str(one.tag), one, [self.of(part) for part in one])

    def _variable(self, name: str) -> Value:
        return self.given[name] if name in self.given else self.outcome(name)

    def _any(self, one: Element) -> Value:
        values = [self.of(part) for part in one]
        return True if True in values else (None if None in values else False)

    def _all(self, one: Element) -> Value:
        values = [self.of(part) for part in one]
        return False if False in values else (None if None in values else True)

    def _combined(self, tag: str, one: Element, values: list[Value]) -> Value:
        if tag in ("multiple", "ordered"):
            parts = [part if isinstance(part, tuple) else (part,) for part in values]
            found = tuple(each for part in parts for each in part if each is not None)
            return found or None
        if tag == "containerSize":
            return Fraction(len(values[0]) if isinstance(values[0], tuple) else 0)
        if None in values:
            return None if tag in KNOWN else self._refuse(tag)
        if tag in ORDERINGS:
            return ORDERINGS[tag](*(number(each) for each in values))
        if tag in ARITHMETIC:
            return _reckoned(tag, [number(each) for each in values])
        return self._compared(tag, one, values)

    def _compared(self, tag: str, one: Element, values: list[Value]) -> Value:
        first, second = (*values, None, None)[:2]
        if tag == "not":
            return first is False
        if tag == "match":
            names = [part.get("identifier", "") for part in one if part.tag != "baseValue"]
            return self.same(first, second, next((n for n in names if n in self.given), ""))
        if tag in ("member", "contains"):
            held, holder = (first, second) if tag == "member" else (second, first)
            held_all = held if isinstance(held, tuple) else (held,)
            return isinstance(holder, tuple) and all(each in holder for each in held_all)
        if tag == "stringMatch" and one.get("substring") not in ("true", "1"):
            cased = one.get("caseSensitive", "true") in ("true", "1")
            texts = [str(each) if cased else str(each).casefold() for each in values]
            return texts[0] == texts[1]
        if tag == "equal":
            return _near(one, number(first), number(second))
        return self._refuse(tag)

    def _refuse(self, tag: str) -> Value:
        raise Unknown(tag)

    def _declared(self, name: str) -> Response:
        found = self.responses.get(name)
        if found is None:
            raise Unknown(name)
        return found

    def correct(self, name: str) -> Value:
        response = self._declared(name)
        return valued(response, response.correct)

    def same(self, one: Value, other: Value, name: str) -> bool:
        """Several values in any order, unless the response is an order."""
        if one is None or other is None:
            return False
        loose = name in self.responses and self.responses[name].cardinality == "multiple"
        if loose and isinstance(one, tuple) and isinstance(other, tuple):
            return sorted(map(str, one)) == sorted(map(str, other))
        if isinstance(one, Fraction) or isinstance(other, Fraction):
            return number(one) == number(other)
        return one == other

    def mapped(self, name: str) -> Fraction:
        response, given = self._declared(name), self.given[name]
        if response.areas and response.base == "point":
            # A point is given by the number of the area that it lies in.
            values = [response.areas[int(str(one))] for one in _each(given)]
            found = sum(
                (Fraction(number_of(one.get("mappedValue") or "0")) for one in values), NOTHING
            )
        else:
            found = sum((_earned(response, one) for one in dict.fromkeys(_each(given))), NOTHING)
        if given is None:
            return found
        found = found if response.lower is None else max(found, Fraction(response.lower))
        return found if response.upper is None else min(found, Fraction(response.upper))


def _each(value: Value) -> tuple[Atom, ...]:
    return () if value is None else (value if isinstance(value, tuple) else (value,))


def number(value: Value) -> Fraction:
    """The number; one whose type was not written is one too."""
    found = typed(value, "float") if isinstance(value, str) else value
    if not isinstance(found, Fraction):
        raise Unknown("baseType")
    return found


def _reckoned(tag: str, values: Sequence[Fraction]) -> Value:
    if tag in ("max", "min"):
        return max(values) if tag == "max" else min(values)
    if tag == "sum":
        return sum(values, NOTHING)
    found = values[0]
    for one in values[1:]:
        if tag == "divide" and not one:
            return None
        found = {"product": found * one, "subtract": found - one}.get(tag) or found / (one or 1)
    return found


def _earned(response: Response, given: Atom) -> Fraction:
    for one in response.mapping:
        key = typed(one.key, response.base)
        if key == given or (not one.is_cased and str(key).casefold() == str(given).casefold()):
            return Fraction(one.value)
    return Fraction(response.default)


def _near(one: Element, first: Fraction, second: Fraction) -> bool:
    """Whether the second is the first within the tolerance."""
    mode = one.get("toleranceMode", "exact")
    if mode == "exact":
        return first == second
    try:
        bounds = [Fraction(number_of(each)) for each in one.get("tolerance", "").split()]
    except CannotTake:
        raise Unknown("tolerance") from None
    if mode not in ("absolute", "relative") or not bounds:
        raise Unknown("toleranceMode")
    scale = Fraction(1) if mode == "absolute" else abs(first) / 100
    low, high = first - bounds[0] * scale, first + bounds[-1] * scale
    lowest = one.get("includeLowerBound", "true") in ("true", "1")
    highest = one.get("includeUpperBound", "true") in ("true", "1")
    above = second >= low if lowest else second > low
    return above and (second <= high if highest else second < high)
