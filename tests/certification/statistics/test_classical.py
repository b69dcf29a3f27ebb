"""The figures of classical test theory, against published ones and by hand."""

import pytest

from certification.statistics.classical import (
    Floors,
    characteristic,
    difficulty,
    discrimination,
    distractors,
    reliability,
    score_groups,
    variance,
)
from certification.statistics.responses import Item, Sample, Sitting, sample_of, unreached
from lms.reasons import Reason
from tests.certification.statistics.lsat6 import lsat6

LOW = Floors(1, 1, 1, 1)


def sample(*rows: tuple[float | None, ...], **item: object) -> Sample:
    items = [Item(f"I{n}", **item) for n in range(len(rows[0]))]  # type: ignore[arg-type]
    return sample_of(items, [Sitting(person=str(n), points=row) for n, row in enumerate(rows)])


def test_lsat6_has_the_published_difficulties() -> None:
    found = [difficulty(lsat6().column(place), 1) for place in range(5)]
    assert found == pytest.approx([0.924, 0.709, 0.553, 0.763, 0.870], abs=5e-5)


def test_lsat6_has_the_published_corrected_point_biserials() -> None:
    data = lsat6()
    found = [discrimination(data.column(place)) for place in range(5)]
    assert found == pytest.approx([0.1128, 0.1532, 0.1728, 0.1444, 0.1216], abs=5e-5)


def test_lsat6_has_the_published_reliability() -> None:
    found = reliability(lsat6())
    assert not isinstance(found, Reason)
    assert found.is_kr20
    assert found.alpha == pytest.approx(0.294997, abs=5e-7)
    assert found.mean == pytest.approx(3.819)
    assert found.error == pytest.approx(0.86907, abs=5e-6)


def test_variances_are_of_the_population() -> None:
    assert variance([1, 2, 3, 4]) == 1.25


def test_few_answers_give_a_reason_in_place_of_a_figure() -> None:
    few = sample((1.0, 0.0), (0.0, 1.0))
    column = few.column(0)
    assert difficulty(column, 1) == Reason("too_few_answers", {"have": 2, "need": 10})
    assert discrimination(column) == Reason("too_few_answers", {"have": 2, "need": 30})
    assert reliability(few) == Reason("too_few_answers", {"have": 2, "need": 30})
    assert isinstance(characteristic(column, 1, [0, 0]), Reason)
    assert isinstance(distractors(few, 0, column, [0, 0]), Reason)


def test_an_item_that_all_got_right_separates_nobody() -> None:
    data = sample((1.0, 0.0), (1.0, 1.0))
    assert discrimination(data.column(0), LOW) == Reason("no_variation")


def test_alpha_is_refused_across_forms() -> None:
    data = sample((1.0, None), (None, 1.0))
    assert reliability(data, LOW) == Reason("forms_differ")


def test_alpha_leaves_out_who_had_another_form() -> None:
    data = sample((1.0, 1.0, 1.0), (0.0, 0.0, 1.0), (0.0, None, 1.0))
    found = reliability(data, LOW)
    assert not isinstance(found, Reason)
    assert found.people == 2


def test_partial_credit_counts_by_share_and_is_no_kr20() -> None:
    data = sample((2.0, 0.0), (1.0, 2.0), (0.0, 1.0), most=2.0)
    assert difficulty(data.column(0), 2.0, LOW) == 0.5
    found = reliability(data, LOW)
    assert not isinstance(found, Reason)
    assert not found.is_kr20


def test_a_pilot_item_counts_towards_nobodys_total_and_has_figures() -> None:
    items = [Item("A"), Item("B"), Item("P", use="pilot")]
    data = sample_of(items, [Sitting("1", (1.0, 0.0, 1.0)), Sitting("2", (1.0, 1.0, 0.0))])
    assert data.totals == [1.0, 2.0]
    assert data.column(2).rest == [0.5, 1.0]
    assert difficulty(data.column(2), 1, LOW) == 0.5


def test_a_neutralised_item_leaves_the_total() -> None:
    items = [Item("A"), Item("B", use="neutralised")]
    data = sample_of(items, [Sitting("1", (1.0, 1.0))])
    assert (data.totals, data.possible) == ([1.0], [1.0])


def test_who_did_not_reach_an_item_does_not_judge_it_and_gains_nothing() -> None:
    rows = [
        Sitting("1", (1.0, 0.0), unreached=frozenset({1})),
        Sitting("2", (1.0, 0.0)),
        Sitting("3", (0.0, 1.0)),
    ]
    data = sample_of([Item("A"), Item("B")], rows)
    assert difficulty(data.column(1), 1, LOW) == 0.5
    assert data.totals == [1.0, 1.0, 1.0]
    assert data.possible == [2.0, 2.0, 2.0]
    assert data.left_out["answers_not_reached"] == 1


def test_a_second_attempt_is_left_out_and_counted() -> None:
    rows = [Sitting("1", (1.0,)), Sitting("1", (0.0,), ordinal=2)]
    data = sample_of([Item("A")], rows)
    assert len(data.sittings) == 1
    assert data.left_out["repeat_attempts"] == 1


@pytest.mark.parametrize(
    ("answered", "place"),
    [([True, False, True, False, False], 3), ([False, False], 0), ([True, True], 2)],
)
def test_unreached_begins_after_the_last_answer(answered: list[bool], place: int) -> None:
    assert unreached(answered) == place


def test_equal_scores_stay_in_one_group() -> None:
    assert score_groups([1, 2, 3, 4, 5]) == [0, 1, 2, 3, 4]
    assert score_groups([1, 1, 1, 1, 9], 2) == [0, 0, 0, 0, 1]
    assert len(set(score_groups([5.0] * 40))) == 1


def test_the_characteristic_rises_with_the_score_of_the_rest() -> None:
    data = lsat6()
    column = data.column(2)
    found = characteristic(column, 1, score_groups(column.rest))
    assert not isinstance(found, Reason)
    assert sum(point.people for point in found) == 1000
    shares = [point.share for point in found]
    assert shares == sorted(shares)


def test_the_distractor_table_counts_by_score_group() -> None:
    rows = [
        Sitting("1", (1.0, 1.0), picks=(("a",), ("x",))),
        Sitting("2", (1.0, 1.0), picks=(("a",), ("x",))),
        Sitting("3", (0.0, 0.0), picks=(("b",), ("y",))),
        Sitting("4", (0.0, 0.0), picks=((), ("y",))),
    ]
    data = sample_of([Item("A", key=("a",)), Item("B", key=("x",))], rows)
    column = data.column(0)
    table = distractors(data, 0, column, score_groups(column.rest, 2), LOW)
    assert not isinstance(table, Reason)
    assert [(o.name, o.is_key, o.people, o.by_group) for o in table] == [
        ("", False, 1, (0.5, 0.0)),
        ("a", True, 2, (0.0, 1.0)),
        ("b", False, 1, (0.5, 0.0)),
    ]
    assert [round(o.rest, 4) for o in table if isinstance(o.rest, float)] == [-0.5774, 1, -0.5774]
