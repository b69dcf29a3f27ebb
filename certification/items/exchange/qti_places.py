"""Interactions of QTI in which something is put somewhere: pairs, gaps, areas. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element

from certification.items.exchange import weighing
from certification.items.exchange.found import CannotTake, Image, identifiers
from certification.items.exchange.moodle_question import number_of
from certification.items.exchange.qti_item import Back, QtiItem, Response
from certification.items.exchange.qti_kinds import Made, back, chosen, match_points, names_of, whole
from certification.items.exchange.qti_scoring import Rule
from certification.items.exchange.xmltree import descendants

Pair = tuple[str, str]
SHAPES = ("rect", "circle", "poly")


def _pairs(response: Response, rule: Rule) -> list[Pair]:
    """The right pairs, from the mapping where that says what is earned."""
    if rule.kind == "map":
        said = [one.key for one in response.mapping if one.value > 0]
    else:
        said = list(response.correct)
    found = [tuple(one.split()) for one in said]
    if not found or any(len(one) != 2 for one in found):
        raise CannotTake("import_no_key")
    return [(first, second) for first, second in found]


def _scoring(response: Response, rule: Rule, count: int) -> Made:
    """Each pair earns the same, and a wrong one costs the same, or we cannot hold it."""
    if rule.kind != "map":
        return match_points(rule)
    gains = {one.value for one in response.mapping if one.value > 0}
    losses = {-one.value for one in response.mapping if one.value < 0} | (
        {-response.default} if response.default < 0 else set()
    )
    if len(gains) != 1 or len(losses) > 1 or response.default > 0:
        raise CannotTake("import_unequal")
    gain = gains.pop()
    points = gain * count
    if response.upper is not None and response.upper < points:
        raise CannotTake("import_unequal")
    penalty = min(losses.pop() / gain, Decimal(1)) if losses else Decimal(0)
    if response.lower is not None and response.lower > -penalty * points:
        raise CannotTake("import_unequal")
    return {
        "points": weighing.digits(points),
        "rule": "share",
        "penalty": weighing.digits(penalty),
    }


def match(item: QtiItem, interaction: Element, rule: Rule) -> Made:
    """Two lists; one of them is where the other's entries go."""
    sets = interaction.findall("simpleMatchSet")
    if len(sets) != 2:
        raise CannotTake("import_structure")
    first, second = (list(descendants(one, "simpleAssociableChoice")) for one in sets)
    response = item.response(interaction)
    pairs, turned = _pairs(response, rule), False
    if 0 < whole(interaction, "maxAssociations", 0) < len(pairs):
        raise CannotTake("import_processing", name="maxAssociations")
    if not _is_key(first, pairs, 0):
        if not _is_key(second, pairs, 1):
            raise CannotTake("import_many_to_many")
        item.making.note("import_turned")
        first, second, pairs = second, first, [(right, left) for left, right in pairs]
        turned = True
    scoring = _scoring(response, rule, len(pairs))
    return _matched(item, interaction, (first, second), pairs, scoring, turned=turned)


