"""The deadline and the answers from the events alone; entering a slot; Safe Exam Browser."""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certification.delivery import answers
from certification.delivery.browser import proved, token
from certification.delivery.rules import entry_flaw, replay
from tests.certification.items.contents import item

START = datetime(2026, 10, 24, 23, 30, tzinfo=UTC)
"""01:30 in Berlin, in the night in which the clocks go back at 03:00."""


@dataclass(frozen=True)
class Event:
    number: int
    kind: str
    after: float = 0
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def at(self) -> datetime:
        return START + timedelta(minutes=self.after)


def story(*events: tuple[str, float, dict[str, Any]]) -> Any:
    rows = [Event(number, *event) for number, event in enumerate(events, 1)]
    return replay(rows)


BEGUN = ("started", 0.0, {"minutes": 120})


def test_two_hours_in_the_night_of_the_clock_change_are_120_minutes() -> None:
    assert story(BEGUN).due_at == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_extra_time_is_a_share_of_the_limit_and_may_come_in_the_middle() -> None:
    adjusted = ("adjusted", 60.0, {"extra_percent": 25, "break_minutes": 0})
    assert story(BEGUN, adjusted).due_at == START + timedelta(minutes=150)


def test_a_pause_stops_the_clock_and_moves_the_end() -> None:
    paused = ("paused", 30.0, {})
    assert story(BEGUN, paused).due_at is None
    assert story(BEGUN, paused).left(START + timedelta(minutes=90)) == timedelta(minutes=90)
    resumed = story(BEGUN, paused, ("resumed", 45.0, {}))
    assert resumed.due_at == START + timedelta(minutes=135)


def test_more_time_adds_up_also_while_the_clock_stands() -> None:
    events = (
        ("extended", 10.0, {"seconds": 300}),
        ("paused", 20.0, {}),
        ("extended", 21.0, {"seconds": 60}),
        ("resumed", 30.0, {}),
    )
    assert story(BEGUN, *events).due_at == START + timedelta(minutes=120 + 6 + 10)


def test_breaks_use_up_what_was_granted() -> None:
    granted = ("adjusted", 0.0, {"extra_percent": 0, "break_minutes": 15})
    first = (("paused", 10.0, {"rest": True}), ("resumed", 20.0, {}))
    found = story(BEGUN, granted, *first)
    assert found.rest_left(START + timedelta(minutes=40)) == timedelta(minutes=5)
    again = story(BEGUN, granted, *first, ("paused", 50.0, {"rest": True}))
    assert again.rest_ends_at() == START + timedelta(minutes=55)
    assert again.rest_left(START + timedelta(minutes=53)) == timedelta(minutes=2)


SAVES = st.lists(st.tuples(st.integers(1, 4), st.integers(1, 9), st.text(max_size=3)), max_size=30)


@given(SAVES)
def test_the_answer_that_holds_is_the_one_with_the_highest_number(
    saves: list[tuple[int, int, str]],
) -> None:
    kept: dict[int, tuple[int, str]] = {}
    for place, seq, response in saves:
        if place not in kept or kept[place][0] < seq:
            kept[place] = (seq, response)
    events = [
        Event(number, "answered", 0, {"position": p, "client_seq": s, "response": r})
        for number, (p, s, r) in enumerate(saves, 1)
    ]
    found = replay(events).responses
    assert {n: (one.client_seq, one.response) for n, one in found.items()} == kept


@pytest.mark.parametrize(
    ("minutes", "percent", "code"),
    [(-1, 0, "slot_not_begun"), (0, 0, None), (30, 0, None), (31, 0, "slot_over"),
     (45, 50, None), (46, 50, "slot_over")],
)  # fmt: skip
def test_a_slot_is_entered_for_half_an_hour_longer_with_extra_time(
    minutes: int, percent: int, code: str | None
) -> None:
    flaw = entry_flaw(START, percent=percent, now=START + timedelta(minutes=minutes))
    assert (flaw.code if flaw else None) == code


def test_safe_exam_browser_is_known_by_address_and_key() -> None:
    key, url = "a" * 64, "https://academy.example/exams/attempts/x?n=2"
    sent = hashlib.sha256((url + key).encode()).hexdigest()
    assert proved(url, [sent], ["b" * 64, key]) == key
    assert proved(url + "#place", ["", sent.upper()], [key]) == key
    assert proved(url + "1", [sent], [key]) == ""
    assert proved(url, [""], [key]) == ""
    assert proved(url, [sent], []) == ""
    assert key not in token(key)
    assert token(key) != token("b" * 64)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("choice", "o1"), ("choice", {"p1": "o1"}), ("choice", ["o" * 99]), ("choice", [1]),
        ("choice", ["o1"] * 61), ("text", ["Paris"]), ("text", "x" * 501), ("text", "a\0"),
        ("match", ["o1"]), ("match", {"p1": ["o1"]}), ("essay", "x" * 30_001), ("number", 3),
    ],
)  # fmt: skip
def test_what_is_no_answer_of_this_kind_is_refused(kind: str, value: object) -> None:
    with pytest.raises(ValueError, match="no "):
        answers.read(item(kind), value, "seed")


def test_ids_that_were_never_shown_are_left_out() -> None:
    assert answers.read(item("choice"), ["o9", "a"], "seed") is None
    assert answers.read(item("match"), {"p9": "o1", "p1": ""}, "seed") is None
