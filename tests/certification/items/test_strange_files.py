"""Files that are something else, or made to do harm: each gets an answer, and in time."""

import io
import re
import time
import zipfile
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certification.items import intake
from certification.items.exchange import carried, foreign, formats, guess, qti_write, table
from certification.items.exchange.attempts import FAULT, attempted
from certification.items.exchange.found import Found, Making, TooMany
from lms.errors import Refusal
from tests.certification.items import test_moodle
from tests.certification.items.contents import item
from tests.conftest import SPARE

pytestmark = pytest.mark.thorough


def zipped(**files: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ('<?note a="b"?>\n<!-- a > b --><?x?>\n <quiz/>', "moodle"),
        ("\ufeff<question type='x'/>", "moodle"),
        ("<!DOCTYPE x><imsqti:assessmentItem/>", "qti"),
        ("<?xml version='1.0'?><other/>", "qti"),
        ("<b>Who</b>? {=Ada ~Ben}", "gift"),
        ("{=Ada ~Ben} was first.", "gift"),
        ("Which?\nA. x\nB. y\nANSWER: A", "aiken"),
        ("code,kind,title,content\n", "csv"),
        ("<!-- never closed", "gift"),
    ],
)
def test_a_format_is_known_by_how_the_file_begins(text: str, form: str) -> None:
    assert guess.form_of(text.encode()) == form


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"%PDF-1.7", "PDF"),
        (b"\x1f\x8b\x08", "gzip (.tar.gz, .mbz)"),
        (zipped(h5p_json="{}", content__content_json="{}"), "H5P"),
        (zipped(word__document_xml="<w/>"), "Microsoft Word"),
        (zipped(imsmanifest_xml="<manifest/>", res00001_dat="<POOL/>"), "Blackboard"),
        (b"<problem><p>x</p></problem>", "Open edX (OLX)"),
        (b'{"questions": []}', "JSON"),
        (b"<!doctype html><HTML>".replace(b"HTML", b"html"), "HTML"),
    ],
)
def test_a_file_of_another_system_is_refused_by_its_name(content: bytes, name: str) -> None:
    assert foreign.name_of(content) == name
    (found,) = formats.read("auto", content, "en")
    assert [(one.code, one.values) for one in found.refusals] == [
        ("import_foreign", {"name": name})
    ]


TABLES = (
    'Question,Answer 1,Answer 2\n"What {is} 3, or 4?",3,4\n',
    "Question;A;B;C\nWho?;x;y;z\n",
    "Question, Answer 1, Answer 2\nWho, x, y\n",
    "MC\tWho?\tAda\tcorrect\tBen\tincorrect\nTF\tSo?\ttrue\n",
    'Question,"a ""word""\nof two lines",Key\nWhat is {}?,dict,a\n',
)
TEXTS = (
    "Name red, green, and blue.\nExplain one, two, and three. {}",
    "One, two,three\nfour, five,six {=Ada ~Ben}",
    "::Q::a,b,c\nd,e,f {Ada}",
    "// a,b,c\n// d,e,f\nWho? {Ada}",
    "Who?\tx\ty\n{Ada}",
    "a,b,c\n\nd,e,f,g\n",
)


@pytest.mark.parametrize("text", TABLES)
def test_a_table_of_another_system_is_no_question(text: str) -> None:
    (found,) = formats.read("auto", text.encode(), "en")
    assert [one.code for one in found.refusals] == ["import_foreign_table"]


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_with_some_commas_is_no_table(text: str) -> None:
    found = formats.read("auto", text.encode(), "en")
    codes = [reason.code for one in found for reason in one.refusals]
    assert "import_foreign_table" not in codes


def test_a_file_without_a_question_says_so() -> None:
    for text in ("", "// nothing", "$CATEGORY: x", "<quiz/>"):
        (found,) = formats.read("auto", text.encode(), "en")
        assert [one.code for one in found.refusals] == ["import_no_items"]


def test_what_was_read_aside_is_what_is_read_here() -> None:
    image = f'<file name="p.png" encoding="base64">{test_moodle.picture()}</file>'
    body = '<p>See <img src="@@PLUGINFILE@@/p.png"></p>'
    right = test_moodle.answer("a", "100")
    text = f"<quiz>{test_moodle.question('shortanswer', body, right, image)}</quiz>".encode()
    here: list[Found] = formats.read("moodle", text, "en")
    assert here[0].pictures
    assert carried.loaded(carried.dumped(here)) == here
    assert intake.read("auto", text, "en") == here


