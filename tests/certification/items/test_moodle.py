"""Moodle XML: each question taken over right or refused with its reason."""

import base64
import io
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from certification.items.exchange import moodle
from certification.items.exchange.attempts import FAULT
from certification.items.exchange.found import Found
from certification.items.scoring import score


def picture() -> str:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def question(kind: str, body: str, rest: str = "", file: str = "") -> str:
    return (
        f'<question type="{kind}"><name><text>Q</text></name><questiontext format="html">'
        f"<text><![CDATA[{body}]]></text>{file}</questiontext>{rest}</question>"
    )


def answer(text: str, fraction: str, rest: str = "") -> str:
    return f'<answer fraction="{fraction}"><text>{text}</text>{rest}</answer>'


def read(*questions: str) -> list[Found]:
    return moodle.read(f"<?xml version='1.0'?><quiz>{''.join(questions)}</quiz>".encode())


def one(text: str) -> Any:
    found = read(text)
    assert len(found) == 1
    return found[0]


def codes(found: Found) -> list[str]:
    return [reason.code for reason in (*found.refusals, *found.notes)]


SEVERAL = "<single>false</single>"
BOX = "<dragbox><text>{}</text><group>{}</group></dragbox>"
PAIR = "<subquestion><text>{}</text><answer><text>{}</text></answer></subquestion>"


@pytest.mark.parametrize(
    ("text", "kind", "right", "wrong"),
    [
        (
            question("multichoice", "Who?", answer("A", "100") + answer("B", "0")),
            "choice",
            ["a"],
            ["b"],
        ),
        (
            question(
                "multichoice",
                "Which?",
                SEVERAL + answer("A", "50") + answer("B", "50") + answer("C", "-50"),
            ),
            "choice",
            ["a", "b"],
            ["c"],
        ),
        (
            question("multichoice", "Either?", answer("A", "100") + answer("B", "100")),
            "choice",
            ["b"],
            [],
        ),
        (
            question("truefalse", "So?", answer("true", "0") + answer("false", "100")),
            "choice",
            ["b"],
            ["a"],
        ),
        (question("shortanswer", "City?", answer("Paris", "100")), "text", "paris", "Rome"),
        (
            question("numerical", "Pi?", answer("3.14E0", "100", "<tolerance>0.01</tolerance>")),
            "number",
            "3.15",
            "3.16",
        ),
        (
            question("matching", "Pair.", PAIR.format("a", "1") + PAIR.format("b", "2")),
            "match",
            {"p1": "o1", "p2": "o2"},
            {"p1": "o2"},
        ),
        (
            question("ddwtos", "<p>[[2]] or [[1]]?</p>", BOX.format("x", 1) + BOX.format("y", 1)),
            "gaps",
            {"p1": "o2", "p2": "o1"},
            {"p1": "o1"},
        ),
        (
            question("cloze", "Is it {1:MULTICHOICE:=warm~cold} or {1:MCV:a~=b\\}}?"),
            "inline",
            {"p1": "p1o1", "p2": "p2o2"},
            {"p1": "p1o2"},
        ),
        (question("cloze", "In {2:NUMERICAL:=1822:5}."), "number", "1827", "1828"),
        (
            question("ordering", "Sort.", answer("one", "100") + answer("two", "100")),
            "order",
            ["a", "b"],
            ["b", "a"],
        ),
    ],
)
def test_questions_are_scored_as_they_were_meant(
    text: str, kind: str, right: object, wrong: object
) -> None:
    content = one(text).content
    assert content.kind == kind
    assert score(content, right).is_right
    assert score(content, wrong).raw <= 0


def test_formatted_text_becomes_markdown_and_what_is_lost_is_named() -> None:
    body = (
        "<p>Take <b>two</b> of H<sub>2</sub>O &amp; {{x}} <a href='http://e.org/'>here</a>"
        "<script>alert(1)</script></p><ul><li>a<li>*b*</ul>"
    )
    found = one(question("shortanswer", body, answer("x", "100")))
    text = found.content.texts["en"].body
    assert text == "Take **two** of H₂O \\& { {x}} here\n\n- a\n- \\*b\\*"
    assert codes(found) == ["import_link", "import_element", "import_braces"]


