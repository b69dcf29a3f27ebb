"""Answers that are begun, or that cannot be meant so: marked as that, kept as they were typed."""

from datetime import datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from certification.delivery.answers import flaw
from lms import clock
from tests.certification.delivery.test_attempts import begin
from tests.certification.items.contents import item
from tests.factories import Factory
from tests.page import Page, words

pytestmark = pytest.mark.thorough

KIND_OF_FLAW = [
    ("match", {"x": "fr"}, {}, "incomplete"),
    ("match", {"x": "es", "y": "fr", "z": "fr"}, {}, ""),
    ("match", {"x": "es", "y": "fr", "z": "fr"}, {"once": True}, "used_twice"),
    ("inline", {"i": "f"}, {}, "incomplete"),
    ("gaps", {"h": "p"}, {}, "incomplete"),
    ("gaps", {"g": "p", "h": "p"}, {}, "used_twice"),
    ("gaps", {"g": "s", "h": "p"}, {}, ""),
    ("order", ["d"], {}, "incomplete"),
    ("order", ["d", "", "b", "a"], {}, "incomplete"),
    ("order", ["d", "c", "b", "b"], {}, "used_twice"),
    ("order", ["d", "c", "b", "a"], {}, ""),
    ("number", "abc", {}, "not_a_number"),
    ("number", "-", {}, "not_a_number"),
    ("number", " 99 ", {}, ""),
    ("number", "1e3", {}, ""),
    ("text", "abc", {}, ""),
    ("essay", "…", {}, ""),
    # Two are right here: to choose one of them must look as finished as to choose both or all.
    ("choice", ["c"], {}, ""),
    ("choice", ["a", "b", "c"], {}, ""),
    ("choice", ["a", "b"], {"most": 2}, ""),
    ("choice", ["a"], {"most": 2}, ""),
    ("choice", ["a", "b", "c"], {"most": 2}, "too_many"),
]


@pytest.mark.parametrize(("kind", "response", "changes", "wanted"), KIND_OF_FLAW)
def test_what_is_wrong_with_an_answer(
    kind: str, response: Any, changes: dict[str, Any], wanted: str
) -> None:
    assert flaw(item(kind, **changes), response, "en") == wanted
    assert flaw(item(kind, **changes), None, "en") == ""


OTHER_KEYS: dict[str, Any] = {
    "choice": ["c"],
    "match": {"x": "es", "y": "fr", "z": "it"},
    "inline": {"w": "s", "i": "f"},
    "gaps": {"g": "s", "h": "p"},
    "order": ["d", "c", "b", "a"],
}


@pytest.mark.parametrize(("kind", "response", "changes", "wanted"), KIND_OF_FLAW)
def test_the_key_plays_no_part(
    kind: str, response: Any, changes: dict[str, Any], wanted: str
) -> None:
    if kind == "number":
        changes = {**changes, "answers": [{"value": "99"}]}
    elif kind in OTHER_KEYS:
        changes = {**changes, "key": OTHER_KEYS[kind]}
    assert flaw(item(kind, **changes), response, "en") == wanted


def test_a_number_is_read_as_it_will_be_scored() -> None:
    for language in ("en", "de"):
        assert flaw(item("number"), "1.234,5", language) == (
            "" if language == "de" else "not_a_number"
        )


HALF: dict[str, Any] = {"match": {"p1": "o1"}, "order": {"answer": "o1"}, "number": "abc"}


def test_unfinished_answers_are_marked_and_kept_without_a_script(
    make: Factory, browser: FlaskClient, now: datetime
) -> None:
    make.takeable(kinds=("match", "order", "number", "text"))
    with clock.frozen_at(now):
        place = begin(browser)
        for number, fields in enumerate(HALF.values(), 1):
            form = Page(browser.get(f"{place}?n={number}")).form("#sitting")
            sent = fields if isinstance(fields, dict) else {"answer": fields}
            assert form.submit(browser, **sent).status_code == 303
        page = Page(browser.get(f"{place}?n=3"))
        assert page.field("answer")["value"] == "abc"
        assert page.field("answer")["aria-invalid"] == "true"
        assert "This is not a number." in words(page.soup.find(id="flaw"))
        assert words(page.soup.find(id="answered")) == "0 of 4 answered"
        marks = [words(one) for one in page.soup.select(".places button")]
        review = Page(browser.get(f"{place}/review"))
    assert marks == [
        "Question 1 … , incomplete",
        "Question 2 … , incomplete",
        "Question 3 … , not a number",
        "Question 4 , not answered",
    ]
    assert [words(one) for one in review.soup.select(".places a")] == marks
    assert not review.soup.select(".places .answered")
    assert "1 question is not answered." in review.text
    assert "3 answers need another look." in review.text
    listed = [words(one) for one in review.soup.select(".alert li a")]
    assert listed == [
        "Question 1: incomplete", "Question 2: incomplete", "Question 3: not a number",
    ]  # fmt: skip


