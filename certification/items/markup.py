"""Markdown of items as HTML that is nothing but text, lists, tables, code and our own pictures."""

import re
from collections.abc import Callable, Iterator, Sequence

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from certification.items.content import MARK, PICTURE

_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
TAGS = {
    "p", "br", "em", "strong", "s", "code", "pre", "ul", "ol", "li", "blockquote", "hr",
    "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td", "img", "sup", "sub",
}  # fmt: skip
_OURS = re.compile(r"/[a-z0-9/_.-]*\Z", re.ASCII)


def html(text: str, address: Callable[[str], str]) -> Markup:
    """The text as HTML; `address` says where the picture of a SHA-256 is. Links and pictures of
    elsewhere are left out: an exam page calls nobody."""
    placed = PICTURE.sub(lambda found: f"({address(found[1])})", text)
    cleaned = nh3.clean(
        _MARKDOWN.render(placed),
        tags=TAGS,
        attributes={"img": {"src", "alt"}, "ol": {"start"}},
        url_schemes=set(),
        attribute_filter=_own_source,
    )
    return Markup(cleaned)  # noqa: S704 -- cleaned the line above


def _own_source(tag: str, name: str, value: str) -> str | None:
    del tag
    return None if name == "src" and not _OURS.match(value) else value


def plain(text: str) -> str:
    """The words of a text without its markup, for places that show no HTML, such as the options
    of a select. A picture is its alternative text. A single line is never a list, a heading or a
    quotation: "> 5" and "2. May" keep their signs."""
    body = text.strip()
    tokens = _MARKDOWN.parse(body) if "\n" in body else _MARKDOWN.parseInline(body)
    return " ".join("".join(_words(tokens)).split())


def _words(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type == "list_item_open" and token.info:
            yield f" {token.info}{token.markup} "
        elif token.children:
            yield from _words(token.children)
        elif token.type in ("softbreak", "hardbreak") or (token.block and not token.content):
            yield " "
        else:
            yield token.content


def pieces(markup: str) -> list[tuple[Markup, str | None]]:
    """HTML cut at its marks: each piece with the place that follows it, the last with none."""
    parts = MARK.split(markup)
    places: list[str | None] = [*parts[1::2], None]
    return [
        (Markup(part), place)  # noqa: S704 -- parts of what was cleaned
        for part, place in zip(parts[::2], places, strict=True)
    ]
