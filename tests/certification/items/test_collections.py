"""Constructs of public collections of questions: each is taken over right or named."""

import csv
import io
from typing import Any

import pytest

from certification.items.exchange import aiken, formats, gift, guess, moodle, qti, table
from certification.items.exchange.found import Found
from certification.items.scoring import score
from tests.certification.items.contents import item
from tests.certification.items.test_moodle import answer, codes, one, question
from tests.certification.items.test_qti import CHOICE, MATCH, RIGHT_A, entry
from tests.certification.items.test_qti_rules import (
    ENTRY,
    MAP,
    asks,
    content_of,
    declared,
    maps,
    sets,
)

BOTH = (
    '<span lang="en" class="multilang">Water</span> <span class="multilang" lang="de">Wasser</span>'
)
IF_ENOUGH = (
    "<responseCondition><responseIf><gte><variable identifier='SCORE'/><baseValue>{0}</baseValue>"
    "</gte>{1}</responseIf><responseElse>{2}</responseElse></responseCondition>"
)


def gifts(text: str) -> Any:
    (found,) = gift.read(text)
    return found


def one_qti(body: str, said: str, rest: str) -> Any:
    (found,) = qti.read(entry(body, said, rest))
    return found


def reading(found: Found) -> list[str]:
    return [reason.code for reason in found.notes]


def test_of_a_text_in_several_languages_the_imports_own_is_kept_and_the_others_are_named() -> None:
    text = question("multichoice", BOTH, answer("A", "100") + answer("B", "0"))
    for language, words in (("de", "Wasser"), ("en", "Water"), ("fr", "Water")):
        (found,) = moodle.read(f"<quiz>{text}</quiz>".encode(), language)
        assert found.content is not None
        assert found.content.texts[language].body == words
        assert "import_languages" in reading(found)


def test_so_it_is_with_names() -> None:
    text = question("multichoice", "Q", answer("A", "100") + answer("B", "0"))
    named = text.replace("<text>Q</text>", f"<text><![CDATA[{BOTH}]]></text>", 1)
    (found,) = moodle.read(f"<quiz>{named}</quiz>".encode(), "de")
    assert (found.name, reading(found)) == ("Wasser", ["import_languages"])
    assert gifts(f"::{BOTH}::Which? {{=a ~b}}").name == "Water"


def test_a_language_in_braces_is_one_of_several_too() -> None:
    said = "{mlang en}Ice{mlang}{mlang de}Eis{mlang} is {mlang other}cold{mlang}{mlang es}f{mlang}"
    found = one(question("multichoice", said, answer("A", "100") + answer("B", "0")))
    assert found.content.texts["en"].body == "Ice is cold"
    assert [note.values["kept"] for note in found.notes] == ["en", "other"]


def test_a_span_of_a_single_language_stays_as_it_is() -> None:
    said = 'The <span lang="la" class="multilang">lex</span> rules'
    found = one(question("multichoice", said, answer("A", "100") + answer("B", "0")))
    assert found.content.texts["en"].body == "The lex rules"
    assert codes(found) == ["import_tongues"]


def test_raised_and_lowered_signs_are_kept_in_lists_of_words() -> None:
    found = one(
        question("cloze", "{1:MC:=x<sup>2</sup>~x<sub>2</sub>~H<sub>2</sub>O~a<sub>k</sub>}")
    )
    assert list(found.content.texts["en"].options.values()) == ["x²", "x₂", "H₂O", "a_(k)"]


def test_a_picture_in_a_list_of_words_is_refused_and_not_left_out_silently() -> None:
    found = one(question("cloze", '{1:MC:=yes~<img src="a.png">no}'))
    assert codes(found) == ["import_picture_in_list"]


def test_looks_in_a_list_of_words_are_named() -> None:
    found = one(question("cloze", "{1:MC:=<u>yes</u>~no}"))
    assert list(found.content.texts["en"].options.values()) == ["yes", "no"]
    assert codes(found) == ["import_style"]


def test_a_choice_in_a_text_that_costs_points_is_refused() -> None:
    assert codes(one(question("cloze", "{1:MC:=a~%-50%b}"))) == ["import_part_credit"]


def test_part_of_the_points_for_any_other_number_is_refused() -> None:
    rest = answer("5", "100") + answer("*", "50")
    assert codes(one(question("numerical", "N", rest))) == ["import_wildcard"]
    assert codes(one(question("cloze", "{1:NM:=5:0~%50%*}"))) == ["import_wildcard"]
    assert codes(gifts("N {#=5:0 =%50%*}")) == ["import_wildcard"]


def test_a_number_that_earns_nothing_within_the_tolerance_of_a_right_one_is_refused() -> None:
    rest = answer("5", "0") + answer("5", "100", "<tolerance>1</tolerance>")
    assert codes(one(question("numerical", "N", rest)))[0] == "import_number_within"
    assert codes(gifts("N {#=%0%5:0 =5:1}"))[0] == "import_number_within"


