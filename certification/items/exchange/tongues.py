"""Words within a text that are in another language, or run from right to left: Markdown cannot say
so, which is noted. Marks of direction are signs like others and stay. Pure."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from certification.items.exchange.found import Making

CODE = ("pre", "code", "tt", "kbd", "samp")
"""Where `lang` names a language of programs."""
_TAG = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9_-]{1,30})?")


def note(element: Element, making: Making) -> None:
    """Name the languages and the direction that are lost from the element and what is in it."""
    names = sorted({name for one in element.iter() for name in _other(one, making.language)})
    if names:
        making.note("import_tongues", names=", ".join(names)[:200])
    if any(one.get("dir", "").strip().lower() == "rtl" for one in element.iter()):
        making.note("import_direction")


def _other(element: Element, language: str) -> Iterator[str]:
    """What the element says of its language, unless it is the item's."""
    said = (element.get("lang") or element.get("xml:lang") or "").strip()
    found = _TAG.fullmatch(said)
    if found and found[1].lower() != language and element.tag not in CODE:
        yield said
