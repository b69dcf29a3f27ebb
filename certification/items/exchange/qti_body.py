"""Markdown as the XHTML that a body of QTI 2.1 may hold. Pure."""

import re
from collections.abc import Mapping
from xml.etree.ElementTree import Element, SubElement

from defusedxml import ElementTree
from markdown_it import MarkdownIt

from certification.items.content import MARK

_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
_BAD = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PICTURE = re.compile(r"picture:([0-9a-f]{64})")
_ALLOWED = {"img": ("src", "alt"), "a": ("href",)}
_OTHER = {"s": "span"}
_FLOWS = ("li", "td", "th", "div")
FOLDER = "../pictures"


def sound(text: str) -> str:
    """Text with nothing that XML cannot hold."""
    return _BAD.sub("\ufffd", text)


def picture_path(sha256: str) -> str:
    """Where a picture lies, seen from an item's file."""
    return f"{FOLDER}/{sha256}.png"


def blocks_of(markdown: str) -> Element:
    """The text as a `div` of paragraphs, lists, tables and so on."""
    html = _MARKDOWN.render(sound(markdown))
    root: Element = ElementTree.fromstring(f"<div>{html}</div>")
    for element in list(root.iter("ol")):
        if element.get("start", "1") != "1":
            _count(element)
    for element in root.iter():
        _fit(element)
    return root


def _count(element: Element) -> None:
    """QTI's lists begin with 1: where another number is meant, the numbers are words."""
    first = int(element.get("start", "1"))
    element.tag = "div"
    for number, entry in enumerate(element.findall("li"), first):
        entry.tag = "div"
        begun = entry[0] if len(entry) and entry[0].tag == "p" else entry
        begun.text = f"{number}. {(begun.text or '').lstrip()}"


def _fit(element: Element) -> None:
    """Only what QTI knows: no alignment of cells, no struck text, our pictures by their files."""
    tag = str(element.tag)
    element.tag = _OTHER.get(tag, tag)
    for name in [one for one in element.attrib if one not in _ALLOWED.get(tag, ())]:
        del element.attrib[name]
    if tag == "img":
        found = _PICTURE.fullmatch(element.get("src", ""))
        element.set("src", picture_path(found[1]) if found else element.get("src", ""))
        element.set("alt", element.get("alt", ""))
    if tag == "table" and element.find("tbody") is None:
        row = SubElement(SubElement(element, "tbody"), "tr")
        SubElement(row, "td")


def put(parent: Element, markdown: str, places: Mapping[str, Element] | None = None) -> None:
    """The text's blocks below a parent, with what stands in its marked places."""
    root = blocks_of(markdown)
    if places:
        for element in list(root.iter()):
            _place(element, places)
        _append_unseen(root, places)
    for block in root:
        block.tail = None
        parent.append(block)


def fill(parent: Element, markdown: str) -> None:
    """The text as content of a parent; one paragraph stands there without being one."""
    root = blocks_of(markdown)
    if len(root) == 1 and root[0].tag == "p":
        parent.text = root[0].text
        parent.extend(list(root[0]))
        return
    for block in root:
        block.tail = None
        parent.append(block)


def _place(element: Element, places: Mapping[str, Element]) -> None:
    children = list(element)
    for child in children:
        element.remove(child)
    pieces: list[str | Element] = [element.text or ""]
    for child in children:
        pieces += [child, child.tail or ""]
        child.tail = None
    element.text = None
    for piece in pieces:
        if isinstance(piece, str):
            _pour(element, piece, places)
        else:
            element.append(piece)


def _pour(element: Element, text: str, places: Mapping[str, Element]) -> None:
    parts = MARK.split(text)
    _say(element, parts[0])
    for name, after in zip(parts[1::2], parts[2::2], strict=True):
        if name in places:
            _home(element, places[name]).append(places[name])
            _say(element, after)
        else:
            _say(element, "{{" + name + "}}" + after)


def _home(element: Element, place: Element) -> Element:
    """A gap stands in a line, so not in an entry of a list or a cell itself."""
    return SubElement(element, "span") if place.tag == "gap" and element.tag in _FLOWS else element


def _append_unseen(root: Element, places: Mapping[str, Element]) -> None:
    """Places whose marks are in an address or a description, where nothing can stand."""
    seen = set(root.iter())
    unseen = [place for place in places.values() if place not in seen]
    if unseen:
        SubElement(root, "p").extend(unseen)


def _say(element: Element, text: str) -> None:
    if not text:
        return
    if len(element):
        element[-1].tail = (element[-1].tail or "") + text
    else:
        element.text = (element.text or "") + text
