"""A competency's result says how certain it is, and nothing where it cannot know."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certification.scoring.domains import FEWEST, Shown, domains, wilson

NEEDED = Fraction(7, 10)


def shown(right: int, items: int, competency: int = 1, weight: int = 1) -> list[Shown]:
    return [
        Shown(competency, Fraction(n < right), Fraction(1), Fraction(weight)) for n in range(items)
    ]


@pytest.mark.parametrize(
    ("share", "items", "low", "high"),
    [(0.8, 10, 0.4901625, 0.9433178), (0.5, 10, 0.2365931, 0.7634069), (0.0, 20, 0.0, 0.1611252)],
)
def test_wilsons_interval(share: float, items: float, low: float, high: float) -> None:
    assert wilson(share, items) == pytest.approx((low, high), abs=1e-6)


@pytest.mark.parametrize(
    ("right", "items", "standing"),
    [
        (4, 4, "few"),
        (5, 5, "about"),
        (20, 20, "above"),
        (14, 20, "about"),
        (4, 20, "below"),
        (0, 5, "below"),
    ],
)
def test_a_standing_is_claimed_only_where_the_interval_allows(
    right: int, items: int, standing: str
) -> None:
    (found,) = domains(shown(right, items), NEEDED)
    assert (found.standing, found.items) == (standing, items)
    assert (found.share is None) == (items < FEWEST)


def test_items_that_no_longer_count_are_left_out() -> None:
    gone = [Shown(1, Fraction(0), Fraction(0), Fraction(1))] * 4
    (found,) = domains([*shown(3, 5), *gone], NEEDED)
    assert (found.items, found.share) == (5, 0.6)


def test_unequal_weights_make_less_certain() -> None:
    even = shown(5, 10)
    uneven = [*shown(1, 2), *(shown(4, 8, weight=1))]
    uneven = [
        Shown(1, one.raw, one.points, Fraction(1, 10) if n > 1 else Fraction(1))
        for n, one in enumerate(uneven)
    ]
    (one,), (other,) = domains(even, NEEDED), domains(uneven, NEEDED)
    assert (one.share, other.share) == (pytest.approx(0.5), pytest.approx(0.5))
    assert other.high - other.low > one.high - one.low


@given(st.integers(FEWEST, 60), st.data())
def test_the_share_lies_within_its_interval(items: int, data: st.DataObject) -> None:
    right = data.draw(st.integers(0, items))
    (found,) = domains(shown(right, items), NEEDED)
    assert found.share == pytest.approx(right / items)
    assert 0 <= found.low <= right / items + 1e-12
    assert right / items - 1e-12 <= found.high <= 1