def _back(
    interaction: Element, places: Mapping[str, str], options: Mapping[str, str], *, turned: bool
) -> Back:
    """Filled places as pairs, which begin with the option where they are turned."""
    name = interaction.get("responseIdentifier", "")
    first = {ours: one for one, ours in places.items()}
    second = {ours: one for one, ours in options.items()}

    def pairs(answer: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
        named = [(first[place], second[option]) for place, option in answer.items()]
        return {name: tuple(f"{b} {a}" if turned else f"{a} {b}" for a, b in named)}

    return pairs


def _is_key(places: Sequence[Element], pairs: Sequence[Pair], side: int) -> bool:
    counted = Counter(pair[side] for pair in pairs)
    return counted == Counter(one.get("identifier", "") for one in places)


def _matched(
    item: QtiItem,
    interaction: Element,
    sides: tuple[Sequence[Element], Sequence[Element]],
    pairs: Sequence[Pair],
    scoring: Made,
    *,
    turned: bool = False,
) -> Made:
    first, second = sides
    places, options = names_of(first), names_of(second)
    if set(places.values()) & set(options.values()):
        places = dict(zip(places, identifiers(len(places), "p"), strict=True))
        options = dict(zip(options, identifiers(len(options), "o"), strict=True))
    if any(one not in places or two not in options for one, two in pairs):
        raise CannotTake("import_no_key")
    item.back = _back(interaction, places, options, turned=turned)
    return {
        "kind": "match",
        "places": [{"id": one} for one in places.values()],
        "options": [{"id": one} for one in options.values()],
        "key": {places[one]: options[two] for one, two in pairs},
        "once": all(one.get("matchMax", "1") == "1" for one in second),
        "scoring": scoring,
        "words_of": {
            "body": item.block_text(interaction),
            "places": {places[one.get("identifier", "")]: item.markdown(one) for one in first},
            "options": {options[one.get("identifier", "")]: item.listed(one) for one in second},
        },
    }


def associate(item: QtiItem, interaction: Element, rule: Rule) -> Made:
    """Pairs out of one list: the first of each right pair is given, its partner is looked for."""
    choices = list(descendants(interaction, "simpleAssociableChoice"))
    response = item.response(interaction)
    pairs = _pairs(response, rule)
    used = [one for pair in pairs for one in pair]
    if len(set(used)) < len(used):
        raise CannotTake("import_many_to_many")
    item.making.note("import_associated")
    lefts = [pair[0] for pair in pairs]
    first = [one for one in choices if one.get("identifier") in lefts]
    second = [one for one in choices if one.get("identifier") not in lefts]
    scoring = _scoring(response, rule, len(pairs))
    return _matched(item, interaction, (first, second), pairs, scoring)


def gaps(item: QtiItem, interaction: Element, rule: Rule) -> Made:
    """Words that are put into a text."""
    if next(descendants(interaction, "gapImg"), None) is not None:
        raise CannotTake("import_picture_in_list")
    choices = list(descendants(interaction, "gapText"))
    named = list(descendants(interaction, "gap"))
    options, places = names_of(choices), names_of(named)
    if set(places.values()) & set(options.values()):
        places = dict(zip(places, identifiers(len(places), "p"), strict=True))
        options = dict(zip(options, identifiers(len(options), "o"), strict=True))
    response = item.response(interaction)
    pairs = _pairs(response, rule)
    key = {places.get(gap, "?"): options.get(word, "?") for word, gap in pairs}
    if len(key) < len(pairs) or "?" in (*key, *key.values()):
        raise CannotTake("import_many_to_many")
    item.back = _back(interaction, places, options, turned=True)
    return {
        "kind": "gaps",
        "places": [{"id": one} for one in places.values()],
        "options": [{"id": one} for one in options.values()],
        "key": key,
        "once": all(one.get("matchMax", "1") == "1" for one in choices),
        "scoring": _scoring(response, rule, len(pairs)),
        "words_of": {
            "body": _gap_text(item, interaction, places),
            "options": {options[one.get("identifier", "")]: item.listed(one) for one in choices},
        },
    }


def _gap_text(item: QtiItem, interaction: Element, places: dict[str, str]) -> str:
    """The whole body in its order, with the gaps in the interaction's text marked."""
    for word in list(interaction):
        if word.tag == "gapText":
            interaction.remove(word)
    interaction.tag = "div"
    signs: dict[int, str] = {}
    for gap in descendants(interaction, "gap"):
        signs[id(gap)] = item.places.slot(places[gap.get("identifier", "")])
    text = item.markdown(item.body, lambda one: signs.get(id(one)) or item.unsaid(one))
    return item.places.filled(text, item.making)


def hotspot(item: QtiItem, interaction: Element, rule: Rule) -> Made:
    """Areas of a picture to choose from."""
    choices = list(descendants(interaction, "hotspotChoice"))
    ids = names_of(choices)
    image, scale = _picture(item, interaction)
    labels = [
        one.get("hotspotLabel") or one.get("aria-label") or f"{number}"
        for number, one in enumerate(choices, 1)
    ]
    return {
        "kind": "hotspot",
        "picture": {"sha256": image.sha256, "width": image.width, "height": image.height},
        "options": [
            {"id": ids[one.get("identifier", "")], "area": _area(one, scale)} for one in choices
        ],
        "shuffle": False,
        **chosen(item, interaction, rule, ids),
        "words_of": {
            "body": item.block_text(interaction),
            "options": dict(zip(ids.values(), labels, strict=True)),
        },
    }


def point(item: QtiItem, interaction: Element, rule: Rule) -> Made:
    """A point on a picture: the areas that earn something, all of them right."""
    response = item.response(interaction)
    if rule.kind not in ("point", "map") or not response.areas:
        raise CannotTake("import_processing", name=rule.kind)
    gains = {number_of(one.get("mappedValue") or "0") for one in response.areas}
    if len(gains) > 1 or response.default or response.lower or response.upper:
        raise CannotTake("import_unequal")
    image, scale = _picture(item, interaction)
    ids = identifiers(len(response.areas), "a")
    item.back = back(interaction, {str(number): one for number, one in enumerate(ids)})
    item.making.note("import_all_areas_right")
    most = min(len(ids), whole(interaction, "maxChoices", 1) or len(ids))
    points = {"points": weighing.digits(gains.pop() * most)}
    weights = dict.fromkeys(ids, weighing.digits(Decimal(1) / most))
    part = {"rule": "weights", "weights": weights} if most < len(ids) else {"rule": "share"}
    return {
        "kind": "hotspot",
        "picture": {"sha256": image.sha256, "width": image.width, "height": image.height},
        "options": [
            {"id": one, "area": _area(area, scale)}
            for one, area in zip(ids, response.areas, strict=True)
        ],
        "key": ids,
        "most": most,
        "scoring": points | part,
        "words_of": {
            "body": item.block_text(interaction),
            "options": {one: f"{number}" for number, one in enumerate(ids, 1)},
        },
    }


def _picture(item: QtiItem, interaction: Element) -> tuple[Image, tuple[Decimal, Decimal]]:
    """The picture and how much larger it is than the coordinates take it for."""
    found = next(descendants(interaction, "object", "img"), None)
    address = (found.get("data") or found.get("src") or "") if found is not None else ""
    image = item.image(address) if address else None
    if found is None or image is None:
        raise CannotTake("import_picture_missing")
    sizes = []
    for name, real in (("width", image.width), ("height", image.height)):
        said = number_of(found.get(name, "0").removesuffix("px") or "0", strict=False)
        sizes.append(Decimal(real) / said if 0 < said < 100_000 else Decimal(1))
    return image, (sizes[0], sizes[1])


def _area(element: Element, scale: tuple[Decimal, Decimal]) -> dict[str, Any]:
    shape = element.get("shape", "")
    if shape not in SHAPES or "%" in element.get("coords", ""):
        raise CannotTake("import_area")
    numbers = [
        number_of(one) for one in element.get("coords", "").replace(" ", ",").split(",") if one
    ]
    at = [max(0, round(one * scale[n % 2])) for n, one in enumerate(numbers)]
    if shape == "circle" and len(numbers) == 3:
        at[2] = max(1, round(numbers[2] * min(scale)))
    return {"shape": shape, "at": at}
