"""GIFT, Moodle's text format: `::name:: body {answers} rest`. Pure.

Texts come in one of Moodle's formats, `[html]` and so on, and become Markdown; weights, several
right answers, tolerances, intervals, pairs and feedback are in `gift_answers`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from certification.items.exchange.attempts import attempted
from certification.items.exchange.found import (
    MOST_ITEMS,
    CannotTake,
    Found,
    Making,
    TooMany,
)
from certification.items.exchange.gift_answers import Asked, answers_of
from certification.items.exchange.gift_signs import formed, hidden, shown
from certification.items.exchange.marking import LONGEST_TEXT
from certification.items.exchange.multilang import one_of
from certification.items.exchange.places import parted
from lms.reasons import Reason

BLANK = "\\_\\_\\_\\_\\_"
CATEGORY = "$CATEGORY:"
_MARK = "\ue0fe"
_NAME = re.compile(r"\s*::(.*?)::(.*)", re.DOTALL)
_LABEL = re.compile(r"\[(?:id|tag):([^\[\]]{1,120})\]")
_TAG = re.compile(r"<[^<>]{1,400}>|^\[[a-z]{4,8}\]")
_BRACES = re.compile(r"\{[^{}]*\}")


@dataclass(slots=True)
class Paragraph:
    """Lines between empty lines, without comments, and how many braces they open and close."""

    lines: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    opened: int = 0
    closed: int = 0

    def add(self, line: str) -> None:
        """One more line; comments are nobody's but for the labels in them."""
        if line.lstrip().startswith("//"):
            self.labels += _LABEL.findall(line)
            return
        plain = hidden(line)
        self.lines.append(line)
        self.opened += plain.count("{")
        self.closed += plain.count("}")


def read(text: str, language: str = "en") -> list[Found]:
    """Every question of the text, in order; categories are a note of what follows them."""
    found: list[Found] = []
    category = ""
    for labels, block in _blocks(text):
        if block.startswith(CATEGORY):
            category = block.removeprefix(CATEGORY).strip()
        elif len(found) > MOST_ITEMS:
            raise TooMany
        else:
            found.append(
                _read(
                    len(found) + 1, block, language, Making(language=language), (category, labels)
                )
            )
    return found


def _blocks(text: str) -> Iterator[tuple[list[str], str]]:
    """Questions are apart by empty lines outside of braces."""
    paragraphs = list(_paragraphs(text))
    at = 0
    while at < len(paragraphs):
        end = _end(paragraphs, at)
        lines = "\n\n".join("\n".join(one.lines) for one in paragraphs[at:end])
        yield [label for one in paragraphs[at:end] for label in one.labels], lines
        at = end


def _paragraphs(text: str) -> Iterator[Paragraph]:
    current = Paragraph()
    for line in [*text.lstrip("\ufeff").splitlines(), ""]:
        alone = line.lstrip().startswith(CATEGORY)
        if (alone or not line.strip()) and current.lines:
            yield current
            current = Paragraph()
        if alone:
            yield Paragraph([line.strip()])
        elif line.strip():
            current.add(line)


def _end(paragraphs: Sequence[Paragraph], at: int) -> int:
    """Where the question ends: after the paragraph that closes its brace, if that comes before the
    next one is opened. Else the brace was forgotten, and what follows is not swallowed."""
    depth = paragraphs[at].opened - paragraphs[at].closed
    for end in range(at + 1, len(paragraphs)):
        one = paragraphs[end]
        if depth <= 0 or one.opened or one.lines[0].startswith(CATEGORY):
            break
        depth -= one.closed
        if depth <= 0:
            return end + 1
    return at + 1


def _read(
    number: int, block: str, language: str, making: Making, around: tuple[str, Sequence[str]]
) -> Found:
    category, labels = around
    if category:
        making.notes.append(Reason("import_category", {"name": category[:120]}))
    for label in labels:
        making.note("import_label", name=label)
    return attempted(number, making, lambda: _made(making, block, language))


def _made(making: Making, block: str, language: str) -> dict[str, Any]:
    name = _BRACES.sub(" … ", hidden(block[:4_000]), count=1).removesuffix(" … ")
    making.name = " ".join(shown(_TAG.sub(" ", name)).split())[:60]
    if len(block) > LONGEST_TEXT:
        raise CannotTake("import_too_large")
    if re.search("[\ue000-\ue008\ue0fe]", block):
        raise CannotTake("import_structure")
    return _asked(making, hidden(block), language)


def _asked(making: Making, text: str, language: str) -> dict[str, Any]:
    if named := _NAME.match(text):
        making.name, text = one_of(shown(named[1]), making)[:60], named[2]
    form, text = formed(text, "moodle")
    if text.count("{") == text.count("}") > 1:
        raise CannotTake("import_several")
    if text.count("{") != 1 or text.count("}") != 1 or text.index("{") > text.index("}"):
        raise CannotTake("import_structure" if "{" in text else "import_no_question")
    before, inner = text.split("{")
    inner, after = inner.split("}")
    inner, _, general = inner.partition("####")
    asked = Asked(making, form)
    body = _with_blank(before, after) if after.strip() else before
    feedback = {"general": asked.rich(general)} if general.strip() else {}
    data = answers_of(asked, inner.strip(), feedback)
    words = data.pop("words_of", {})
    body = parted(asked.rich(body), making).replace(_MARK, BLANK)
    data["texts"] = {language: {"body": body, **words, "feedback": feedback}}
    return data


def _with_blank(before: str, after: str) -> str:
    """A line to write on stands for the answer, close to what ends the sentence."""
    after = after.strip()
    return f"{before.rstrip()} {_MARK}{'' if after[0] in '.,;:!?)' else ' '}{after}"
