"""What an attempt's events add up to, and what a person needs before an exam. Pure.

replay(events) -> Standing      the deadline and the answers, from the events alone
needs(facts, now=…) -> [Need]   "why not yet?": each requirement, met or not
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, Protocol

from certification.exams.retakes import Renewal, Retakes, Try, why_not
from lms.reasons import Reason

ENTRY = timedelta(minutes=30)
"""After a slot's start somebody who booked may still begin."""


class Event(Protocol):
    """An event as it was kept."""

    @property
    def number(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def data(self) -> Mapping[str, Any]: ...
    @property
    def at(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Given:
    """The answer that holds at a place."""

    client_seq: int
    response: Any
    is_flagged: bool = False
    seconds: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an attempt stands after its events."""

    started_at: datetime | None = None
    minutes: int = 0
    percent: int = 0
    break_seconds: int = 0
    """Of rest that the person may take, in all."""
    extended: timedelta = timedelta()
    stood: timedelta = timedelta()
    """How long the clock stood, pauses that ended."""
    paused_at: datetime | None = None
    rests: bool = False
    """The pause is a break that the person took."""
    rested: timedelta = timedelta()
    ended: str = ""
    """The event that ended it: `submitted`, `voided`."""
    responses: dict[int, Given] = field(default_factory=dict)

    @property
    def due_at(self) -> datetime | None:
        """The deadline; None while the clock stands, or before the start."""
        if self.started_at is None or self.paused_at is not None:
            return None
        return self.started_at + self.limit + self.stood

    @property
    def limit(self) -> timedelta:
        """The time for working, all told."""
        seconds = Fraction(self.minutes * 60 * (100 + self.percent), 100)
        return timedelta(seconds=float(seconds)) + self.extended

    def left(self, now: datetime) -> timedelta:
        """The time for working that is left; it does not run while the clock stands."""
        if self.started_at is None:
            return timedelta()
        at = self.paused_at or now
        return max(self.started_at + self.limit + self.stood - at, timedelta())

    def rest_left(self, now: datetime) -> timedelta:
        """The rest that is left."""
        whole = timedelta(seconds=self.break_seconds) - self.rested
        taken = now - self.paused_at if self.rests and self.paused_at else timedelta()
        return max(whole - taken, timedelta())

    def rest_ends_at(self) -> datetime | None:
        """When a break that runs is used up: the clock goes on then."""
        if not self.rests or self.paused_at is None:
            return None
        return self.paused_at + timedelta(seconds=self.break_seconds) - self.rested


def replay(events: Iterable[Event]) -> Standing:
    """Where these events lead, in the order of their numbers."""
    found = Standing()
    for event in sorted(events, key=lambda one: one.number):
        found = after(found, event)
    return found


def after(now: Standing, event: Event) -> Standing:
    """Where one more event leads; kinds that change nothing here are notes."""
    step = _STEPS.get(event.kind)
    return now if step is None else step(now, event)


def _started(now: Standing, event: Event) -> Standing:
    return replace(now, started_at=event.at, minutes=int(event.data["minutes"]))


def _adjusted(now: Standing, event: Event) -> Standing:
    return replace(
        now,
        percent=int(event.data["extra_percent"]),
        break_seconds=60 * int(event.data.get("break_minutes", 0)),
    )


def _extended(now: Standing, event: Event) -> Standing:
    return replace(now, extended=now.extended + timedelta(seconds=int(event.data["seconds"])))


def _paused(now: Standing, event: Event) -> Standing:
    return replace(now, paused_at=event.at, rests=bool(event.data.get("rest")))


def _resumed(now: Standing, event: Event) -> Standing:
    if now.paused_at is None:
        return now
    stood = event.at - now.paused_at
    return replace(
        now,
        stood=now.stood + stood,
        rested=now.rested + stood if now.rests else now.rested,
        paused_at=None,
        rests=False,
    )


def _answered(now: Standing, event: Event) -> Standing:
    data, place = event.data, int(event.data["position"])
    kept = now.responses.get(place)
    if kept is not None and kept.client_seq >= data["client_seq"]:
        return now
    given = Given(
        data["client_seq"],
        data["response"],
        bool(data.get("flag")),
        int(data.get("seconds") or 0),
    )
    return replace(now, responses={**now.responses, place: given})


def _ended(now: Standing, event: Event) -> Standing:
    return replace(now, ended=event.kind)


_STEPS = {
    "started": _started,
    "adjusted": _adjusted,
    "extended": _extended,
    "paused": _paused,
    "resumed": _resumed,
    "answered": _answered,
    "submitted": _ended,
    "voided": _ended,
}


@dataclass(frozen=True, slots=True)
class Need:
    """A requirement with what meets it, or what to do; `course` leads to the next step."""

    met: bool
    reason: Reason
    course: str = ""
    attempt: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides whether a person may take an exam."""

    has_policy: bool
    has_form: bool
    is_judged: bool = False
    """Assessors judge it by a rubric."""
    missing: Sequence[tuple[str, str]] = ()
    """(code, title) of prerequisites."""
    completed: Sequence[tuple[str, str]] = ()
    open_attempt: str = ""
    """Its code."""
    tries: Sequence[Try] = ()
    retakes: Retakes = field(default_factory=Retakes)
    version: int = 1
    renewal: Renewal | None = None
    """What asks for it once more, for who passed it."""

    def why_not(self, now: datetime) -> list[Reason]:
        """What the policy says against a next attempt now."""
        return why_not(
            self.retakes, self.tries, version=self.version, now=now, renewal=self.renewal
        )


def needs(facts: Facts, *, now: datetime) -> list[Need]:
    """Every requirement, met or not."""
    ready = facts.has_policy and facts.has_form
    closed = "exam_by_assessors" if facts.is_judged else "exam_not_open"
    found = [Need(ready, Reason("exam_is_open" if ready else closed))]
    found += [_course("course_completed", True, one) for one in facts.completed]
    found += [_course("needs_prerequisite", False, one) for one in facts.missing]
    if facts.open_attempt:
        found.append(Need(False, Reason("attempt_is_open"), attempt=facts.open_attempt))
    refused = facts.why_not(now)
    found += [Need(False, reason) for reason in refused]
    if facts.tries and not refused:
        found.append(Need(True, _allowed(facts.renewal)))
    return found


def _allowed(renewal: Renewal | None) -> Reason:
    if renewal is None:
        return Reason("retake_allowed")
    code = "better_pass_allowed" if renewal.is_first else "renewal_allowed"
    return Reason(code, {"titles": renewal.titles})


@dataclass(frozen=True, slots=True)
class Mine:
    """Where a person stands with an exam: `untaken`, or what their newest try came to (`pending`,
    `passed`, `failed`), and what is to be known about the next one."""

    outcome: str
    reasons: Sequence[Reason] = ()


def mine(facts: Facts, *, now: datetime) -> Mine:
    """In a line of a list what `needs` tells at length."""
    if not facts.tries:
        missing = [_course("needs_prerequisite", False, one) for one in facts.missing]
        return Mine("untaken", [need.reason for need in missing])
    newest = max(facts.tries, key=lambda one: one.ended_at)
    if newest.passed is None:
        return Mine("pending")
    again = _allowed(facts.renewal) if facts.renewal else Reason("another_allowed")
    said = facts.why_not(now) or [again] * facts.has_policy
    outcome = "passed" if newest.passed else "failed"
    return Mine(outcome, [one for one in said if one.code != "passed_already"])


def _course(code: str, met: bool, course: tuple[str, str]) -> Need:
    return Need(met, Reason(code, {"code": course[0], "title": course[1]}), course[0])


def entry_flaw(starts_at: datetime | None, *, percent: int, now: datetime) -> Reason | None:
    """Why one cannot begin yet, or no more, with a booking for this time (None: any time). Extra
    time makes the time for entering longer too."""
    if starts_at is None:
        return None
    if now < starts_at:
        return Reason("slot_not_begun", {"at": starts_at})
    if now > starts_at + ENTRY * (100 + percent) / 100:
        return Reason("slot_over", {"at": starts_at})
    return None
