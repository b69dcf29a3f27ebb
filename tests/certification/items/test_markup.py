"""Markdown of items where no HTML can stand."""

import pytest

from certification.items.markup import plain

PICTURE = f"picture:{'0' * 64}"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("**bold** and _slanted_", "bold and slanted"),
        ("run `a*b*c` now", "run a*b*c now"),
        ("[the manual](https://example.org)", "the manual"),
        (f"![a *red* light]({PICTURE})", "a red light"),
        ("~~old~~ new", "old new"),
        ("5 < 6 & 7 > 3", "5 < 6 & 7 > 3"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("> 5", "> 5"),
        ("- 5", "- 5"),
        ("# of rows", "# of rows"),
        ("2. May", "2. May"),
        ("snake_case_name", "snake_case_name"),
        (r"\*literal\* &lt;tag&gt;", "*literal* <tag>"),
        ("<b>shown</b>", "<b>shown</b>"),
        ("two\nlines", "two lines"),
        ("first\n\nsecond", "first second"),
        ("1. one\n2. two", "1. one 2. two"),
        ("```\nls -l\n```", "ls -l"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "a b 1 2"),
        ("", ""),
    ],
)
def test_markdown_becomes_the_words_that_a_reader_would_see(text: str, words: str) -> None:
    assert plain(text) == words
