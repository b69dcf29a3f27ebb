"""The scale never contradicts the decision."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certification.scoring.scale import Scale, has_passed, scale_flaws, scaled

SCALE = Scale(100, 700, 1000)
CUT, FULL = Fraction("41.9"), Fraction(60)
points = st.fractions(min_value=-5, max_value=60, max_denominator=12)


@pytest.mark.parametrize(
    ("raw", "shown"), [(0, 100), (-3, 100), (Fraction("41.9"), 700), (60, 1000), (61, 1000)]
)
def test_the_anchors(raw: Fraction | int, shown: int) -> None:
    assert scaled(Fraction(raw), CUT, FULL, SCALE) == shown


def test_just_below_the_cut_reads_just_below_the_pass() -> None:
    assert scaled(CUT - Fraction(1, 1000), CUT, FULL, SCALE) == 699


@given(points, points)
def test_more_points_never_give_less(first: Fraction, second: Fraction) -> None:
    low, high = sorted((first, second))
    assert scaled(low, CUT, FULL, SCALE) <= scaled(high, CUT, FULL, SCALE)


@given(points, st.fractions(min_value=1, max_value=60, max_denominator=7))
def test_the_shown_score_passes_exactly_when_the_raw_one_does(raw: Fraction, cut: Fraction) -> None:
    shown = scaled(raw, cut, FULL, SCALE)
    assert (shown >= SCALE.passing) is has_passed(raw, cut)
    assert SCALE.bottom <= shown <= SCALE.top


def test_a_cut_at_full_points_shows_the_top() -> None:
    assert scaled(FULL, FULL, FULL, SCALE) == 1000


def test_a_scale_rises_and_the_cut_lies_on_it() -> None:
    assert not scale_flaws(SCALE, CUT, FULL)
    assert [f.code for f in scale_flaws(Scale(5, 4, 9), Fraction(0), FULL)] == [
        "scale_out_of_order",
        "cut_out_of_range",
    ]
