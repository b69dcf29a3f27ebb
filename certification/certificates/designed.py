"""A certificate as a design lays it out: blocks in their order, colours, signatories, pictures.

The page is laid out and measured; where the words need more room than there is, they are laid
out again in smaller type, so that a certificate is always one page with nothing over anything.
"""

import base64
from collections.abc import Iterator
from html import escape
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal

from certification.certificates import fingerprint
from certification.certificates.codes import grouped
from certification.certificates.sheet import ART_LEFT, ART_RISE, ART_SIZE, MM, SHEETS, marks
from certification.designs.content import Block, Content, Design
from certification.designs.languages import small_words
from certification.designs.rules import PAPERS, channels, fill, mix

SCALES = (1.0, 0.92, 0.84, 0.76, 0.68, 0.6, 0.52)
"""Type sizes tried one after the other until everything fits."""
PX = 96 / 25.4
BREATH = 4 * PX
"""The least space between the column and what stands at the foot."""
TOPS = {"side": 18.0, "centre": 20.0}
FRAME = (7 * MM, 9 * MM)
"""The frame's two lines, from the edge of the sheet."""
RISE = 0.46
"""The share of spare height that goes above a centred column."""


def values_of(facts: Any) -> dict[str, str]:
    """What each placeholder stands for; empty where this certificate has no such value."""
    locale = facts.locale
    numbers = {name: getattr(facts, name) for name in ("score", "full_marks", "required")}
    until = facts.valid_until
    return {
        "holder": facts.holder_name,
        "title": facts.title,
        "kind": facts.kind,
        "statement": facts.statement,
        "awarded_on": format_date(facts.awarded_on, "long", locale=locale),
        "valid_until": format_date(until, "long", locale=locale) if until else "",
        "number": facts.number,
        "code": grouped(facts.code),
        "scheme": facts.scheme_code,
        "version": str(facts.scheme_version),
        "cycle": str(facts.cycle),
        "hours": hours_of(facts),
        "issuer": facts.issuer,
        **{name: "" if n is None else str(n) for name, n in numbers.items()},
    }


def hours_of(facts: Any) -> str:
    """The hours of training as a number of the certificate's language."""
    minutes = facts.hours_minutes
    return str(format_decimal(minutes / 60, locale=facts.locale)) if minutes else ""


def labels_of(design: Design, language: str) -> dict[str, str]:
    """The document's small words in a language; the lead is the design's own block."""
    return {**small_words(language), "certifies": design.content.words[language].lead}