def test_a_wrong_number_far_from_the_right_one_is_named() -> None:
    found = gifts("N {#=5:1 =%0%8:1#Too many}")
    assert reading(found) == ["import_feedback_dropped", "import_wrong_answer"]
    assert [str(one.value) for one in found.content.answers] == ["5"]


def test_a_weight_that_cannot_be_read_is_no_part_of_the_answer() -> None:
    assert codes(gifts("Half {=Ada =%33,5%Ben}")) == ["import_weight"]


def test_a_category_may_be_indented() -> None:
    found = gifts("  $CATEGORY: Basics\n\nSun is hot.{T}")
    assert [note.values["name"] for note in found.notes] == ["Basics"]


def test_a_formula_in_plain_text_is_named() -> None:
    assert reading(gifts("What is $$x^2$$? {=a ~b}")) == ["import_formula"]
    assert reading(gifts(r"Pair. {=\\(x\\) -> \\(y\\) =b -> c}")) == ["import_formula"]
    (found,) = aiken.read("What is $$x$$?\nA. a\nB. b\nANSWER: A")
    assert reading(found) == ["import_formula"]


def test_a_sign_that_stands_for_a_place_here_is_not_taken_for_one() -> None:
    assert codes(gifts("Sign \ue0fe {=a ~b} x")) == ["import_structure"]


def test_braces_in_aiken_do_not_make_it_gift() -> None:
    text = "What is a set?\nA. {x}\nB. [x]\nANSWER: A\n"
    assert guess.form_of(text.encode()) == "aiken"
    assert guess.form_of(b"Which?\nANSWER: A\n{=a ~b}\n\nB {T}") == "gift"


def test_a_question_in_aiken_may_begin_like_an_option() -> None:
    (found,) = aiken.read("E. coli is a\nA. bacterium\nB. virus\nANSWER: A")
    assert found.content is not None
    assert found.content.texts["en"].body == "E. coli is a"


@pytest.mark.parametrize("broken", [b"\xed\xa0\xbd", b"\xff", b"\xe2\x82"])
def test_text_in_utf8_with_a_broken_place_is_refused_and_not_read_as_something_else(
    broken: bytes,
) -> None:
    for words in ("Größe in Köln, Grüße {=ä ~b} ", "Zoë? {=a ~b} ", "“Which”? {=a ~b} "):
        (found,) = formats.read("gift", words.encode() + broken, "en")
        assert codes(found) == ["import_text_unreadable"], words


@pytest.mark.parametrize("words", ["„Spaß“ für alle? {=a ~b}", "Café? {=a ~b}", "“Größe”? {=ä ~b}"])
def test_windows_1252_is_read_as_such(words: str) -> None:
    (found,) = formats.read("gift", words.encode("cp1252"), "en")
    assert found.content is not None
    assert words.startswith(found.content.texts["en"].body)


MATH = "<p>Half <math>{}</math></p>"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("<mfrac><mi>a</mi><mn>2</mn></mfrac>", "a/2"),
        ("<mfrac><mrow><mi>a</mi><mo>+</mo><mn>1</mn></mrow><mi>b</mi></mfrac>", "(a+1)/b"),
        ("<msup><mi>x</mi><mn>2</mn></msup>", "x^2"),
        ("<msub><mi>x</mi><mrow><mi>i</mi><mi>j</mi></mrow></msub>", "x_(ij)"),
        ("<msqrt><mi>x</mi><mo>+</mo><mn>1</mn></msqrt>", "√(x+1)"),
        ("<mroot><mi>x</mi><mn>3</mn></mroot>", "root(3; x)"),
        ("<semantics><mi>x</mi><annotation>\\x</annotation></semantics>", "x"),
        ("<munder><mi>lim</mi><mi>n</mi></munder>", "lim_n"),
        ("<msubsup><mi>x</mi><mn>1</mn><mn>2</mn></msubsup>", "x_1^2"),
    ],
)
def test_a_formula_keeps_its_meaning_on_one_line(said: str, words: str) -> None:
    found = one_qti(MATH.format(said) + CHOICE, RIGHT_A, MATCH)
    body = found.content.texts["en"].body.replace("\\", "")
    assert body.startswith(f"Half {words}\n")
    assert "import_formula" in reading(found)


def test_points_that_are_cut_to_what_was_reached_anyway_are_the_points() -> None:
    sums = sets("<sum><baseValue>1</baseValue><variable identifier='SCORE'/></sum>")
    first = f"<responseCondition><responseIf>{asks('rek', 'stringMatch')}{sums}</responseIf>"
    cut = IF_ENOUGH.format(1, sets("1"), sets("0"))
    said = f"<responseProcessing>{first}</responseCondition>{cut}</responseProcessing>"
    content = content_of(ENTRY, declared("string", right="rek"), said)
    assert score(content, "rek").raw == 1
    assert score(content, "kre").raw == 0


