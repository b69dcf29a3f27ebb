"""Key and scoring of our items in QTI 2.1: declarations and response processing. Pure."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from xml.etree.ElementTree import Element, SubElement

from certification.items.content import ItemContent, Place
from certification.items.exchange import qti_feedback
from certification.items.exchange.qti_body import sound
from certification.items.exchange.weighing import digits

RESPONSE = "RESPONSE"
TEMPLATES = "http://www.imsglobal.org/question/qti_v2p1/rptemplates/"
PAIRED = ("match", "gaps")


def named(place: Place) -> str:
    """The response of one list within a text; no outcome has this name."""
    return f"{RESPONSE}-{place.id}"


def declare(root: Element, content: ItemContent) -> None:
    """The response, or one for each list within a text, with what is right and what it earns."""
    if content.kind == "inline":
        for place in content.places:
            right = [content.key_places[place.id]]
            one = _declared(root, named(place), ("single", "identifier"), right)
            _map(one, _share(content, right), content)
        return
    declared = _declared(root, RESPONSE, _type(content), _correct(content))
    _map(declared, _mapped(content), content)


def _type(content: ItemContent) -> tuple[str, str]:
    several = "single" if content.most == 1 else "multiple"
    return {
        "order": ("ordered", "identifier"),
        "text": ("single", "string"),
        "number": ("single", "float"),
        "essay": ("single", "string"),
        "match": ("multiple", "directedPair"),
        "gaps": ("multiple", "directedPair"),
    }.get(content.kind, (several, "identifier"))


def _declared(root: Element, name: str, kind: tuple[str, str], correct: Iterable[str]) -> Element:
    said = {"identifier": name, "cardinality": kind[0], "baseType": kind[1]}
    declared = SubElement(root, "responseDeclaration", said)
    values = list(correct)
    if values:
        holder = SubElement(declared, "correctResponse")
        for value in values:
            SubElement(holder, "value").text = sound(value)
    return declared


def _correct(content: ItemContent) -> list[str]:
    if content.kind in PAIRED:
        return [_pair(content, *entry) for entry in content.key_places.items()]
    if content.kind in ("text", "number"):
        best = next(answer for answer in content.answers if answer.credit == 1)
        return [best.text if content.kind == "text" else digits(best.value)]
    if content.most == 1 and content.kind != "order":
        return list(content.key_choices[:1])
    return list(content.key_choices)


def _pair(content: ItemContent, place: str, option: str) -> str:
    """A gap is named after its word, a place of a match before its partner."""
    return f"{option} {place}" if content.kind == "gaps" else f"{place} {option}"


def is_mapped(content: ItemContent) -> bool:
    """Whether parts earn parts, which a mapping says."""
    if content.kind == "text" or content.scoring.rule == "weights":
        return True
    return content.scoring.rule == "share" and content.kind in (
        *PAIRED,
        "inline",
        "choice",
        "hotspot",
    )


def _mapped(content: ItemContent) -> dict[str, Decimal]:
    scoring = content.scoring
    if not is_mapped(content):
        return {}
    if content.kind == "text":
        return {one.text: one.credit * scoring.points for one in content.answers}
    if scoring.rule == "weights":
        return {one: weight * scoring.points for one, weight in scoring.weights.items()}
    values = _share(content, _correct(content))
    if content.kind in ("choice", "hotspot"):
        part = scoring.points / len(content.key_choices)
        wrong = [one for one in content.option_ids() if one not in content.key_choices]
        return dict.fromkeys(content.key_choices, part) | dict.fromkeys(wrong, -part)
    return values


def _share(content: ItemContent, right: Iterable[str]) -> dict[str, Decimal]:
    if not is_mapped(content):
        return {}
    return dict.fromkeys(right, content.scoring.points / max(1, len(content.places)))


def _map(declared: Element, values: Mapping[str, Decimal], content: ItemContent) -> None:
    if not values:
        return
    points, penalty = content.scoring.points, content.scoring.penalty
    choice = content.kind in ("choice", "hotspot")
    wrong = Decimal(0) if choice else -penalty * points
    if content.kind in (*PAIRED, "inline"):
        wrong /= max(1, len(content.places))
    bounds = {"defaultValue": digits(wrong)}
    if content.kind != "inline":
        bounds = {"lowerBound": digits(-penalty * points), "upperBound": digits(points)} | bounds
    mapping = SubElement(declared, "mapping", bounds)
    for key, value in values.items():
        entry = {"mapKey": sound(key), "mappedValue": digits(value)}
        if content.kind == "text":
            entry["caseSensitive"] = "false" if content.ignore_case else "true"
        SubElement(mapping, "mapEntry", entry)


def process(root: Element, content: ItemContent, said: Mapping[str, str]) -> None:
    """How the score comes about, and which of these texts show; an essay's score comes from an
    assessor."""
    if content.kind == "essay":
        return
    scoring = content.scoring
    plain = scoring.points == 1 and not scoring.penalty
    usual = content.kind not in ("inline", "number") and (is_mapped(content) or plain)
    if usual and not said:
        name = "map_response" if is_mapped(content) else "match_correct"
        SubElement(root, "responseProcessing", {"template": TEMPLATES + name})
        return
    processing = SubElement(root, "responseProcessing")
    if is_mapped(content):
        _sum(processing, content)
    else:
        _condition(processing, content)
    qti_feedback.process(processing, content, said, RESPONSE)


def _sum(processing: Element, content: ItemContent) -> None:
    """What a mapping says of each response, which a template says too but for several."""
    if content.kind != "inline":
        SubElement(_scored(processing), "mapResponse", {"identifier": RESPONSE})
        return
    total = SubElement(_scored(processing), "sum")
    for place in content.places:
        SubElement(total, "mapResponse", {"identifier": named(place)})


def _scored(parent: Element) -> Element:
    return SubElement(parent, "setOutcomeValue", {"identifier": "SCORE"})


def _score(parent: Element, value: Decimal) -> None:
    SubElement(_scored(parent), "baseValue", {"baseType": "float"}).text = digits(value)


def _condition(processing: Element, content: ItemContent) -> None:
    """If nothing is said: nothing; if right: the points; else what a wrong answer costs."""
    scoring = content.scoring
    names = [named(one) for one in content.places] if content.kind == "inline" else [RESPONSE]
    condition = SubElement(processing, "responseCondition")
    first = SubElement(condition, "responseIf")
    empty = SubElement(first, "and") if len(names) > 1 else first
    for name in names:
        SubElement(SubElement(empty, "isNull"), "variable", {"identifier": name})
    _score(first, Decimal(0))
    if content.kind == "number":
        for answer in sorted(content.answers, key=lambda one: -one.credit):
            branch = SubElement(condition, "responseElseIf")
            _near(branch, answer.value, answer.tolerance)
            _score(branch, answer.credit * scoring.points)
    else:
        branch = SubElement(condition, "responseElseIf")
        both = SubElement(branch, "and") if len(names) > 1 else branch
        for name in names:
            matched = SubElement(both, "match")
            SubElement(matched, "variable", {"identifier": name})
            SubElement(matched, "correct", {"identifier": name})
        _score(branch, scoring.points)
    _score(SubElement(condition, "responseElse"), -scoring.penalty * scoring.points)


def _near(branch: Element, value: Decimal, tolerance: Decimal) -> None:
    said = {"toleranceMode": "absolute", "tolerance": f"{digits(tolerance)} {digits(tolerance)}"}
    equal = SubElement(branch, "equal", said if tolerance else {"toleranceMode": "exact"})
    SubElement(equal, "variable", {"identifier": RESPONSE})
    SubElement(equal, "baseValue", {"baseType": "float"}).text = digits(value)
