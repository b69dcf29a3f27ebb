"""When a certification is earned, until when it holds, and why not yet."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certification.awards.rules import (
    Cycle,
    Earlier,
    Fact,
    Facts,
    Status,
    assess,
    expiry,
    leaves,
    next_cycle,
    status_on,
)

MARCH, MAY, JULY = date(2026, 3, 1), date(2026, 5, 1), date(2026, 7, 1)
COURSE = {"course": "ADM-101"}
EXAM = {"exam": "ADM-X", "at_least": 70}
SKILL = {"competency": "SEC-1", "level": 3}
HELD = {"holds": "CPU"}
NOTHING = Facts()


def facts(**kinds: Any) -> Facts:
    return Facts(**kinds)


@pytest.mark.parametrize(
    ("rule", "known", "reason"),
    [
        (COURSE, NOTHING, "needs_course"),
        (COURSE, facts(courses={"ADM-201": [Fact(1, MAY)]}), "needs_course"),
        (COURSE, facts(courses={"ADM-101": [Fact(1, MAY)]}), None),
        (EXAM, NOTHING, "needs_exam"),
        (EXAM, facts(exams={"ADM-X": [Fact(1, MAY, 69, 100)]}), "exam_below"),
        (EXAM, facts(exams={"ADM-X": [Fact(1, MAY, 70, 100)]}), None),
        (SKILL, NOTHING, "needs_competency"),
        (SKILL, facts(competencies={"SEC-1": [Fact(1, MAY, 2)]}), "needs_competency"),
        (SKILL, facts(competencies={"SEC-1": [Fact(1, MAY, 4)]}), None),
        (HELD, NOTHING, "needs_certification"),
        (HELD, facts(held=frozenset({"CPU"})), None),
    ],
)
def test_a_requirement_is_met_or_says_why_not(
    rule: dict[str, Any], known: Facts, reason: str | None
) -> None:
    found = assess(rule, known)
    [need] = found.needs
    assert (need.reason.code if need.reason else None) == reason
    assert found.is_met == (reason is None)


def test_an_exam_below_names_the_best_try() -> None:
    tried = facts(exams={"ADM-X": [Fact(1, MARCH, 60, 100), Fact(2, MAY, 68, 100)]})
    [need] = assess(EXAM, tried).needs
    assert need.reason is not None
    assert need.reason.values == {"code": "ADM-X", "wanted": 70, "best": 68}


def test_all_requirements_count_and_the_last_one_sets_the_day() -> None:
    rule = {"all_of": [COURSE, EXAM]}
    half = facts(courses={"ADM-101": [Fact(1, MARCH)]})
    whole = facts(courses=half.courses, exams={"ADM-X": [Fact(2, MAY, 88, 100)]})
    assert not assess(rule, half).is_met
    assert assess(rule, half).met_on is None
    assert assess(rule, whole).met_on == MAY


def test_a_later_fact_of_the_same_kind_does_not_move_the_day() -> None:
    twice = facts(courses={"ADM-101": [Fact(9, JULY), Fact(1, MARCH)]})
    found = assess(COURSE, twice)
    assert found.met_on == MARCH
    assert found.needs[0].fact == Fact(1, MARCH)


def test_of_several_ways_the_first_that_was_met_decides() -> None:
    rule = {"any_of": [COURSE, EXAM]}
    both = facts(courses={"ADM-101": [Fact(1, MAY)]}, exams={"ADM-X": [Fact(2, MARCH, 90, 100)]})
    found = assess(rule, both)
    assert found.met_on == MARCH
    assert [need.kind for need in found.needs] == ["exam"]
    assert [need.is_met for need in assess(rule, NOTHING).needs] == [False, False]


def test_so_many_of_several_are_enough() -> None:
    rule = {"n_of": {"n": 2, "rules": [COURSE, EXAM, HELD]}}
    one = facts(courses={"ADM-101": [Fact(1, MAY)]})
    two = facts(courses=one.courses, held=frozenset({"CPU"}))
    assert not assess(rule, one).is_met
    assert len(assess(rule, one).needs) == 3
    assert assess(rule, two).is_met
    assert len(assess(rule, two).needs) == 2


def test_a_new_cycle_counts_only_what_came_after_the_old_one() -> None:
    known = facts(courses={"ADM-101": [Fact(1, MARCH), Fact(2, JULY)]})
    assert assess(COURSE, known, since=MAY).met_on == JULY
    assert not assess(COURSE, known, since=JULY).is_met


def test_an_unknown_rule_is_an_error_and_not_a_pass() -> None:
    with pytest.raises(ValueError, match="unknown rule"):
        assess({"curse": "ADM-101"}, NOTHING)


def test_the_leaves_of_a_rule_are_everything_it_names() -> None:
    rule = {"all_of": [COURSE, {"any_of": [EXAM, {"n_of": {"n": 1, "rules": [SKILL, HELD]}}]}]}
    assert set(leaves(rule)) == {
        ("course", "ADM-101"),
        ("exam", "ADM-X"),
        ("competency", "SEC-1"),
        ("holds", "CPU"),
    }


@pytest.mark.parametrize(
    ("awarded", "months", "until"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 11, 20), 24, date(2028, 11, 20)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 5, 5), None, None),
    ],
)
def test_a_term_ends_so_many_calendar_months_later(
    awarded: date, months: int | None, until: date | None
) -> None:
    assert expiry(awarded, months) == until


@pytest.mark.parametrize(
    ("day", "status"),
    [
        (date(2026, 4, 30), Status.NOT_YET),
        (MAY, Status.VALID),
        (date(2026, 6, 30), Status.VALID),
        (JULY, Status.REVOKED),
        (date(2030, 1, 1), Status.REVOKED),
    ],
)
def test_the_status_of_every_day_has_one_answer(day: date, status: Status) -> None:
    assert status_on(day, awarded_on=MAY, valid_until=date(2028, 5, 1), revoked_on=JULY) == status


def test_the_last_day_is_valid_to_its_end() -> None:
    def on(day: date) -> Status:
        return status_on(day, awarded_on=MARCH, valid_until=MAY, revoked_on=None)

    assert on(MAY) is Status.VALID
    assert on(date(2026, 5, 2)) is Status.EXPIRED


@pytest.mark.parametrize(
    ("earlier", "cycle"),
    [
        (None, Cycle(1, None, True)),
        (Earlier(1, MARCH, JULY, None), Cycle(2, MARCH, False)),
        (Earlier(1, MARCH, date(2026, 4, 1), None), Cycle(2, MARCH, True)),
        (Earlier(3, MARCH, None, date(2026, 4, 1)), Cycle(4, date(2026, 4, 1), True)),
    ],
)
def test_a_new_cycle_opens_when_the_old_award_ended(earlier: Earlier | None, cycle: Cycle) -> None:
    assert next_cycle(earlier, MAY) == cycle


days = st.dates(date(2025, 1, 1), date(2027, 12, 31))
known_facts = st.builds(
    lambda courses, exams: Facts(
        courses={"ADM-101": [Fact(i, on) for i, on in enumerate(courses)]} if courses else {},
        exams={"ADM-X": [Fact(i, on, v, 100) for i, (on, v) in enumerate(exams)]} if exams else {},
    ),
    st.lists(days, max_size=3),
    st.lists(st.tuples(days, st.integers(0, 100)), max_size=3),
)


@given(known_facts, known_facts)
def test_a_further_fact_never_takes_a_requirement_back(some: Facts, others: Facts) -> None:
    rule = {"all_of": [COURSE, EXAM]}
    more = Facts(
        courses={"ADM-101": [*some.courses.get("ADM-101", ()), *others.courses.get("ADM-101", ())]},
        exams={"ADM-X": [*some.exams.get("ADM-X", ()), *others.exams.get("ADM-X", ())]},
    )
    if assess(rule, some).is_met:
        assert assess(rule, more).is_met
        assert (assess(rule, more).met_on or date.max) <= (assess(rule, some).met_on or date.min)
