"""Interactions of QTI in which something is typed or chosen within a text. Pure."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from xml.etree.ElementTree import Element

from certification.items.exchange import weighing
from certification.items.exchange.found import CannotTake
from certification.items.exchange.gift import BLANK
from certification.items.exchange.moodle_question import number_of
from certification.items.exchange.places import blanked
from certification.items.exchange.qti_item import Mapped, QtiItem, Response
from certification.items.exchange.qti_kinds import Made, flag, match_points, names_of, only_correct
from certification.items.exchange.qti_scoring import Near, Rule
from certification.items.exchange.xmltree import descendants


def text(item: QtiItem, interaction: Element, rule: Rule) -> Made:
    """A text or number that is typed; its place in a line is shown as a line."""
    response = item.response(interaction)
    body = _with_blank(item)
    name = interaction.get("responseIdentifier", "")
    item.back = lambda answer: {name: (str(answer),)}
    if response.cardinality != "single":
        raise CannotTake("import_base_type", name=response.cardinality[:40])
    if (base := interaction.get("base", "10")) != "10":
        raise CannotTake("import_base_type", name=f"{response.base}, base {base}"[:40])
    if response.base in ("integer", "float"):
        return {**_number(response, rule), "words_of": {"body": body}}
    if response.base != "string":
        raise CannotTake("import_base_type", name=response.base[:40])
    return {**_strings(item, response, rule), "words_of": {"body": body}}


def _with_blank(item: QtiItem) -> str:
    """The body; a paragraph that is nothing but the field is left out."""
    mark = "\ue0fe"
    parts = [one for one in item.text(mark).split("\n\n") if one.strip() != mark]
    return blanked("\n\n".join(parts), mark, BLANK)


def _strings(item: QtiItem, response: Response, rule: Rule) -> Made:
    if rule.kind == "map":
        gains, scoring = _mapped(response)
        points = max(one.value for one in gains)
        said = [(one.key, one.value / points, one.is_cased) for one in gains]
    else:
        best, gains_of = _gains(response, rule)
        said = [(value, gain / best, cased) for value, _tolerance, gain, cased in gains_of]
        rule.points = best
        scoring = match_points(rule)
    if len({cased for _value, _credit, cased in said}) > 1:
        item.making.note("import_case")
    answers = [{"text": one, "credit": weighing.digits(credit)} for one, credit, _cased in said]
    caseless = not all(cased for _value, _credit, cased in said)
    return {"kind": "text", "answers": answers, "ignore_case": caseless, "scoring": scoring}


def _mapped(response: Response) -> tuple[list[Mapped], Made]:
    """The mapping's right answers, points and penalty: any other answer costs the same."""
    gains = [one for one in response.mapping if one.value > 0]
    if not gains or response.default > 0:
        raise CannotTake("import_no_key")
    others = {one.value for one in response.mapping if one.value <= 0}
    points = max(one.value for one in gains)
    if others - {response.default} or (response.upper is not None and response.upper < points):
        raise CannotTake("import_unequal")
    loss = max(response.default, response.lower if response.lower is not None else -points)
    penalty = min(-loss / points, Decimal(1)) if loss < 0 else Decimal(0)
    return gains, {"points": weighing.digits(points), "penalty": weighing.digits(penalty)}


Gain = tuple[str, Decimal, Decimal, bool]


def _gains(response: Response, rule: Rule) -> tuple[Decimal, list[Gain]]:
    """The most that is earned, and value, tolerance, gain and case of each right answer."""
    if rule.kind not in ("match", "near"):
        raise CannotTake("import_processing", name=rule.kind)
    right = only_correct(response, rule)
    gains = [
        (one.value or right, one.tolerance, one.points, one.is_cased)
        for one in rule.nears or [Near(None, Decimal(0), rule.points)]
        if one.points > 0
    ]
    if not gains or not all(value for value, *_rest in gains):
        raise CannotTake("import_no_key")
    earned = [gain for _value, _tolerance, gain, _cased in gains]
    if earned != sorted(earned, reverse=True):
        raise CannotTake("import_processing", name="responseElseIf")
    return earned[0], gains


