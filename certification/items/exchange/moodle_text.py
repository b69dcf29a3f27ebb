"""A text in one of Moodle's formats as Markdown, or as words alone. Pure."""

import re
from collections.abc import Callable

from certification.items.exchange.found import CannotTake, Making
from certification.items.exchange.htmltree import has_markup, html_tree
from certification.items.exchange.marking import (
    LONGEST_TEXT,
    Rich,
    listed,
    note_formula,
    plain,
    plain_markdown,
)
from certification.items.exchange.multilang import one_of
from certification.items.exchange.richtext import as_markdown

PictureOf = Callable[[str, str], str | None]
_PICTURE = re.compile(r"!\[([^\[\]]{0,400})\]\(\s*<?([^()\s<>]{1,2000})>?[^()]{0,400}\)")


def in_markdown(said: str, form: str, making: Making, picture: PictureOf) -> str:
    """`form` is html, moodle_auto_format, plain_text or markdown."""
    if len(said) > LONGEST_TEXT:
        raise CannotTake("import_too_large")
    said = one_of(said, making)
    if form == "markdown":
        return _own_markdown(said.replace("\r\n", "\n"), making, picture)
    if form == "plain_text" or (form == "moodle_auto_format" and not has_markup(said)):
        note_formula(said, making)
        return plain_markdown(said)
    if form == "moodle_auto_format" and "<p" not in said:
        said = said.replace("\r\n", "\n").replace("\n", "<br>")
    return as_markdown(html_tree(said), Rich(making, picture))


def _own_markdown(said: str, making: Making, picture: PictureOf) -> str:
    """Markdown stays as it is but for its pictures; HTML in it is shown as it was typed."""

    def put(found: re.Match[str]) -> str:
        named = picture(found[2], found[1])
        return f"![{found[1]}]({named})" if named else found[1] and f"\\[{found[1]}\\]"

    if re.search(r"</?[a-zA-Z][^<>]{0,400}>", re.sub(r"`[^`]*`", "", said)):
        making.note("import_markup_as_text")
    if "$$" in said or "\\\\(" in said:
        making.note("import_formula")
    return _PICTURE.sub(put, said)


def in_words(said: str, making: Making) -> str:
    """The words of a text alone, for a list of choices."""
    said = one_of(said, making)
    note_formula(said, making)
    if not has_markup(said):
        return " ".join(said.split())
    tree = html_tree(said)
    return listed(tree, making) if len(tree) else plain(tree)
