"""Listings and raised signs of other systems keep their lines, their pictures and their fields."""

from typing import Any

import pytest

from certification.items import markup
from certification.items.exchange import moodle, qti
from certification.items.exchange.found import CannotTake, Making
from certification.items.exchange.htmltree import html_tree
from certification.items.exchange.marking import Rich
from certification.items.exchange.richtext import as_markdown
from tests.certification.items.test_moodle import BOX, question
from tests.certification.items.test_qti import MATCH, codes, entry

SHA = "a" * 64
SHOWN = f"(picture:{SHA})"
NO_BREAK = "\u00a0"


def read(html: str) -> tuple[str, list[str]]:
    making = Making()

    def picture(address: str, words: str) -> str | None:
        del words
        if address == "a.png":
            return f"picture:{SHA}"
        making.note("import_picture_broken", name=address)
        return None

    text = as_markdown(html_tree(html), Rich(making, picture))
    return text, [one.code for one in making.notes]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        (
            "<pre>for i in x:<br />&nbsp; print(i)<br>done</pre>",
            f"```\nfor i in x:\n{NO_BREAK} print(i)\ndone\n```",
        ),
        ("<pre><code>a<br>b\n  c</code></pre>", "```\na\nb\n  c\n```"),
        ("<pre><div>a</div><div>b</div>c</pre>", "```\na\nb\nc\n```"),
        ("<pre>a\r\n b</pre>", "```\na\n b\n```"),
        ("<p>Run <code>x = 1<br>y = 2</code> now</p>", "Run `x = 1`\\\n`y = 2` now"),
        ("<ul><li><pre>a<br>b</pre></ul>", "- ```\n  a\n  b\n  ```"),
        ("<code>x<sup>2</sup></code>", "`x\u00b2`"),
        ("<pre>x<sub>n</sub></pre>", "```\nx_(n)\n```"),
        ("<code>a<script>b</script></code>", "`a`"),
    ],
)
def test_a_listing_keeps_its_lines_and_what_its_signs_mean(html: str, text: str) -> None:
    assert read(html)[0] == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        (
            "<pre>see <img src='a.png' alt='*'> end\n  next</pre>",
            f"`see `![\\*]{SHOWN}`{NO_BREAK}end`\\\n`{NO_BREAK * 2}next`",
        ),
        ("<code>see <img src='a.png'> end</code>", f"`see `![]{SHOWN}` end`"),
        ("<code><img src='a.png'> or <img src='a.png'></code>", f"![]{SHOWN}`  or  `![]{SHOWN}"),
        ("x<sup><img src='a.png' alt='2'></sup>", f"x^(![2]{SHOWN})"),
        ("x<sub>y<br><img src='a.png'></sub>", f"x\\_(y\\\n![]{SHOWN})"),
        ("<ruby>x<rt><img src='a.png'></rt></ruby>", f"x(![]{SHOWN})"),
        ("<pre>see <img src='b.png' alt='*it*'> end</pre>", "```\nsee [*it*] end\n```"),
        ("<pre>see <math><mfrac><mn>1</mn><mi>x</mi></mfrac></math></pre>", "```\nsee 1/x\n```"),
    ],
)
def test_a_picture_in_a_listing_or_a_raised_sign_is_shown(html: str, text: str) -> None:
    assert read(html)[0] == text


def test_what_a_listing_loses_is_noted() -> None:
    assert read("<pre>see <img src='b.png'> end</pre>")[1] == ["import_picture_broken"]
    assert read("<pre><math><mi>x</mi></math></pre>")[1] == ["import_formula"]
    assert read("<code><object data='x.swf'>x</object>y</code>")[1] == ["import_element"]
    assert read("<pre><a href='http://e.org/'>x</a></pre>")[1] == ["import_link"]
    assert read("<pre><b>x</b></pre>")[1] == ["import_style"]
    assert read("<pre><span class='k'>x</span></pre>")[1] == []


