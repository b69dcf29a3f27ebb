"""Answers earn exactly what the item's policy says."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certification.items.content import KINDS as ALL
from certification.items.content import ItemContent
from certification.items.scoring import normal, number_in, regrade, score
from tests.certification.items.contents import RIGHT, item

SHARE = {"rule": "share", "points": 3}
STERN = {"rule": "share", "points": 3, "penalty": "0.5"}
WEIGHTS = {"rule": "weights", "weights": {"a": "0.33333", "b": "0.66667", "c": "-0.5"}}


@pytest.mark.parametrize("kind", RIGHT)
def test_the_right_answer_earns_everything(kind: str) -> None:
    assert score(item(kind), RIGHT[kind]).is_right


@pytest.mark.parametrize(
    ("kind", "scoring", "response", "raw"),
    [
        ("choice", {}, ["a"], "0"),
        ("choice", {"penalty": "0.25"}, ["a"], "-1/4"),
        ("choice", SHARE, ["a"], "3/2"),
        ("choice", SHARE, ["a", "c"], "0"),
        ("choice", SHARE, ["a", "b", "c"], "3/2"),
        ("choice", SHARE, ["c"], "0"),
        ("choice", STERN, ["c"], "-3/2"),
        ("choice", STERN, [], "0"),
        ("choice", WEIGHTS, ["a", "b"], "1"),
        ("choice", WEIGHTS, ["a"], "33333/100000"),
        ("choice", WEIGHTS, ["c"], "0"),
        ("text", {}, "Lutetia", "1/2"),
        ("text", {"penalty": 1}, "London", "-1"),
        ("number", {}, "3.15", "1"),
        ("number", {}, "3.1501", "0"),
        ("number", {}, "about 3", "0"),
        ("inline", SHARE, {"w": "f"}, "3/2"),
        ("inline", STERN, {"w": "f", "i": "f"}, "3/4"),
        ("match", SHARE, {"x": "fr", "y": "fr", "z": "fr"}, "1"),
        ("match", {}, {"x": "fr", "y": "es"}, "0"),
        ("order", SHARE, ["a", "c", "b", "d"], "3/2"),
        # Each stands where it was put: a gap moves nothing.
        ("order", SHARE, ["a", "", "c", "d"], "9/4"),
        ("order", SHARE, ["", "b"], "3/4"),
        # An option that is put twice counts where it stands first.
        ("order", SHARE, ["a", "a", "c", "d"], "9/4"),
        ("gaps", SHARE, {"g": "p", "h": "p"}, "0"),
        ("hotspot", {}, ["l"], "0"),
        ("hotspot", {}, ["l", "m"], "0"),
    ],
)
def test_parts_earn_what_the_policy_says(
    kind: str, scoring: dict[str, Any], response: object, raw: str
) -> None:
    assert score(item(kind, scoring=scoring), response).raw == Fraction(raw)


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("response", [None, "", " ", [], {}, 7, [None], {"x": ["fr"]}, [{}]])
def test_no_answer_earns_and_costs_nothing(kind: str, response: object) -> None:
    found = score(item(kind), response)
    assert (found.raw, found.answered) == (0, False)


def test_an_extended_text_waits_for_its_assessor() -> None:
    essay = item("essay")
    assert score(essay, "Because.").waits
    assert score(essay, "Because.", marks={"t": Decimal(2)}).waits
    found = score(essay, "Because.", marks={"t": Decimal(2), "u": Decimal(9)})
    assert (found.raw, found.waits) == (5, False)


@pytest.mark.parametrize(
    ("treatment", "raw", "points"), [("none", 0, 1), ("neutral", 0, 0), ("credit", 1, 1)]
)
def test_a_bad_item_is_neutralised_or_credited(treatment: str, raw: int, points: int) -> None:
    found = regrade(item("choice"), ["c"], treatment)
    assert (found.raw, found.points) == (raw, points)


@pytest.mark.parametrize(
    ("text", "language", "number"),
    [
        ("1,5", "en", "3/2"),
        ("1.5", "de", "3/2"),
        ("1.234", "de", "1234"),
        ("1.234", "en", "617/500"),
        ("1,234.5", "en", "2469/2"),
        ("1.234,5", "de", "2469/2"),
        ("1 234,5", "fr", "2469/2"),
        ("\u221212", "en", "-12"),
        ("\uff11\uff12", "ja", "12"),
        ("1e3", "en", "1000"),
        (".5", "en", "1/2"),
        ("1.2.3", "en", None),
        ("1e9999999", "en", None),
        ("", "en", None),
        ("-", "en", None),
        ("\u0663", "en", None),
    ],
)
def test_numbers_are_read_as_their_language_writes_them(
    text: str, language: str, number: str | None
) -> None:
    assert number_in(text, language) == (None if number is None else Fraction(number))


def test_texts_are_compared_composed_and_caseless() -> None:
    assert normal("Cafe\u0301  Noir ") == normal("caf\u00c9 noir")
    assert normal("A", ignore_case=False) != normal("a", ignore_case=False)


def test_an_accepted_text_may_belong_to_one_language() -> None:
    content = item("text", answers=[{"text": "Rome"}, {"text": "Rom", "language": "de"}])
    assert score(content, "Rom", language="de").is_right
    assert not score(content, "Rom", language="en").is_right


junk = st.recursive(
    st.none() | st.text(max_size=4) | st.integers() | st.sampled_from(list("abcdxyzwighprslmtu")),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.sampled_from(list("xyzwigh")), inner, max_size=4)
    ),
    max_leaves=8,
)
policies = st.builds(
    lambda rule, points, penalty: {"rule": rule, "points": points, "penalty": penalty},
    st.sampled_from(["all", "share"]),
    st.integers(1, 9),
    st.sampled_from(["0", "0.25", "1"]),
)


@given(st.sampled_from(sorted(RIGHT)), policies, junk)
def test_whatever_comes_is_scored_within_its_bounds(
    kind: str, policy: dict[str, Any], response: object
) -> None:
    content = item(kind, scoring=policy)
    found = score(content, response)
    assert -found.points * Fraction(policy["penalty"]) <= found.raw <= found.points
    assert score(content, response) == found


def corrected(content: ItemContent, response: dict[str, str], place: str) -> dict[str, str]:
    return {**response, place: content.key_places[place]}


@given(
    st.dictionaries(st.sampled_from("xyz"), st.sampled_from(["fr", "es", "it"]), min_size=1),
    st.sampled_from("xyz"),
    policies,
)
def test_a_part_put_right_never_costs_points(
    response: dict[str, str], place: str, policy: dict[str, Any]
) -> None:
    content = item("match", scoring=policy)
    better = corrected(content, response, place)
    assert score(content, better).raw >= score(content, response).raw


@given(st.text(max_size=60), st.sampled_from(["en", "de", "fr", "ja"]))
def test_any_text_is_a_number_or_none(text: str, language: str) -> None:
    number_in(text, language)
    assert normal(normal(text)) == normal(text)
