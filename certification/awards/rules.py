"""When a certification is earned, until when it holds, and why not yet. Pure.

A rule is a tree: `{"all_of": [rule, …]}`, `{"any_of": […]}`, `{"n_of": {"n": 2, "rules": […]}}`,
`{"course": CODE}`, `{"exam": CODE, "at_least": 70}`, `{"competency": CODE, "level": 3}`,
`{"holds": SCHEME}`.
"""

import calendar
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from lms.reasons import Reason


class Status(StrEnum):
    """What an award is on a day."""

    NOT_YET = "not_yet"
    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"
    SUSPENDED = "suspended"


HELD = frozenset({Status.VALID, Status.SUSPENDED})
"""An award that stands, if not to be relied on: no other is earned meanwhile."""


RENEWAL_DAYS = 90
"""So long before its end a certification is shown as ending, and what it asks for again is open."""


class Fact(NamedTuple):
    """Something that happened to a person on a day: its row's id and, where it has one, a value."""

    id: int
    on: date
    value: int = 0
    full: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about a person: newest first in each list."""

    courses: Mapping[str, Sequence[Fact]] = field(default_factory=dict)
    exams: Mapping[str, Sequence[Fact]] = field(default_factory=dict)
    competencies: Mapping[str, Sequence[Fact]] = field(default_factory=dict)
    held: frozenset[str] = frozenset()


class Need(NamedTuple):
    """A requirement, met by a fact or not met for a reason."""

    kind: str
    code: str
    wanted: int
    fact: Fact | None
    reason: Reason | None
    is_choice: bool = False
    """Whether another requirement could stand in for it."""

    @property
    def is_met(self) -> bool:
        """Whether the requirement is met."""
        return self.reason is None


@dataclass(frozen=True, slots=True)
class Assessment:
    """A rule held against a person's facts."""

    is_met: bool
    needs: tuple[Need, ...]
    short: int = 0
    """How many requirements have to be met yet, at least."""

    @property
    def met_on(self) -> date | None:
        """The day on which the last requirement that counts was met."""
        days = [need.fact.on for need in self.needs if need.fact is not None]
        return max(days, default=None) if self.is_met else None


def assess(rule: Mapping[str, Any], facts: Facts, *, since: date | None = None) -> Assessment:
    """Hold a rule against facts. With `since`, only facts after that day count (a new cycle)."""
    if "all_of" in rule:
        parts = [assess(part, facts, since=since) for part in rule["all_of"]]
        return Assessment(
            all(p.is_met for p in parts), tuple(_flat(parts)), sum(p.short for p in parts)
        )
    if "any_of" in rule:
        return _best(rule["any_of"], 1, facts, since)
    if "n_of" in rule:
        return _best(rule["n_of"]["rules"], rule["n_of"]["n"], facts, since)
    need = _need(rule, facts, since)
    return Assessment(need.is_met, (need,), int(not need.is_met))


def _flat(parts: Sequence[Assessment]) -> Iterator[Need]:
    for part in parts:
        yield from part.needs


def _best(
    rules: Sequence[Mapping[str, Any]], count: int, facts: Facts, since: date | None
) -> Assessment:
    """Enough of several: those that were met first decide; else all are shown as open."""
    parts = [assess(part, facts, since=since) for part in rules]
    met = sorted((p for p in parts if p.is_met), key=lambda p: p.met_on or date.min)
    if len(met) >= count:
        return Assessment(True, tuple(_flat(met[:count])))
    needs = tuple(need._replace(is_choice=True) for need in _flat(parts))
    return Assessment(False, needs, sum(sorted(p.short for p in parts)[:count]))


def _need(rule: Mapping[str, Any], facts: Facts, since: date | None) -> Need:
    if "course" in rule:
        code = rule["course"]
        fact = _first(facts.courses.get(code, ()), 0, since)
        return Need(
            "course", code, 0, fact, None if fact else Reason("needs_course", {"code": code})
        )
    if "exam" in rule:
        return _exam_need(rule, facts, since)
    if "competency" in rule:
        code, level = rule["competency"], rule["level"]
        fact = _first(facts.competencies.get(code, ()), level, since)
        reason = None if fact else Reason("needs_competency", {"code": code, "level": level})
        return Need("competency", code, level, fact, reason)
    if "holds" in rule:
        code = rule["holds"]
        reason = None if code in facts.held else Reason("needs_certification", {"code": code})
        return Need("holds", code, 0, None, reason)
    raise ValueError(f"unknown rule {sorted(rule)}")


