"""Formatted text of other systems as our Markdown; what cannot be said in it is noted. Pure.

    as_markdown(htmltree.html_tree(text), Rich(making, picture)) -> Markdown

`picture(address, words)` answers how the Markdown names a picture, or None. Private signs
stand for places that the caller puts in afterwards; they pass through untouched.
"""

import re
from collections.abc import Callable, Iterator
from xml.etree.ElementTree import Element

from markdown_it import MarkdownIt

from certification.items.exchange import numbering, signs, tongues, verbatim
from certification.items.exchange.found import CannotTake
from certification.items.exchange.marking import (
    BREAK,
    DROPPED,
    SPACES,
    Rich,
    cleaned,
    note_formula,
    quote_levels,
    unmarked,
)

BLOCKS = {
    "p", "div", "section", "article", "header", "footer", "main", "center", "address", "figure",
    "figcaption", "fieldset", "legend", "ul", "ol", "li", "dl", "dt", "dd", "table", "caption",
    "thead", "tbody", "tfoot", "tr", "td", "th", "colgroup", "pre", "blockquote", "hr", "h1",
    "h2", "h3", "h4", "h5", "h6", "itemBody", "prompt", "rubricBlock", "details", "summary",
    "contentBody",
}  # fmt: skip
STYLES = {
    **dict.fromkeys(("em", "i", "cite", "dfn", "var"), "*"),
    **dict.fromkeys(("strong", "b"), "**"),
    **dict.fromkeys(("s", "strike", "del"), "~~"),
}
_BEGINS = re.compile(r"```|- |\| |> |#{3,6} |\*\*\*$|[0-9]{1,9}[.)] ")
"""How blocks begin that are no paragraph."""
_PARSER = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def as_markdown(element: Element, rich: Rich) -> str:
    """The Markdown of an element's content, which shows every word of it: that is checked."""
    quote_levels(element)
    tongues.note(element, rich.making)
    for bare in (False, True):
        rich.bare, rich.said = bare, []
        text = "\n\n".join(_blocks(element, rich))
        if _same(text, rich.said):
            _refuse_lost_fields(text, element, rich)
            if bare:
                rich.note("import_style")
            note_formula("".join(rich.said), rich.making)
            return text
    raise CannotTake("import_markup")


def _refuse_lost_fields(text: str, element: Element, rich: Rich) -> None:
    """No field is left out, as one in a formula or in a film would be."""
    if any((slot := rich.slot(one)) and slot not in text for one in element.iter()):
        raise CannotTake("import_field_lost")


def _same(text: str, said: list[str]) -> bool:
    shown: list[str] = []
    for token in _PARSER.parse(text):
        if token.type in ("fence", "code_block"):
            shown.append(token.content)
        for one in token.children or ():
            shown += [part.content for part in one.children or (one,)]
    return "".join("".join(shown).split()) == "".join("".join(said).split())


def _pieces(element: Element) -> Iterator[str | Element]:
    if element.text:
        yield element.text
    for child in element:
        yield child
        if child.tail:
            yield child.tail


def _blocks(element: Element, rich: Rich) -> list[str]:
    """Paragraphs, lists, tables and so on, in order."""
    found: list[str] = []
    line = ""
    for piece in _pieces(element):
        if isinstance(piece, str) or not _has_blocks(piece, rich):
            line += _line(piece, rich)
            continue
        found += [_paragraph(line)]
        line = ""
        found += _block(piece, rich)
    return [text for text in (*found, _paragraph(line)) if text.strip()]


def _has_blocks(element: Element, rich: Rich) -> bool:
    if element.tag in DROPPED or rich.slot(element) is not None:
        return False
    return any(one.tag in BLOCKS for one in element.iter())


def _paragraph(text: str) -> str:
    lines = [line.strip() for line in text.strip(f" \n{BREAK}").split(BREAK)]
    return unmarked("\\\n".join(line for line in lines if line))


def _block(element: Element, rich: Rich) -> list[str]:
    signs.note_look(element, rich)
    tag = str(element.tag)
    if tag in ("ul", "ol"):
        return _list(element, rich)
    if tag == "pre":
        text = verbatim.block(element, rich)
        return [text if text.startswith("```") and BREAK not in text else _paragraph(text)]
    if tag == "table":
        return _table(element, rich)
    before, after = signs.around(element, rich)
    inner = _parted(rich.words(before), _blocks(element, rich), rich.words(after))
    if tag == "blockquote" and inner:
        return ["\n".join(f"> {line}".rstrip() for line in "\n\n".join(inner).split("\n"))]
    if re.fullmatch("h[1-6]", tag) and inner:
        return [f"{'#' * max(3, int(tag[1]))} {' '.join(inner)}".replace("\\\n", " ")]
    return ["***"] if tag == "hr" else inner


def _parted(before: str, inner: list[str], after: str) -> list[str]:
    """Blocks with what is said before the first and after the last."""
    if inner and before:
        inner[0] = before + inner[0]
        inner[-1] += after
    return inner


def _list(element: Element, rich: Rich) -> list[str]:
    """What stands before the first entry, then the entries; what stands between two of them is
    part of the first."""
    words = iter(numbering.words(element))
    before = [_paragraph(_line(element.text or "", rich))]
    entries: list[list[str]] = []
    for child in element:
        if child.tag == "li":
            entries.append(_entry(child, next(words), rich))
        else:
            (entries[-1] if entries else before).extend(_beside(child, rich))
        tail = _paragraph(_line(child.tail or "", rich))
        (entries[-1] if entries else before).append(tail)
    return [*(one for one in before if one), _listed(element, entries)]


