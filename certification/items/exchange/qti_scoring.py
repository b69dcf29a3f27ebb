"""QTI's response processing as one of the few rules that we have; everything else is refused. Pure.

rules_of(item) -> {response identifier: Rule}; the key "" is the rule of all others
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from xml.etree.ElementTree import Element

from certification.items.exchange.found import CannotTake
from certification.items.exchange.moodle_question import number_of
from certification.items.exchange.xmltree import text_of

TEMPLATES = {
    "match_correct": "match",
    "map_response": "map",
    "map_response_point": "point",
    "cc2_match": "match",
    "cc2_map_response": "map",
    "cc2_match_basic": "match",
    "match_correct_tao": "match",
    "nonscored": "none",
}
TOTALS = ("SCORE", "RAWSCORE")


@dataclass(frozen=True, slots=True)
class Near:
    """A number that is right within a tolerance, and what it earns."""

    value: str | None
    """None: the response's correct value."""
    tolerance: Decimal
    points: Decimal
    is_cased: bool = True


@dataclass(slots=True)
class Rule:
    """How one response is scored: match (all or nothing), map, point, near, none."""

    kind: str
    points: Decimal = Decimal(1)
    penalty: Decimal = Decimal(0)
    nears: list[Near] = field(default_factory=list)
    together: bool = False
    """Whether several responses have to be right at once."""


def template_name(processing: Element) -> str:
    """What a template is called at the end of its address; empty where none is named."""
    address = processing.get("template") or ""
    return address.rstrip("/").rpartition("/")[2].removesuffix(".xml").lower()


def rules_of(element: Element) -> dict[str, Rule]:
    """Each response's rule."""
    processing = element.find("responseProcessing")
    if processing is None or (not len(processing) and not processing.get("template")):
        return {"": Rule("none")}
    if processing.get("template"):
        name = template_name(processing)
        if name not in TEMPLATES:
            raise CannotTake("import_processing", name=name[:60])
        return {"": Rule(TEMPLATES[name])}
    _settle(element, processing)
    return _collected(processing) or {"": Rule("none")}


def is_scored(element: Element) -> bool:
    """Whether the processing sets a score."""
    processing = element.find("responseProcessing")
    if processing is None:
        return False
    if processing.get("template") and not len(processing):
        return TEMPLATES.get(template_name(processing)) != "none"
    return any(one.get("identifier") in TOTALS for one in processing.iter("setOutcomeValue"))


def _collected(processing: Element) -> dict[str, Rule]:
    """What is said of each response, and perhaps at the end that the score is cut."""
    statements, rules = list(_scoring(processing)), dict[str, Rule]()
    least = _cut(statements[-1]) if statements else None
    for one in statements if least is None else statements[:-1]:
        for name, rule in _rules(one):
            if rules.setdefault(name, rule) is not rule:
                raise CannotTake("import_processing", name=str(one.tag)[:60])
    if least is not None:
        _hold(rules, least)
    return rules


def _settle(element: Element, processing: Element) -> None:
    """An outcome that nothing sets, as MAXSCORE, is its default; what counts begins at nothing,
    and no other number counts instead."""
    written = {one.get("identifier", "") for one in processing.iter("setOutcomeValue")}
    constants: dict[str, str] = {}
    for one in element.findall("outcomeDeclaration"):
        name, default = one.get("identifier", ""), text_of(one, "defaultValue/value")
        is_number = one.get("baseType") in ("float", "integer")
        if name in TOTALS:
            if number_of(default or "0") != 0:
                raise CannotTake("import_processing", name=name)
        elif name not in written and is_number and default:
            constants[name] = default
        elif name in written and is_number and not written & set(TOTALS):
            raise CannotTake("import_processing", name=name[:60])
    for variable in processing.iter("variable"):
        if (value := constants.get(variable.get("identifier", ""))) is not None:
            variable.tag, variable.text = "baseValue", value
            variable.set("baseType", "float")


def _scoring(processing: Element) -> Iterator[Element]:
    """The statements that say something of the score; those of feedback alone do not."""
    for one in processing:
        sets = [two for two in one.iter("setOutcomeValue") if two.get("identifier") in TOTALS]
        if sets and not _is_bound(one):
            yield one
        elif any(True for _ in one.iter("exitResponse")):
            raise CannotTake("import_processing", name="exitResponse")


def _is_bound(statement: Element) -> bool:
    """Whether it only holds the score within a bound. What the mapping has already held is not
    changed by it; where it does change something, `qti_proof` sees that."""
    tests = [one for tag in ("gt", "lt") for one in statement.findall(f"responseIf/{tag}")]
    if statement.tag != "responseCondition" or len(statement) != 1 or len(tests) != 1:
        return False
    sets = [one for one in statement[0] if one is not tests[0]]
    if len(tests[0]) != 2 or not _is_total(tests[0][0]) or len(sets) != 1 or len(sets[0]) != 1:
        return False
    bound, value = tests[0][1], sets[0][0]
    return (bound.tag, bound.text, bound.attrib) == (value.tag, value.text, value.attrib)


def _cut(statement: Element) -> Decimal | None:
    """What the score is set to once that much was reached, and else to nothing."""
    test = statement.find("responseIf/gte") if statement.tag == "responseCondition" else None
    if test is None:
        return None
    values = [_branch(one)[1] for one in statement]
    tags = [str(one.tag) for one in statement]
    least = number_of(test[1].text or "0") if len(test) == 2 and _is_total(test[0]) else Decimal(0)
    fits = test[1].tag == "baseValue" and tags in (["responseIf"], ["responseIf", "responseElse"])
    if not fits or least <= 0 or values not in ([least], [least, Decimal(0)]):
        raise CannotTake("import_processing", name="gte")
    return least


