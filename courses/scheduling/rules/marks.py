"""Marks on a roster: read from what was typed, merged with what somebody else saved meanwhile."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

Choice = TypeVar("Choice", bound=StrEnum)
NOTE_LENGTH = 1000


class Presence(StrEnum):
    PRESENT = "present"
    PARTIAL = "partial"
    ABSENT = "absent"


class Outcome(StrEnum):
    PASSED = "passed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Grade:
    """A result: outcome, points out of 100 (None: none given), a note."""

    outcome: Outcome
    score: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Marks:
    """What a row of the roster says; None: nothing recorded."""

    presence: Presence | None = None
    grade: Grade | None = None


@dataclass(frozen=True, slots=True)
class Flaw:
    """A cell that cannot be saved: its field and the code of the reason."""

    field: str
    code: str


class Merge(StrEnum):
    """What becomes of one fact when a roster is saved."""

    UNCHANGED = "unchanged"
    WRITE = "write"
    CONFLICT = "conflict"


def read(cells: Mapping[str, str]) -> tuple[Marks, list[Flaw]]:
    """A row from its four cells; flawed cells are named and read as empty."""
    flaws: list[Flaw] = []
    presence = _one_of(Presence, "presence", cells, flaws)
    outcome = _one_of(Outcome, "outcome", cells, flaws)
    score = _score(cells.get("score", "").strip(), flaws)
    note = cells.get("note", "").strip()
    if len(note) > NOTE_LENGTH:
        flaws.append(Flaw("note", "note_too_long"))
    if outcome is None and (note or cells.get("score", "").strip()) and not flaws:
        flaws.append(Flaw("outcome", "outcome_missing"))
    if presence == Presence.ABSENT and outcome == Outcome.PASSED:
        flaws.append(Flaw("outcome", "absent_passed"))
    return Marks(presence, Grade(outcome, score, note) if outcome else None), flaws


def _one_of(
    kind: type[Choice], field: str, cells: Mapping[str, str], flaws: list[Flaw]
) -> Choice | None:
    text = cells.get(field, "").strip()
    if text == "":
        return None
    try:
        return kind(text)
    except ValueError:
        flaws.append(Flaw(field, "not_a_choice"))
        return None


def _score(text: str, flaws: list[Flaw]) -> int | None:
    if text == "":
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and int(text) <= 100):
        flaws.append(Flaw("score", "score_range"))
        return None
    return int(text)


def merge(base: object, current: object, mine: object) -> Merge:
    """Three ways: what the page showed, what is recorded now, what this person wants."""
    if mine in (base, current):
        return Merge.UNCHANGED
    return Merge.WRITE if base == current else Merge.CONFLICT
