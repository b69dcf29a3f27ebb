"""Answers on which one can see how an item is scored: right, wrong and in between. Pure."""

from collections.abc import Iterator
from decimal import ROUND_FLOOR, Decimal
from itertools import combinations, islice, permutations
from typing import Any

from certification.items.content import ItemContent

MOST = 150
"""Answers that are tried at one item."""
FEW = 7
"""So many options and fewer are tried in each combination."""
OTHER = "\u203b \u203b"


def answers(
    content: ItemContent, *, whole: bool = False, as_written: bool = False
) -> Iterator[Any]:
    """At most `MOST` answers that a candidate can give (see `items.scoring` for their shape);
    `whole`: numbers without decimals alone; `as_written`: texts in their own case alone."""
    if content.kind == "number":
        found: Iterator[Any] = _numbers(content, whole=whole)
    elif content.kind == "text":
        found = _texts(content, as_written=as_written)
    elif content.kind == "order":
        found = _orders(content)
    else:
        found = _choices(content) if content.kind in ("choice", "hotspot") else _filled(content)
    yield from islice(found, MOST)


def _choices(content: ItemContent) -> Iterator[list[str]]:
    ids, key = content.option_ids(), content.key_choices
    most = content.most or len(ids)
    if len(ids) <= FEW:
        yield from (
            list(one) for n in range(min(most, len(ids)) + 1) for one in combinations(ids, n)
        )
        return
    yield []
    yield from ([one] for one in ids)
    rest = [one for one in ids if one not in key]
    some = [
        list(key),
        list(ids),
        rest,
        *([*key, one] for one in rest),
        *([two for two in key if two != one] for one in key),
        *([*key, *pair] for pair in combinations(rest, 2)),
        *(list(pair) for pair in combinations(ids, 2)),
    ]
    yield from (one for one in some if len(one) <= most)


def _orders(content: ItemContent) -> Iterator[list[str]]:
    key = list(content.key_choices)
    yield key
    if len(key) < FEW - 1:
        yield from (list(one) for one in permutations(key))
    yield key[::-1]
    for at in range(len(key) - 1):
        yield [*key[:at], key[at + 1], key[at], *key[at + 2 :]]
        yield [*key[at + 1 :], *key[: at + 1]]


def _filled(content: ItemContent) -> Iterator[dict[str, str]]:
    for one in _every_filling(content):
        if not content.once or len(set(one.values())) == len(one):
            yield one


def _every_filling(content: ItemContent) -> Iterator[dict[str, str]]:
    key = dict(content.key_places)
    yield {}
    yield key
    for place in content.places:
        yield {one: option for one, option in key.items() if one != place.id}
        yield {place.id: key[place.id]}
    for place in content.places:
        for option in content.choices_of(place):
            yield {place.id: option}
            yield key | {place.id: option}
            without = {one: two for one, two in key.items() if two != option}
            yield without | {place.id: option}
    first = {place.id: content.choices_of(place) for place in content.places}
    yield {place: options[0] for place, options in first.items()}
    yield {place: options[-1] for place, options in first.items()}


def _texts(content: ItemContent, *, as_written: bool) -> Iterator[str]:
    yield from ("", OTHER)
    for one in content.answers:
        yield one.text
        yield f"{one.text} {OTHER}"
    if not as_written:
        yield from (one.text.swapcase() for one in content.answers)


def _numbers(content: ItemContent, *, whole: bool) -> Iterator[str]:
    yield ""
    for one in content.answers:
        # Just within and just beyond the tolerance: on its edge, the last digit kept decides.
        edge = Decimal(1) if whole else max(one.tolerance / 500, Decimal("0.000001"))
        reach = one.tolerance.to_integral_value(ROUND_FLOOR) if whole else one.tolerance
        within = reach if whole else max(reach - edge, Decimal(0))
        for off in (Decimal(0), within, -within, reach + edge, -reach - edge, reach * 3 + 1):
            yield format(one.value + off, "f")
