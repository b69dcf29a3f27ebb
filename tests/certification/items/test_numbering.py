"""Lists of other systems keep the numbers and letters that their text speaks of."""

import pytest

from certification.items import markup
from certification.items.exchange.found import Making
from certification.items.exchange.htmltree import html_tree
from certification.items.exchange.marking import listed
from tests.certification.items.test_listings import read

ITEMS = "<li>a</li><li>b</li>"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        (f"<ol>{ITEMS}</ol>", "1. a\n2. b"),
        (f"<ol start='3'>{ITEMS}</ol>", "3. a\n4. b"),
        (f"<ol start='0'>{ITEMS}</ol>", "0. a\n1. b"),
        (f"<ol start='x'>{ITEMS}</ol>", "1. a\n2. b"),
        ("<ol><li>a<li value='5'>b<li>c</ol>", "1. a\n\n5) b\n6) c"),
        ("<ol><li>a<li value='5'>b<li value='2'>c</ol>", "1. a\n\n5) b\n\n2. c"),
        ("<ol><li>a<li><li>c</ol>", "1. a\n\n3) c"),
        (f"<ol reversed>{ITEMS}</ol>", "2. a\n\n1) b"),
        (f"<ol reversed start='5'>{ITEMS}</ol>", "5. a\n\n4) b"),
        (f"<ol start='-1'>{ITEMS}</ol>", "- \\-1. a\n- 0\\. b"),
        (f"<ol type='I'>{ITEMS}</ol>", "- I. a\n- II. b"),
        (f"<ol type='i' start='4'>{ITEMS}</ol>", "- iv. a\n- v. b"),
        (f"<ol type='A' start='26'>{ITEMS}</ol>", "- Z. a\n- AA. b"),
        (f"<ol type='a' reversed>{ITEMS}</ol>", "- b. a\n- a. b"),
        (f"<ol style='list-style-type: upper-roman;'>{ITEMS}</ol>", "- I. a\n- II. b"),
        ("<ol type='A'><li><pre>x</pre><li>*</ol>", "- A.\n\n  ```\n  x\n  ```\n- B. \\*"),
        ("<ol><li>a<ol type='a'><li>x<li>y</ol><li>b</ol>", "1. a\n\n   - a. x\n   - b. y\n2. b"),
        ("<ol><li>a</li><ul><li>x</li></ul><li>b</li></ol>", "1. a\n\n   - x\n2. b"),
        ("<ul>Of these:<li>a</li>and<li>b</li></ul>", "Of these:\n\n- a\n\n  and\n- b"),
        ("<ol><script>x</script><li>a</ol>", "1. a"),
    ],
)
def test_a_list_keeps_its_numbers(html: str, text: str) -> None:
    assert read(html)[0] == text


def test_numbers_are_shown_as_they_were() -> None:
    text = read("<ol start='3'><li>a<li>b<li value='9'>c</ol>")[0]
    assert markup.html(text, str) == (
        '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>\n<ol start="9">\n<li>c</li>\n</ol>\n'
    )
    assert markup.plain(text) == "3. a 4. b 9) c"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>He said <q>no</q>.</p>", "He said \u201cno\u201d."),
        ("<p><q>a <b>b</b></q></p>", "\u201ca **b**\u201d"),
        (
            "<p><q>a <q>b <q>c</q></q></q> <q>d</q></p>",
            "\u201ca \u2018b \u201cc\u201d\u2019\u201d \u201cd\u201d",
        ),
        ("<q><p>a</p><p>b</p></q>", "\u201ca\n\nb\u201d"),
        ("<pre>say <q>no</q></pre>", "```\nsay \u201cno\u201d\n```"),
    ],
)
def test_a_quotation_keeps_its_marks(html: str, text: str) -> None:
    assert read(html)[0] == text


def test_a_quotation_keeps_its_marks_in_a_list_of_choices() -> None:
    assert listed(html_tree("He said <q>no</q>."), Making()) == "He said \u201cno\u201d."
    nested = listed(html_tree("<q>a <q>b</q></q>"), Making())
    assert nested == "\u201ca \u2018b\u2019\u201d"