def test_a_picture_in_the_file_comes_along_and_none_is_fetched() -> None:
    file = f'<file name="a b.png" path="/" encoding="base64">{picture()}</file>'
    body = '<img src="@@PLUGINFILE@@/a%20b.png" alt="Red"> <img src="http://e.org/x.png" alt="far">'
    found = one(question("shortanswer", body, answer("x", "100"), file))
    (image,) = found.pictures
    assert (image.width, image.height) == (40, 30)
    assert found.content.texts["en"].body == f"![Red](picture:{image.sha256}) \\[far\\]"
    assert codes(found) == ["import_picture_elsewhere"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (question("calculated", "x"), "import_type_unknown"),
        (question("description", "x"), "import_no_question"),
        (question("ddimageortext", "x"), "import_on_picture"),
        (question("cloze", "{1:SA:=a} {1:SA:=b}"), "import_entries"),
        (question("cloze", "{1:MC:=a~%50%b}"), "import_part_credit"),
        (question("multichoice", "x", answer("a", "900")), "import_weight"),
        (question("multichoice", "x", answer("a", "0") + answer("b", "0")), "item_key_missing"),
        (question("numerical", "x", answer("many", "100")), "import_number"),
        (question("ddwtos", "[[3]]", BOX.format("x", 1)), "import_no_key"),
        (question("shortanswer", "x", answer("a*", "100")), "import_wildcard"),
        (question("cloze", "x {1:SA:=a*}"), "import_wildcard"),
        ("<other/>", "import_type_unknown"),
    ],
)
def test_what_cannot_be_taken_over_is_refused_by_name(text: str, code: str) -> None:
    found = one(text)
    assert found.content is None
    assert code in codes(found)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b'<!DOCTYPE q [<!ENTITY a "b">]><quiz>&a;</quiz>', "import_xml_entities"),
        (
            b'<!DOCTYPE q [<!ENTITY a SYSTEM "file:///etc/passwd">]><quiz>&a;</quiz>',
            "import_xml_entities",
        ),
        (b"<quiz><question>", "import_xml_broken"),
        (b"<a>" * 5_000 + b"</a>" * 5_000, "import_too_deep"),
        (b"<html/>", "import_not_moodle"),
        (b"\xff\xfe\x00", "import_text_unreadable"),
        (b"", "import_xml_broken"),
    ],
)
def test_a_hostile_or_broken_file_is_refused(content: bytes, code: str) -> None:
    (found,) = moodle.read(content)
    assert found.content is None
    assert [reason.code for reason in found.refusals] == [code]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_files_of_any_usual_encoding_are_read(encoding: str) -> None:
    asked = question("shortanswer", "Caf\u00e9&nbsp;?", answer("x", "100"))
    text = f"<quiz>{asked}</quiz>"
    (found,) = moodle.read(text.encode(encoding))
    assert found.content is not None
    assert found.content.texts["en"].body.startswith("Caf\u00e9")


def test_a_category_is_a_note_of_what_follows_and_no_item() -> None:
    category = '<question type="category"><category><text>top/Basics</text></category></question>'
    found = read(category, "<p> </p>", question("shortanswer", "x", answer("a", "100")))
    assert [(one.number, codes(one)) for one in found] == [(1, ["import_category"])]


def test_a_file_of_a_single_question_is_read() -> None:
    (found,) = moodle.read(question("shortanswer", "x", answer("a", "100")).encode())
    assert found.content is not None


def test_a_picture_of_an_old_file_stands_below_the_text() -> None:
    old = f"<image>a/b.png</image><image_base64>{picture()}</image_base64>"
    found = one(question("shortanswer", "What is it?", old + answer("a", "100")))
    (image,) = found.pictures
    assert found.content.texts["en"].body == f"What is it?\n\n![](picture:{image.sha256})"
    lost = one(question("shortanswer", "x", "<image>b.png</image>" + answer("a", "100")))
    assert codes(lost) == ["import_picture_broken"]


def test_markdown_keeps_its_pictures_and_its_html_is_named() -> None:
    file = f'<file name="p.png" encoding="base64">{picture()}</file>'
    body = "See ![red](@@PLUGINFILE@@/p.png) and ![it](http://e.org/x.png), <b>now</b>."
    asked = question("shortanswer", body, answer("a", "100"), file)
    found = one(asked.replace('format="html"', 'format="markdown"'))
    (image,) = found.pictures
    said = found.content.texts["en"].body
    assert said == f"See ![red](picture:{image.sha256}) and \\[it\\], <b>now</b>."
    assert codes(found) == ["import_markup_as_text", "import_picture_elsewhere"]


