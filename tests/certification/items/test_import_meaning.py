"""What Moodle does with a question beyond its words is done here too, or named."""

from fractions import Fraction
from typing import Any

import pytest

from certification.items.exchange import gift
from certification.items.scoring import score
from tests.certification.items.test_moodle import answer, codes, one, question

HALVES = answer("A", "50") + answer("B", "50") + answer("C", "0")


def test_all_or_nothing_stays_all_or_nothing() -> None:
    content = one(question("multichoiceset", "Which?", HALVES)).content
    assert score(content, ["a", "b"]).is_right
    assert [score(content, said).raw for said in (["a"], ["a", "b", "c"])] == [0, 0]
    content = one(question("oumultiresponse", "Which?", HALVES)).content
    assert score(content, ["a"]).raw == Fraction(1, 2)


def ordering(**said: str) -> Any:
    rest = "".join(f"<{name}>{value}</{name}>" for name, value in said.items())
    words = "".join(answer(word, "100") for word in ("one", "two", "three", "four"))
    return one(question("ordering", "Sort.", words + rest))


@pytest.mark.parametrize(
    ("said", "noted"),
    [
        ({"gradingtype": "ABSOLUTE_POSITION"}, []),
        ({"gradingtype": "ALL_OR_NOTHING", "selecttype": "ALL", "selectcount": "3"}, []),
        ({"gradingtype": "0", "selecttype": "RANDOM", "selectcount": "4"}, []),
        ({"gradingtype": "0", "selecttype": "RANDOM", "selectcount": "0"}, []),
        ({"gradingtype": "0", "selecttype": "0", "selectcount": "3"}, []),
        ({"gradingtype": "0", "selectcount": "3"}, []),
        ({"gradingtype": "0", "selecttype": "RANDOM", "selectcount": "3"}, ["import_order_chosen"]),
        ({"gradingtype": "0", "selecttype": "2", "selectcount": "3"}, ["import_order_chosen"]),
        ({}, ["import_order_graded"]),
        ({"gradingtype": "LONGEST_ORDERED_SUBSET"}, ["import_order_graded"]),
    ],
)
def test_an_order_says_where_it_was_asked_or_graded_otherwise(
    said: dict[str, str], noted: list[str]
) -> None:
    assert codes(ordering(**said)) == noted


def shuffle_of(kind: str, body: str, rest: str) -> bool:
    found = one(question(kind, body, rest))
    assert found.content is not None, found.refusals
    return bool(found.content.shuffle)


PICK = "<selectoption><text>x</text><group>1</group></selectoption>"


@pytest.mark.parametrize(
    ("kind", "rest", "unsaid"),
    [
        ("multichoice", answer("A", "100") + answer("All of the above", "0"), False),
        ("oumultiresponse", HALVES, True),
        ("multichoiceset", HALVES, True),
        ("gapselect", PICK + PICK.replace(">x<", ">y<"), True),
    ],
)
def test_options_change_places_only_where_the_file_says_so(
    kind: str, rest: str, unsaid: bool
) -> None:
    assert shuffle_of(kind, "Which [[1]]?", rest) is unsaid
    for said, expected in (("true", True), ("1", True), ("false", False), ("0", False)):
        shuffled = f"<shuffleanswers>{said}</shuffleanswers>"
        assert shuffle_of(kind, "Which [[1]]?", rest + shuffled) is expected


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("MULTICHOICE",), False),
        (("MC",), False),
        (("MCV",), False),
        (("MULTICHOICE_H",), False),
        (("MCS",), True),
        (("MULTICHOICE_S",), True),
        (("MULTICHOICE_VS", "MCHS"), True),
        (("MCS", "MC"), False),
    ],
)
def test_gaps_of_moodle_are_shuffled_only_if_all_their_kinds_say_so(
    names: tuple[str, ...], expected: bool
) -> None:
    body = " ".join(f"{{1:{name}:=a~b}}" for name in names)
    assert shuffle_of("cloze", body, "") is expected


def test_feedback_of_a_truth_keeps_what_follows_a_further_sign() -> None:
    (found,) = gift.read("So? {T#wrong#see #12 and #13}")
    assert found.content is not None
    assert found.content.texts["en"].feedback == {"wrong": "wrong", "right": "see #12 and #13"}
