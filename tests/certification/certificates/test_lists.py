"""Lists of codes that somebody pasted or sent: whatever they hold, they end soon and say why."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certification.certificates import lists
from lms.errors import Refusal
from tests.conftest import SPARE

MB = 1 << 20


def read(content: bytes) -> list[lists.Entry] | str:
    """The entries of a file, or the code of its refusal."""
    try:
        return lists.entries(lists.uploaded(content))
    except Refusal as refusal:
        return refusal.reasons[0].code


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("line", "times", "told"),
    [
        (b"a\n", 4 * MB, "list_long"),
        (b"%d\n", 1_000_000, "list_long"),
        (b'"a\n', 2 * MB, "list_long"),
        (b"a,b,c,d\n", MB, "list_long"),
        (b'"', 8 * MB - 1, "list_unreadable"),
        (b",", 8 * MB, []),
    ],
    ids=["lines", "numbers", "open quotes", "columns", "quotes", "one row"],
)
def test_eight_megabytes_of_nothing_end_soon(line: bytes, times: int, told: object) -> None:
    numbered = b"%" in line
    content = b"".join(line % number for number in range(times)) if numbered else line * times
    begun = time.process_time()
    assert read(content) == told
    assert time.process_time() - begun < 5 * SPARE


def test_what_was_pasted_ends_soon() -> None:
    begun = time.process_time()
    with pytest.raises(Refusal):
        lists.entries(lists.pasted("a\n" * (2 * MB)))
    assert time.process_time() - begun < 5 * SPARE


def test_repeated_and_empty_lines_of_an_ordinary_list_do_not_count() -> None:
    content = b"code\n" + b"".join(b"%d\n\n" % number for number in range(10_000)) + b"1\n"
    found = read(content)
    assert not isinstance(found, str)
    assert len(found) == 10_000


@pytest.mark.thorough
@given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_any_file_is_a_list_or_a_clear_refusal(content: bytes) -> None:
    found = read(content)
    refusals = ("list_unreadable", "list_long", "import_encoding")
    assert found in refusals or isinstance(found, list)
