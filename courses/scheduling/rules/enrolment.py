"""Who may take a seat, and if not, why not."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from courses.scheduling.rules.places import SeatKind
from courses.scheduling.rules.states import SessionState
from lms.reasons import Reason


@dataclass(frozen=True, slots=True)
class CourseName:
    """A course as a reason names it."""

    code: str
    title: str


@dataclass(frozen=True, slots=True)
class Offer:
    """What a class session has to give. `repeats`: the course may be taken more than once."""

    state: SessionState
    state_reason: str
    starts_at: datetime
    capacity: Mapping[SeatKind, int]
    repeats: bool

    @property
    def kinds(self) -> list[SeatKind]:
        """The kinds of seats that exist here."""
        return [kind for kind in SeatKind if self.capacity.get(kind, 0) > 0]


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is known of a person who asks for a seat."""

    missing: tuple[CourseName, ...] = ()
    met: tuple[CourseName, ...] = ()
    is_seated: bool = False
    is_waiting: bool = False
    has_completed: bool = False
    again_for: tuple[str, ...] = ()
    """What the completed course counts for once more: the next cycle of a certification."""
    is_trainer: bool = False
    overlaps: tuple[CourseName, ...] = ()

    @property
    def is_done(self) -> bool:
        """Whether taking the course, completed before, would count for nothing."""
        return self.has_completed and not self.again_for


def why_closed(offer: Offer, *, now: datetime) -> list[Reason]:
    """Why nobody may enrol now; empty when the class session takes people."""
    if offer.state == SessionState.CANCELLED:
        return [Reason("session_cancelled", {"reason": offer.state_reason})]
    if offer.starts_at <= now:
        return [Reason("session_started")]
    if offer.state == SessionState.CLOSED:
        return [Reason("session_closed")]
    return []


def why_not(
    offer: Offer, candidate: Candidate, wanted: SeatKind | None = None, *, now: datetime
) -> list[Reason]:
    """Every reason for which this person may not enrol; empty: a seat or a place in the queue."""
    reasons = why_closed(offer, now=now)
    if candidate.is_seated:
        reasons.append(Reason("already_seated"))
    if candidate.is_waiting:
        reasons.append(Reason("already_waiting"))
    if candidate.is_trainer:
        reasons.append(Reason("is_trainer"))
    if candidate.is_done and not offer.repeats:
        reasons.append(Reason("already_completed"))
    if wanted is not None and wanted not in offer.kinds:
        reasons.append(Reason("kind_not_offered"))
    return reasons + [needs(course) for course in candidate.missing]


def needs(course: CourseName) -> Reason:
    """A course that has to be completed first."""
    return Reason("needs_prerequisite", {"code": course.code, "title": course.title})


def warnings(candidate: Candidate) -> list[Reason]:
    """What a person should know before enrolling, though it forbids nothing."""
    return [
        Reason("overlaps", {"code": other.code, "title": other.title})
        for other in candidate.overlaps
    ]


def booked(others: Iterable[CourseName], despite: Collection[str] = ()) -> list[Reason]:
    """Where else a trainer would have to be at the same time; `despite`: codes of the class
    sessions of which the scheduler knows, and schedules all the same."""
    return [
        Reason("trainer_is_booked", {"code": other.code, "title": other.title})
        for other in others
        if other.code not in despite
    ]


def why_self_paced_not(
    candidate: Candidate, *, is_offered: bool, is_open: bool, repeats: bool
) -> list[Reason]:
    """Why a person may not start a course in their own time."""
    reasons = [] if is_offered else [Reason("not_self_paced")]
    if is_open:
        reasons.append(Reason("already_started"))
    if candidate.is_done and not repeats:
        reasons.append(Reason("already_completed"))
    return reasons + [needs(course) for course in candidate.missing]
