"""Files of other systems: each item taken over right or refused with its reason."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certification.items.content import KINDS as ALL
from certification.items.exchange import aiken, formats, gift, guess, table
from certification.items.exchange.attempts import FAULT
from certification.items.exchange.found import Found
from certification.items.scoring import score
from tests.certification.items.contents import item


def one(found: list[Found]) -> Any:
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    ("text", "kind", "right", "wrong"),
    [
        ("Who? {=Ada ~Ben ~Cy}", "choice", ["a"], ["b"]),
        ("::Q1:: [html]Who? {~Ben =Ada#Yes ~Cy#No}", "choice", ["b"], ["a"]),
        ("Which? {~%50%Two ~%50%Three ~%-100%Four}", "choice", ["a", "b"], ["c"]),
        ("Sun is hot.{T}", "choice", ["a"], ["b"]),
        ("Ice is hot.{FALSE#Wrong#Right}", "choice", ["b"], ["a"]),
        ("Capital? {=Paris =%50%Lutetia}", "text", "paris", "Rome"),
        ("Two plus {=two =2} is four.", "text", "2", "3"),
        ("When? {#1822:5}", "number", "1827", "1828"),
        ("Pi? {#3.141..3.142}", "number", "3.1415", "3.15"),
        ("When? {#=1822:0 =%50%1822:2}", "number", "1822", "1825"),
        ("Pair. {=a -> 1 =b -> 2}", "match", {"p1": "o1", "p2": "o2"}, {"p1": "o2"}),
        ("Set \\{x\\: y\\}? {=a\\=b ~c\\~d}", "choice", ["a"], ["b"]),
        ("Text {\n=Ada\n\n~Ben\n}", "choice", ["a"], ["b"]),
        ("Either of two {=Ada =Ben ~Cy}", "choice", ["b"], ["c"]),
        ("Boxes {~%100%Ada ~%-50%Ben}", "choice", ["a"], ["b"]),
        ("Arrow {~x -> y =x -> z}", "choice", ["b"], ["a"]),
        ("One word {Ada}", "text", "ada", "Ben"),
        ("Exactly {=2\\*3}", "text", "2*3", "23"),
        ("Small {#.5:1e-2}", "number", "0.51", "0.52"),
        ("Near {#=7:1~#No}", "number", "8", "9"),
    ],
)
def test_gift_questions_are_scored_as_they_were_meant(
    text: str, kind: str, right: object, wrong: object
) -> None:
    content = one(gift.read(text)).content
    assert content.kind == kind
    assert score(content, right).is_right
    assert score(content, wrong).raw <= 0


def test_gift_keeps_names_escapes_feedback_and_comments_apart() -> None:
    text = "// aside\n$CATEGORY: Basics\n\n::Q\\: 1:: a \\{b\\} {=c#good ~d####all}\n"
    found = one(gift.read(text))
    texts = found.content.texts["en"]
    assert (found.name, texts.body) == ("Q: 1", "a {b}")
    assert texts.feedback == {"general": "all", "a": "good"}
    assert [note.code for note in found.notes] == ["import_category"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Only text.", "import_no_question"),
        ("Open {=a ~b", "import_structure"),
        ("Two {=a} gaps {=b}", "import_several"),
        ("None {~a ~b}", "item_key_missing"),
        ("Half {~%50%a ~b}", "item_weights_wrong"),
        ("Much {=%900%a ~b}", "import_weight"),
        ("Number {#many}", "import_number"),
        ("Mixed {=a -> b =c}", "import_structure"),
        ("Empty {=  ~b}", "item_text_missing"),
        ("Any {=A*a}", "import_wildcard"),
        ("Aside { // a comment\nF // another\n}", "import_structure"),
        ("Backwards {#5..2}", "import_number"),
    ],
)
def test_what_gift_cannot_say_is_refused_by_name(text: str, code: str) -> None:
    found = one(gift.read(text))
    assert found.content is None
    assert code in [reason.code for reason in found.refusals]


def test_what_is_decided_for_an_item_is_noted() -> None:
    noted = {
        "Why? {}": "import_rubric_assumed",
        "[markdown]<b>Who</b>? {=a ~b}": "import_markup_as_text",
        "Who? {=Ada =%0%Ben}": "import_wrong_answer",
        "// [id:q7]\nWho? {=Ada}": "import_label",
        "Who? {=Ada#good}": "import_feedback_dropped",
        "What is \\{\\{x\\}\\}? {=Ada}": "import_braces",
    }
    for text, code in noted.items():
        assert [note.code for note in one(gift.read(text)).notes] == [code]


@pytest.mark.parametrize(
    ("text", "body", "option"),
    [
        ("What is 2*3*4 or __x__? {=a_b_c ~d}", r"What is 2\*3\*4 or \_\_x\_\_?", r"a\_b\_c"),
        ("[html]<p>An <b>old</b> file?</p> {=<i>yes</i> ~no}", "An **old** file?", "*yes*"),
        ("[markdown]A **new** one? {=[plain]**x** ~y}", "A **new** one?", r"\*\*x\*\*"),
        ("Is 1<2 or #include <stdio.h>? {=yes ~no}", r"Is 1\<2", "yes"),
        ("In {=Oslo ~Rome}, or not?", r"In \_\_\_\_\_, or not?", "Oslo"),
        ("Two\nlines {=a ~b}", "Two\\\nlines", "a"),
    ],
)
def test_gift_shows_a_text_as_its_format_says(text: str, body: str, option: str) -> None:
    if "#include" in text:
        text = text.replace("#", "\\#")
    texts = one(gift.read(text)).content.texts["en"]
    assert texts.body.startswith(body)
    assert texts.options["a"] == option


def test_a_forgotten_brace_swallows_no_other_question() -> None:
    text = "Open {=a ~b\n\nNext {=c ~d}\n\nOpen again {\n=e\n\n\n::Last:: end {=f ~g}"
    found = gift.read(text)
    assert [one.name for one in found if one.content] == ["Next", "Last"]
    assert [one.refusals[0].code for one in found if not one.content] == ["import_structure"] * 2


def test_aiken_questions_are_read_and_broken_ones_named() -> None:
    text = (
        "Which?\nA. One\nB) Two\nANSWER: B\n\nMore\nlines?\nA. x\nC. y\nANSWER: A\n\n"
        "Key?\nA. x\nB. y\nANSWER: F\n\nNo end\nA. x"
    )
    found = aiken.read(text)
    assert score(found[0].content, ["b"]).is_right  # type: ignore[arg-type]
    assert [[reason.code for reason in one.refusals] for one in found[1:]] == [
        ["import_structure"],
        ["import_key_unknown"],
        ["import_no_key"],
    ]


@pytest.mark.parametrize("said", ["B", "b", "B.", "B)", "B ."])
def test_the_answer_of_aiken_may_end_with_a_stop(said: str) -> None:
    text = f"Which?\nA. One\nB) Two\nANSWER: {said}\n"
    (found,) = formats.read("auto", text.encode(), "en")
    assert found.content is not None
    assert score(found.content, ["b"]).is_right


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Which?\nA. One\nB. Two\nANSWER: A, B", ["import_key_unknown"]),
        ("Which?\nA. One\nB. Two\nANSWER: C", ["import_key_unknown"]),
        ("Which?\nA. One\nB. Two\nANSWER: A and B", ["import_key_unknown"]),
        ("Which?\nA. One\nB. Two\nANSWER:", ["import_no_key"]),
        ("Which?\na) One\nb) Two\nANSWER: a", ["import_structure"]),
        ("Which?", ["import_structure"]),
    ],
)
def test_what_aiken_cannot_say_is_refused_by_its_cause(text: str, codes: list[str]) -> None:
    assert [reason.code for reason in one(aiken.read(text)).refusals] == codes


def test_several_letters_are_seen_as_aiken() -> None:
    text = "Which?\nA. One\nB. Two\nANSWER: A, B\n"
    assert guess.form_of(text.encode()) == "aiken"


@pytest.mark.parametrize("kind", ALL)
def test_a_table_brings_back_what_it_took(kind: str) -> None:
    content = item(kind)
    found = one(table.read(table.write([("=Q,1", '"x"\n', content)])))
    assert (found.name, found.content) == ("=Q,1", content)


def test_a_table_starts_no_formula() -> None:
    assert "\n'=1+1," in table.write([("=1+1", "@x", item("text"))]).replace("\r", "")


@pytest.mark.parametrize("content", ["", "[" * 9_000, "{}", "7", json.dumps({"kind": "x"}), "\x00"])
def test_a_hostile_cell_is_refused(content: str) -> None:
    text = f'code,content\nQ,"{content.replace(chr(34), chr(34) * 2)}"\n'
    assert all(found.content is None and found.refusals for found in table.read(text))


@pytest.mark.parametrize("reader", [gift.read, aiken.read, table.read])
@given(
    text=st.text("ab=~#%{}:->\\50T$/ \n.A)ANSWER\ue000\ufeff", max_size=60)
    | st.text()
    | st.text("#=:.%-+e0912 ", max_size=20).map("n {{#{}}}".format)
)
def test_nothing_is_dropped_silently_and_nothing_crashes(reader: Any, text: str) -> None:
    for found in reader(text):
        assert (found.content is None) == bool(found.refusals)
        assert FAULT not in [reason.code for reason in found.refusals]
