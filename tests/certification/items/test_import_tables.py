"""Our own table of items comes back however a spreadsheet saved it."""

import csv
import io

import pytest

from certification.items.exchange import formats, guess, table
from certification.items.exchange.found import Found
from tests.certification.items.contents import item
from tests.certification.items.test_moodle import codes

ROWS = list(csv.reader(io.StringIO(table.write([("Q1", "T", item("choice"))]))))
BODY = ROWS[1][3]


def saved(*rows: list[str], sign: str = ",") -> bytes:
    file = io.StringIO()
    csv.writer(file, delimiter=sign).writerows(rows)
    return file.getvalue().encode()


def read(content: bytes, form: str = "auto") -> list[Found]:
    return formats.read(form, content, "en")


@pytest.mark.parametrize(
    "content",
    [
        saved(*(row[::-1] for row in ROWS)),
        saved([" CODE", "Kind ", "TITLE", "Content"], ROWS[1], sign=";"),
        b"sep=;\r\n" + saved(*ROWS, sign=";"),
        b'\xef\xbb\xbf"sep=,"\n' + saved(*ROWS),
        b"sep=|\n" + saved(*ROWS, sign="|"),
        b"\n" + saved(*ROWS, ["", "", "", ""]),
        saved(["kind", "content", "code"], ["choice", BODY, "Q1"]),
        saved(*ROWS, sign="\t").decode().encode("utf-16"),
    ],
)
def test_columns_may_stand_in_any_order_and_spelling(content: bytes) -> None:
    (found,) = read(content)
    assert (found.name, found.content) == ("Q1", item("choice"))
    assert codes(found) == []


def test_columns_that_are_none_of_ours_are_named_once() -> None:
    content = saved(["Code", "Remarks", "content", "Owner "], *[["Q1", "x", BODY, "y"]] * 2)
    *items, left = read(content)
    assert [each.content for each in items] == [item("choice")] * 2
    assert left.content is None
    assert [(one.code, one.values) for one in left.refusals] == [
        ("import_columns_left", {"names": "Remarks, Owner"})
    ]


def test_cells_under_no_column_are_named() -> None:
    first, second = read(saved([*ROWS[0], ""], [*ROWS[1], " "], [*ROWS[1], "", "more"]))
    assert (codes(first), codes(second)) == ([], ["import_cells_left"])


@pytest.mark.parametrize(
    ("content", "code", "values"),
    [
        (b"code,kind,title\nQ1,choice,T\n", "import_columns", {"columns": "content"}),
        (saved([*ROWS[0], "CONTENT"], ROWS[1]), "import_twice", {"columns": "content"}),
        (b'code,kind,title,content\nQ1,x,y,"open\n', "import_broken", {"line": 2}),
        (b"sep=;\nFrage;A;B\nWho?;x;y\n", "import_foreign_table", {}),
        (b"code,kind,title,content\n", "import_no_items", {}),
    ],
)
def test_what_is_wrong_with_the_table_is_said_of_it(
    content: bytes, code: str, values: dict[str, object]
) -> None:
    (found,) = read(content)
    assert [(one.code, one.values) for one in found.refusals] == [(code, values)]


def test_a_table_of_another_system_is_not_taken_for_ours() -> None:
    assert guess.form_of(b"title,content,answer\na,b,c\n") == "gift"
    (found,) = read(b"Question,Answer\nWho?,Ada\n", form="csv")
    assert codes(found) == ["import_columns"]