def test_declarations_of_other_programs_do_no_harm() -> None:
    body = "<p><![if !supportLists]>1.<![endif]> <![x[y]> <!ELEMENT z> one</p>"
    found = one(question("shortanswer", body, answer("a", "100")))
    assert found.content.texts["en"].body == r"1\. one"
    twice = "&lt;p&gt;&lt;![CDATA[kept]]&gt;&lt;/p&gt;"
    asked = f'<question type="shortanswer"><questiontext><text>{twice}</text></questiontext>'
    assert one(f"{asked}{answer('a', '100')}</question>").content.texts["en"].body == "kept"


def test_the_reading_of_a_word_stands_behind_it() -> None:
    body = "<p><ruby>\u771f<rp>[</rp><rt>\u307e\u3053\u3068</rt><rp>]</rp></ruby>?</p>"
    found = one(question("shortanswer", body, answer("a", "100")))
    assert found.content.texts["en"].body == "\u771f(\u307e\u3053\u3068)?"


def grid(method: str, second: str = "2") -> str:
    row = '<row number="{0}"><optiontext><text>Row {0}</text></optiontext></row>'
    column = '<column number="{}"><responsetext><text>{}</text></responsetext></column>'
    weight = '<weight rownumber="{}" columnnumber="{}"><value> 1.000 </value></weight>'
    rest = (
        f"<scoringmethod><text>{method}</text></scoringmethod>{row.format(1)}{row.format(2)}"
        f"{column.format(1, 'True')}{column.format(2, 'False')}"
        f"{weight.format(1, 1)}{weight.format(2, second)}"
    )
    return question("mtf", "So?", rest)


@pytest.mark.parametrize(("method", "half"), [("subpoints", 0.5), ("mtfonezero", 0)])
def test_statements_to_be_judged_become_a_match(method: str, half: float) -> None:
    content = one(grid(method)).content
    assert content.texts["en"].options == {"o1": "True", "o2": "False"}
    assert score(content, {"p1": "o1", "p2": "o2"}).is_right
    assert score(content, {"p1": "o1", "p2": "o1"}).raw == half
    assert one(grid(method, second="1")).content.key == {"p1": "o1", "p2": "o1"}


def test_a_grid_that_is_scored_otherwise_is_refused() -> None:
    assert codes(one(grid("kprime"))) == ["import_processing"]
    assert codes(one(grid("subpoints", second="7"))) == ["import_no_key"]


def test_what_only_looks_like_a_tag_stays_text() -> None:
    found = one(question("shortanswer", "<p>Is #include <stdio.h> 1<2?</p>", answer("a", "100")))
    assert found.content.texts["en"].body == r"Is #include \<stdio.h\> 1\<2?"


SIGNS = (
    "<p> </p> <b> </b> <li> <ul> <table> <tr> <td> [[1]] {1:MC:=a~b} * _ ` \\ | # {{ }} <br> x 1. "
    "<img src=x> &lt; <sup> </sup> <pre> <!-- <![CDATA[x \ue100 ~ </"
)
PIECES = st.sampled_from([*re.split(" (?=.)", SIGNS), " ", "\n"])


@given(
    kind=st.sampled_from(sorted(moodle.MAKERS)),
    body=st.lists(PIECES, max_size=12).map("".join),
    option=st.lists(PIECES, max_size=6).map("".join),
    fraction=st.sampled_from(["100", "0", "-50", "33.33333", "x", "", "1e-12", "1e25", "-1e-30"]),
    number=st.sampled_from(["1", "1e-12", "6.022e23", "1e17", "1e999", "NaN"]),
)
def test_nothing_is_dropped_silently_and_nothing_crashes(
    kind: str, body: str, option: str, fraction: str, number: str
) -> None:
    safe = body.replace("]]>", "").replace("\x0b", "")
    words = option.replace("&", "&amp;").replace("<", "&lt;").replace("\x0b", "")
    near = f"<tolerance>{number}</tolerance>"
    rest = answer(words, fraction) + answer(number, "100", near) + BOX.format(words, 1)
    rest += f"<defaultgrade>{number}</defaultgrade>"
    (found,) = read(question(kind, safe, rest))
    assert (found.content is None) == bool(found.refusals)
    assert FAULT not in codes(found)
