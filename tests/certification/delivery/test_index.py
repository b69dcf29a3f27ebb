"""Where a person stands with each exam, on the page that lists them all."""

from datetime import timedelta

import pytest
from flask import Flask

from certification.delivery.rules import Facts, mine
from certification.exams.retakes import Renewal, Retakes, Try
from lms.accounts.models import Person
from lms.clock import frozen_at
from tests.conftest import NOW
from tests.factories import Factory
from tests.factories.sittings import Sat
from tests.page import Page, words
from tests.queries import counted

DAY = timedelta(days=1)
PASSED, FAILED, OPEN = (Try(NOW - DAY, passed) for passed in (True, False, None))
WAITS = Retakes(waits=(14,))
AGAIN = Renewal("Administrator", NOW - DAY)
LATER = Renewal("Administrator", NOW + DAY)


@pytest.mark.parametrize(
    ("facts", "outcome", "codes"),
    [
        ({}, "untaken", []),
        ({"missing": [("A", "One"), ("B", "Two")]}, "untaken", ["needs_prerequisite"] * 2),
        ({"tries": [OPEN]}, "pending", []),
        ({"tries": [PASSED, Try(NOW, None)]}, "pending", []),
        ({"tries": [FAILED]}, "failed", ["another_allowed"]),
        ({"tries": [FAILED], "retakes": WAITS}, "failed", ["retake_wait"]),
        ({"tries": [FAILED], "retakes": Retakes(most=1)}, "failed", ["tries_used"]),
        ({"tries": [FAILED], "has_policy": False}, "failed", []),
        ({"tries": [FAILED, Try(NOW, True)]}, "passed", []),
        ({"tries": [PASSED], "renewal": AGAIN}, "passed", ["renewal_allowed"]),
        ({"tries": [PASSED], "renewal": LATER}, "passed", ["renewal_wait"]),
        ({"tries": [PASSED], "version": 2}, "passed", ["another_allowed"]),
    ],
)
def test_a_line_says_what_came_of_the_newest_try_and_when_the_next_may_be(
    facts: dict[str, object], outcome: str, codes: list[str]
) -> None:
    found = mine(Facts(**{"has_policy": True, "has_form": True, **facts}), now=NOW)
    assert (found.outcome, [reason.code for reason in found.reasons]) == (outcome, codes)


@pytest.fixture
def ada(make: Factory) -> Person:
    return make.person("Ada")


def lines(app: Flask, make: Factory, reader: Person) -> tuple[list[str], int]:
    """The page's lines, and how many queries they took."""
    with frozen_at(NOW + DAY):
        browser = make.sign_in(app.test_client(), reader)
        browser.get("/exams")
        with counted() as asked:
            page = Page(browser.get("/exams"))
    return [words(one) for one in page.soup.select("section[aria-labelledby=all] li")], len(asked)


def test_each_exam_says_where_the_reader_stands_in_as_many_queries_as_one(
    app: Flask, make: Factory, ada: Person
) -> None:
    def exam(number: int) -> Sat:
        programme = make.programme(f"p{number}", f"P{number}")
        course = make.exam_course(programme, f"P{number}-300")
        return make.exam_form(programme, course, items=2)

    def tried(sat: Sat, answer: str, *, is_scored: bool = True) -> None:
        attempt = make.submitted(sat, ada, [[answer]] * 2)
        if is_scored:
            make.scored(attempt)

    failed = exam(1)
    make.newer_policy(failed.exam, retakes={"waits": [14], "most": 3})
    tried(failed, "a")
    (line,), few = lines(app, make, ada)
    assert "Not passed" in line
    assert "The next attempt is possible from 7 Dec 2026" in line

    booked = exam(2).exam
    make.booked(booked, make.slot(booked, "2026-12-01T09:00"), ada)
    tried(exam(3), "b")
    tried(exam(4), "b", is_scored=False)
    exam(5)
    found, many = lines(app, make, ada)

    said = ["Not passed", "Booked", "Passed", "Result pending", "Not taken yet"]
    assert [word in line for word, line in zip(said, found, strict=True)] == [True] * 5
    assert "1 Dec 2026, 09:00 CET" in found[1]
    assert many == few
