"""The whole report: its doubts, and that 10,000 attempts are no burden."""

import random
from time import process_time

import pytest
from flask import Flask

from certification.statistics.leads import pairs_in_common
from certification.statistics.report import Report, analyse
from certification.statistics.responses import Item, Sitting
from lms.reasons import Reason
from lms.wording import word
from tests.conftest import FULL, SPARE

ITEMS = 60
PEOPLE = 10_000 if FULL else 2_000
SECONDS = PEOPLE / 2_000
KEYS = ["abcd"[n % 4] for n in range(ITEMS)]


def answers(people: int, seed: int = 7) -> list[list[str]]:
    """Of people with an ability each; item 0 is keyed wrongly, nobody chooses d on item 1."""
    chance = random.Random(seed)
    found = []
    for _ in range(people):
        ability = chance.gauss(0.6, 0.15)
        row = [
            key if chance.random() < ability + 0.4 * place / ITEMS - 0.2 else chance.choice("abcd")
            for place, key in enumerate(KEYS)
        ]
        row[0] = "b" if chance.random() < ability else chance.choice("acd")
        row[1] = "a" if row[1] == "d" else row[1]
        found.append(row)
    return found


def marked(rows: list[list[str]]) -> list[Sitting]:
    """Scored against the key, as the exam does it."""
    return [
        Sitting(
            person=str(n),
            points=[1.0 if answer == key else 0.0 for answer, key in zip(row, KEYS, strict=True)],
            picks=[(answer,) for answer in row],
            seconds=[30.0 + n % 40 + place for place in range(ITEMS)],
            group="ref" if n % 3 else "focal",
            room=f"R{n // 25}",
        )
        for n, row in enumerate(rows)
    ]


def report(rows: list[list[str]]) -> Report:
    items = [Item(f"I{n}", key=(key,), options=tuple("abcd")) for n, key in enumerate(KEYS)]
    return analyse(items, marked(rows), ("ref", "focal"))


@pytest.mark.thorough
def test_two_thousand_attempts_a_second_are_scored_and_analysed() -> None:
    rows = answers(PEOPLE)
    start = process_time()
    found = report(rows)
    pairs_in_common(found.sample)
    seconds = process_time() - start
    print(f"{seconds:.2f} s")
    assert seconds < SECONDS * SPARE
    assert len(found.items) == ITEMS
    assert sum(count for _, count in found.histogram) == PEOPLE


@pytest.fixture(scope="module")
def small() -> Report:
    return report(answers(1000))


def codes(report: Report, place: int) -> set[str]:
    return {doubt.code for doubt in report.items[place].doubts}


def test_a_wrong_key_shows(small: Report) -> None:
    assert {"item_separates_wrongly", "distractor_draws_the_able"} <= codes(small, 0)
    drawn = [d for d in small.items[0].doubts if d.code == "distractor_draws_the_able"]
    assert drawn == [Reason("distractor_draws_the_able", {"option": "b"})]


def test_an_option_that_nobody_chooses_shows(small: Report) -> None:
    assert Reason("distractor_idle", {"option": "d"}) in small.items[1].doubts


def test_every_item_of_a_single_form_is_overexposed(small: Report) -> None:
    assert all("item_overexposed" in codes(small, place) for place in range(ITEMS))


@pytest.mark.parametrize(("people", "is_told"), [(2, False), (29, False), (30, True)])
def test_how_often_an_item_was_shown_is_no_doubt_before_enough_exams(
    people: int, is_told: bool
) -> None:
    few = report(answers(people))
    assert {item.exposure.rate for item in few.items} == {1.0}
    told = {"item_overexposed" in codes(few, place) for place in range(ITEMS)}
    assert told == {is_told}


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        (
            Reason("too_few_answers", {"have": 1, "need": 10}),
            "Not enough data: 1 of the 10 answers needed.",
        ),
        (
            Reason("item_guessed_rapidly", {"count": 1}),
            "Answered faster than one can read: 1 of the answers.",
        ),
    ],
)
def test_one_is_told_as_one(app: Flask, reason: Reason, text: str) -> None:
    with app.test_request_context():
        assert word(reason) == text


def test_groups_that_answer_alike_do_not_differ(small: Report) -> None:
    grades = [getattr(item.dif, "grade", None) for item in small.items]
    assert grades.count("C") == 0
    assert grades.count("A") > 50


def test_an_empty_exam_has_no_figures_and_no_crash() -> None:
    found = analyse([Item("A"), Item("B")], [])
    assert isinstance(found.reliability, Reason)
    assert all(isinstance(item.difficulty, Reason) for item in found.items)
