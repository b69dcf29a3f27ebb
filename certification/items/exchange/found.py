"""What an import found: each item of a file taken over, or refused with its reasons. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from certification.items.content import ItemContent
from certification.items.reading import ContentError, content_from
from lms.reasons import Reason

LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Found:
    """One item of a file. `content` is None when it cannot be taken over; `refusals` say why,
    `notes` what is left behind or was decided for it."""

    number: int
    name: str
    content: ItemContent | None
    notes: tuple[Reason, ...] = ()
    refusals: tuple[Reason, ...] = ()
    difficulty: int | None = None
    source: str = ""


@dataclass(slots=True)
class Making:
    """An item that is being read."""

    name: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    notes: list[Reason] = field(default_factory=list)


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
    return Found(number, making.name, content, tuple(making.notes))


def refused(number: int, making: Making, reasons: Iterable[Reason]) -> Found:
    """The item as one that stays behind."""
    return Found(number, making.name, None, tuple(making.notes), tuple(reasons))


def identifiers(count: int, prefix: str = "") -> list[str]:
    """`a`, `b`, … or with a prefix `p1`, `p2`, …"""
    if prefix or count > len(LETTERS):
        return [f"{prefix or 'o'}{number}" for number in range(1, count + 1)]
    return list(LETTERS[:count])
