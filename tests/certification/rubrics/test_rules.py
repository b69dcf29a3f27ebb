"""Levels become a score: exactly, monotone, and never a pass without what has to be passed."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certification.rubrics.rules import (
    Criterion,
    Level,
    Rubric,
    content_of,
    flaws,
    open_criteria,
    rubric_from,
    scored,
)
from tests.factories.rubrics import USUAL, criterion

pytestmark = pytest.mark.thorough

POINTS = st.lists(
    st.fractions(min_value=0, max_value=20, max_denominator=4), min_size=2, max_size=6, unique=True
).map(sorted)


@st.composite
def rubrics(draw: st.DrawFn) -> Rubric:
    """Rubrics as they may be published."""
    criteria = []
    for number in range(draw(st.integers(1, 5))):
        points = draw(POINTS)
        needed = draw(st.none() | st.integers(2, len(points)))
        levels = tuple(Level(f"L{n}", one) for n, one in enumerate(points))
        criteria.append(Criterion(f"c{number}", "C", "", "", levels, needed))
    return Rubric(tuple(criteria))


@st.composite
def judged(draw: st.DrawFn) -> tuple[Rubric, dict[str, int], int, int]:
    """A rubric, a level for each criterion, full marks and cut."""
    rubric = draw(rubrics())
    levels = {one.id: draw(st.integers(1, len(one.levels))) for one in rubric.criteria}
    full = draw(st.integers(1, 1000))
    return rubric, levels, full, draw(st.integers(0, full))


@given(judged(), st.data())
def test_a_higher_level_never_gives_less(
    case: tuple[Rubric, dict[str, int], int, int], data: st.DataObject
) -> None:
    rubric, levels, full, cut = case
    better = {
        one.id: data.draw(st.integers(levels[one.id], len(one.levels))) for one in rubric.criteria
    }
    before = scored(rubric, levels, full_marks=full, cut=cut)
    after = scored(rubric, better, full_marks=full, cut=cut)
    assert after.points >= before.points
    assert after.score >= before.score
    assert after.passed >= before.passed


@given(judged())
def test_all_highest_levels_are_full_marks_and_points_of_nothing_are_none(
    case: tuple[Rubric, dict[str, int], int, int],
) -> None:
    rubric, levels, full, cut = case
    assert flaws(rubric) == []
    best = scored(
        rubric, {one.id: len(one.levels) for one in rubric.criteria}, full_marks=full, cut=cut
    )
    assert (best.score, best.passed, best.missed) == (full, True, ())
    some = scored(rubric, levels, full_marks=full, cut=cut)
    assert 0 <= some.score <= full
    if some.points == 0:
        assert some.score == 0


@given(judged())
def test_who_passed_has_the_cut_and_everything_that_had_to_be_passed(
    case: tuple[Rubric, dict[str, int], int, int],
) -> None:
    rubric, levels, full, cut = case
    found = scored(rubric, levels, full_marks=full, cut=cut)
    exact = found.points / found.full * full
    assert found.passed == (exact >= cut and not found.missed)
    assert found.passed or found.score < cut or cut == 0


@pytest.mark.parametrize(
    ("levels", "points", "score", "passed"),
    [
        ((3, 3), 10, 100, True),
        ((3, 2), 7, 70, True),
        ((2, 2), 5, 50, False),
        ((1, 3), 6, 60, False),
        ((3, 1), 4, 40, False),
        ((1, 1), 0, 0, False),
    ],
)
def test_points_are_a_share_of_full_marks(
    levels: tuple[int, int], points: int, score: int, passed: bool
) -> None:
    found = scored(USUAL, dict(zip(("plan", "safe"), levels, strict=True)), full_marks=100, cut=70)
    assert (found.points, found.full, found.score, found.passed) == (points, 10, score, passed)


def test_what_had_to_be_passed_keeps_the_score_below_the_cut() -> None:
    rubric = Rubric((criterion("much", 0, 90), criterion("safe", 0, 10, needed=2)))
    found = scored(rubric, {"much": 2, "safe": 1}, full_marks=100, cut=70)
    assert (found.score, found.passed, found.missed) == (69, False, ("safe",))
    never = scored(rubric, {"much": 2, "safe": 1}, full_marks=100, cut=0)
    assert (never.score, never.passed) == (0, False)


def test_a_share_just_below_the_cut_is_not_rounded_up() -> None:
    rubric = Rubric((criterion("one", 0, 2, 3),))
    assert scored(rubric, {"one": 2}, full_marks=100, cut=67).score == 66


def test_stored_and_read_it_is_the_same() -> None:
    rubric = Rubric((criterion("half", "1/2", "5/2", needed=2, competency="SEC-1"),), ("work",))
    assert rubric_from(content_of(rubric)) == rubric
    assert rubric_from(content_of(rubric)).full == Fraction(5, 2)


@pytest.mark.parametrize(
    ("rubric", "code"),
    [
        (Rubric(), "rubric_empty"),
        (Rubric(tuple(criterion(f"c{n}", 0, 1) for n in range(31))), "rubric_too_long"),
        (Rubric((criterion("one", 0, 1),), ()), "rubric_without_kind"),
        (Rubric((criterion("one", 0, 1),), ("exam",)), "rubric_without_kind"),
        (Rubric((criterion("one", 0, 1), criterion("one", 0, 1))), "rubric_criterion_twice"),
        (Rubric((criterion("", 0, 1),)), "rubric_name_missing"),
        (Rubric((criterion("one", 1),)), "rubric_levels_count"),
        (Rubric((criterion("one", 0, 1, 2, 3, 4, 5, 6),)), "rubric_levels_count"),
        (Rubric((criterion("one", 0, 2, 2),)), "rubric_levels_order"),
        (Rubric((criterion("one", -1, 2),)), "rubric_levels_order"),
        (Rubric((criterion("one", 0, 2, needed=1),)), "rubric_needed_level"),
        (Rubric((criterion("one", 0, 2, needed=3),)), "rubric_needed_level"),
    ],
)
def test_nobody_is_judged_by_an_unsound_rubric(rubric: Rubric, code: str) -> None:
    assert [flaw.code for flaw in flaws(rubric)] == [code]


def test_criteria_without_a_level_or_with_a_strange_one_are_open() -> None:
    assert open_criteria(USUAL, {}) == ["plan", "safe"]
    assert open_criteria(USUAL, {"plan": 4, "safe": 0}) == ["plan", "safe"]
    assert open_criteria(USUAL, {"plan": 3, "safe": 1}) == []