def test_a_listing_shows_its_lines_to_the_reader() -> None:
    shown = markup.html(read("<pre>a:<br>  b</pre>")[0], "/{}".format)
    assert shown == "<pre><code>a:\n  b\n</code></pre>\n"


ENTRY = (
    '<responseDeclaration identifier="R" cardinality="single" baseType="string">'
    "<correctResponse><value>1</value></correctResponse></responseDeclaration>"
)
FIELD = '<textEntryInteraction responseIdentifier="R"/>'
LIST = (
    '<inlineChoiceInteraction responseIdentifier="R"><inlineChoice identifier="A">1</inlineChoice>'
    '<inlineChoice identifier="B">2</inlineChoice></inlineChoiceInteraction>'
)
LISTED = ENTRY.replace("string", "identifier").replace(">1<", ">A<")


def body_of(found: Any) -> str:
    assert found.content is not None, codes(found)
    return str(found.content.texts["en"].body)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<pre>x = %s;\ny</pre>", "```\nx = _____;\ny\n```"),
        ("<p><code>x = %s;</code></p>", "`x = _____;`"),
        ("<p>x<sup>%s</sup></p>", r"x^(\_\_\_\_\_)"),
        ("<pre>x = %s <img src='data:,' alt='it'/></pre>", "```\nx = _____ [it]\n```"),
    ],
)
def test_a_field_in_a_listing_keeps_its_place(body: str, text: str) -> None:
    (found,) = qti.read(entry(body % FIELD, ENTRY, MATCH))
    assert body_of(found) == text
    (found,) = qti.read(entry(body % LIST, LISTED, MATCH))
    assert body_of(found) == text.replace("_____", "{{p1}}").replace(r"\_" * 5, "{{p1}}")


def test_gaps_of_qti_stand_in_a_listing() -> None:
    asked = (
        '<gapMatchInteraction responseIdentifier="R"><gapText identifier="A" matchMax="1">1'
        '</gapText><gapText identifier="B" matchMax="1">2</gapText><pre>x = <gap identifier="G"/>;'
        "</pre></gapMatchInteraction>"
    )
    declared = LISTED.replace("identifier</", "pair").replace('"identifier"', '"directedPair"')
    (found,) = qti.read(entry(asked, declared.replace(">A<", ">A G<"), MATCH))
    assert body_of(found) == "```\nx = {{G}};\n```"


def test_gaps_and_a_field_of_moodle_stand_in_a_listing() -> None:
    asked = question("ddwtos", "<pre>x = [[1]];</pre>", BOX.format("1", 1) + BOX.format("2", 1))
    typed = question("cloze", "<pre>x = {1:SA:=1};<br>y</pre>")
    found = moodle.read(f"<quiz>{asked}{typed}</quiz>".encode())
    assert [body_of(one) for one in found] == ["```\nx = {{p1}};\n```", "```\nx = _____;\ny\n```"]


@pytest.mark.parametrize(
    "body",
    ["<p><object data='x.swf'>%s</object></p>", "<p><math><mi>%s</mi></math></p>"],
)
def test_a_field_where_none_can_stand_is_refused_by_name(body: str) -> None:
    for asked, declared in ((FIELD, ENTRY), (LIST, LISTED)):
        (found,) = qti.read(entry(body % asked, declared, MATCH))
        assert [one.code for one in found.refusals] == ["import_field_lost"]


@pytest.mark.parametrize(
    "code", ["<pre>a\nb</pre>", "<pre>a<br>b</pre>", "<p><code>a<br>b</code></p>", "<pre><p>a<p>b"]
)
def test_a_listing_in_a_table_is_refused_rather_than_joined(code: str) -> None:
    with pytest.raises(CannotTake) as caught:
        read(f"<table><tr><td>x</td><td>{code}</td></tr></table>")
    assert caught.value.reason.code == "import_markup"


def test_a_single_line_of_a_listing_stands_in_a_table() -> None:
    text, notes = read("<table><tr><td>x</td><td><pre>\na = 1\n</pre></td></tr></table>")
    assert "<code>a = 1</code>" in markup.html(text, str)
    assert notes == []
