"""Which format a file is in, by how it begins. Pure."""

import re

from certification.items.exchange.encoding import decode

HEAD = 4_096
_AIKEN = re.compile(r"^\s*ANSWER\s*:\s*[A-Z]\s*$", re.MULTILINE | re.IGNORECASE)
_QUIZ = re.compile(r"^(<\?xml[^>]*\?>)?\s*(<!--.*?-->\s*)*<quiz[\s>]", re.DOTALL)
_QTI = re.compile(r"<(qti-)?(assessment|questestinterop)")


def form_of(content: bytes) -> str:
    """gift, aiken, csv, moodle or qti; what says nothing of itself is GIFT."""
    if content.startswith(b"PK"):
        return "qti"
    text = decode(content) or ""
    head = text[:HEAD].lstrip("\ufeff \t\r\n")
    if _QUIZ.search(head):
        return "moodle"
    if head.startswith("<?xml") or _QTI.match(head):
        return "qti"
    if head.startswith(("code,kind,", '"code","kind"')):
        return "csv"
    return "aiken" if _AIKEN.search(text) and "{" not in head else "gift"
