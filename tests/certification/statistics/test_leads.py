"""Leads: shared errors, odd times, exposure."""

import pytest

from certification.statistics.leads import (
    Pair,
    Times,
    at_least,
    exposure,
    pairs_in_common,
    response_times,
)
from certification.statistics.responses import Item, Sitting, sample_of
from lms.reasons import Reason

KEY = "a" * 20


def sitting(person: str, answers: str, room: str = "R1") -> Sitting:
    points = [float(answer == right) for answer, right in zip(answers, KEY, strict=True)]
    return Sitting(person, points, picks=[(answer,) for answer in answers], room=room)


def pairs(*sittings: Sitting) -> list[Pair]:
    return pairs_in_common(sample_of([Item(f"I{n}") for n in range(20)], sittings))


OTHERS = [sitting(f"o{n}", "bcd"[n % 3] * 7 + "a" * 13, room=f"O{n}") for n in range(30)]
TWINS = "bcdbcdb" + "a" * 13


def test_two_who_share_seven_wrong_answers_are_a_lead() -> None:
    (found,) = pairs(*OTHERS, sitting("anna", TWINS), sitting("ben", TWINS))
    assert (found.first, found.second) == ("anna", "ben")
    assert (found.exact, found.common, found.different) == (7, 7, 0)
    assert found.expected == pytest.approx(7 / 3, abs=0.1)
    assert found.chance < 0.001


def test_people_of_different_rooms_are_not_compared() -> None:
    assert not pairs(*OTHERS, sitting("anna", TWINS, "R1"), sitting("ben", TWINS, "R2"))


def test_wrong_answers_that_differ_are_no_lead() -> None:
    assert not pairs(*OTHERS, sitting("anna", TWINS), sitting("ben", "cdbcdbc" + "a" * 13))


def test_shared_right_answers_are_no_lead() -> None:
    assert not pairs(*OTHERS, sitting("anna", KEY), sitting("ben", KEY))


def test_a_wrong_answer_that_everyone_gives_is_no_lead() -> None:
    common = [sitting(f"o{n}", "b" * 7 + "a" * 13, room=f"O{n}") for n in range(30)]
    same = "b" * 7 + "a" * 13
    assert not pairs(*common, sitting("anna", same), sitting("ben", same))


@pytest.mark.parametrize(
    ("odds", "wanted", "chance"),
    [([0.5, 0.5], 1, 0.75), ([0.5, 0.5], 2, 0.25), ([0.1, 0.2], 2, 0.02), ([], 0, 1.0)],
)
def test_the_chance_of_at_least_so_many(odds: list[float], wanted: int, chance: float) -> None:
    assert at_least(odds, wanted) == pytest.approx(chance)


def timed(*seconds: float | None) -> Times | Reason:
    rows = [Sitting(str(n), (1.0,), seconds=(value,)) for n, value in enumerate(seconds)]
    return response_times(sample_of([Item("A")], rows), 0)


def test_times_far_from_the_middle_are_named() -> None:
    found = timed(*(50.0 + n for n in range(20)), 2.0, 4000.0, None)
    assert isinstance(found, Times)
    assert found.people == 22
    assert (found.quick, found.slow) == ((20,), (21,))
    assert found.rapid == (20,)
    assert found.rapid_below == 10.0


def test_few_times_say_nothing() -> None:
    assert timed(*[30.0] * 19) == Reason("too_few_answers", {"have": 19, "need": 20})


def test_equal_times_have_no_outliers() -> None:
    found = timed(*[30.0] * 25)
    assert isinstance(found, Times)
    assert not found.quick
    assert not found.slow


def test_exposure_is_the_share_of_sittings_that_showed_the_item() -> None:
    rows = [Sitting("1", (1.0, None)), Sitting("2", (0.0, 1.0))]
    found = exposure(sample_of([Item("A"), Item("B")], rows))
    assert [(e.code, e.shown, e.rate) for e in found] == [("A", 2, 1.0), ("B", 1, 0.5)]
