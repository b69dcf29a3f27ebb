"""A person's awards as a state machine: facts, days and revocations in whatever order."""

from datetime import date, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from certification.awards.rules import (
    Earlier,
    Fact,
    Facts,
    Status,
    assess,
    begins_on,
    expiry,
    next_cycle,
    status_on,
)

pytestmark = pytest.mark.thorough

RULE = {"all_of": [{"course": "ADM-101"}, {"exam": "ADM-X", "at_least": 70}]}
TERM = 2
FIRST = date(2026, 1, 30)


class Series(RuleBasedStateMachine):
    """The rules as the job applies them after each fact and on each day."""

    def __init__(self) -> None:
        super().__init__()
        self.day = FIRST
        self.courses: list[Fact] = []
        self.exams: list[Fact] = []
        self.awards: list[Earlier] = []
        self.was: dict[date, list[Status]] = {}

    def status(self, award: Earlier, day: date) -> Status:
        return status_on(
            day,
            awarded_on=award.awarded_on,
            valid_until=award.valid_until,
            revoked_on=award.revoked_on,
        )

    def valid(self, day: date) -> list[Earlier]:
        return [award for award in self.awards if self.status(award, day) is Status.VALID]

    def look(self) -> None:
        earlier = self.awards[-1] if self.awards else None
        cycle = next_cycle(earlier, self.day)
        facts = Facts(courses={"ADM-101": self.courses}, exams={"ADM-X": self.exams})
        found = assess(RULE, facts, since=cycle.since)
        if cycle.is_open and found.met_on is not None:
            begins = begins_on(found.met_on, earlier)
            self.awards.append(Earlier(cycle.number, begins, expiry(begins, TERM), None))

    @rule()
    def complete(self) -> None:
        self.courses.append(Fact(len(self.courses), self.day))
        self.look()

    @rule(score=st.sampled_from([40, 69, 70, 95]))
    def sit(self, score: int) -> None:
        self.exams.append(Fact(len(self.exams), self.day, score, 100))
        self.look()

    @rule(days=st.integers(1, 50))
    def wait(self, days: int) -> None:
        for _ in range(days):
            self.was[self.day] = [status for a in self.awards if (status := self.on(a))]
            self.day += timedelta(days=1)
            self.look()

    def on(self, award: Earlier) -> Status:
        return self.status(award, self.day)

    @rule()
    def revoke(self) -> None:
        if self.valid(self.day):
            old = self.awards[-1]
            self.awards[-1] = Earlier(old.cycle, old.awarded_on, old.valid_until, self.day)
            self.look()

    @invariant()
    def one_award_at_most_is_valid_on_a_day(self) -> None:
        assert all(len(self.valid(day)) <= 1 for day in [*self.was, self.day])

    @invariant()
    def cycles_are_counted_without_a_gap(self) -> None:
        assert [award.cycle for award in self.awards] == list(range(1, len(self.awards) + 1))

    @invariant()
    def nobody_waits_who_earned_it(self) -> None:
        before = len(self.awards)
        self.look()
        assert len(self.awards) == before

    @invariant()
    def what_a_past_day_was_stays(self) -> None:
        for day, statuses in self.was.items():
            now = [self.status(award, day) for award in self.awards]
            assert now[: len(statuses)] == statuses
            assert set(now[len(statuses) :]) <= {Status.NOT_YET}

    @invariant()
    def who_renews_early_loses_no_day(self) -> None:
        for old, new in zip(self.awards, self.awards[1:], strict=False):
            end = old.revoked_on or old.valid_until
            assert end is not None
            assert new.awarded_on > end


@pytest.mark.sqlite
def test_awards_are_a_series_whatever_happens() -> None:
    run_state_machine_as_test(
        Series, settings=settings(max_examples=50, stateful_step_count=20, deadline=None)
    )