def test_more_items_than_a_file_may_hold_are_refused_as_a_whole() -> None:
    asked = "Who? {=Ada ~Ben}\n\n"
    with pytest.raises(Refusal, match="import_too_many"):
        intake.read("gift", (asked * 100_000).encode(), "en")
    with pytest.raises(TooMany):
        formats.read("aiken", b"Q?\nA. x\nB. y\nANSWER: A\n" * 1_000, "en")


DEEP = "<p>" * 50_000
MANY = ("<quiz " + " ".join(f"a{n}='1'" for n in range(100_000)) + "/>").encode()
ENTITIES = b"<!DOCTYPE q [<!ENTITY a 'x'><!ENTITY b '&a;&a;'>]><quiz>&b;</quiz>"
HOSTILE = {
    "one long line": b"x" * 6_000_000,
    "one long word in braces": b"Who? {=" + b"a" * 5_000_000 + b"}",
    "braces that never close": b"{=a\n\n" * 300_000,
    "braces over empty lines": b"Who? {" + b"\n\n" * 1_000_000 + b"}",
    "signs without end": b"Who? {" + b"~=#%->" * 500_000 + b"}",
    "names without end": b"::" * 1_000_000,
    "escapes without end": b"\\" * 3_000_000,
    "half a surrogate": "Who? {=\ud800 ~b}".encode("utf-8", "surrogatepass"),
    "zeros": b"Who?\x00 {=a\x00 ~b}" * 1_000,
    "nothing but zeros": b"\0" * 1_000_000,
    "numbers beyond measure": b"n {#1e99} \n\nn {#=9%%9:1e-99}\n\nn {#NaN:inf}\n\nn {#"
    + b"9" * 90_000
    + b"}",
    "entities that hold each other": ENTITIES,
    "a file from elsewhere": b"<!DOCTYPE q [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><quiz>&a;</quiz>",
    "depth": f"<quiz>{DEEP}</quiz>".encode(),
    "depth in a text": test_moodle.question("essay", DEEP[:90_000]).encode(),
    "half tags": test_moodle.question("essay", "<a href=" * 10_000).encode(),
    "attributes": MANY,
    "tables of nothing": test_moodle.question("essay", "<table><tr><td>" * 6_000).encode(),
    "emphasis": test_moodle.question("essay", "<b>a<i>b</b>c</i>*_`" * 4_000).encode(),
    "brackets": test_moodle.question("essay", "[[![(" * 15_000).encode(),
    "gaps": test_moodle.question("cloze", "{1:MC:" * 10_000).encode(),
    "answers": test_moodle.question(
        "multichoice", "x", test_moodle.answer("a", "1") * 90_000
    ).encode(),
    "a table in a cell": b"code,kind,title,content\n" + b'"' * 3_000_001,
    "a cell of brackets": b'code,kind,title,content\nx,x,x,"' + b"[" * 399_000 + b'"\n',
    "rows of commas": b"code,kind,title,content\n" + b",,,\n" * 900_000,
    "answers of Aiken": b"ANSWER: A\n" * 300_000,
    "options of Aiken": b"Q\n" + b"A. x\n" * 600_000 + b"ANSWER: A",
}


@pytest.mark.thorough
@pytest.mark.parametrize("form", ["auto", "gift"])
@pytest.mark.parametrize("name", HOSTILE)
def test_no_file_keeps_a_reader_busy_or_fills_its_memory(form: str, name: str) -> None:
    before = time.process_time()
    try:
        found = formats.read(form, HOSTILE[name], "en")
    except TooMany:
        found = []
    assert time.process_time() - before < 5 * SPARE
    assert all((one.content is None) == bool(one.refusals) for one in found)
    carried.dumped(found)


def answered(content: bytes) -> str:
    """What becomes of a file: `read`, or why it is refused."""
    try:
        return "read" if intake.read("auto", content, "en") else "lost"
    except Refusal as refusal:
        return refusal.reasons[0].code


def test_the_process_that_reads_keeps_to_its_limits() -> None:
    began = time.monotonic()
    answers = {name: answered(content) for name, content in HOSTILE.items()}
    assert set(answers.values()) <= {"read", "import_too_many", "import_too_hard"}
    if SPARE == 1:  # where others share the machine, more of them use up their seconds
        assert list(answers.values()).count("import_too_hard") <= 2, answers
        assert time.monotonic() - began < 60