def _hold(rules: dict[str, Rule], least: Decimal) -> None:
    """Where the only points are these, the cut changes nothing."""
    points = {near.points for rule in rules.values() for near in rule.nears}
    one_rule = len({id(rule) for rule in rules.values()}) == 1
    if points != {least} or not one_rule or any(rule.penalty for rule in rules.values()):
        raise CannotTake("import_processing", name="gte")


def _rules(statement: Element) -> Iterator[tuple[str, Rule]]:
    if statement.tag == "setOutcomeValue":
        for name in _mapped(statement[0] if len(statement) else None):
            yield name, Rule("map")
    elif statement.tag == "responseCondition":
        yield from _condition(statement)
    else:
        raise CannotTake("import_processing", name=str(statement.tag)[:60])


def _mapped(expression: Element | None) -> list[str]:
    """mapResponse, or a sum of them, perhaps with the score so far."""
    parts = list(expression) if expression is not None and expression.tag == "sum" else [expression]
    names = [
        one.get("identifier", "")
        for one in parts
        if one is not None and one.tag in ("mapResponse", "mapResponsePoint")
    ]
    others = [
        one
        for one in parts
        if one is not None
        and not _is_total(one)
        and one.tag not in ("mapResponse", "mapResponsePoint")
    ]
    if not names or others:
        raise CannotTake("import_processing", name=str(others[0].tag if others else "sum")[:60])
    return names


def _is_total(element: Element) -> bool:
    return element.tag == "variable" and element.get("identifier") in TOTALS


def _condition(statement: Element) -> Iterator[tuple[str, Rule]]:
    """If, else if, else: each tests the same response and sets the score."""
    names, empty = set[str](), set[str]()
    rule = Rule("none")
    for branch in statement:
        test, value = _branch(branch)
        if isinstance(value, str):
            yield value, Rule("map")
        elif test is None:
            rule.penalty = _cost(branch, value)
        elif unsaid := _unsaid(test):
            empty |= unsaid
            if value != 0:
                raise CannotTake("import_processing", name="isNull")
        else:
            names = _tested(test, value, rule, names)
    if rule.penalty and empty and empty != names:
        raise CannotTake("import_processing", name="isNull")
    for name in sorted(names):
        yield name, rule


def _cost(branch: Element, value: Decimal) -> Decimal:
    """What any other answer costs."""
    if value > 0:
        raise CannotTake("import_processing", name=str(branch.tag))
    return -value


def _unsaid(test: Element) -> set[str]:
    """The responses that have to be empty, if nothing else is tested."""
    parts = list(test) if test.tag == "and" else [test]
    inner = [one[0] for one in parts if one.tag == "isNull" and len(one) == 1]
    return {one.get("identifier", "") for one in inner} if len(inner) == len(parts) else set()


def _tested(test: Element, value: Decimal, rule: Rule, names: set[str]) -> set[str]:
    """The responses whose being right is tested: the same in each branch."""
    rule.together = test.tag == "and"
    tested = {_test(one, value, rule) for one in (test if rule.together else [test])}
    if names and (names != tested or rule.together):
        raise CannotTake("import_processing", name=str(test.tag)[:60])
    return tested


def _branch(branch: Element) -> tuple[Element | None, Decimal | str]:
    """What is tested (None: otherwise), and the score, or the response whose mapping it is."""
    test = branch[0] if len(branch) and branch.tag != "responseElse" else None
    sets = [one for one in branch.findall("setOutcomeValue") if one.get("identifier") in TOTALS]
    nested = [one for one in branch if one.tag.startswith("response")]
    if nested or len(sets) > 1:
        raise CannotTake("import_processing", name=str(branch.tag))
    if not sets:
        return test, Decimal(0)
    given = sets[0][0] if len(sets[0]) else None
    if given is not None and given.tag == "sum":
        values = [one for one in given if not _is_total(one)]
        given = values[0] if len(values) == 1 else given
    if given is not None and given.tag == "baseValue":
        return test, number_of(given.text or "0")
    names = _mapped(given)
    if len(names) != 1:
        raise CannotTake("import_processing", name="sum")
    return test, names[0]


def _test(test: Element, value: Decimal, rule: Rule) -> str:
    """The response that is tested for being right, alone or as `and` of nothing else."""
    if test.tag not in ("match", "equal", "stringMatch") or len(test) != 2:
        raise CannotTake("import_processing", name=str(test.tag)[:60])
    tags = sorted(str(one.tag) for one in test)
    variable = next((one for one in test if one.tag == "variable"), None)
    if variable is None or tags not in (["correct", "variable"], ["baseValue", "variable"]):
        raise CannotTake("import_processing", name=str(test.tag)[:60])
    base = next((one for one in test if one.tag == "baseValue"), None)
    said = (base.text or "").strip() if base is not None else None
    if test.get("substring") in ("true", "1"):
        raise CannotTake("import_processing", name="substring")
    if test.tag == "match" and said is None and (rule.kind == "none" or rule.together):
        rule.kind, rule.points = "match", value
    else:
        rule.kind = "near"
    cased = test.get("caseSensitive", "true") in ("true", "1")
    rule.nears.append(Near(said, _tolerance(test), value, cased))
    return variable.get("identifier", "")


def _tolerance(test: Element) -> Decimal:
    mode = test.get("toleranceMode", "exact")
    if mode == "exact" or test.tag != "equal":
        return Decimal(0)
    for bound in ("includeLowerBound", "includeUpperBound"):
        if test.get(bound, "true") not in ("true", "1"):
            raise CannotTake("import_tolerance", name=bound)
    both = {number_of(one) for one in test.get("tolerance", "").split()}
    if mode != "absolute" or len(both) != 1:
        raise CannotTake("import_tolerance", name=mode[:40])
    return both.pop()