@pytest.mark.parametrize("cut", [(2, "2", "0"), (1, "3", "0"), (1, "1", "-1")])
def test_points_that_are_cut_otherwise_are_refused(cut: tuple[int, str, str]) -> None:
    least, most, other = cut
    first = f"<responseCondition><responseIf>{asks('')}{sets('1')}</responseIf>"
    last = IF_ENOUGH.format(least, sets(most), sets(other))
    said = f"<responseProcessing>{first}</responseCondition>{last}</responseProcessing>"
    found = one_qti(CHOICE.replace('"RESPONSE"', '"R"'), declared("identifier"), said)
    assert codes(found)[0] == "import_processing"


def test_a_tolerance_without_its_bounds_is_refused() -> None:
    said = asks("5", "equal", toleranceMode="absolute", tolerance="1 1", includeLowerBound="false")
    said = f"<responseCondition><responseIf>{said}{sets('1')}</responseIf></responseCondition>"
    rest = f"<responseProcessing>{said}</responseProcessing>"
    assert codes(one_qti(ENTRY, declared("float", right="5"), rest)) == ["import_tolerance"]


def test_an_answer_given_beforehand_and_a_glossary_are_named() -> None:
    given = RIGHT_A.replace("</correctResponse>", "</correctResponse><defaultValue/>")
    found = one_qti(CHOICE, given, MATCH + "<catalogInfo/>")
    names = [note.values.get("name") for note in found.notes]
    assert names == ["catalogInfo", "defaultValue"]


def test_fewer_pairs_than_are_right_cannot_be_asked_for() -> None:
    sides = [
        "".join(
            f"<simpleAssociableChoice identifier='{one}'>{one}</simpleAssociableChoice>"
            for one in names
        )
        for names in ("AB", "CD")
    ]
    sets_ = "".join(f"<simpleMatchSet>{one}</simpleMatchSet>" for one in sides)
    said = declared("directedPair", maps(A_C=1, B_D=1), "A C", cardinality="multiple")
    said = said.replace("A_C", "A C").replace("B_D", "B D")
    for most, wanted in ((2, []), (0, []), (1, ["import_processing"])):
        body = (
            f"<matchInteraction responseIdentifier='R' maxAssociations='{most}'><prompt>P</prompt>"
        )
        found = one_qti(f"{body}{sets_}</matchInteraction>", said, MAP)
        assert [reason.code for reason in found.refusals] == wanted


def test_a_number_that_earns_less_and_stands_first_is_refused_but_not_one_that_follows() -> None:
    for numbers in (("5", "100", "0"), ("5", "50", "1")), (("5", "50", "1"), ("5", "100", "0")):
        rest = "".join(answer(a, b, f"<tolerance>{c}</tolerance>") for a, b, c in numbers)
        found = one(question("numerical", "N", rest))
        wanted = [] if numbers[0][1] == "100" else ["import_number_within"]
        assert codes(found) == wanted
    assert codes(gifts("N {#=%50%5:1 =5:0}")) == ["import_number_within"]
    assert codes(one(question("cloze", "{1:NM:%50%5:1~=5:0}"))) == ["import_number_within"]
    assert codes(one(question("cloze", "{1:NM:=5:0~%50%5:1}"))) == []


@pytest.mark.parametrize("lesser", ["0", "50"])
def test_a_text_that_earns_less_and_stands_before_its_equal_is_refused(lesser: str) -> None:
    first, second = answer("ada", lesser), answer("Ada", "100")
    assert "import_text_within" in codes(one(question("shortanswer", "S", first + second)))
    cased = one(question("shortanswer", "S", f"<usecase>1</usecase>{first}{second}"))
    assert "import_text_within" not in codes(cased)
    assert "import_text_within" not in codes(one(question("shortanswer", "S", second + first)))
    assert "import_text_within" in codes(gifts(f"S {{=%{lesser}%ada =Ada}}"))
    assert "import_text_within" in codes(one(question("cloze", f"{{1:SA:%{lesser}%ada~=Ada}}")))
    assert "import_text_within" not in codes(one(question("cloze", "{1:SAC:%50%ada~=Ada}")))


def test_an_answer_that_a_converter_wrapped_in_a_paragraph_can_be_given() -> None:
    rest = answer("<![CDATA[<p>A &amp; b</p>]]>", "100").replace("<answer", "<answer format='html'")
    found = one(question("shortanswer", "S", rest))
    assert score(found.content, "a & b").is_right
    literal = one(question("shortanswer", "S", answer("<![CDATA[<p>]]>", "100")))
    assert score(literal.content, "<p>").is_right


def test_how_many_words_are_needed_at_least_is_named() -> None:
    found = one(question("essay", "Why?", "<minwordlimit>50</minwordlimit>"))
    assert [note.values for note in found.notes][-1] == {"name": "minwordlimit"}


@pytest.mark.parametrize("sign", [";", "\t"])
def test_a_table_that_a_spreadsheet_saved_with_another_sign_is_read(sign: str) -> None:
    rows = list(csv.reader(io.StringIO(table.write([("Q1", "T", item("choice"))]))))
    file = io.StringIO()
    csv.writer(file, delimiter=sign).writerows(rows)
    (found,) = formats.read("auto", file.getvalue().encode(), "en")
    assert (found.name, found.content) == ("Q1", item("choice"))