ORDERS = [
    (["o2", "", "o1", ""], ["o2", "", "o1", ""]),
    (["", "", "", "o3"], ["", "", "", "o3"]),
    (["o1", "o1", "", "o2"], ["o1", "o1", "", "o2"]),
    (["", "", "", ""], ["", "", "", ""]),
    (["o2", "o9", "o1"], ["o2", "", "o1", ""]),
]


@pytest.mark.parametrize(("sent", "shown"), ORDERS)
@pytest.mark.parametrize("by", ["form", "program"])
def test_an_order_comes_back_place_by_place(
    make: Factory, browser: FlaskClient, now: datetime, by: str, sent: list[str], shown: list[str]
) -> None:
    make.takeable(kinds=("order",))
    with clock.frozen_at(now):
        place = begin(browser)
        form = Page(browser.get(f"{place}?n=1")).form("#sitting")
        if by == "form":
            assert form.submit(browser, answer=sent).status_code == 303
        else:
            entry = {"position": 1, "seq": 1, "response": sent}
            assert browser.post(f"{place}/answers", json={"answers": [entry]}).status_code == 200
        page = Page(browser.get(f"{place}?n=1"))
    lists = page.soup.select("#sitting select[name=answer]")
    chosen = [one.select_one("option[selected]") for one in lists]
    assert [one["value"] if one else "" for one in chosen] == shown


def test_an_order_longer_than_the_question_is_refused(
    make: Factory, browser: FlaskClient, now: datetime
) -> None:
    make.takeable(kinds=("order",))
    entry = {"position": 1, "seq": 1, "response": ["o1", "", "", "", "o2"]}
    with clock.frozen_at(now):
        answer = browser.post(f"{begin(browser)}/answers", json={"answers": [entry]})
    assert answer.status_code == 422


def test_the_review_speaks_of_one_question_or_of_many(
    make: Factory, browser: FlaskClient, now: datetime
) -> None:
    make.takeable(kinds=("text", "number"))
    with clock.frozen_at(now):
        place = begin(browser)
        both = Page(browser.get(f"{place}/review")).text
        Page(browser.get(f"{place}?n=1")).form("#sitting").submit(browser, answer="Paris")
        one = Page(browser.get(f"{place}/review")).text
    assert "2 questions are not answered. You can go back to them as long as there is time." in both
    assert "1 question is not answered. You can go back to it as long as there is time." in one


def test_whole_answers_are_marked_as_answered(
    make: Factory, browser: FlaskClient, now: datetime
) -> None:
    make.takeable(kinds=("match", "number"))
    with clock.frozen_at(now):
        place = begin(browser)
        for number, fields in enumerate([{"p1": "o1", "p2": "o2", "p3": "o3"}, {"answer": "7"}], 1):
            Page(browser.get(f"{place}?n={number}")).form("#sitting").submit(browser, **fields)
        review = Page(browser.get(f"{place}/review"))
    assert "Every question is answered." in review.text
    assert len(review.soup.select(".places .answered")) == 2


def test_a_saving_page_learns_what_is_wrong(
    make: Factory, browser: FlaskClient, now: datetime
) -> None:
    make.takeable(kinds=("match", "number"))

    def saved(position: int, seq: int, response: Any) -> Any:
        entry = {"position": position, "seq": seq, "response": response}
        return browser.post(f"{place}/answers", json={"answers": [entry]}).json

    with clock.frozen_at(now):
        place = begin(browser)
        assert saved(1, 1, {"p1": "o1"})["flaws"] == {"1": ["incomplete", ""]}
        full = saved(1, 2, {"p1": "o1", "p2": "o2", "p3": "o3"})
        wrong = saved(2, 1, "abc")
        late = saved(1, 1, {"p1": "o2"})
        assert late["stale"] == {"1": 2}
    assert full["flaws"] == {"1": ["", ""]}
    assert wrong["saved"] == [2]
    assert wrong["flaws"] == {"2": ["not a number", "This is not a number. Write it in digits."]}
    assert late["flaws"] == {}
