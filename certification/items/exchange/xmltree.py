"""XML of strangers as a tree: no entities, no fetching, no depth that a walk cannot bear. Pure."""

import html
import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from certification.items.exchange.found import CannotTake
from lms.encoding import decode

DEEPEST = 100
MOST_ELEMENTS = 200_000
_DECLARED = re.compile(r"\s*<\?xml[^>]*\?>")
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,30});")
_OWN = ("lt", "gt", "amp", "quot", "apos")


def parse(content: bytes) -> Element:
    """The root, names without their namespaces; `CannotTake` says what is wrong with it."""
    try:
        root = _parsed(_as_declared(content))
    except DefusedXmlException:
        raise CannotTake("import_xml_entities") from None
    except (ParseError, ValueError, LookupError) as error:
        root = _mended(content, str(error))
    _measure(root)
    for element in root.iter():
        _plain(element)
    return root


def _as_declared(content: bytes) -> bytes | str:
    """The text, where the parser would read another one: it takes windows-1252 that is declared as
    its smaller relative, and UTF-8 that is declared as anything else, at their word."""
    found = _DECLARED.match(content[:400].decode("latin-1"))
    if not found or "encoding" not in found[0] or content.isascii():
        return content
    text = decode(content)
    return content if text is None else _DECLARED.sub("", text.lstrip("\ufeff"), count=1)


def _parsed(content: bytes | str) -> Element:
    root: Element = ElementTree.fromstring(content, forbid_entities=True, forbid_external=True)
    return root


def _mended(content: bytes, why: str) -> Element:
    """A second try for a false declaration of the encoding and for entities of HTML."""
    text = decode(content)
    if text is None:
        raise CannotTake("import_text_unreadable")
    text = _ENTITY.sub(_signed, _DECLARED.sub("", text.lstrip("\ufeff"), count=1))
    try:
        return _parsed(text)
    except DefusedXmlException:
        raise CannotTake("import_xml_entities") from None
    except (ParseError, ValueError):
        raise CannotTake("import_xml_broken", why=why[:80]) from None


def _signed(found: re.Match[str]) -> str:
    return found[0] if found[1] in _OWN else html.unescape(found[0])


def _measure(root: Element) -> None:
    """Level by level, because a deep tree must not be walked by calls."""
    level, count = [root], 0
    for _depth in range(DEEPEST):
        count += len(level)
        if count > MOST_ELEMENTS:
            raise CannotTake("import_too_large")
        level = [child for element in level for child in element]
        if not level:
            return
    raise CannotTake("import_too_deep")


def _plain(element: Element) -> None:
    """Names of QTI 3 (`qti-item-body`, `base-type`) become those of QTI 2 (`itemBody`)."""
    name = str(element.tag).rpartition("}")[2]
    if name.startswith("qti-"):
        name = _camel(name.removeprefix("qti-"))
    element.tag = name
    for key in list(element.attrib):
        value = element.attrib.pop(key)
        short = key.replace("{http://www.w3.org/XML/1998/namespace}", "xml:").rpartition("}")[2]
        free = short.startswith(("data-", "aria-", "xml:"))
        element.attrib[short if free else _camel(short)] = value


def _camel(name: str) -> str:
    first, *rest = name.split("-")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)


def text_of(element: Element | None, path: str = "") -> str:
    """The text of an element or of one below it, without edges; empty when it is not there."""
    found = element.find(path) if element is not None and path else element
    return "".join(found.itertext()).strip() if found is not None else ""


def descendants(element: Element, *names: str) -> Iterator[Element]:
    """Elements of these names below, in the order of the document."""
    return (one for one in element.iter() if one.tag in names and one is not element)