def page_of(design: Design, facts: Any, view: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """What the template places beside the ordinary values, and which of the column's elements
    names the holder."""
    values = values_of(facts)
    column: list[str] = []
    place = 0
    for block in design.content.blocks:
        if block.kind == "holder":
            place = len(column)
        column += _block(block, design, values, view)
    signs = signatories(design, facts)
    return {
        "column": column,
        "classes": classes(design, len(signs)),
        "content": design.content,
        "signs": signs,
        "stands_in_row": in_row(design, len(signs)),
        "lang": design.content.language_for(facts.locale),
    }, place


def _block(
    block: Block, design: Design, values: dict[str, str], view: dict[str, Any]
) -> Iterator[str]:
    words = design.content.words[design.content.language_for(view["facts"].locale)]
    mark = f"b-{block.kind} z-{block.size}"
    if block.kind == "brand":
        yield _brand(mark, design, view)
    elif block.kind == "holder":
        yield (
            f'<p class="{mark} size-{view["name_size"]}" lang="{view["name_lang"]}" '
            f'dir="{view["name_dir"]}">{escape(view["facts"].holder_name)}</p>'
        )
    elif block.kind == "steps":
        if view["steps"]:
            yield f'<p class="label {mark}">{escape(view["labels"].steps)}</p>'
            yield f'<p class="b-list z-{block.size}">{escape(view["steps"])}</p>'
    elif text := fill(getattr(words, block.kind), values):
        tag = "h1" if block.kind == "title" else "p"
        size = view["title_size"] if block.kind == "title" else "l"
        yield f'<{tag} class="{mark} size-{size}">{_lines(text)}</{tag}>'


def _lines(text: str) -> str:
    return "<br/>".join(escape(line) for line in text.splitlines())


def _brand(mark: str, design: Design, view: dict[str, Any]) -> str:
    facts = view["facts"]
    logo = design.pictures.get(design.content.logo or "")
    picture = f'<img class="logo" src="{data(logo)}" alt="{escape(facts.issuer)}"/>' if logo else ""
    words = "" if logo else f"<span>{escape(facts.issuer)}</span>"
    demo = view["labels"].demonstration if facts.demonstration else ""
    shown = f' <span class="demo">{escape(demo)}</span>' if demo else ""
    return f'<p class="{mark}">{picture}{words}{shown}</p>'


def data(picture: bytes) -> str:
    """A PNG as an address of its own content."""
    return "data:image/png;base64," + base64.b64encode(picture).decode()


def signatories(design: Design, facts: Any) -> list[dict[str, str]]:
    """Who signs: the design's signatories, else the scheme's."""
    if not design.content.signatories:
        named = {"name": facts.signatory_name, "role": facts.signatory_role, "picture": ""}
        return [named] if facts.signatory_name else []
    found = []
    for person in design.content.signatories:
        picture = design.pictures.get(person.image or "")
        address = data(picture) if picture else ""
        found.append({"name": person.name, "role": person.role, "picture": address})
    return found


def in_row(design: Design, signed: int) -> bool:
    """Whether signatories stand beside one another."""
    return signed > 2 or design.content.layout == "centre"


def classes(design: Design, signed: int) -> str:
    """What the style sheet tells designs apart by."""
    content = design.content
    where = "row" if in_row(design, signed) else "stack"
    return f"{content.layout} {content.typeface} edge-{content.edge} signs-{where}"


def top_of(design: Design) -> float:
    """Where the column begins, in millimetres from the upper edge."""
    content = design.content
    return TOPS[content.layout] + (8.0 if content.edge == "band" else 0.0)


def paper_ink(content: Content) -> str:
    """The paper's colour as PDF operands."""
    return _ink(channels(PAPERS[content.paper]))


def colours(design: Design, scale: float) -> str:
    """The style sheet's part that differs between designs: size of type, accent, where the
    column begins."""
    accent = design.content.accent
    return (
        f"html {{ font-size: {11 * scale:.2f}pt }} .b-brand, .b-kind {{ color: {accent} }} "
        f".facts {{ border-color: {accent} }} main {{ top: {top_of(design):.1f}mm }}"
    )


def balance(document: Any) -> None:
    """Move a centred column down, so that both its ends have air; on the laid-out page, for a
    second layout would cost as much as the first."""
    left = spare(document)
    if left > 0:
        column = next(box for box in _named(document) if box.element.tag == "main")
        column.translate(0, left * RISE)


def _named(document: Any) -> list[Any]:
    boxes = document.pages[0]._page_box.descendants(placeholders=True)
    return [box for box in boxes if getattr(box, "element", None) is not None]


def spare(document: Any) -> float:
    """The height in pixels that is left between the column and the foot; negative when the words
    do not fit, or spill over onto a second page."""
    if len(document.pages) > 1:
        return -1.0
    named = _named(document)
    column = next(box for box in named if box.element.tag == "main")
    end = float(column.position_y + column.margin_height())
    feet = [box for box in named if "foot" in (box.element.get("class") or "").split()]
    across = [box.position_y for box in feet if box.position_x < column.position_x + column.width]
    limit = min(across, default=document.pages[0].height - 14 * PX)
    return float(limit - end - BREATH)


def behind(facts: Any, content: Content, kinds: list[str]) -> str:
    """Everything behind the words, as operators in points, y upwards."""
    width, height = SHEETS[content.page_format]
    paper = PAPERS[content.paper]
    parts = [f"{_ink(channels(paper))} rg 0 0 {width} {height} re f"]
    parts.append(_art(facts.digest(), content, width, height))
    parts.append(_edge(content, width, height, kinds))
    return "\n".join(parts)


def _ink(colour: tuple[float, float, float]) -> str:
    return " ".join(f"{part:.3f}" for part in colour)


def _art(digest: bytes, content: Content, width: float, height: float) -> str:
    if content.art == "none":
        return ""
    if content.art == "side":
        left, top, size, share, pen = ART_LEFT, height + ART_RISE, ART_SIZE, 0.61, 0.55
    else:
        size = height * 1.12
        left, top, share, pen = (width - size) / 2, (height + size) / 2, 0.87, 0.5
    ink = _ink(mix(content.accent, PAPERS[content.paper], share))
    clip = _clip(width, height) if content.edge == "frame" else ""
    return f"q {clip}{ink} RG\n{fingerprint.operators(digest, left, top, size, pen=pen)}\nS Q"


def _clip(width: float, height: float) -> str:
    """The art ends at the frame's inner line."""
    inset = FRAME[1]
    return f"{inset:.2f} {inset:.2f} {width - 2 * inset:.2f} {height - 2 * inset:.2f} re W n "


def _edge(content: Content, width: float, height: float, kinds: list[str]) -> str:
    accent = _ink(channels(content.accent))
    if content.edge == "rail":
        return f"{accent} rg 0 0 {16 * MM:.2f} {height} re f\n{marks(kinds, height, None)}"
    if content.edge == "band":
        band = f"{accent} rg 0 {height - 13 * MM:.2f} {width} {13 * MM:.2f} re f"
        return f"{band}\n{marks(kinds, height, width)}"
    if content.edge == "frame":
        return "\n".join(
            f"{accent} RG {pen} w {edge:.2f} {edge:.2f} {width - 2 * edge:.2f} "
            f"{height - 2 * edge:.2f} re S"
            for edge, pen in zip(FRAME, (1.6, 0.5), strict=True)
        )
    return ""
