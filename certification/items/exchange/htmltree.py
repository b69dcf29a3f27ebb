"""HTML of strangers as a tree of elements, roughly as browsers read it. Pure."""

import re
from html.parser import HTMLParser
from xml.etree.ElementTree import Element

from certification.items.exchange.found import CannotTake

LONGEST = 100_000
DEEPEST = 60
VOID = {
    "br", "img", "hr", "input", "meta", "link", "col", "source", "track", "wbr", "area", "base",
    "embed", "param",
}  # fmt: skip
NAMES = """a abbr acronym address applet area article aside audio b base bdi bdo big blink
    blockquote body br button canvas caption center cite code col colgroup data datalist dd del
    details dfn dialog dir div dl dt em embed fieldset figcaption figure font footer form frame
    frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe img input ins kbd label
    legend li link main map mark math menu meta meter nav nobr noembed noscript object ol
    optgroup option output p param picture pre progress q rb rp rt ruby s samp script section
    select small source span strike strong style sub summary sup svg table tbody td template
    textarea tfoot th thead time title tr track tt u ul var video wbr xmp mi mn mo ms mtext mrow
    mfrac msqrt mroot msub msup msubsup munder mover munderover mtable mtr mtd mstyle mspace
    mfenced menclose mpadded mphantom semantics annotation annotation-xml circle clippath defs
    desc ellipse fecolormatrix filter g image line lineargradient marker mask path pattern
    polygon polyline radialgradient rect stop symbol text textpath tspan use"""
"""What browsers know; any other word in angle brackets was meant as text, as in `<stdio.h>`."""
_KNOWN = frozenset(NAMES.split())
_TAG = re.compile(r"<(?!!|\?)(/?)([A-Za-z][A-Za-z0-9]*)?([:-]?)")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_ENDS = {
    "p": ("p",),
    "li": ("li", "p"),
    **dict.fromkeys(("td", "th"), ("td", "th", "p")),
    "tr": ("tr", "td", "th", "p"),
    **dict.fromkeys(("ul", "ol", "table", "div", "pre", "blockquote", "hr"), ("p",)),
}
"""What ends where a tag begins, although nobody said so."""


class _Tree(HTMLParser):
    """HTML as browsers would roughly read it: never an error, never deeper than DEEPEST."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("div")
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A paragraph or a list's entry ends where the next one begins."""
        while len(self.open) > 1 and self.open[-1].tag in _ENDS.get(tag, ()):
            self.open.pop()
        if len(self.open) >= DEEPEST:
            return
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        """Ends what is open by this name, and what stands in it."""
        names = [element.tag for element in self.open[1:]]
        if tag in names:
            last = len(names) - names[::-1].index(tag)
            del self.open[last:]

    def parse_html_declaration(self, i: int) -> int:
        """What begins like a declaration and is none (`<![x`) is a comment, as in browsers."""
        try:
            return super().parse_html_declaration(i)
        except AssertionError:
            return int(self.parse_bogus_comment(i))

    def unknown_decl(self, data: str) -> None:
        """Text that was wrapped twice is text."""
        if data.startswith("CDATA["):
            self.handle_data(data.removeprefix("CDATA["))

    def handle_data(self, data: str) -> None:
        """Text after the last child, or before the first."""
        parent = self.open[-1]
        if len(parent):
            parent[-1].tail = (parent[-1].tail or "") + data
        else:
            parent.text = (parent.text or "") + data


def _kept(found: re.Match[str]) -> str:
    """A sign that begins no tag stays a sign; names of offices and parts (`o:p`) are tags."""
    known = (found[2] or "").lower() in _KNOWN or (found[2] and found[3])
    return found[0] if known else "&lt;" + found[0][1:]


def has_markup(text: str) -> bool:
    """Whether the text holds tags or entities."""
    tags = (_kept(one) for one in _TAG.finditer(text))
    return any(one.startswith("<") for one in tags) or bool(_ENTITY.search(text))


def html_tree(text: str) -> Element:
    """HTML as a tree."""
    if len(text) > LONGEST:
        raise CannotTake("import_too_large")
    parser = _Tree()
    end = text.rfind(">") + 1
    parser.feed(_TAG.sub(_kept, text[:end]) + text[end:].replace("<", "&lt;"))
    parser.close()
    return parser.root
