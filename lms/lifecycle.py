"""One checker for all state machines: a lifecycle is a table of allowed moves."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from lms.errors import refuse

State = TypeVar("State", bound=StrEnum)


def check_move(moves: Mapping[State, frozenset[State]], current: State, wanted: State) -> None:
    """Refuse a move that the table does not allow (`move_not_allowed`: current, wanted)."""
    if wanted not in moves.get(current, frozenset()):
        raise refuse("move_not_allowed", current=current.value, wanted=wanted.value)
