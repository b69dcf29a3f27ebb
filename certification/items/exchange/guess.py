"""Which format a file is in, by how it begins. Pure."""

import csv
import re
from itertools import islice

from certification.items.exchange import table
from certification.items.exchange.foreign import root_of
from lms import tables
from lms.encoding import decode

HEAD = 4_096
LEAST_CELLS = 3
_AIKEN = re.compile(
    r"^[ \t]*ANSWER[ \t]*:[ \t]*[A-Z](?:[,;& \t]{1,9}[A-Z]){0,25}[ \t]{0,9}[.)]?[ \t\r]*$",
    re.MULTILINE | re.IGNORECASE,
)
_GIFT = re.compile(r"(?<!\\)\{\s{0,9}(?:[=~#]|(?:T|F|TRUE|FALSE)\s{0,9}[}#])", re.IGNORECASE)
_GIFT_LINE = re.compile(r"\s*(?:::|//|\$CATEGORY)")
_XML = re.compile(r"<(\?xml|!doctype\s)", re.IGNORECASE)
"""How a file says that it is XML and no text, whatever is in it."""
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
    if _XML.match(head) or _QTI.match(root):
        return "qti"
    if table.is_ours(text):
        return "csv"
    asked = len(_AIKEN.findall(text))
    return "aiken" if asked and asked > len(_GIFT.findall(text)) else "gift"


def is_table(content: bytes) -> bool:
    """Whether a file is a table of another system, which as GIFT would be one long question."""
    text, _sign = tables.opened(decode(content) or "")
    text = text.lstrip(" \r\n")
    if _GIFT.search(text) or _GIFT_LINE.match(text):
        return False
    return any(_is_parted(text, sign) for sign in ",;\t")


def _is_parted(text: str, sign: str) -> bool:
    """The first two lines have as many cells; with tabs some, as each kind has its own number."""
    if "{" in text and sign in text and f"{sign} " in text.partition("\n")[0]:
        return False  # rather a sentence, and its answer in braces
    try:
        lines = csv.reader(text[: 16 * HEAD].splitlines(keepends=True), delimiter=sign)
        cells = [len(line) for line in islice(lines, 2)]
    except csv.Error:
        return False
    same = sign == "\t" or len(set(cells)) == 1
    return len(cells) == 2 and min(cells) >= LEAST_CELLS and same
