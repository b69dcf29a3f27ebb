"""Listings (`pre`) and code within lines: their own words, line by line. Pure.

Markdown shows nothing but signs in code, so a picture in it parts the code and stands between.
"""

import re
from collections.abc import Callable, Iterator
from xml.etree.ElementTree import Element

from certification.items.exchange import signs
from certification.items.exchange.marking import BREAK, DROPPED, SPACES, Rich, cleaned

CODE = ("code", "tt", "kbd", "samp")
NO_BREAK = "\u00a0"
_LINES = ("p", "div", "li", "tr", "section", "article", "blockquote", "pre")
_STRESSED = frozenset(("b", "strong", "i", "em", "cite", "dfn", "var", "s", "strike", "del"))
_FIRST = re.compile(r"^ +| {2,}")
_EDGE = "\r"
_ENDS = re.compile(r"\n*\r[\r\n]*")
_EDGES = re.compile(r" *\n *")
Part = tuple[str, str | None]
"""Code, or a picture in Markdown with its words."""
Words = Callable[[str], str]


def block(element: Element, rich: Rich) -> str:
    """A listing as a code block, or as lines of code around its pictures."""
    parts = _merged(_walk(element, rich, _as_typed))
    if any(words is not None for _text, words in parts):
        return _around(parts, rich, _fixed)
    text = "".join(text for text, _words in parts).strip("\n")
    rich.said.append(text)
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", text) or [""]))
    return f"{fence}\n{text}\n{fence}"


def line(element: Element, rich: Rich) -> str:
    """Code within a line; a break in it parts it, because Markdown's code knows none."""
    parts = _merged(_walk(element, rich, _in_line))
    return _around([(_EDGES.sub("\n", text), words) for text, words in parts], rich, str)


def has_lines(element: Element) -> bool:
    """Whether code in the element has several lines."""
    for one in element.iter():
        inner = {str(part.tag) for part in one.iter() if part is not one}
        if one.tag in ("pre", *CODE) and inner & {"br", *_LINES}:
            return True
        if one.tag == "pre" and "\n" in "".join(one.itertext()).strip("\r\n"):
            return True
    return False


def _walk(element: Element, rich: Rich, words: Words) -> Iterator[Part]:
    yield words(element.text or ""), None
    for child in element:
        yield from _child(child, rich, words)
        yield words(child.tail or ""), None


def _child(child: Element, rich: Rich, words: Words) -> Iterator[Part]:
    tag = str(child.tag)
    if (slot := rich.slot(child)) is not None:
        yield slot, None
    elif signs.is_image(child):
        yield signs.image(child, rich)
    elif tag in DROPPED:
        signs.note_dropped(child, rich)
    elif tag == "br":
        yield "\n", None
    elif tag == "math":
        yield signs.formula(child, rich), None
    elif tag in ("sup", "sub") and not signs.holds_more(child, rich):
        yield signs.script(child, rich), None
    else:
        yield from _inner(child, rich, words)


def _inner(child: Element, rich: Rich, words: Words) -> Iterator[Part]:
    signs.note_look(child, rich)
    if child.tag in _STRESSED:
        rich.note("import_style")
    before, after = (_EDGE, _EDGE) if child.tag in _LINES else signs.around(child, rich)
    yield before, None
    yield from _walk(child, rich, words)
    yield after, None


def _as_typed(text: str) -> str:
    return cleaned(text).replace("\r\n", "\n").replace("\r", "\n")


def _in_line(text: str) -> str:
    return SPACES.sub(" ", cleaned(text))


def _merged(parts: Iterator[Part]) -> list[Part]:
    """Code that stands side by side is one piece; a paragraph in it is a line of its own."""
    found: list[Part] = []
    for text, words in parts:
        if text and words is None and found and found[-1][1] is None:
            found[-1] = (found[-1][0] + text, None)
        elif text:
            found.append((text, words))
    return [(_ENDS.sub(_ended, text), words) for text, words in found]


def _ended(found: re.Match[str]) -> str:
    return "\n" * max(1, found[0].count("\n"))


def _around(parts: list[Part], rich: Rich, fit: Words) -> str:
    shown = ""
    for text, words in parts:
        if words is None:
            shown += BREAK.join(_span(fit(one), rich) for one in text.split("\n"))
        else:
            rich.said.append(words)
            shown += text
    return shown


def _fixed(text: str) -> str:
    """Spaces that a line of code would lose outside of a code block stay."""
    return _FIRST.sub(lambda found: NO_BREAK * len(found[0]), text.expandtabs(4))


def _span(text: str, rich: Rich) -> str:
    if not text.strip():
        return text
    if rich.bare:
        return rich.words(text)
    rich.said.append(text)
    ticks = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    edges = text[0] + text[-1]
    pad = " " if "`" in edges or edges == "  " else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"
