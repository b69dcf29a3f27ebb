"""Lists of codes and addresses: what somebody pasted or sent as a file, and the file they get."""

import csv
import io
import re
import zlib
from codecs import getincrementaldecoder
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from certification.certificates.codes import Hint, hint, normalise
from certification.certificates.rules import Verdict
from lms import encoding, tables
from lms.accounts.listfile import neutral
from lms.accounts.rules import email_key
from lms.errors import Refusal, refuse

MOST = 10_000
READ = 3 * MOST
"""Rows that are looked at, empty and repeated ones too: a file of nothing but lines must end."""
LONGEST = 300
ENTRIES, REPEATED = "entries", "repeated"
"""Names among the counts that are no verdicts."""
SEPARATORS = re.compile(r"[,;\t]")
HEADERS = frozenset(
    {"code", "codes", "email", "e-mail", "emails", "certificate", "entry", "address", "mail"}
)
COLUMNS = (
    "entry", "verdict", "code", "holder", "achievement", "issued_on", "valid_until",
    "revoked_on", "reason", "superseded_by", "hint", "repeats", "position",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a list; `key` is what is looked up, None when it can be neither."""

    text: str
    is_email: bool
    key: str | None
    hint: Hint | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """A list as it was given. In `entries` every code and address stands once, for asking twice
    tells nothing more; `lines` hold each text in its own spelling and the place of its entry."""

    entries: list[Entry]
    lines: list[tuple[str, int]]

    @property
    def repeated(self) -> int:
        """Lines that ask what a line before them asked."""
        return len(self.lines) - len(self.entries)


@dataclass(frozen=True, slots=True)
class Row:
    """What is known about an entry. The same for who did not agree and who does not exist."""

    entry: str
    verdict: Verdict
    code: str | None = None
    holder: str | None = None
    achievement: str | None = None
    issued_on: date | None = None
    valid_until: date | None = None
    revoked_on: date | None = None
    reason: str | None = None
    superseded_by: str | None = None
    hint: Hint | None = None

    def cells(self) -> list[str]:
        """The answer in the result file, after the entry; harmless in a spreadsheet."""
        values = [self.verdict.value, self.code, self.holder, self.achievement,
                  self.issued_on, self.valid_until, self.revoked_on, self.reason,
                  self.superseded_by, self.hint]  # fmt: skip
        return [neutral(str(value)) if value is not None else "" for value in values]


def entry(text: str) -> Entry:
    """A code, a link that ends in one, or an address."""
    text = text.strip()[:LONGEST]
    if "@" in text and "/" not in text:
        return Entry(text, True, email_key(text) if text.isprintable() else None)
    last = text.rstrip("/").rpartition("/")[2]
    key = normalise(last)
    return Entry(text, False, key, None if key else hint(last))


def given(texts: Iterable[str]) -> Given:
    """The list without its empty lines. Refuses (422) more than are looked at."""
    places: dict[tuple[bool, str], int] = {}
    found = Given([], [])
    for count, text in enumerate(texts):
        if count >= READ or len(places) > MOST:
            raise too_long()
        if text and not text.isspace():
            one = entry(text)
            place = places.setdefault((one.is_email, one.key or one.text), len(places))
            if place == len(found.entries):
                found.entries.append(one)
            found.lines.append((one.text, place))
    return found


def too_long() -> Refusal:
    """More than are checked at once."""
    return refuse("list_long", status=422, most=MOST)


def pasted(text: str) -> Iterator[str]:
    """Lines, or values between commas, semicolons and tabs."""
    for line in text.splitlines():
        yield from (part for part in SEPARATORS.split(line) if part.strip())


def uploaded(content: bytes) -> list[str]:
    """The column of a CSV file that is headed as codes or addresses, else the first one.

    Refuses (422) what is no CSV file.
    """
    text, sign = tables.opened(_decoded(content))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign)
    try:
        read = list(islice(reader, READ + 1))
    except csv.Error:
        raise refuse("list_unreadable", status=422) from None
    if len(read) > READ:
        raise too_long()
    rows = list(tables.filled(read))
    heading = [cell.strip().casefold() for cell in rows[0]] if rows else []
    column = next((n for n, name in enumerate(heading) if name in HEADERS), None)
    place, below = (0, rows) if column is None else (column, rows[1:])
    return [row[place].lstrip("'") for row in below if len(row) > place]


def _decoded(content: bytes) -> str:
    """Letters of other columns may come out wrong: codes and addresses are the same in all."""
    text = encoding.decode(content, is_guess_enough=True)
    if text is None:
        raise refuse("import_encoding", status=422)
    return text


def written(asked: Given, answers: Sequence[Sequence[Row]]) -> bytes:
    """The result file, from the answers to each entry: CSV in UTF-8 with a mark, so that
    spreadsheets read it right. Every line given has its rows, in its order and spelling, so that
    the list can be joined to them; a repeated one names the position that it repeats."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows(_lines(asked, [[row.cells() for row in rows] for rows in answers]))
    return out.getvalue().encode("utf-8-sig")


def _lines(asked: Given, cells: Sequence[Sequence[list[str]]]) -> Iterator[list[str]]:
    """Repetitions add `READ` rows at most: an address may have many certificates."""
    firsts: dict[int, int] = {}
    added = 0
    for position, (text, place) in enumerate(asked.lines, 1):
        first = firsts.setdefault(place, position)
        added += len(cells[place]) * (first != position)
        if added > READ:
            raise too_long()
        end = ["" if first == position else str(first), str(position)]
        yield from ([neutral(text), *one, *end] for one in cells[place])


def counted(rows: Sequence[Row], asked: Given) -> dict[str, int]:
    """How many entries, their answers by verdict, and how many lines were repetitions, if any."""
    found = Counter(row.verdict.value for row in rows)
    if asked.repeated:
        found[REPEATED] = asked.repeated
    return {ENTRIES: len(asked.entries), **dict(sorted(found.items()))}


def slips(rows: Sequence[Row]) -> dict[str, int]:
    """How many entries are no code of ours, by why."""
    found = Counter(row.hint for row in rows)
    return {one.value: found[one] for one in Hint if found[one]}


def unpacked(compressed: bytes, at_once: int = 1 << 16) -> Iterator[str]:
    """The lines of a kept result file, no more of it unpacked than is read."""
    unpack, words = zlib.decompressobj(), getincrementaldecoder("utf-8-sig")()
    rest, begun = compressed, ""
    while rest:
        lines = (begun + words.decode(unpack.decompress(rest, at_once))).split("\n")
        rest, begun = unpack.unconsumed_tail, lines.pop()
        yield from (line + "\n" for line in lines)
    yield begun + words.decode(unpack.flush())


def first_rows(lines: Iterator[str], most: int) -> list[dict[str, str]]:
    """The first rows of a result file, as it was written."""
    return list(islice(csv.DictReader(lines), most))
