"""Languages and directions within a text are named where they are left out."""

import pytest

from certification.items.exchange import gift, qti
from tests.certification.items.test_moodle import answer, codes, one, question
from tests.certification.items.test_qti import CHOICE, MATCH, RIGHT_A, entry

TRUTH = answer("true", "100") + answer("false", "0")


@pytest.mark.parametrize(
    ("said", "reasons"),
    [
        ('<p>Say <span lang="fr">oui</span>.</p>', ["import_tongues"]),
        ('<p dir="RTL">A <em xml:lang="he-IL">b</em></p>', ["import_tongues", "import_direction"]),
        ('<bdo dir="rtl">abc</bdo>', ["import_direction"]),
        ('<p dir="ltr" lang="en-GB">Say <bdi dir="auto">oui</bdi>.</p>', []),
        ('<pre lang="php">echo</pre><p lang="">x</p><p lang="c++">y</p>', []),
    ],
)
def test_what_markdown_cannot_say_of_words_is_noted(said: str, reasons: list[str]) -> None:
    assert codes(one(question("truefalse", said, TRUTH))) == reasons


def test_languages_of_options_and_of_lists_are_named_too() -> None:
    options = answer('<![CDATA[<p lang="de">ja</p>]]>', "100") + answer("no", "0")
    found = one(question("multichoice", '<p lang="it">No?</p>', options))
    assert [each.values for each in found.notes] == [{"names": "de"}, {"names": "it"}]
    right = '<![CDATA[<span lang="nl" dir="rtl">een</span>]]>'
    listed = one(question("ordering", "Order", answer(right, "1") + answer("two", "1")))
    assert "import_tongues" in codes(listed)
    assert "import_direction" in codes(listed)


def test_marks_of_direction_stay_where_they_are() -> None:
    said = "a\u200f!\u200e \u2067\u05d0\u05d1\u2069"
    for text in (said, said.replace("\u200f", "&rlm;").replace("\u200e", "&#8206;")):
        found = one(question("truefalse", f"<p>{text}</p>", TRUTH))
        assert found.content.texts["en"].body == said


def test_other_formats_name_them_too() -> None:
    (found,) = gift.read('[html]<p dir="rtl">Say <i lang="fr">oui</i></p> {T}')
    assert codes(found) == ["import_tongues", "import_direction"]
    choice = CHOICE.replace("<simpleChoice", '<simpleChoice xml:lang="fr" dir="rtl"', 1)
    (found,) = qti.read(entry(choice, RIGHT_A, MATCH, 'xml:lang="de"'), "en")
    assert codes(found) == ["import_tongues", "import_direction"]
    assert found.notes[0].values == {"names": "fr"}