def _entry(element: Element, word: str, rich: Rich) -> list[str]:
    sign = rich.words(word)
    first, *rest = [*_blocks(element, rich), ""]
    if not word:
        return [first, *rest]
    sign = unmarked(sign)
    return [sign, first, *rest] if _BEGINS.match(first) else [f"{sign} {first}".strip(), *rest]


def _beside(element: Element, rich: Rich) -> list[str]:
    if _has_blocks(element, rich):
        return _block(element, rich)
    return [_paragraph(_line(element, rich))]


def _listed(element: Element, entries: list[list[str]]) -> str:
    """The entries that hold anything; where their numbers do not follow, another list begins."""
    texts = ["\n\n".join(part for part in parts if part) for parts in entries]
    full = [(n, text) for n, text in zip(numbering.numbers(element), texts, strict=True) if text]
    marks = (
        numbering.marks(number for number, _text in full)
        if numbering.is_counted(element)
        else iter([("- ", False)] * len(full))
    )
    said = ""
    for (mark, begins), (_number, text) in zip(marks, full, strict=True):
        said += "\n\n" if begins else "\n"
        said += mark + text.replace("\n", "\n" + " " * len(mark))
    return re.sub(r"\n +\n", "\n\n", said.removeprefix("\n"))


def _table(element: Element, rich: Rich) -> list[str]:
    """The first row is the heading, because Markdown wants one."""
    title = [_paragraph(_cell(one, rich)) for one in element if one.tag == "caption"]
    rows = [
        [_cell(cell, rich) for cell in row if cell.tag in ("td", "th")] for row in _rows(element)
    ]
    rows = [row for row in rows if row]
    if not rows:
        return title
    if any("colspan" in one.attrib or "rowspan" in one.attrib for one in element.iter()):
        rich.note("import_spans")
    width = max(len(row) for row in rows)
    lines = [f"| {' | '.join(row + [''] * (width - len(row)))} |" for row in rows]
    lines.insert(1, "|" + " --- |" * width)
    return [*title, "\n".join(lines)]


def _rows(table: Element) -> Iterator[Element]:
    """Its own rows, not those of tables in its cells."""
    for one in table:
        if one.tag == "tr":
            yield one
        elif one.tag in ("thead", "tbody", "tfoot"):
            yield from (row for row in one if row.tag == "tr")


def _cell(element: Element, rich: Rich) -> str:
    """A cell is one line; joined lines of code would be other code."""
    if verbatim.has_lines(element):
        raise CannotTake("import_markup")
    inner = " ".join(_blocks(element, rich))
    return inner.replace("\\\n", " ").replace("\n", " ").strip()


def _line(piece: str | Element, rich: Rich, within: str = "") -> str:
    if isinstance(piece, str):
        return rich.words(SPACES.sub(" ", cleaned(piece)))
    if (slot := rich.slot(piece)) is not None:
        return _put(slot, rich)
    tag = str(piece.tag)
    if tag in DROPPED:
        return _dropped(piece, rich)
    if tag in _SIGNS:
        return _SIGNS[tag](piece, rich)
    if tag in verbatim.CODE and not rich.bare:
        return verbatim.line(piece, rich)
    signs.note_look(piece, rich)
    mark = STYLES.get(tag, "")
    mark = "" if rich.bare or mark in within.split() else mark
    inner = "".join(_line(one, rich, f"{within} {mark}") for one in _pieces(piece))
    return _wrapped(inner, mark)


def _put(slot: str, rich: Rich) -> str:
    rich.said.append(slot)
    return slot


def _wrapped(inner: str, mark: str) -> str:
    """Emphasis stands next to its words, never next to a space."""
    core = inner.strip(f" \n{BREAK}")
    if not mark or not core or BREAK in core:
        return inner
    before, _, after = inner.partition(core)
    return f"{before}{mark}{core}{mark}{after}"


def _dropped(piece: Element, rich: Rich) -> str:
    if signs.is_image(piece):
        return _image(piece, rich)
    signs.note_dropped(piece, rich)
    return ""


def _break(piece: Element, rich: Rich) -> str:
    del piece, rich
    return BREAK


def _image(piece: Element, rich: Rich) -> str:
    text, words = signs.image(piece, rich)
    if words is None:
        return rich.words(text) if text else ""
    rich.said.append(words)
    return text


def _formula(piece: Element, rich: Rich) -> str:
    return rich.words(signs.formula(piece, rich))


def _script(piece: Element, rich: Rich) -> str:
    if signs.holds_more(piece, rich):
        return _between(piece, rich)
    said = signs.script(piece, rich)
    return rich.words(said) if said else ""


def _between(piece: Element, rich: Rich) -> str:
    """The content with what is said before and after it."""
    before, after = signs.around(piece, rich)
    before = rich.words(before)
    inner = "".join(_line(one, rich) for one in _pieces(piece))
    return before + inner + rich.words(after)


_SIGNS: dict[str, Callable[[Element, Rich], str]] = {
    "br": _break,
    "img": _image,
    "math": _formula,
    "sup": _script,
    "sub": _script,
    "rt": _between,
    "q": _between,
}
