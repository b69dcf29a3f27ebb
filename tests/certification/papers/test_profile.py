"""A form competency by competency: points, estimates, and what candidates made of it."""

from fractions import Fraction

import pytest

from certification.papers.profile import Asked, Figures, profile

ASKED = [
    Asked(1, 7, Fraction(1), 80),
    Asked(2, 7, Fraction(2), None),
    Asked(3, 9, Fraction(1, 2), 40),
]


def test_points_and_mean_estimates_stand_under_the_cells_competency() -> None:
    seven, nine, whole = profile(ASKED, {})
    assert (seven.competency, seven.items, seven.points, seven.estimate) == (7, 2, 3, 80)
    assert (nine.competency, nine.items, nine.points, nine.estimate) == (9, 1, Fraction(1, 2), 40)
    assert (whole.is_whole, whole.items, whole.points, whole.estimate) == (True, 3, 3.5, 60)
    assert seven.share + nine.share == pytest.approx(1)
    assert seven.share == pytest.approx(6 / 7)


def test_expected_points_weigh_what_candidates_got_right_by_the_points() -> None:
    figures = {1: Figures(0.5, 0.2), 2: Figures(0.25, 0.4), 3: Figures(1.0, None)}
    seven, nine, whole = profile(ASKED, figures)
    assert seven.expected == pytest.approx(1 * 0.5 + 2 * 0.25)
    assert seven.discrimination == pytest.approx(0.3)
    assert (nine.expected, nine.discrimination) == (0.5, None)
    assert whole.expected == pytest.approx(1.5)


def test_without_figures_of_every_item_nothing_is_expected() -> None:
    seven, nine, whole = profile(ASKED, {1: Figures(0.5, 0.2), 2: Figures(None, None)})
    assert (seven.expected, seven.measured) == (None, 1)
    assert (nine.expected, whole.expected, whole.measured) == (None, None, 1)


def test_a_form_without_items_has_no_figures() -> None:
    (whole,) = profile([], {})
    assert (whole.items, whole.points, whole.share, whole.estimate) == (0, 0, 0, None)
