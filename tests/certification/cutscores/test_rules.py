"""Angoff and Hofstee, by hand."""

import pytest

from certification.cutscores.rules import (
    Angoff,
    Bounds,
    Hofstee,
    angoff,
    bound_flaws,
    fail_curve,
    hofstee,
)
from lms.reasons import Reason

RATINGS = {
    "anna": {"I1": 0.9, "I2": 0.6, "I3": 0.3},
    "ben": {"I1": 0.8, "I2": 0.7, "I3": 0.3},
    "cora": {"I1": 1.0, "I2": 0.5, "I3": 0.6},
}
ONE_EACH = {"I1": 1.0, "I2": 1.0, "I3": 1.0}


def study(ratings: dict[str, dict[str, float]] = RATINGS, **most: float) -> Angoff:
    found = angoff(ratings, most or ONE_EACH, {"I1": 0.95, "I2": 0.6, "I3": 0.35})
    assert isinstance(found, Angoff)
    return found


def test_the_cut_is_the_mean_over_judges_of_their_sums() -> None:
    found = study()
    assert [judge.cut for judge in found.judges] == pytest.approx([1.8, 1.8, 2.1])
    assert found.cut == pytest.approx(1.9)
    assert found.spread == pytest.approx(0.173205, abs=1e-6)
    assert found.error == pytest.approx(0.1)


def test_an_item_of_two_points_counts_twice() -> None:
    assert study(I1=2.0, I2=1.0, I3=1.0).cut == pytest.approx(2.8)


def test_a_judge_who_left_items_out_is_named_and_not_counted() -> None:
    found = study({**RATINGS, "dan": {"I1": 0.1}})
    assert found.incomplete == ("dan",)
    assert found.cut == pytest.approx(1.9)


def test_agreement_shows_the_item_on_which_the_panel_differs() -> None:
    items = {item.item: item for item in study().items}
    assert items["I3"].mean == pytest.approx(0.4)
    assert items["I3"].spread == pytest.approx(0.173205, abs=1e-6)
    assert (items["I3"].lowest, items["I3"].highest) == (0.3, 0.6)


def test_a_judge_stands_beside_the_panel_and_the_observed_difficulty() -> None:
    anna = study().judges[0]
    assert anna.severity == pytest.approx(-0.1)
    assert anna.with_panel == pytest.approx(0.9820, abs=5e-5)
    assert anna.with_difficulty == pytest.approx(0.9954, abs=5e-5)


def test_a_judge_who_rates_all_alike_has_no_correlation() -> None:
    found = study({**RATINGS, "dan": dict.fromkeys(ONE_EACH, 0.5)})
    assert found.judges[3].with_panel is None


def test_one_judge_is_no_panel() -> None:
    assert angoff({"anna": RATINGS["anna"]}, ONE_EACH) == Reason(
        "too_few_judges", {"have": 1, "need": 2}
    )


SCORES = [float(score) for score in range(100)]


def crossing(*bounds: float, scores: list[float] = SCORES) -> Hofstee | Reason:
    return hofstee([Bounds(*bounds)] * 2, fail_curve(scores, 100))


def test_the_curve_counts_who_lies_below_each_cut() -> None:
    assert fail_curve([1, 1, 2, 3.5], 4) == [(0, 0), (1, 0), (2, 0.5), (3, 0.75), (4, 1)]
    assert fail_curve([1.0], 2.5) == [(0, 0), (1, 0), (2, 1), (2.5, 1)]


@pytest.mark.parametrize(
    ("bounds", "cut", "fail"),
    [
        ((50, 70, 0.5, 0.7), 60, 0.6),
        ((40, 80, 0.0, 0.8), 1.6 / 0.03, 1.6 / 3),
        ((60, 60, 0.5, 0.7), 60, 0.6),
        ((50, 70, 0.6, 0.6), 60, 0.6),
        ((60, 80, 0.1, 0.6), 60, 0.6),
        ((40, 60, 0.6, 0.9), 60, 0.6),
    ],
    ids=["middle", "slanted", "one cut", "one fail rate", "at the start", "at the end"],
)
def test_the_crossing(bounds: tuple[float, ...], cut: float, fail: float) -> None:
    found = crossing(*bounds)
    assert isinstance(found, Hofstee)
    assert (found.cut, found.fail) == pytest.approx((cut, fail))


@pytest.mark.parametrize(
    ("bounds", "reason"),
    [
        ((70, 80, 0.1, 0.5), Reason("fail_curve_above", {"fail": "70.0", "cut": "70"})),
        ((20, 30, 0.5, 0.9), Reason("fail_curve_below", {"fail": "30.0", "cut": "30"})),
    ],
)
def test_no_crossing_is_said(bounds: tuple[float, ...], reason: Reason) -> None:
    assert crossing(*bounds) == reason


def test_the_line_comes_from_the_panels_means() -> None:
    found = hofstee([Bounds(40, 60, 0.4, 0.6), Bounds(60, 80, 0.6, 0.8)], fail_curve(SCORES, 100))
    assert isinstance(found, Hofstee)
    assert found.bounds == Bounds(50, 70, 0.5, 0.7)
    assert found.cut == pytest.approx(60)


def test_bounds_have_an_order() -> None:
    assert not bound_flaws(Bounds(50, 70, 0.1, 0.3), 100)
    assert [f.code for f in bound_flaws(Bounds(70, 50, 0.3, 0.1), 100)] == [
        "cuts_out_of_order",
        "fails_out_of_order",
    ]
    assert bound_flaws(Bounds(50, 101, 0.1, 0.3), 100)
