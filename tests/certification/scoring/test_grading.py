"""Grading is exact, the same whoever asks, and quick enough for 10,000 attempts (2,000 in an
ordinary run)."""

import random
from decimal import Decimal
from fractions import Fraction
from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certification.items.scoring import score
from certification.scoring.grading import (
    Asked,
    Grader,
    Marks,
    Treatment,
    Verdict,
    combined,
    graded,
    judged,
    total,
)
from certification.scoring.keys import key_from, rekeyed, typed
from certification.scoring.scale import Scale
from certification.statistics.report import analyse
from certification.statistics.responses import Item, Sitting
from tests.certification.items.contents import KINDS, RIGHT, item
from tests.conftest import FULL, SPARE

PEOPLE = 10_000 if FULL else 2_000
SECONDS = PEOPLE / 2_000
KIND_NAMES = [kind for kind in KINDS if kind != "essay"]
PLACES = [Asked(n, n, item(kind), n > 7) for n, kind in enumerate(KIND_NAMES, 1)]
SCALE = Scale(0, 70, 100)
fractions = st.fractions(min_value=-3, max_value=60, max_denominator=30)


def answers_for(kind: str) -> st.SearchStrategy[Any]:
    """Right, wrong, unknown and shapeless answers."""
    content = item(kind)
    ids = st.sampled_from([*content.option_ids(), "zz"]) if content.options else st.just("zz")
    places = st.sampled_from([*(place.id for place in content.places), "yy"])
    return st.one_of(
        st.none(),
        st.just(RIGHT[kind]),
        st.lists(ids, max_size=5),
        st.dictionaries(places, ids, max_size=3),
        st.sampled_from(["", "Lutetia", "3.14", "1e9", "None"]),
        st.integers(0, 2),
    )


sheets = st.fixed_dictionaries(
    {},
    optional={place.position: answers_for(place.content.kind) for place in PLACES},
)


@pytest.mark.thorough
@given(st.lists(sheets, max_size=8))
def test_an_answer_that_was_seen_before_earns_what_it_earned(rows: list[dict[int, Any]]) -> None:
    grader = Grader(PLACES)
    for row in [*rows, *rows]:
        alone = [score(place.content, row.get(place.position)) for place in PLACES]
        found = grader.graded(row)
        assert [(line.raw, line.points) for line in found.lines] == [
            (one.raw, one.points) for one in alone
        ]
        assert found.raw == sum((one.raw for one in alone[:7]), Fraction(0))
        assert found == graded(PLACES, row)


@pytest.mark.thorough
@given(st.lists(fractions))
def test_the_sum_is_exact(points: list[Fraction]) -> None:
    assert total(points) == sum(points, Fraction(0))


@pytest.mark.thorough
@given(fractions, fractions, st.fractions(min_value="1/20", max_value=1), st.integers(-200, 69))
def test_more_raw_points_never_read_as_less(
    one: Fraction, other: Fraction, share: Fraction, bottom: int
) -> None:
    scale, full = Scale(bottom, 70, 100), Fraction(60)
    low, high = (judged(raw, full, share, scale) for raw in sorted((one, other)))
    assert low.scaled <= high.scaled
    assert low.passed <= high.passed
    for verdict in (low, high):
        assert verdict.passed == (verdict.scaled >= 70)
        assert bottom <= verdict.scaled <= 100


@given(sheets, st.sampled_from(["neutral", "credit"]), st.integers(1, 7))
def test_a_decision_on_an_item_touches_no_other(
    row: dict[int, Any], kind: str, version: int
) -> None:
    before, after = graded(PLACES, row), graded(PLACES, row, treatments={version: Treatment(kind)})
    for one, other in zip(before.lines, after.lines, strict=True):
        assert one == other or other.version_id == version
    changed = after.lines[version - 1]
    assert (changed.raw, changed.treatment) == (changed.points, kind)
    assert after.full == before.full - (0 if kind == "credit" else before.lines[version - 1].points)
    assert kind == "neutral" or after.raw >= before.raw


def test_where_nothing_counts_nothing_is_judged() -> None:
    with pytest.raises(ValueError, match="no item"):
        judged(Fraction(0), Fraction(0), Fraction(7, 10), SCALE)


def marks(*points: int) -> Marks:
    return {name: Decimal(value) for name, value in zip("tu", points, strict=True)}


@pytest.mark.parametrize(
    ("rounds", "is_double", "verdict"),
    [
        ({}, False, Verdict(next_round=1)),
        ({}, True, Verdict(next_round=1)),
        ({1: marks(1, 2)}, False, Verdict(marks(1, 2))),
        ({1: marks(1, 2)}, True, Verdict(next_round=2)),
        ({1: marks(0, 2), 2: marks(1, 3)}, True, Verdict(next_round=3)),
        ({1: marks(0, 3), 2: marks(2, 1)}, True, Verdict(marks(1, 2))),
        ({1: marks(0, 2), 2: marks(1, 3), 3: marks(2, 3)}, True, Verdict(marks(2, 3))),
        ({1: marks(0, 0), 3: marks(2, 3)}, False, Verdict(marks(2, 3))),
    ],
)
def test_what_markers_add_up_to(
    rounds: dict[int, Marks], is_double: bool, verdict: Verdict
) -> None:
    assert combined(rounds, is_double=is_double, gap=1) == verdict


@pytest.mark.parametrize("kind", KIND_NAMES)
def test_a_key_is_typed_as_it_is_shown(kind: str) -> None:
    content = item(kind)
    again = rekeyed(content, key_from(content, typed(content)))
    assert score(again, RIGHT[kind]).is_right
    if kind != "text":  # a typed text has no partial credit
        assert (again.key, again.answers) == (content.key, content.answers)


@pytest.mark.thorough
def test_two_thousand_attempts_a_second_are_graded_and_analysed() -> None:
    kinds = [KIND_NAMES[n % len(KIND_NAMES)] for n in range(60)]
    places = [Asked(n, n, item(kind)) for n, kind in enumerate(kinds, 1)]
    chance = random.Random(3)
    rows = [_answers(places, chance) for _ in range(PEOPLE)]
    items = [Item(f"I{place.position}", most=1.0) for place in places]
    start = process_time()
    grader = Grader(places)
    found = [grader.graded(row) for row in rows]
    verdicts = [judged(one.raw, one.full, Fraction(6, 10), SCALE) for one in found]
    graded_in = process_time() - start
    sittings = [
        Sitting(person=str(n), points=[float(line.raw) for line in one.lines])
        for n, one in enumerate(found)
    ]
    report = analyse(items, sittings)
    seconds = process_time() - start
    print(f"{graded_in:.2f} s of grading, {seconds:.2f} s with the statistics")
    assert seconds < SECONDS * SPARE
    assert 0 < sum(verdict.passed for verdict in verdicts) < PEOPLE
    assert len(report.items) == 60


def _answers(places: list[Asked], chance: random.Random) -> dict[int, Any]:
    ability, row = chance.gauss(0.6, 0.15), {}
    for place in places:
        kind, content = place.content.kind, place.content
        if chance.random() < ability:
            row[place.position] = RIGHT[kind]
        elif kind in ("choice", "hotspot"):
            row[place.position] = [chance.choice(content.option_ids())]
        elif kind == "order":
            row[place.position] = chance.sample(content.option_ids(), 4)
        elif kind in ("text", "number"):
            row[place.position] = str(chance.randrange(50))
    return row
