"""Words as Markdown that shows them as they are, and what one conversion shares. Pure."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from certification.items.exchange import tongues
from certification.items.exchange.found import CannotTake, Making

LONGEST_TEXT = 100_000
BREAK = "\ue0ff"
"""A line break until its paragraph is whole."""
DROPPED = {
    "script", "style", "iframe", "object", "embed", "audio", "video", "svg", "canvas", "form",
    "input", "button", "select", "textarea", "applet", "noscript", "template", "head", "title",
    "meta", "link", "map", "rp", "stylesheet", "feedbackBlock", "feedbackInline", "infoControl",
    "templateBlock", "templateInline", "printedVariable",
}  # fmt: skip
SPECIAL = re.compile(r"([\\`*_\[\]<>|~&])")
ESCAPED = r"\\\1"
RAISED = str.maketrans("0123456789+-=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ")
LOWERED = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
INLINE = frozenset((
    "span", "em", "i", "b", "strong", "u", "a", "code", "tt", "kbd", "samp", "font", "small", "big",
    "mark", "s", "strike", "del", "ins", "cite", "dfn", "var", "abbr", "q", "bdo", "bdi",
))  # fmt: skip
TEX = re.compile(r"\\\(|\\\[|\$\$")
_START = re.compile(r"^([ ]*)(?:([#+\-=:>])|([0-9]{1,9})([.)]))", re.MULTILINE)
SPACES = re.compile(r"[ \t\r\n\f]+")
_OURS = re.compile("[\ue0f0-\ue1ff]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
PictureOf = Callable[[str, str], str | None]


@dataclass(slots=True)
class Rich:
    """What the conversion of one item's texts shares."""

    making: Making
    picture: PictureOf
    slot: Callable[[Element], str | None] = lambda _element: None
    """What stands for an element that the caller puts in afterwards."""
    bare: bool = False
    """Without any formatting within lines: the last resort."""
    said: list[str] = field(default_factory=list)

    def note(self, code: str, **values: object) -> None:
        """Note once."""
        self.making.note(code, **values)

    def words(self, text: str) -> str:
        """Text whose signs mean nothing in Markdown."""
        self.said.append(text)
        return SPECIAL.sub(ESCAPED, text).replace("(picture:", "(picture\\:")


def plain_markdown(text: str) -> str:
    """Plain text as Markdown that shows it, line by line."""
    lines = [SPECIAL.sub(ESCAPED, line.strip()) for line in cleaned(text).strip().splitlines()]
    kept = "\\\n".join(lines).replace("(picture:", "(picture\\:")
    return unmarked(re.sub(r"(\\\n){2,}", "\n\n", kept))


def quote_levels(element: Element) -> None:
    """Note on each quotation how deep it stands, since its marks change with each level."""
    for one in element.iter("q"):
        one.set("level", "0")
    for outer in element.iter("q"):
        for inner in outer.iter("q"):
            inner.set("level", str(int(inner.get("level", "0")) + 1))


def quotes(element: Element) -> tuple[str, str]:
    """The marks before and after a quotation."""
    is_inner = int(element.get("level", "1")) % 2 == 0
    return ("\u2018", "\u2019") if is_inner else ("\u201c", "\u201d")


def plain(element: Element) -> str:
    """The words alone, on one line."""
    return " ".join(cleaned(" ".join(element.itertext())).split())


def listed(element: Element, making: Making) -> str:
    """The words alone for a list of choices; pictures in it cannot be taken over."""
    names = {str(one.tag) for one in element.iter() if one is not element}
    if names & {"img", "object", "svg", "math"}:
        raise CannotTake("import_picture_in_list")
    if names - {"p", "div", "span", "br", "text", "sup", "sub"}:
        making.note("import_style")
    for one in element.iter():
        if one.tag in DROPPED:
            one.text = None
    quote_levels(element)
    tongues.note(element, making)
    return " ".join(cleaned(_flat(element, making)).split())


def _flat(element: Element, making: Making) -> str:
    """Words of one word stay together; paragraphs, lines and cells stand apart."""
    parts = [element.text or ""]
    for child in element:
        if child.tag in ("sup", "sub"):
            said, is_marked = script(child)
            if is_marked:
                making.note("import_style")
        else:
            said = _flat(child, making)
            said = said.join(quotes(child)) if child.tag == "q" else said
            said = said if child.tag in INLINE else f" {said} "
        parts += [said, child.tail or ""]
    return "".join(parts)


def script(element: Element) -> tuple[str, bool]:
    """Raised and lowered digits have signs of their own; other text is only marked."""
    text, is_raised = plain(element), element.tag == "sup"
    moved = text.translate(RAISED if is_raised else LOWERED)
    if not any(one in text for one in moved):
        return moved, False
    return f"{'^' if is_raised else '_'}({text})", True


def note_formula(text: str, making: Making) -> None:
    """TeX stays as it was typed."""
    if TEX.search(text):
        making.note("import_formula")


def shielded(text: str) -> str:
    """Text that holds none of the signs that stand for our places."""
    return _OURS.sub("\ufffd", text)


def cleaned(text: str) -> str:
    """Text without control signs."""
    return _CONTROL.sub("\ufffd", text)


def unmarked(text: str) -> str:
    """No line begins with a sign that makes a list, a heading or a quotation."""
    return _START.sub(
        lambda found: (
            f"{found[1]}\\{found[2]}" if found[2] else f"{found[1]}{found[3]}\\{found[4]}"
        ),
        text,
    )
