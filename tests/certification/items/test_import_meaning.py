"""What Moodle does with a question beyond its words is done here too, or named."""

from fractions import Fraction
from typing import Any

import pytest

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