def _exam_need(rule: Mapping[str, Any], facts: Facts, since: date | None) -> Need:
    code, wanted = rule["exam"], rule["at_least"]
    taken = facts.exams.get(code, ())
    fact = _first(taken, wanted, since)
    if fact is not None:
        return Need("exam", code, wanted, fact, None)
    best = max((f.value for f in taken if since is None or f.on > since), default=None)
    if best is None:
        return Need(
            "exam", code, wanted, None, Reason("needs_exam", {"code": code, "wanted": wanted})
        )
    values = {"code": code, "wanted": wanted, "best": best}
    return Need("exam", code, wanted, None, Reason("exam_below", values))


def _first(facts: Sequence[Fact], at_least: int, since: date | None) -> Fact | None:
    """The earliest fact that is enough: later ones do not move the day of the award."""
    enough = [f for f in facts if f.value >= at_least and (since is None or f.on > since)]
    return min(enough, key=lambda f: (f.on, f.id), default=None)


def leaves(rule: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Every (kind, code) that a rule names."""
    for kind in ("all_of", "any_of"):
        for part in rule.get(kind, ()):
            yield from leaves(part)
    for part in rule.get("n_of", {}).get("rules", ()):
        yield from leaves(part)
    for kind in ("course", "exam", "competency", "holds"):
        if kind in rule:
            yield kind, rule[kind]


def expiry(awarded_on: date, term_months: int | None) -> date | None:
    """The last valid day: so many calendar months later, at most the month's last day."""
    if term_months is None:
        return None
    months = awarded_on.month - 1 + term_months
    year, month = awarded_on.year + months // 12, months % 12 + 1
    last = calendar.monthrange(year, month)[1]
    return date(year, month, min(awarded_on.day, last))


def status_on(
    day: date,
    *,
    awarded_on: date,
    valid_until: date | None,
    revoked_on: date | None,
    is_suspended: bool = False,
) -> Status:
    """What an award is on a day, past days included; `is_suspended` is told of that day.

    A suspended award stays so when its term ends: what was in doubt is not settled by time.
    """
    if day < awarded_on:
        return Status.NOT_YET
    if revoked_on is not None and day >= revoked_on:
        return Status.REVOKED
    if is_suspended:
        return Status.SUSPENDED
    if valid_until is not None and day > valid_until:
        return Status.EXPIRED
    return Status.VALID


@dataclass(frozen=True, slots=True)
class Earlier:
    """The newest award of a scheme that a person has."""

    cycle: int
    awarded_on: date
    valid_until: date | None
    revoked_on: date | None
    is_suspended: bool = False


@dataclass(frozen=True, slots=True)
class Cycle:
    """Which cycle could be earned now, and from which day on facts count for it."""

    number: int
    since: date | None
    is_open: bool


def next_cycle(earlier: Earlier | None, day: date) -> Cycle:
    """While an award is valid no other is made. After it ended, only facts after its own award
    (after a revocation: after that day) count for the next cycle. A suspended one is no end."""
    if earlier is None:
        return Cycle(1, None, True)
    status = status_on(
        day,
        awarded_on=earlier.awarded_on,
        valid_until=earlier.valid_until,
        revoked_on=earlier.revoked_on,
        is_suspended=earlier.is_suspended,
    )
    since = earlier.revoked_on or earlier.awarded_on
    return Cycle(earlier.cycle + 1, since, status not in HELD and status is not Status.NOT_YET)


def begins_on(met_on: date, earlier: Earlier | None) -> date:
    """The first day of an award. Who renews early loses nothing: the new award begins when the
    old one ends."""
    if earlier is None or earlier.revoked_on is not None or earlier.valid_until is None:
        return met_on
    return max(met_on, earlier.valid_until + timedelta(days=1))
