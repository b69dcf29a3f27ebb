"""Class sessions, seats, the waiting list, attendance, results and completions.

Facts are rows with who, when and why; a correction is a new row that names the one it replaces.
"""

from courses.scheduling.models.classes import ClassSession, Meeting
from courses.scheduling.models.completions import (
    Completion,
    CompletionSource,
    SelfPacedEnrolment,
)
from courses.scheduling.models.marks import Attendance, Result
from courses.scheduling.models.seats import (
    QueueDecision,
    Seat,
    SeatEnd,
    WaitingEntry,
    WaitingState,
)
from courses.scheduling.rules.marks import Outcome, Presence
from courses.scheduling.rules.places import SeatKind
from courses.scheduling.rules.states import SessionState

__all__ = [
    "Attendance",
    "ClassSession",
    "Completion",
    "CompletionSource",
    "Meeting",
    "Outcome",
    "Presence",
    "QueueDecision",
    "Result",
    "Seat",
    "SeatEnd",
    "SeatKind",
    "SelfPacedEnrolment",
    "SessionState",
    "WaitingEntry",
    "WaitingState",
]
