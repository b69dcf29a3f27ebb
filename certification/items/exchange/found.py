"""What an import found: each item of a file taken over, or refused with its reasons. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from certification.items.content import ItemContent
from certification.items.reading import ContentError, content_from
from lms.reasons import Reason

MOST_ITEMS = 500
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Image:
    """A picture, encoded anew as PNG, named by its SHA-256."""

    sha256: str
    content: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Found:
    """One item of a file. `content` is None when it cannot be taken over; `refusals` say why,
    `notes` what is left behind or was decided for it."""

    number: int
    name: str
    content: ItemContent | None
    notes: tuple[Reason, ...] = ()
    refusals: tuple[Reason, ...] = ()
    pictures: tuple[Image, ...] = ()
    """What its pictures are, to be kept with it."""


@dataclass(slots=True)
class Making:
    """An item that is being read."""

    name: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    notes: list[Reason] = field(default_factory=list)
    pictures: dict[str, Image] = field(default_factory=dict)
    language: str = ""
    """The one that is kept of a text in several."""

    def note(self, code: str, /, **values: object) -> None:
        """Note what is left behind or was decided, each once."""
        if (reason := Reason(code, values)) not in self.notes:
            self.notes.append(reason)


class TooMany(Exception):
    """The file holds more items than one import takes."""


class CannotTake(Exception):
    """The item cannot be taken over."""

    def __init__(self, code: str, /, **values: object) -> None:
        super().__init__(code)
        self.reason = Reason(code, values)


def taken(number: int, making: Making) -> Found:
    """The item if its content is sound, else refused with what is wrong."""
    try:
        content = content_from(making.data)
    except ContentError as error:
        return refused(number, making, error.reasons)
    used = content.every_picture()
    pictures = tuple(making.pictures[one] for one in used if one in making.pictures)
    return Found(number, making.name, content, tuple(making.notes), pictures=pictures)


def refused(number: int, making: Making, reasons: Iterable[Reason]) -> Found:
    """The item as one that stays behind."""
    return Found(number, making.name, None, tuple(making.notes), tuple(reasons))


def identifiers(count: int, prefix: str = "") -> list[str]:
    """`a`, `b`, … or with a prefix `p1`, `p2`, …"""
    if prefix or count > len(LETTERS):
        return [f"{prefix or 'o'}{number}" for number in range(1, count + 1)]
    return list(LETTERS[:count])
