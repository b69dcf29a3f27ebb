"""When an exam may be taken again: waits, a maximum in a window, a wait after passing. Pure.

A policy's `retakes`: {waits: [days after the first, second, … attempt that did not pass; the last
one repeats], most: attempts in a window or null, window_days: null for ever, after_pass_days: null
for never again, reset_on_new_version: true}. A day is 24 hours, whatever the clocks do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from lms.reasons import Reason


@dataclass(frozen=True, slots=True)
class Retakes:
    """The rule of one policy."""

    waits: tuple[int, ...] = ()
    most: int | None = None
    window_days: int | None = None
    after_pass_days: int | None = None
    reset_on_new_version: bool = True


@dataclass(frozen=True, slots=True)
class Try:
    """An attempt that ended; `passed` is None while its result is open."""

    ended_at: datetime
    passed: bool | None
    version: int = 1
    """Of what was asked: a new blueprint is a new version."""
    score: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """The score that a certification waits for, in a try after an instant (None: in any)."""

    score: int
    after: datetime | None = None

    def is_missed_by(self, one: Try) -> bool:
        """Whether a try could have met it, but for its score."""
        return one.score < self.score and (self.after is None or one.ended_at > self.after)


@dataclass(frozen=True, slots=True)
class Renewal:
    """What asks a person for this exam once more, so that having passed does not bar from it: what
    they hold or held, or what asks for more than their pass has."""

    titles: str
    opens_at: datetime
    """From then on it may be tried."""
    asked: tuple[Asked, ...] = ()
    is_first: bool = False
    """Whether none of these certifications was held before."""

    def is_pass(self, one: Try) -> bool:
        """Whether a try passed, and was enough for any of them. What is not enough is one more
        try: its wait and the limits of tries hold."""
        is_short = bool(self.asked) and all(asked.is_missed_by(one) for asked in self.asked)
        return bool(one.passed) and not is_short


def retakes_from(data: Mapping[str, Any]) -> Retakes:
    """The rule as a policy keeps it; what is left out limits nothing, but passing ends it."""
    return Retakes(
        waits=tuple(int(days) for days in data.get("waits") or ()),
        most=data.get("most"),
        window_days=data.get("window_days"),
        after_pass_days=data.get("after_pass_days"),
        reset_on_new_version=bool(data.get("reset_on_new_version", True)),
    )


def why_not(
    rule: Retakes,
    tries: Sequence[Try],
    *,
    version: int,
    now: datetime,
    renewal: Renewal | None = None,
) -> list[Reason]:
    """Why a person may not try now, with the instant (`until`) from which they may; empty: they
    may. `result_open`, `passed_already`, `renewal_wait`, `retake_wait`, `tries_used`."""
    known = sorted(_counted(rule, tries, version), key=lambda one: one.ended_at)
    if not known:
        return []
    if known[-1].passed is None:
        return [Reason("result_open")]
    if renewal is not None:
        known = [replace(one, passed=renewal.is_pass(one)) for one in known]
    found = [_after_passing(rule, known, now, renewal), _after_failing(rule, known, now)]
    if renewal is not None and rule.window_days is None:
        # Tries that are limited for ever are those of one cycle, or nobody could renew twice.
        known = known[len(known) - _failed_last(known) :]
    return [reason for reason in (*found, _in_window(rule, known, now)) if reason is not None]


def _counted(rule: Retakes, tries: Sequence[Try], version: int) -> list[Try]:
    return [one for one in tries if one.version == version or not rule.reset_on_new_version]


def _after_passing(
    rule: Retakes, known: Sequence[Try], now: datetime, renewal: Renewal | None
) -> Reason | None:
    passed = [one for one in known if one.passed]
    if not passed or (renewal is not None and now >= renewal.opens_at):
        return None
    days = rule.after_pass_days
    until = None if days is None else passed[-1].ended_at + timedelta(days=days)
    if renewal is not None and (until is None or until > renewal.opens_at):
        values = {"until": renewal.opens_at, "titles": renewal.titles}
        return Reason("renewal_wait", values)
    return Reason("passed_already") if until is None else _until("retake_wait", until, now)


def _after_failing(rule: Retakes, known: Sequence[Try], now: datetime) -> Reason | None:
    failed = _failed_last(known)
    if not failed or not rule.waits:
        return None
    days = rule.waits[min(failed, len(rule.waits)) - 1]
    return _until("retake_wait", known[-1].ended_at + timedelta(days=days), now)


def _failed_last(known: Sequence[Try]) -> int:
    """How many tries there were since the last that passed."""
    passed = [at for at, one in enumerate(known, 1) if one.passed]
    return len(known) - (passed[-1] if passed else 0)


def _in_window(rule: Retakes, known: Sequence[Try], now: datetime) -> Reason | None:
    if rule.most is None or len(known) < rule.most:
        return None
    if rule.window_days is None:
        return Reason("tries_used", {"most": rule.most})
    oldest = known[-rule.most].ended_at
    return _until("tries_in_window", oldest + timedelta(days=rule.window_days), now, rule.most)


def _until(code: str, at: datetime, now: datetime, most: int | None = None) -> Reason | None:
    if now >= at:
        return None
    values: dict[str, object] = {"until": at}
    return Reason(code, values if most is None else {**values, "most": most})
