"""What stands within a line and is more than its words: pictures, formulas, raised signs, looks.
Pure."""

from xml.etree.ElementTree import Element

from certification.items.exchange import mathml
from certification.items.exchange.marking import (
    DROPPED,
    ESCAPED,
    SPECIAL,
    Rich,
    cleaned,
    plain,
    quotes,
)
from certification.items.exchange.marking import script as script_of

QUIET = frozenset(("rp", "head", "title", "meta", "link"))
LOOKS = frozenset(("u", "ins", "font", "big", "small", "mark"))
_MORE = frozenset(("img", "math", "br", *DROPPED))
"""What raised and lowered signs of their own cannot say."""


def is_image(piece: Element) -> bool:
    """Whether the element is a picture."""
    return piece.tag == "img" or (
        piece.tag == "object" and piece.get("type", "").startswith("image/")
    )


def image(piece: Element, rich: Rich) -> tuple[str, str | None]:
    """Our own picture in Markdown and its words; else its words in brackets, and None."""
    address = piece.get("src") or piece.get("data") or ""
    words = cleaned(" ".join((piece.get("alt") or plain(piece)).split()))[:500]
    named = rich.picture(address, words)
    if named is None:
        return f"[{words}]" if words else "", None
    return f"![{SPECIAL.sub(ESCAPED, words)}]({named})", words


def formula(piece: Element, rich: Rich) -> str:
    """A formula on one line."""
    rich.note("import_formula")
    return piece.get("alttext") or cleaned(mathml.line(piece))


def script(piece: Element, rich: Rich) -> str:
    """What is raised or lowered, as signs that are so themselves or marked as such."""
    said, is_marked = script_of(piece)
    if is_marked:
        rich.note("import_style")
    return said


def holds_more(piece: Element, rich: Rich) -> bool:
    """Whether something other than words stands in the element."""
    inner = (one for one in piece.iter() if one is not piece)
    return any(one.tag in _MORE or rich.slot(one) is not None for one in inner)


def around(piece: Element, rich: Rich) -> tuple[str, str]:
    """What is said before and after the element's content: how a Chinese or Japanese word is read
    stands in brackets behind it, a quotation in its marks."""
    if piece.tag == "q":
        return quotes(piece)
    if piece.tag in ("sup", "sub"):
        rich.note("import_style")
        return "^(" if piece.tag == "sup" else "_(", ")"
    return ("(", ")") if piece.tag == "rt" and (len(piece) or plain(piece)) else ("", "")


def note_dropped(piece: Element, rich: Rich) -> None:
    """Say what is left out."""
    if piece.tag not in QUIET:
        rich.note("import_element", name=str(piece.tag)[:40])


def note_look(piece: Element, rich: Rich) -> None:
    """Say which looks and addresses are left out."""
    if piece.tag in LOOKS or piece.get("style") or piece.get("color"):
        rich.note("import_style")
    if piece.tag == "a" and piece.get("href"):
        rich.note("import_link", address=str(piece.get("href"))[:120])
