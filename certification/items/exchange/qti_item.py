"""An assessmentItem of QTI 2.1, 2.2 or 3 while it is read: declarations, scoring, texts. Pure.

The tree has QTI 2's names (see `xmltree`), so that one reader serves all three.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element

from certification.items.exchange.found import CannotTake, Image, Making
from certification.items.exchange.marking import Rich, listed
from certification.items.exchange.moodle_question import number_of
from certification.items.exchange.places import Places, parted
from certification.items.exchange.richtext import as_markdown
from certification.items.exchange.xmltree import text_of

ONE = ("single", "multiple", "ordered")
ESSAY = "extendedTextInteraction"
Pictures = Callable[[str], Image | None]
Back = Callable[[Any], dict[str, tuple[str, ...]]]
"""An answer to our item as values of its responses."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """What one response earns, and whether its case matters."""

    key: str
    value: Decimal
    is_cased: bool


@dataclass(frozen=True, slots=True)
class Response:
    """A response's declaration."""

    cardinality: str
    base: str
    correct: tuple[str, ...]
    mapping: tuple[Mapped, ...]
    default: Decimal
    lower: Decimal | None
    upper: Decimal | None
    areas: tuple[Element, ...]


@dataclass(slots=True)
class QtiItem:
    """The element and what is made of it."""

    element: Element
    language: str
    pictures: Pictures
    making: Making = field(default_factory=Making)
    places: Places = field(default_factory=Places)
    responses: dict[str, Response] = field(default_factory=dict)
    interactions: list[Element] = field(default_factory=list)
    back: Back | None = None
    """Told by the maker of its kind."""

    @property
    def body(self) -> Element:
        """What the candidate sees."""
        found = self.element.find("itemBody")
        if found is None:
            raise CannotTake("import_no_question")
        return found

    def response(self, interaction: Element) -> Response:
        """The declaration that an interaction answers to."""
        found = self.responses.get(interaction.get("responseIdentifier", ""))
        if found is None:
            raise CannotTake("import_no_response")
        return found

    def image(self, address: str) -> Image | None:
        """The picture of this address, if it is in the package."""
        if (
            address.partition(":")[0].lower() in ("http", "https", "ftp", "file")
            or address[:2] == "//"
        ):
            self.making.note("import_picture_elsewhere", address=address[:120])
            return None
        image = self.pictures(address)
        if image is None:
            self.making.note("import_picture_broken", name=address.rpartition("/")[2][:80])
            return None
        self.making.pictures[image.sha256] = image
        return image

    def markdown(
        self, element: Element, slot: Callable[[Element], str | None] | None = None
    ) -> str:
        """The content of an element as Markdown."""
        rich = Rich(self.making, self._named, slot or _no_slot)
        return as_markdown(element, rich)

    def _named(self, address: str, words: str) -> str | None:
        del words
        image = self.image(address)
        return f"picture:{image.sha256}" if image else None

    def text(self, mark: str = "{{%s}}") -> str:
        """The body with marks where the interactions in `places` stand."""
        signs = {id(one): self.places.slot() for one in self.interactions}

        def slot(element: Element) -> str | None:
            return signs.get(id(element)) or self.unsaid(element)

        return self.places.filled(self.markdown(self.body, slot), self.making, mark)

    def unsaid(self, element: Element) -> str | None:
        """Nothing, for what is said to scorers or tutors; an essay's is its rubric."""
        if element.tag != "rubricBlock" or "candidate" in element.get("view", "candidate"):
            return None
        if all(one.tag != ESSAY for one in self.interactions):
            self.making.note("import_element", name="rubricBlock")
        return ""

    def block_text(self, interaction: Element) -> str:
        """The body around an interaction that stands by itself, then its prompt."""
        mark = "\ue0fe"
        around = self.text(mark).replace(mark, "").strip()
        prompt = interaction.find("prompt")
        asked = parted(self.markdown(prompt), self.making) if prompt is not None else ""
        return "\n\n".join(text for text in (around, asked) if text)

    def listed(self, element: Element) -> str:
        """Words for a list of choices."""
        return listed(element, self.making)


def _no_slot(element: Element) -> str | None:
    del element
    return None


def declared(element: Element) -> dict[str, Response]:
    """The item's responses by identifier."""
    found = element.findall("responseDeclaration")
    return {one.get("identifier", ""): _response(one) for one in found}


def _response(element: Element) -> Response:
    mapping = element.find("mapping")
    areas = element.find("areaMapping")
    chosen = mapping if mapping is not None else areas
    bounds: Mapping[str, str] = chosen.attrib if chosen is not None else {}
    entries = mapping.findall("mapEntry") if mapping is not None else []
    return Response(
        element.get("cardinality", "single"),
        element.get("baseType", "identifier"),
        tuple(text_of(one) for one in element.findall("correctResponse/value")),
        tuple(_mapped(one) for one in entries),
        number_of(bounds.get("defaultValue") or "0"),
        _bound(bounds, "lowerBound"),
        _bound(bounds, "upperBound"),
        tuple(areas.findall("areaMapEntry")) if areas is not None else (),
    )


def _mapped(entry: Element) -> Mapped:
    value = number_of(entry.get("mappedValue") or "0")
    cased = entry.get("caseSensitive", "true") not in ("false", "0")
    return Mapped(" ".join(entry.get("mapKey", "").split()), value, cased)


def _bound(attributes: Mapping[str, str], name: str) -> Decimal | None:
    return number_of(attributes[name]) if attributes.get(name) else None
