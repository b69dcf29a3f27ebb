"""A number of a file becomes the key as it stands there, or its item is refused: never another
number, and never at the cost of the items around it."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certification.items import intake
from certification.items.exchange import formats, gift
from certification.items.exchange.found import Found
from certification.items.scoring import score
from tests.certification.items.test_moodle import answer, question
from tests.certification.items.test_qti import codes, entry
from tests.certification.items.test_qti_rules import ENTRY, MAP, asks, condition, declared


def in_gift(value: str, tolerance: str = "0") -> bytes:
    return f"Which? {{#{value}:{tolerance}}}".encode()


def in_moodle(value: str, tolerance: str = "0") -> bytes:
    said = answer(value, "100", f"<tolerance>{tolerance}</tolerance>")
    return f"<quiz>{question('numerical', 'Which?', said)}</quiz>".encode()


def in_cloze(value: str, tolerance: str = "0") -> bytes:
    body = f"Which? {{1:NUMERICAL:={value}:{tolerance}}}"
    return f"<quiz>{question('cloze', body)}</quiz>".encode()


def in_qti(value: str, tolerance: str = "0") -> bytes:
    near = {"toleranceMode": "absolute", "tolerance": f"{tolerance} {tolerance}"}
    rules = condition((asks(value, "equal", **near), "1"))
    return entry(ENTRY, declared("float", right=value), rules)


def in_qti_mapping(value: str, tolerance: str = "0") -> bytes:
    del tolerance  # a mapping has none
    said = f'<mapEntry mapKey="{value}" mappedValue="1"/>'
    return entry(ENTRY, declared("float", said, right=value), MAP)


WRITERS: dict[Callable[..., bytes], str] = {
    in_gift: "gift",
    in_moodle: "moodle",
    in_cloze: "moodle",
    in_qti: "qti",
    in_qti_mapping: "qti",
}


def read(write: Callable[..., bytes], value: str, tolerance: str = "0") -> Any:
    (found,) = formats.read(WRITERS[write], write(value, tolerance), "en")
    return found


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize("value", ["6.674e-11", "0.0000123456789", "1e-12", "1e17", "6.022e23"])
def test_a_number_with_more_digits_than_an_item_holds_is_refused(write: Any, value: str) -> None:
    found = read(write, value, "0")
    assert (found.content, codes(found)) == (None, ["import_number"])


@pytest.mark.parametrize("write", [one for one in WRITERS if one is not in_qti_mapping])
def test_a_tolerance_with_more_digits_than_an_item_holds_is_refused(write: Any) -> None:
    assert codes(read(write, "3", "1e-12")) == ["import_number"]
    assert codes(read(write, "3", "1e21")) == ["import_number"]


@pytest.mark.parametrize("write", [one for one in WRITERS if one is not in_qti_mapping])
def test_more_digits_are_taken_where_the_tolerance_makes_nothing_of_them(write: Any) -> None:
    content = read(write, "3.14159265358979", "0.001").content
    assert score(content, "3.142").is_right
    assert not score(content, "3.15").is_right


@pytest.mark.parametrize("span", ["0.000000001..0.000000002", f"1..1.{'0' * 40}1"])
def test_a_range_whose_middle_would_be_rounded_is_refused(span: str) -> None:
    (found,) = gift.read(f"Which? {{#{span}}}")
    assert codes(found) == ["import_number"]


@pytest.mark.parametrize("value", ["0.000000001", "2e-9", "1e14", "0e-20"])
def test_a_number_that_an_item_holds_is_taken(value: str) -> None:
    for write in WRITERS:
        assert score(read(write, value).content, value).is_right


@pytest.mark.parametrize("many", ["1e17", "1e20", "1e25", "1e30", "1e99"])
@pytest.mark.parametrize(
    "file",
    [
        lambda many: entry(
            ENTRY,
            declared("string", f'<mapEntry mapKey="a" mappedValue="{many}"/>', right="a"),
            MAP,
        ),
        lambda many: entry(
            "<extendedTextInteraction responseIdentifier='R'/>",
            "<responseDeclaration identifier='R' cardinality='single' baseType='string'/>"
            "<outcomeDeclaration identifier='MAXSCORE' cardinality='single' baseType='float'>"
            f"<defaultValue><value>{many}</value></defaultValue></outcomeDeclaration>",
            "",
        ),
        lambda many: question(
            "shortanswer", "x", f"<defaultgrade>{many}</defaultgrade>{answer('a', '100')}"
        ).encode(),
    ],
)
def test_points_beyond_measure_are_refused_by_their_cause(
    file: Callable[[str], bytes], many: str
) -> None:
    (found,) = intake.read("auto", file(many), "en")
    assert [one.code for one in found.refusals] == ["import_number"]


NUMBERS = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", "-"]),
    st.decimals(0, 1_000, places=6).map(str) | st.integers(0, 10**20).map(str),
    st.integers(-40, 40).map("e{}".format) | st.just(""),
)


@given(write=st.sampled_from(list(WRITERS)), value=NUMBERS, tolerance=NUMBERS)
def test_a_number_is_taken_as_exactly_as_its_tolerance_asks_or_refused(
    write: Any, value: str, tolerance: str
) -> None:
    found: Found = read(write, value, tolerance.removeprefix("-"))
    assert {one.code for one in found.refusals} <= {"import_number", "item_credit_out_of_range"}
    if found.content is not None:
        (kept,) = found.content.answers
        expected = Decimal(0) if write is in_qti_mapping else abs(Decimal(tolerance))
        assert abs(kept.value - Decimal(value)) <= expected / 1000
        assert abs(kept.tolerance - expected) <= expected / 1000
