"""Shares of the points that single options earn, as a choice's key and scoring. Pure."""

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Any

from certification.items.exchange.found import CannotTake
from certification.items.scoring import normal

PLACES = Decimal("0.000000001")
ABOVE = Decimal(10) ** 15
"""What an item can hold lies below."""


def digits(value: Decimal) -> str:
    """A decimal as text without exponent, rounded to nine places: for shares and points."""
    try:
        rounded = value.quantize(PLACES, ROUND_HALF_EVEN)
    except InvalidOperation:  # more digits than a decimal is calculated with
        raise CannotTake("import_number") from None
    if abs(rounded) >= ABOVE:
        raise CannotTake("import_number")
    text = format(rounded, "f").rstrip("0").rstrip(".")
    return "0" if text in ("", "-0") else text


def exactly(value: Decimal) -> str:
    """The same of a number that is looked for, or its tolerance: rounded it would be another, and
    the right answer wrong."""
    text = digits(value)
    if Decimal(text) != value:
        raise CannotTake("import_number")
    return text


def looked_for(value: Decimal, tolerance: Decimal) -> dict[str, str]:
    """A number and its tolerance. What rounding would change must not matter within that."""
    room = abs(tolerance) / 1000
    found = {"value": digits(value), "tolerance": digits(abs(tolerance))}
    for one, said in ((value, found["value"]), (abs(tolerance), found["tolerance"])):
        if abs(Decimal(said) - one) > room:
            raise CannotTake("import_number")
    return found


def single(shares: Mapping[str, Decimal]) -> dict[str, Any]:
    """One option may be chosen; what the worst costs is the penalty."""
    right = [one for one, share in shares.items() if share == 1]
    found: dict[str, Any] = {"most": 1, "key": right}
    if len(right) > 1 or any(share not in (0, 1) for share in shares.values()):
        lowest = min(*shares.values(), Decimal(0))
        found["scoring"] = _weights(shares, -lowest)
    return found


def several(
    shares: Mapping[str, Decimal], most: int = 0, penalty: Decimal = Decimal(0)
) -> dict[str, Any]:
    """Several may be chosen, and their shares add up."""
    right = [one for one, share in shares.items() if share > 0]
    found: dict[str, Any] = {"most": most, "key": right}
    return found | ({"scoring": _weights(shares, penalty)} if right else {})


def _weights(shares: Mapping[str, Decimal], penalty: Decimal) -> dict[str, Any]:
    kept = {one: digits(share) for one, share in shares.items() if share}
    return {"rule": "weights", "weights": kept, "penalty": digits(penalty)}


def only_nothing(share: Decimal) -> None:
    """Any other number earns nothing here."""
    if share > 0:
        raise CannotTake("import_wildcard")


def in_order(numbers: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    """Those that earn something. The first that fits an answer counts there, the best here: so
    none may stand before a better one that fits the same answer."""
    before: list[dict[str, str]] = []
    for one in numbers:
        if any(_hides(earlier, one) for earlier in before):
            raise CannotTake("import_number_within")
        before.append(one)
    return [one for one in before if Decimal(one["credit"]) > 0]


def _hides(earlier: Mapping[str, str], later: Mapping[str, str]) -> bool:
    apart = abs(Decimal(earlier["value"]) - Decimal(later["value"]))
    reach = Decimal(earlier["tolerance"]) + Decimal(later["tolerance"])
    return apart <= reach and Decimal(earlier["credit"]) < Decimal(later["credit"])


def first_counts(answers: Iterable[tuple[str, Decimal]], *, ignore_case: bool = True) -> None:
    """Texts and their shares, of which the first that fits an answer counts there, the best here:
    so none may stand before a better one that fits the same answer."""
    first: dict[str, Decimal] = {}
    for text, share in answers:
        if share > first.setdefault(normal(text, ignore_case=ignore_case), share):
            raise CannotTake("import_text_within")
