"""The life of a class session."""

from enum import StrEnum


class SessionState(StrEnum):
    SCHEDULED = "scheduled"
    CLOSED = "closed"
    CANCELLED = "cancelled"


MOVES: dict[SessionState, frozenset[SessionState]] = {
    SessionState.SCHEDULED: frozenset({SessionState.CLOSED, SessionState.CANCELLED}),
    SessionState.CLOSED: frozenset({SessionState.SCHEDULED, SessionState.CANCELLED}),
    SessionState.CANCELLED: frozenset(),
}
"""Closed takes nobody new, cancelled is the end."""
