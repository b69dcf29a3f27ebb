"""Which format a file is in, by how it begins. Pure."""

import re

from certification.items.exchange.encoding import decode
from certification.items.exchange.foreign import root_of

HEAD = 4_096
_AIKEN = re.compile(r"^[ \t]*ANSWER[ \t]*:[ \t]*[A-Z][ \t\r]*$", re.MULTILINE | re.IGNORECASE)
_CSV = re.compile(r'("?)code\1([,;\t])("?)kind\3\2')
_GIFT = re.compile(r"(?<!\\)\{\s{0,9}(?:[=~#]|(?:T|F|TRUE|FALSE)\s{0,9}[}#])", re.IGNORECASE)
_QTI = re.compile(r"(qti-)?(assessment|questestinterop|manifest)")


def form_of(content: bytes) -> str:
    """gift, aiken, csv, moodle or qti; what says nothing of itself is GIFT."""
    if content.startswith(b"PK"):
        return "qti"
    text = decode(content) or ""
    head = text[:HEAD].lstrip("\ufeff \t\r\n")
    root = root_of(text)
    if root in ("quiz", "question"):
        return "moodle"
    if head.startswith("<?xml") or _QTI.match(root):
        return "qti"
    if _CSV.match(head):
        return "csv"
    asked = len(_AIKEN.findall(text))
    return "aiken" if asked and asked > len(_GIFT.findall(text)) else "gift"
