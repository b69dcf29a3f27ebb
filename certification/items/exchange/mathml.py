"""A formula in MathML on one line of text, so that it still means what it meant. Pure."""

from xml.etree.ElementTree import Element

APART = frozenset("=<>≤≥≠≈≡∈→⇒⇔")
QUIET = ("annotation", "annotation-xml")
SIGNS = {
    "mfrac": "{0}/{1}",
    "msup": "{0}^{1}",
    "mover": "{0}^{1}",
    "msub": "{0}_{1}",
    "munder": "{0}_{1}",
    "msubsup": "{0}_{1}^{2}",
    "munderover": "{0}_{1}^{2}",
    "mroot": "root({1}; {0})",
}
BETWEEN = {"mtable": "; ", "mtr": ", ", "mfenced": ", "}


def line(element: Element) -> str:
    """The element's words with signs for what stands above, below and under a root."""
    return " ".join(_line(element).split())


def _line(element: Element) -> str:
    tag = str(element.tag)
    if tag in QUIET:
        return ""
    if (sign := SIGNS.get(tag)) and len(element) == sign.count("{"):
        return sign.format(*(_one(child) for child in element))
    text = (element.text or "").strip()
    inner = BETWEEN.get(tag, "").join(_line(child) for child in element)
    if tag == "msqrt":
        return f"√{inner}" if len(inner) == 1 else f"√({inner})"
    if tag == "mfenced":
        return f"{element.get('open', '(')}{inner}{element.get('close', ')')}"
    return f" {text} " if tag == "mo" and text in APART else text + inner


def _one(element: Element) -> str:
    """What counts as one; several are held together by brackets."""
    if len(element) == 1 and not (element.text or "").strip() and element.tag not in SIGNS:
        return _one(element[0]) if element.tag in ("mrow", "mstyle") else _line(element)
    said = _line(element).strip()
    return said if len(said) < 2 or not len(element) else f"({said})"
