"""What Moodle does with a question beyond its words is done here too, or named."""

from fractions import Fraction
from typing import Any

import pytest

from certification.items.exchange import gift
from certification.items.scoring import score
from tests.certification.items.test_moodle import SEVERAL, answer, codes, one, question

HALVES = answer("A", "50") + answer("B", "50") + answer("C", "0")


def test_all_or_nothing_stays_all_or_nothing() -> None:
    content = one(question("multichoiceset", "Which?", HALVES)).content
    assert score(content, ["a", "b"]).is_right
    assert [score(content, said).raw for said in (["a"], ["a", "b", "c"])] == [0, 0]
    content = one(question("oumultiresponse", "Which?", HALVES)).content
    assert score(content, ["a"]).raw == Fraction(1, 2)
