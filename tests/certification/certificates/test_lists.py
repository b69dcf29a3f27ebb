"""Lists of codes that somebody pasted or sent: whatever they hold, they end soon and say why."""

import csv
import io
import time
import zlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certification.certificates import lists
from certification.certificates.codes import Hint
from certification.certificates.rules import Verdict
from lms.errors import Refusal
from tests.conftest import SPARE

pytestmark = pytest.mark.thorough

MB = 1 << 20


def read(content: bytes) -> Sequence[lists.Entry] | str:
    """The entries of a file, or the code of its refusal."""
    try:
        return lists.given(lists.uploaded(content)).entries
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
        lists.given(lists.pasted("a\n" * (2 * MB)))
    assert time.process_time() - begun < 5 * SPARE


def test_repeated_and_empty_lines_of_an_ordinary_list_do_not_count() -> None:
    content = b"code\n" + b"".join(b"%d\n\n" % number for number in range(10_000)) + b"1\n"
    found = read(content)
    assert not isinstance(found, str)
    assert len(found) == 10_000


def test_a_line_that_is_repeated_is_looked_up_once_and_kept_as_it_was_given() -> None:
    found = lists.given(["a@b.example", " A@B.example ", "", "0" * 17, "0000-" * 4 + "0", "nope"])
    assert [entry.text for entry in found.entries] == ["a@b.example", "0" * 17, "nope"]
    assert found.lines == [
        ("a@b.example", 0), ("A@B.example", 0), ("0" * 17, 1), ("0000-" * 4 + "0", 1), ("nope", 2),
    ]  # fmt: skip
    assert found.repeated == 2


def test_an_address_with_many_certificates_is_not_repeated_without_end() -> None:
    """30,000 times an address with a hundred certificates would be three million rows."""
    found = lists.given(["a@b.example"] * lists.READ)
    many = [[lists.Row("a@b.example", Verdict.VALID)] * 100]
    with pytest.raises(Refusal):
        lists.written(found, many)
    assert lists.written(lists.given(["a@b.example"] * 300), many).count(b"\n") == 30_001


@pytest.mark.parametrize("written", ["utf-8-sig", "utf-16", "cp1251"])
def test_a_list_is_read_whatever_spreadsheet_wrote_it(written: str) -> None:
    content = "sep=;\r\nДата;E-Mail\r\n1;a@b.example\r\n".encode(written)
    found = read(content)
    assert [one.text for one in found if not isinstance(one, str)] == ["a@b.example"]


@pytest.mark.thorough
@given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_any_file_is_a_list_or_a_clear_refusal(content: bytes) -> None:
    found = read(content)
    refusals = ("list_unreadable", "list_long", "import_encoding")
    assert found in refusals or isinstance(found, list)


@given(st.text(max_size=200), st.integers(1, 7))
def test_the_first_rows_are_read_without_the_rest(text: str, at_once: int) -> None:
    """However the bytes come: a row may break off in a letter, and hold lines of its own."""
    asked = lists.given([text or "x", "y\nz", "last"])
    answers = [[lists.Row(one.text, Verdict.NOT_FOUND)] for one in asked.entries]
    content = lists.written(asked, answers)
    whole = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    lines = lists.unpacked(zlib.compress(content), at_once)
    assert lists.first_rows(lines, len(whole)) == whole


def test_no_more_of_a_result_is_unpacked_than_is_shown() -> None:
    content = b"entry,verdict\r\n" + b"x,valid\r\n" * 1_000_000
    lines = lists.unpacked(zlib.compress(content))
    assert len(lists.first_rows(lines, 100)) == 100
    assert sum(1 for _line in lines) > 900_000


def test_what_was_mistyped_is_counted_once_by_why() -> None:
    rows = [lists.Row("x", Verdict.NOT_FOUND, hint=why) for why in (*Hint, Hint.MISTYPED, None)]
    assert lists.slips(rows) == {"certificate_number": 1, "mistyped": 2}
