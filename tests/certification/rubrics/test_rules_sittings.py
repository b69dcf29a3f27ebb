"""Two assessors decide by their mean, a third one where they are too far apart."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certification.rubrics.rules import RULE, Rubric, scored
from certification.rubrics.rules_sittings import MEAN, Levels, settled
from tests.factories.rubrics import USUAL, criterion

TEN = Rubric((criterion("a", 0, 1, 2, 3), criterion("b", 0, 2, 4, 7)))
"""No criterion has to be passed."""


def levels(first: int, second: int) -> dict[str, int]:
    return {"a": first, "b": second}


@pytest.mark.parametrize(
    ("rounds", "wanted"),
    [
        ({}, 1),
        ({2: levels(1, 1)}, 1),
        ({1: levels(1, 1)}, 2),
        ({1: levels(4, 4), 2: levels(4, 4)}, None),
        ({1: levels(4, 4), 2: levels(3, 4)}, None),
        ({1: levels(4, 2), 2: levels(2, 3)}, None),
        ({1: levels(4, 4), 2: levels(2, 4)}, 3),
        ({1: levels(1, 1), 2: levels(1, 2)}, 3),
        ({1: levels(4, 4), 2: levels(1, 1), 3: levels(2, 2)}, None),
        ({3: levels(2, 2)}, None),
    ],
)
def test_the_judgement_that_is_needed_next(rounds: dict[int, Levels], wanted: int | None) -> None:
    assert settled(TEN, rounds, gap=1).next_round == wanted


def test_the_gap_is_that_of_the_policy() -> None:
    rounds = {1: levels(4, 4), 2: levels(4, 3)}
    assert [settled(TEN, rounds, gap=gap).next_round for gap in (2, 3)] == [3, None]


def test_two_decide_by_the_mean_and_by_the_level_that_both_saw() -> None:
    found = settled(TEN, {1: levels(4, 2), 2: levels(3, 3)}, gap=1)
    assert found.points == {"a": Fraction(5, 2), "b": Fraction(3)}
    assert (found.levels, found.rule) == ({"a": 3, "b": 2}, MEAN)


def test_the_third_stands_alone() -> None:
    found = settled(TEN, {1: levels(4, 4), 2: levels(1, 1), 3: levels(2, 2)}, gap=1)
    assert (found.points, found.levels, found.rule) == ({"a": 1, "b": 2}, levels(2, 2), RULE)


@pytest.mark.parametrize(("first", "second", "wanted"), [(1, 2, 3), (2, 1, 3), (2, 3, None)])
def test_who_differ_on_what_has_to_be_passed_are_apart_whatever_the_gap(
    first: int, second: int, wanted: int | None
) -> None:
    rounds = {1: {"plan": 3, "safe": first}, 2: {"plan": 3, "safe": second}}
    assert settled(USUAL, rounds, gap=100).next_round == wanted


@given(st.tuples(*[st.integers(1, 3)] * 4), st.integers(0, 10))
def test_a_mean_lies_between_both_and_fails_whom_both_failed(
    chosen: tuple[int, int, int, int], gap: int
) -> None:
    both = [dict(zip(("plan", "safe"), one, strict=True)) for one in (chosen[:2], chosen[2:])]
    found = settled(USUAL, {1: both[0], 2: both[1]}, gap=gap)
    if found.next_round is not None:
        return
    alone = [scored(USUAL, one, full_marks=100, cut=70) for one in both]
    mean = scored(USUAL, found.levels, full_marks=100, cut=70, points=found.points)
    low, high = sorted((one.points, one.score) for one in alone)
    assert low[0] <= mean.points <= high[0]
    assert mean.points - low[0] == high[0] - mean.points
    assert low[1] <= mean.score <= high[1]
    assert mean.missed == alone[0].missed == alone[1].missed