def _number(response: Response, rule: Rule) -> Made:
    if rule.kind == "map":
        mapped, scoring = _mapped(response)
        points = max(one.value for one in mapped)
        gains = [(one.key, Decimal(0), one.value, True) for one in mapped]
    else:
        points, gains = _gains(response, rule)
        rule.points = points
        scoring = match_points(rule)
    answers = [
        {
            **weighing.looked_for(number_of(value), tolerance),
            "credit": weighing.digits(gain / points),
        }
        for value, tolerance, gain, _cased in gains
    ]
    return {"kind": "number", "answers": answers, "scoring": scoring}


def inline(item: QtiItem, rules: Callable[[Element], Rule]) -> Made:
    """Lists within a text, each with one right entry."""
    words: dict[str, str] = {}
    own: dict[str, list[str]] = {}
    key: dict[str, str] = {}
    body = item.text()
    earned = set()
    known: dict[str, tuple[str, str]] = {}
    for place, one in zip(item.places.names, item.interactions, strict=True):
        choices = list(descendants(one, "inlineChoice"))
        ids = {said: f"{place}o{n}" for n, said in enumerate(names_of(choices), 1)}
        own[place] = list(ids.values())
        name = one.get("responseIdentifier", "")
        known |= {ours: (name, said) for said, ours in ids.items()}
        words |= {ids[two.get("identifier", "")]: item.listed(two) for two in choices}
        right, gain, loss = _one_right(item.response(one), rules(one), ids)
        key[place] = ids.get(right, "?")
        earned.add((gain, loss))
    if "?" in key.values():
        raise CannotTake("import_no_key")
    if len(earned) > 1:
        raise CannotTake("import_unequal")
    shuffled = [flag(one, "shuffle") for one in item.interactions]
    if any(shuffled) and not all(shuffled):
        item.making.note("import_attributes", names="shuffle")
    item.back = lambda answer: {known[two][0]: (known[two][1],) for two in answer.values()}
    return {
        "kind": "inline",
        "options": [{"id": one} for one in words],
        "places": [{"id": place, "options": ids} for place, ids in own.items()],
        "key": key,
        "shuffle": all(shuffled),
        "scoring": _of_places(rules(item.interactions[0]), *earned.pop(), len(key)),
        "words_of": {"body": body, "options": words},
    }


def _of_places(rule: Rule, gain: Decimal, loss: Decimal, count: int) -> Made:
    apart = count > 1 and not rule.together
    return {
        "points": weighing.digits(gain * (count if apart else 1)),
        "rule": "share" if apart else "all",
        "penalty": weighing.digits(min(loss / gain, Decimal(1))),
    }


def _one_right(
    response: Response, rule: Rule, ids: Mapping[str, str]
) -> tuple[str, Decimal, Decimal]:
    """The right entry of a list, what it earns, and what each other one costs."""
    if rule.kind == "map":
        said = {one.key: one.value for one in response.mapping}
        values = {one: said.get(one, response.default) for one in ids}
        gains = [one for one, value in values.items() if value > 0]
        losses = {-value for value in values.values() if value <= 0}
        if len(gains) != 1 or len(losses) > 1:
            raise CannotTake("import_part_credit")
        if response.lower is not None and losses and -response.lower < max(losses):
            raise CannotTake("import_unequal")
        return gains[0], values[gains[0]], losses.pop() if losses else Decimal(0)
    nears = [] if rule.together else rule.nears
    if len(nears) > 1 or rule.kind not in ("match", "near") or (rule.kind == "near" and not nears):
        raise CannotTake("import_part_credit")
    right = [nears[0].value] if nears and nears[0].value else list(response.correct)
    gain = nears[0].points if nears else rule.points
    if len(right) != 1 or gain <= 0:
        raise CannotTake("import_no_key")
    return right[0] or "", gain, rule.penalty
