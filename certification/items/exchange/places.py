"""Places within a text while it is converted: signs that no text has, then `{{p1}}`. Pure."""

import re
from dataclasses import dataclass, field

from markdown_it import MarkdownIt

from certification.items.exchange.found import CannotTake, Making

SLOT = 0xE100
MOST = 60
CODE = ("fence", "code_block", "code_inline")
_PARSER = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
_BRACES = re.compile(r"\{\{(?=[A-Za-z])")


@dataclass(slots=True)
class Places:
    """The places in their order."""

    names: list[str] = field(default_factory=list)

    @property
    def shield(self) -> dict[int, str]:
        """A table for `translate` that takes such signs out of a stranger's text."""
        return dict.fromkeys(range(0xE0F0, 0xE200), "\ufffd")

    def slot(self, name: str = "") -> str:
        """The sign of one more place."""
        if len(self.names) >= MOST:
            raise CannotTake("import_too_large")
        self.names.append(name or f"p{len(self.names) + 1}")
        return chr(SLOT + len(self.names) - 1)

    def filled(self, text: str, making: Making, mark: str = "{{%s}}") -> str:
        """The text with marks where the signs are; braces that only look like marks are parted."""
        text = parted(text, making)
        for number, name in enumerate(self.names):
            text = text.replace(chr(SLOT + number), mark.replace("%s", name), 1)
        return text


def parted(text: str, making: Making) -> str:
    """The text with a space between braces that would be taken for a place of ours."""
    if _BRACES.search(text):
        making.note("import_braces")
    return _BRACES.sub("{ {", text)


def blanked(text: str, mark: str, blank: str) -> str:
    """The text with a blank line where its mark is; code shows each sign, so nothing is escaped
    there."""
    listed = (one for token in _PARSER.parse(text) for one in (token, *(token.children or ())))
    in_code = any(mark in one.content for one in listed if one.type in CODE)
    return text.replace(mark, blank.replace("\\", "") if in_code else blank)
