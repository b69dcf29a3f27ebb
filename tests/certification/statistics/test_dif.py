"""Mantel-Haenszel: R's figures for Berkeley's admissions, ETS's classes, and what is too little."""

import math

import pytest

from certification.statistics.dif import Dif, Table, dif, mantel_haenszel
from certification.statistics.responses import Item, Sitting, sample_of
from lms.reasons import Reason

BERKELEY = [
    Table(512, 313, 89, 19),
    Table(353, 207, 17, 8),
    Table(120, 205, 202, 391),
    Table(138, 279, 131, 244),
    Table(53, 138, 94, 299),
    Table(22, 351, 24, 317),
]
"""Admitted and rejected, men before women, in six departments (Bickel and others 1975); R's
`mantelhaen.test(UCBAdmissions)` gives 1.4269, odds 0.9046968, 95 % from 0.7719074 to 1.0603298."""


def found_in(tables: list[Table]) -> Dif:
    found = mantel_haenszel(tables)
    assert isinstance(found, Dif)
    return found


def test_it_agrees_with_r_on_berkeley() -> None:
    found = found_in(BERKELEY)
    assert found.chi_square == pytest.approx(1.4269, abs=5e-5)
    assert found.odds == pytest.approx(0.9046968, abs=5e-8)
    width = math.log(1.0603298 / 0.7719074) / (2 * 1.959964)
    assert found.error == pytest.approx(2.35 * width, rel=1e-5)
    assert found.grade == "A"


def test_a_difference_below_one_half_is_none() -> None:
    assert found_in([Table(50, 50, 50, 50)]).chi_square == 0


@pytest.mark.parametrize(
    ("table", "grade"),
    [
        (Table(500, 500, 480, 520), "A"),
        (Table(600, 400, 470, 530), "B"),
        (Table(800, 200, 500, 500), "C"),
        (Table(16, 4, 10, 10), "A"),
        (Table(55, 25, 40, 40), "B"),
    ],
)
def test_classes_need_size_and_certainty(table: Table, grade: str) -> None:
    assert found_in([table]).grade == grade


def test_a_harder_item_for_the_focal_group_has_a_delta_below_zero() -> None:
    assert found_in([Table(80, 20, 50, 50)]).delta < 0


def test_strata_of_one_group_say_nothing() -> None:
    alone = Table(9, 3, 0, 0)
    assert found_in([*BERKELEY, alone]) == found_in(BERKELEY)


def test_without_disagreement_there_is_no_figure() -> None:
    assert mantel_haenszel([Table(5, 0, 5, 0)]) == Reason("no_variation")


def people(group: str, rows: list[tuple[float, float]], times: int) -> list[Sitting]:
    return [Sitting(f"{group}{n}", row, group=group) for n in range(times) for row in rows]


def test_small_groups_are_not_compared() -> None:
    rows = [(1.0, 0.0), (0.0, 1.0)]
    data = sample_of([Item("A"), Item("B")], people("r", rows, 400) + people("f", rows, 50))
    assert dif(data, 0, "r", "f") == Reason("too_few_answers", {"have": 100, "need": 200})


def test_people_are_matched_on_the_total_with_the_item() -> None:
    mixed = [(1.0, 0.0), (0.0, 1.0)]
    reference = people("r", [*mixed, (1.0, 0.0)], 200)
    data = sample_of([Item("A"), Item("B")], reference + people("f", mixed, 200))
    found = dif(data, 0, "r", "f")
    assert isinstance(found, Dif)
    assert (found.reference, found.focal) == (600, 400)
    assert found.odds == pytest.approx(2.0)


def test_partial_credit_is_left_to_other_methods() -> None:
    data = sample_of([Item("A")], people("r", [(0.5,)], 600))
    assert dif(data, 0, "r", "f") == Reason("not_right_or_wrong")


def test_who_gave_no_consent_belongs_to_no_group() -> None:
    rows = [(1.0, 0.0), (0.0, 1.0)]
    with_consent = people("r", rows, 300) + people("f", rows, 300)
    nobody = [Sitting("x", (1.0, 1.0), group="")] * 1000
    items = [Item("A"), Item("B")]
    assert dif(sample_of(items, with_consent + nobody), 0, "r", "f") == dif(
        sample_of(items, with_consent), 0, "r", "f"
    )