def test_a_picture_says_what_it_is_by_its_bytes() -> None:
    lie = f'<file name="p.png" encoding="base64">{"PHN2Zz48L3N2Zz4="}</file>'
    body = (
        '<p onclick="x()">See <img src="@@PLUGINFILE@@/p.png" alt="it" onerror="x()"> '
        '<a href="javascript:x()">here</a> <img src="data:text/html;base64,PGI+" alt="no">'
        "<script>alert(1)</script><svg><script>x</script></svg></p>"
    )
    asked = test_moodle.question("shortanswer", body, test_moodle.answer("a", "100"), lie)
    (found,) = formats.read("moodle", asked.encode(), "en")
    assert found.content is not None
    assert found.content.texts["en"].body == r"See \[it\] here \[no\]"
    assert not found.pictures


NEAR = "<tolerance>1e-3</tolerance><defaultgrade>1e1</defaultgrade>"
SAMPLES = {
    "gift": (
        b"// [id:a]\n$CATEGORY: x\n\n::N:: [html]<b>Who</b>? {~%50%Ada#no ~%50%Ben =Cy####all}\n\n"
        b"Pair {=a -> 1 =b -> 2}\n\nNear {#=3:1#x =%50%4..5 ~#no}\n\nSo? {T#a#b}\n\nWhy? {}\n"
    ),
    "aiken": b"Which?\nA. One\nB) Two\nANSWER: B\n\nMore?\nA. x\nB. y\nANSWER: A\n",
    "csv": table.write([("A-1", "T", item("match")), ("A-2", "T", item("number"))]).encode(),
    "moodle": "<quiz>{}{}{}</quiz>".format(
        test_moodle.question("cloze", "<p>Is {1:MC:=a~%-50%b} or {2:MCV:c~=d}?</p>"),
        test_moodle.question("numerical", "x", test_moodle.answer("3,1", "100", NEAR)),
        test_moodle.question("ddwtos", "[[1]] [[2]]", test_moodle.BOX.format("x", 1) * 2),
    ).encode(),
    "qti": qti_write.item_xml("A-1", "T", item("gaps")),
}
SIGNS = b"<>&;{}[]()=~#%->:\"'\\/ \n\r\t\x00\xff\xed\xa0\x80\xef\xbb\xbf09.,*_`|"


@pytest.mark.thorough
@pytest.mark.parametrize("form", SAMPLES)
@given(data=st.data())
def test_a_damaged_file_is_previewed_or_refused(form: str, data: st.DataObject) -> None:
    content = SAMPLES[form]
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        end = data.draw(st.integers(start, min(len(content), start + 40)))
        inner = data.draw(
            st.sampled_from(
                [
                    b"",
                    content[start:end] * 3,
                    b"&#x1F600;",
                    b"NaN",
                    b"1e999",
                    b"1e-12",
                    b"6.022e23",
                    b"]]>",
                ]
            )
            | st.binary(max_size=6)
            | st.lists(st.sampled_from(SIGNS), max_size=6).map(bytes)
        )
        content = content[:start] + inner + content[end:]
    found = formats.read(data.draw(st.sampled_from([form, "auto"])), content, "en")
    assert [one.number for one in found] == list(range(1, len(found) + 1))
    assert all((one.content is None) == bool(one.refusals) for one in found)
    assert FAULT not in [reason.code for one in found for reason in one.refusals]
    assert carried.loaded(carried.dumped(found))


def test_a_fault_of_ours_costs_one_item_and_says_where_it_lies() -> None:
    making = Making("Q")
    found = attempted(3, making, lambda: {"kind": {}["none"]})
    (reason,) = found.refusals
    assert (found.number, found.name, found.content) == (3, "Q", None)
    assert reason.code == FAULT
    assert re.fullmatch(r"KeyError, test_strange_files\.py:\d+", str(reason.values["where"]))
    assert carried.loaded(carried.dumped([found])) == [found]


@pytest.mark.parametrize("limit", [MemoryError, TooMany])
def test_what_a_limit_ends_is_ended(limit: type[Exception]) -> None:
    def make() -> dict[str, Any]:
        raise limit

    with pytest.raises(limit):
        attempted(1, Making(), make)
