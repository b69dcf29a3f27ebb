"""HTML of strangers as a tree of elements, roughly as browsers read it. Pure."""

from html.parser import HTMLParser
from xml.etree.ElementTree import Element

from certification.items.exchange.found import CannotTake

LONGEST = 100_000
DEEPEST = 60
VOID = {
    "br", "img", "hr", "input", "meta", "link", "col", "source", "track", "wbr", "area", "base",
    "embed", "param",
}  # fmt: skip
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

    def handle_data(self, data: str) -> None:
        """Text after the last child, or before the first."""
        parent = self.open[-1]
        if len(parent):
            parent[-1].tail = (parent[-1].tail or "") + data
        else:
            parent.text = (parent.text or "") + data


def html_tree(text: str) -> Element:
    """HTML as a tree."""
    if len(text) > LONGEST:
        raise CannotTake("import_too_large")
    parser = _Tree()
    parser.feed(text)
    parser.close()
    return parser.root
