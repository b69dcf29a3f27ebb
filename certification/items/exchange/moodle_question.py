"""A question of Moodle XML while it is read: its texts, numbers and pictures. Pure."""

import re
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from html import escape
from urllib.parse import unquote
from xml.etree.ElementTree import Element, tostring

from certification.items.exchange.found import CannotTake, Image, Making
from certification.items.exchange.htmltree import html_tree
from certification.items.exchange.marking import listed, shielded
from certification.items.exchange.moodle_text import in_markdown
from certification.items.exchange.multilang import one_of
from certification.items.exchange.pictures import Album, from_base64, from_data_address
from certification.items.exchange.xmltree import text_of

PLUGIN_FILE = "@@PLUGINFILE@@/"
MOST_DIGITS = 30
_WRAPPED = re.compile(r"<(p|div)(?: [^<>]*)?>[^<>]*</\1>")


@dataclass(slots=True)
class Question:
    """The element and what is made of it."""

    element: Element
    language: str
    album: Album
    making: Making = field(default_factory=Making)

    def __post_init__(self) -> None:
        self.making.language = self.language

    def rich(self, path: str) -> str:
        """The text of a part as Markdown."""
        return self.text(self.element.find(path))

    def text(self, holder: Element | None) -> str:
        """The `<text>` of a part as Markdown; its pictures lie beside it."""
        if holder is None:
            return ""
        said = shielded(text_of(holder, "text"))
        form = holder.get("format") or self._form()
        return self.markdown(said, form, holder) if said else ""

    def _form(self) -> str:
        """Of parts that do not say it: as the question's text."""
        body = self.element.find("questiontext")
        return body.get("format", "html") if body is not None else "html"

    def markdown(self, said: str, form: str, holder: Element) -> str:
        """A text in one of Moodle's formats as Markdown."""
        return in_markdown(
            said, form, self.making, lambda address, _words: self._picture(address, holder)
        )

    def listed(self, said: str) -> str:
        """What stands in a list of choices, which shows words only."""
        return listed(html_tree(one_of(shielded(said), self.making)), self.making)

    def typed(self, answer: Element) -> str:
        """What has to be typed; converters wrap it in a paragraph."""
        said = text_of(answer, "text")
        if answer.get("format") == "html" and _WRAPPED.fullmatch(said):
            return self.listed(said)
        return said

    def _picture(self, address: str, holder: Element) -> str | None:
        image = self.image(address, holder)
        if image is None:
            return None
        return f"picture:{image.sha256}"

    def image(self, address: str, holder: Element) -> Image | None:
        """The picture of this address, if it lies in the file."""
        if address.startswith("data:"):
            content = from_data_address(address)
        elif address.startswith(PLUGIN_FILE):
            content = self._file(address.removeprefix(PLUGIN_FILE), holder)
        else:
            self.making.note("import_picture_elsewhere", address=address[:120])
            return None
        image = self.album.take(content) if content else None
        if image is None:
            self.making.note("import_picture_broken", name=address.rpartition("/")[2][:80])
            return None
        self.making.pictures[image.sha256] = image
        return image

    def is_shuffled(self, *, unsaid: bool) -> bool:
        """Whether the options change places; what a file leaves unsaid differs between kinds."""
        said = text_of(self.element, "shuffleanswers").lower()
        return said in ("true", "1") if said else unsaid

    def old_picture(self) -> str:
        """A picture of Moodle 1.9 stands beside the text, as Markdown."""
        name = text_of(self.element, "image")
        if not name:
            return ""
        content = from_base64(text_of(self.element, "image_base64"))
        image = self.album.take(content) if content else None
        if image is None:
            self.making.note("import_picture_broken", name=name.rpartition("/")[2][:80])
            return ""
        self.making.pictures[image.sha256] = image
        return f"![](picture:{image.sha256})"

    def _file(self, name: str, holder: Element) -> bytes:
        wanted = unquote(name.partition("?")[0])
        files = [*holder.iter("file"), *self.element.iter("file")]
        files = [one for one in files if one.get("encoding", "base64") == "base64"]
        for of in (_path, _name):
            if (found := next((one for one in files if of(one) == wanted), None)) is not None:
                return from_base64(found.text or "")
        return b""


def _path(file: Element) -> str:
    return (file.get("path") or "/").lstrip("/") + _name(file)


def _name(file: Element) -> str:
    return file.get("name") or ""


def unwrapped(question: Element) -> None:
    """Markup that stands in a text as it is becomes text, as Moodle writes it; what has to be typed
    and the question's name are words alone."""
    typed = ("answer",) if question.get("type") in ("shortanswer", "numerical") else ()
    for holder in list(question.iter()):
        text = holder.find("text")
        if text is None or not len(text) or holder.tag in ("name", *typed):
            continue
        inner = "".join(tostring(one, "unicode", method="html") for one in text)
        text.text, text[:] = escape(text.text or "", quote=False) + inner, []
        holder.set("format", "html")


def number_of(text: str, *, strict: bool = True) -> Decimal:
    """A number as Moodle writes it; an unreadable one is refused, or 0."""
    try:
        value = Decimal(text.strip().replace(",", ".").removesuffix("%"))
        if value.is_finite() and abs(value.adjusted()) < MOST_DIGITS:
            return value
    except InvalidOperation:
        pass
    if strict:
        raise CannotTake("import_number")
    return Decimal(0)
