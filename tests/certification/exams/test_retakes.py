"""When an exam may be taken again, as a table of policies and histories."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from certification.exams.retakes import Asked, Renewal, Try, retakes_from, why_not

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def ago(hours: float, passed: bool | None = False, version: int = 1) -> Try:
    return Try(NOW - timedelta(hours=hours), passed, version)


CASES: list[tuple[str, dict[str, Any], list[Try], list[str]]] = [
    ("nobody tried", {"waits": [1]}, [], []),
    ("the first failed try waits for nothing", {"waits": [0, 1]}, [ago(0.1)], []),
    ("24 h after the second try: too early", {"waits": [0, 1]}, [ago(90), ago(23.99)],
     ["retake_wait"]),
    ("24 h after the second try: in time", {"waits": [0, 1]}, [ago(90), ago(24)], []),
    ("the last wait repeats", {"waits": [1, 14]}, [ago(900), ago(800), ago(335)], ["retake_wait"]),
    ("the last wait is over", {"waits": [1, 14]}, [ago(900), ago(800), ago(336)], []),
    ("most in a window", {"most": 2, "window_days": 365}, [ago(100), ago(50)], ["tries_in_window"]),
    ("the window moved on", {"most": 2, "window_days": 365}, [ago(365 * 24), ago(50)], []),
    ("most for ever", {"most": 1}, [ago(99999)], ["tries_used"]),
    ("passed, never again", {}, [ago(50, True)], ["passed_already"]),
    ("passed, after a wait", {"after_pass_days": 10}, [ago(239, True)], ["retake_wait"]),
    ("passed, the wait is over", {"after_pass_days": 10}, [ago(240, True)], []),
    ("failed tries before a pass count no more", {"waits": [0, 30], "after_pass_days": 1},
     [ago(99), ago(80, True), ago(30)], []),
    ("the result is open", {}, [ago(50, None)], ["result_open"]),
    ("a new version begins anew", {"waits": [30]}, [ago(5), ago(4, True)], []),
    ("a new version does not begin anew", {"waits": [30], "reset_on_new_version": False}, [ago(5)],
     ["retake_wait"]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "rule", "tries", "wanted"), CASES, ids=[c[0] for c in CASES])
def test_policies(name: str, rule: dict[str, Any], tries: list[Try], wanted: list[str]) -> None:
    version = 2 if "new version" in name else 1
    found = why_not(retakes_from(rule), tries, version=version, now=NOW)
    assert [reason.code for reason in found] == wanted


LATER = NOW + timedelta(days=100)
RENEWALS: list[tuple[str, dict[str, Any], list[Try], datetime, list[str]]] = [
    ("never again, and the time has come", {}, [ago(50, True)], NOW, []),
    ("never again, and it comes later", {}, [ago(50, True)], LATER, ["renewal_wait"]),
    ("a long wait, and the time has come", {"after_pass_days": 900}, [ago(50, True)], NOW, []),
    ("a long wait, and it comes later", {"after_pass_days": 900}, [ago(50, True)], LATER,
     ["renewal_wait"]),
    ("the wait ends first", {"after_pass_days": 10}, [ago(50, True)], LATER, ["retake_wait"]),
    ("the wait is over", {"after_pass_days": 10}, [ago(500, True)], LATER, []),
    ("failed in the renewal", {"waits": [14]}, [ago(9999, True), ago(50)], NOW, ["retake_wait"]),
    ("tries for ever begin anew", {"most": 2}, [ago(999), ago(99, True)], NOW, []),
    ("and end again", {"most": 1}, [ago(99, True), ago(9)], NOW, ["tries_used"]),
    ("tries in days do not", {"most": 2, "window_days": 365}, [ago(99), ago(50, True)], NOW,
     ["tries_in_window"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "rule", "tries", "opens_at", "wanted"), RENEWALS, ids=[c[0] for c in RENEWALS]
)
def test_who_has_to_renew_may_try_again_when_the_time_has_come(
    name: str, rule: dict[str, Any], tries: list[Try], opens_at: datetime, wanted: list[str]
) -> None:
    renewal = Renewal("Certified Administrator", opens_at)
    found = why_not(retakes_from(rule), tries, version=1, now=NOW, renewal=renewal)
    assert [reason.code for reason in found] == wanted
    if wanted == ["renewal_wait"]:
        assert found[0].values == {"until": LATER, "titles": "Certified Administrator"}


SHORT, ENOUGH = 70, 85


def scored(hours: float, score: int) -> Try:
    return Try(NOW - timedelta(hours=hours), True, 1, score)


MORE_ASKED: list[tuple[str, dict[str, Any], list[Try], tuple[Asked, ...], list[str]]] = [
    ("passed, but with too few points", {}, [scored(50, SHORT)], (Asked(80),), []),
    ("its wait holds", {"waits": [14]}, [scored(50, SHORT)], (Asked(80),), ["retake_wait"]),
    ("each short pass is one more try", {"waits": [1, 14]}, [scored(99, SHORT), scored(50, SHORT)],
     (Asked(80),), ["retake_wait"]),
    ("the limit for ever holds", {"most": 2}, [ago(99), scored(50, SHORT)], (Asked(80),),
     ["tries_used"]),
    ("the limit in days holds", {"most": 1, "window_days": 9}, [scored(50, SHORT)], (Asked(80),),
     ["tries_in_window"]),
    ("enough for one of two", {"waits": [14]}, [scored(50, SHORT)], (Asked(80), Asked(60)), []),
    ("what earned the last cycle was enough", {"waits": [14], "most": 1}, [scored(50, SHORT)],
     (Asked(80, NOW - timedelta(hours=49)),), []),
    ("too few points in the new cycle", {"waits": [14]}, [scored(99, ENOUGH), scored(9, SHORT)],
     (Asked(80, NOW - timedelta(hours=49)),), ["retake_wait"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "rule", "tries", "asked", "wanted"), MORE_ASKED, ids=[c[0] for c in MORE_ASKED]
)
def test_a_pass_that_is_not_enough_is_one_more_try(
    name: str, rule: dict[str, Any], tries: list[Try], asked: tuple[Asked, ...], wanted: list[str]
) -> None:
    renewal = Renewal("Certified Administrator", NOW, asked)
    found = why_not(retakes_from(rule), tries, version=1, now=NOW, renewal=renewal)
    assert [reason.code for reason in found] == wanted


def test_the_refusal_says_from_when() -> None:
    found = why_not(retakes_from({"waits": [1]}), [ago(1)], version=1, now=NOW)
    assert found[0].values == {"until": NOW + timedelta(hours=23)}


def test_a_night_of_a_clock_change_is_24_hours_long() -> None:
    ended = datetime(2026, 10, 24, 22, 30, tzinfo=UTC)
    tries = [Try(ended, False)]
    rule = retakes_from({"waits": [1]})
    assert why_not(rule, tries, version=1, now=ended + timedelta(hours=23, minutes=59))
    assert not why_not(rule, tries, version=1, now=ended + timedelta(hours=24))
