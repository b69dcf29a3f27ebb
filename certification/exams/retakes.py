"""When an exam may be taken again: waits, a maximum in a window, a wait after passing. Pure.

A policy's `retakes`: {waits: [days after the first, second, … attempt that did not pass; the last
one repeats], most: attempts in a window or null, window_days: null for ever, after_pass_days: null
for never again, reset_on_new_version: true}. A day is 24 hours, whatever the clocks do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
    rule: Retakes, tries: Sequence[Try], *, version: int, now: datetime, renews: bool = False
) -> list[Reason]:
    """Why a person may not try now, with the instant (`until`) from which they may; empty: they
    may. `result_open`, `passed_already`, `retake_wait`, `tries_used`. Who `renews`, because a
    certification asks for the exam once more, is not held back by having passed."""
    known = sorted(_counted(rule, tries, version), key=lambda one: one.ended_at)
    if not known:
        return []
    if known[-1].passed is None:
        return [Reason("result_open")]
    after_passing = None if renews else _after_passing(rule, known, now)
    found = [after_passing, _after_failing(rule, known, now)]
    return [reason for reason in (*found, _in_window(rule, known, now)) if reason is not None]


def _counted(rule: Retakes, tries: Sequence[Try], version: int) -> list[Try]:
    return [one for one in tries if one.version == version or not rule.reset_on_new_version]


def _after_passing(rule: Retakes, known: Sequence[Try], now: datetime) -> Reason | None:
    passed = [one for one in known if one.passed]
    if not passed:
        return None
    if rule.after_pass_days is None:
        return Reason("passed_already")
    return _until("retake_wait", passed[-1].ended_at + timedelta(days=rule.after_pass_days), now)


def _after_failing(rule: Retakes, known: Sequence[Try], now: datetime) -> Reason | None:
    failed = 0
    for one in reversed(known):
        if one.passed:
            break
        failed += 1
    if not failed or not rule.waits:
        return None
    days = rule.waits[min(failed, len(rule.waits)) - 1]
    return _until("retake_wait", known[-1].ended_at + timedelta(days=days), now)


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
