"""Contrasting groups."""

import pytest

from certification.cutscores.contrast import Contrast, contrasting_groups
from lms.reasons import Reason

LOW = [40.0 + n for n in range(21)]
HIGH = [55.0 + n for n in range(21)]


def test_groups_of_one_shape_part_in_the_middle_by_both_methods() -> None:
    found = contrasting_groups(HIGH, LOW)
    assert isinstance(found, Contrast)
    assert found.midpoint == pytest.approx(57.5)
    assert found.logistic == pytest.approx(57.5)
    assert (found.false_passes, found.false_fails) == (3, 3)


def test_the_logistic_cut_solves_its_equations() -> None:
    """At the maximum, expected and observed qualified people agree."""
    import math

    high = [*HIGH, *HIGH, 48.0]
    found = contrasting_groups(high, LOW)
    assert isinstance(found, Contrast)
    odds = [1 / (1 + math.exp(-found.slope * (x - found.logistic))) for x in [*high, *LOW]]
    assert sum(odds) == pytest.approx(len(high))
    assert sum(p * x for p, x in zip(odds, [*high, *LOW], strict=True)) == pytest.approx(sum(high))


@pytest.mark.parametrize(
    ("qualified", "unqualified", "reason"),
    [
        (HIGH[:5], LOW, Reason("group_too_small", {"have": 5, "need": 15})),
        (LOW, HIGH, Reason("groups_reversed")),
        ([80.0] * 20, LOW, Reason("groups_apart", {"low": "60", "high": "80"})),
    ],
)
def test_why_there_is_no_cut(
    qualified: list[float], unqualified: list[float], reason: Reason
) -> None:
    assert contrasting_groups(qualified, unqualified) == reason
