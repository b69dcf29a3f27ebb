"""What a file holds besides its questions' words is taken over or named."""

import base64
import io

from PIL import Image

from certification.items.exchange.pictures import Album
from tests.certification.items.test_moodle import answer, codes, one, question, read

TRUTH = answer("true", "100") + answer("false", "0")


def test_markup_that_stands_in_a_text_of_moodle_without_a_wrapping_is_read_as_markup() -> None:
    said = 'Look <b>here</b><br/>now <img src="http://e.org/x.png" alt="cat"/>!'
    text = question("multichoice", "…", answer("H<sub>2</sub>O", "100") + answer("b", "0"))
    found = one(text.replace("<![CDATA[…]]>", said))
    assert found.content.texts["en"].body == "Look **here**\\\nnow \\[cat\\]!"
    assert found.content.texts["en"].options["a"] == "H₂O"
    assert codes(found) == ["import_picture_elsewhere"]


def test_what_has_to_be_typed_is_words_alone() -> None:
    found = one(question("shortanswer", "Who?", answer("<b>Ada</b>", "100")))
    assert [each.text for each in found.content.answers] == ["Ada"]


def coloured(name: str) -> str:
    file = io.BytesIO()
    Image.new("RGB", (9, 9), name).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def test_of_two_pictures_of_one_name_each_is_found_by_its_path() -> None:
    red, blue = coloured("red"), coloured("blue")
    files = f'<file name="a.png" path="/sub/" encoding="base64">{blue}</file>'
    files += f'<file name="a.png" path="/" encoding="base64">{red}</file>'
    said = '<img src="@@PLUGINFILE@@/a.png" alt="r"><img src="@@PLUGINFILE@@/sub/a.png" alt="b">'
    found = one(question("truefalse", said, TRUTH, files))
    kept = [Album().take(base64.b64decode(each)) for each in (red, blue)]
    assert found.content.pictures() == [each.sha256 for each in kept if each]


def test_a_hidden_question_becomes_a_draft_and_says_so() -> None:
    hidden = question("truefalse", "So?", f"<hidden>1</hidden>{TRUTH}")
    assert codes(one(hidden)) == ["import_hidden"]
    assert codes(one(hidden.replace(">1<", ">0<"))) == []


def test_tags_on_one_line_are_named_one_by_one() -> None:
    tags = "<tag><text>a  b</text></tag><tag><text>c</text></tag>"
    said = f"<idnumber>7</idnumber><tags>{tags}</tags><coursetags>{tags}</coursetags>"
    found = one(question("truefalse", "So?", TRUTH + said.replace("c<", "d<", 1)))
    assert [each.values["name"] for each in found.notes] == ["7", "a b, d", "a b, c"]


def category(name: str, said: str = "") -> str:
    text = f"<info format='html'><text>{said}</text></info>"
    return f"<question type='category'><category><text>{name}</text></category>{text}</question>"


def test_what_is_said_of_a_category_is_named_once_behind_the_questions() -> None:
    asked = question("truefalse", "So?", TRUTH)
    first, second, left = read(
        category("top"), category("top/A", "Of A"), asked, asked, category("top/B", "Of B")
    )
    assert codes(first) == codes(second) == ["import_category"]
    assert (left.number, left.content) == (3, None)
    assert [(each.code, each.values) for each in left.refusals] == [
        ("import_category_texts", {"count": 2, "names": "top/A; top/B"})
    ]
    assert read(category("top", "Of nothing")) == []
