"""The roster: facts that are corrected and never overwritten, and what a result brings."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from courses.scheduling.actions.roster import Outcomes, Typed, save_roster
from courses.scheduling.models import (
    Attendance,
    ClassSession,
    Completion,
    Result,
    Seat,
    SeatEnd,
    SessionState,
)
from courses.scheduling.queries.history import history
from courses.scheduling.queries.roster import Line, roster, taught
from courses.scheduling.queries.standing import join_url
from courses.scheduling.rules.marks import Flaw, Grade, Marks, Outcome, Presence, read
from courses.scheduling.rules.times import Span
from lms import jobs
from lms.accounts.models import Person
from lms.db import db, unit
from lms.mail import MailMessage
from lms.permissions import Role
from tests.factories import Factory
from tests.queries import counted

pytestmark = pytest.mark.thorough

PRESENT = Presence.PRESENT
PASSED = Grade(Outcome.PASSED, 81)
FAILED = Grade(Outcome.FAILED, 40, "Repeat module 2")


@dataclass(frozen=True)
class Stage:
    session: ClassSession
    tom: Person
    ada: Person
    bob: Person
    now: datetime

    def lines(self) -> dict[int, Line]:
        with unit(writes=False):
            return {line.person_id: line for line in roster(self.session.id)}

    def save(
        self,
        marks: dict[int, Marks],
        shown: dict[int, Line] | None = None,
        by: Person | None = None,
    ) -> Outcomes:
        """Save these rows from a page that showed `shown` (the newest facts by default)."""
        page = shown or self.lines()
        typed = {
            who: Typed(mine, page[who].attendance_id, page[who].result_id)
            for who, mine in marks.items()
        }
        with unit(writes=True):
            return save_roster(self.session, typed, by=(by or self.tom).id, now=self.now)


@pytest.fixture
def stage(make: Factory, now: datetime) -> Stage:
    """A class session that started an hour ago, with two learners."""
    tom = make.person("Tom Trainer", Role.TRAINER)
    session = make.class_session(make.course(make.programme()), tom)
    ada, bob = make.person("Ada"), make.person("Bob")
    make.enrolled(session, ada)
    make.enrolled(session, bob)
    with unit(writes=True):
        row = db.session.get_one(ClassSession, session.id)
        row.starts_at, row.ends_at = now - timedelta(hours=9), now - timedelta(hours=1)
    return Stage(session, tom, ada, bob, now)


def count(model: type[Attendance] | type[Result] | type[Completion]) -> int:
    with unit(writes=False):
        return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def pending(kind: str) -> int:
    with unit(writes=False):
        found = jobs.client().list_workflows(status=["ENQUEUED"])
        return sum(row.workflow_id.startswith(f"{kind}:") for row in found)


def completions_of(person_id: int) -> list[Completion]:
    """Those that hold."""
    return list(
        db.session.scalars(
            sa.select(Completion).where(
                Completion.person_id == person_id, Completion.withdrawn_at.is_(None)
            )
        )
    )


def test_one_save_records_presence_result_completion_and_mail(stage: Stage) -> None:
    outcomes = stage.save(
        {stage.ada.id: Marks(PRESENT, PASSED), stage.bob.id: Marks(Presence.ABSENT)}
    )

    assert outcomes == Outcomes({}, {}, 2)
    lines = stage.lines()
    assert lines[stage.ada.id].marks == Marks(PRESENT, PASSED)
    assert lines[stage.bob.id].marks == Marks(Presence.ABSENT)
    with unit(writes=False):
        done = completions_of(stage.ada.id)
        mailed = db.session.scalars(
            sa.select(MailMessage.person_id).where(MailMessage.template == "result")
        ).all()
    assert [(row.course_id, row.completed_on.isoformat()) for row in done] == [
        (stage.session.course_id, "2026-11-23")
    ]
    assert mailed == [stage.ada.id]
    assert pending("learning.completed") == 1


def test_an_unchanged_roster_writes_nothing(stage: Stage) -> None:
    marks = {stage.ada.id: Marks(PRESENT, PASSED), stage.bob.id: Marks()}
    stage.save(marks)

    assert stage.save(marks).written == 0
    assert (count(Attendance), count(Result)) == (1, 1)


def test_a_correction_is_a_new_fact_and_withdraws_the_completion(stage: Stage) -> None:
    stage.save({stage.ada.id: Marks(PRESENT, PASSED)})
    stage.save({stage.ada.id: Marks(PRESENT, FAILED)})

    with unit(writes=False):
        facts = db.session.scalars(sa.select(Result).order_by(Result.id)).all()
        assert completions_of(stage.ada.id) == []
    assert [(fact.outcome, fact.replaces_id) for fact in facts] == [
        (Outcome.PASSED, None),
        (Outcome.FAILED, facts[0].id),
    ]
    assert count(Attendance) == 1
    assert pending("learning.completion_withdrawn") == 1


def test_a_result_corrected_twice_completes_once_again(stage: Stage) -> None:
    for grade in (PASSED, FAILED, PASSED, Grade(Outcome.PASSED, 90)):
        stage.save({stage.ada.id: Marks(PRESENT, grade)})

    with unit(writes=False):
        assert len(completions_of(stage.ada.id)) == 1
    assert (count(Result), count(Completion)) == (4, 2)


def test_a_recorded_fact_is_not_emptied_without_a_reason(stage: Stage) -> None:
    stage.save({stage.ada.id: Marks(PRESENT, PASSED), stage.bob.id: Marks(PRESENT)})
    shown = stage.lines()

    outcomes = stage.save({stage.ada.id: Marks(PRESENT), stage.bob.id: Marks()})

    assert outcomes.written == 0
    assert outcomes.unexplained == set(shown)
    assert stage.lines() == shown


def test_two_trainers_on_one_row_the_second_is_told_and_nothing_is_lost(
    make: Factory, stage: Stage
) -> None:
    page = stage.lines()
    anna = make.person("Anna Admin", Role.ADMINISTRATOR)
    stage.save({stage.ada.id: Marks(PRESENT, PASSED)}, page)

    outcomes = stage.save(
        {stage.ada.id: Marks(PRESENT, FAILED), stage.bob.id: Marks(PRESENT)}, page, anna
    )

    assert list(outcomes.conflicts) == [stage.ada.id]
    assert outcomes.conflicts[stage.ada.id].marks.grade == PASSED
    assert outcomes.written == 1
    lines = stage.lines()
    assert lines[stage.ada.id].marks.grade == PASSED
    assert lines[stage.bob.id].marks == Marks(PRESENT)


def test_rows_that_only_the_other_changed_keep_the_others_facts(
    make: Factory, stage: Stage
) -> None:
    page = stage.lines()
    anna = make.person("Anna Admin", Role.ADMINISTRATOR)
    stage.save({stage.ada.id: Marks(PRESENT, PASSED)}, page)

    outcomes = stage.save({stage.ada.id: Marks(), stage.bob.id: Marks(PRESENT, FAILED)}, page, anna)

    assert outcomes.written == 1
    lines = stage.lines()
    assert lines[stage.ada.id].marks.grade == PASSED
    assert lines[stage.bob.id].marks.grade == FAILED


def test_two_trainers_who_agree_do_not_collide(make: Factory, stage: Stage) -> None:
    page = stage.lines()
    anna = make.person("Anna Admin", Role.ADMINISTRATOR)
    stage.save({stage.ada.id: Marks(PRESENT)}, page)

    assert stage.save({stage.ada.id: Marks(PRESENT)}, page, anna) == Outcomes({}, {}, 0)


def test_nobody_records_their_own_result(stage: Stage) -> None:
    outcomes = stage.save({stage.ada.id: Marks(PRESENT, PASSED)}, by=stage.ada)

    assert outcomes.flaws == {stage.ada.id: [Flaw("outcome", "own_result")]}
    assert count(Result) == 0


def test_people_without_a_seat_are_not_recorded(make: Factory, stage: Stage) -> None:
    stranger = make.person("Sam Stranger")
    with unit(writes=True):
        outcomes = save_roster(
            stage.session,
            {stranger.id: Typed(Marks(PRESENT, PASSED), None, None)},
            by=stage.tom.id,
            now=stage.now,
        )

    assert outcomes.written == 0
    assert count(Result) == 0


def test_the_history_shows_corrected_facts_with_who(stage: Stage) -> None:
    stage.save({stage.ada.id: Marks(PRESENT, PASSED)})
    stage.save({stage.ada.id: Marks(Presence.PARTIAL, PASSED)})

    with unit(writes=False):
        shown = [
            (type(fact).__name__, fact.person.name, fact.by.name)
            for fact in history(stage.session.id)
        ]
    assert sorted(shown) == [
        ("Attendance", "Ada", "Tom Trainer"),
        ("Attendance", "Ada", "Tom Trainer"),
        ("Result", "Ada", "Tom Trainer"),
    ]


def unmarked(stage: Stage) -> list[tuple[int, int]]:
    day = Span(stage.now - timedelta(hours=12), stage.now + timedelta(hours=12))
    with unit(writes=False):
        found = taught("unmarked", trainer_person_id=stage.tom.id, day=day, now=stage.now)
    return [(one.marked, one.seats) for one in found]


def test_an_ended_class_session_is_to_be_marked_until_all_have_a_result(stage: Stage) -> None:
    stage.save({stage.ada.id: Marks(PRESENT, PASSED)})
    assert unmarked(stage) == [(1, 2)]
    stage.save({stage.bob.id: Marks(PRESENT, FAILED)})
    assert unmarked(stage) == []


def test_who_was_absent_needs_no_result_to_be_marked(stage: Stage) -> None:
    stage.save({stage.ada.id: Marks(PRESENT, PASSED), stage.bob.id: Marks(Presence.ABSENT)})
    assert unmarked(stage) == []
    stage.save({stage.bob.id: Marks(Presence.PARTIAL)})
    assert unmarked(stage) == [(1, 2)]
    stage.save({stage.bob.id: Marks(Presence.ABSENT)})
    assert unmarked(stage) == []
    stage.save({stage.bob.id: Marks(Presence.ABSENT, FAILED)})
    assert unmarked(stage) == []


def test_the_result_of_who_gave_the_seat_up_stands_for_nobody_else(stage: Stage) -> None:
    stage.save({stage.bob.id: Marks(PRESENT, FAILED)})
    with unit(writes=True):
        db.session.get_one(ClassSession, stage.session.id).room_taken -= 1
        seat = db.session.scalars(sa.select(Seat).where(Seat.person_id == stage.bob.id)).one()
        seat.ended_at, seat.end = stage.now, SeatEnd.CANCELLED
    assert unmarked(stage) == [(0, 1)]
    stage.save({stage.ada.id: Marks(PRESENT, PASSED)})
    assert unmarked(stage) == []


def settled(stage: Stage) -> int:
    with unit(writes=False):
        return db.session.scalars(sa.select(ClassSession.settled_seats)).one()


def test_a_roster_with_nothing_missing_is_noted_until_something_is(stage: Stage) -> None:
    stage.save({stage.ada.id: Marks(PRESENT, PASSED)})
    assert settled(stage) == 0
    stage.save({stage.bob.id: Marks(Presence.ABSENT)})
    assert settled(stage) == 2
    stage.save({stage.bob.id: Marks(PRESENT)})
    assert settled(stage) == 0


def test_another_number_of_seats_than_noted_is_looked_at(stage: Stage, make: Factory) -> None:
    stage.save({who.id: Marks(PRESENT, PASSED) for who in (stage.ada, stage.bob)})
    assert (settled(stage), unmarked(stage)) == (2, [])
    with unit(writes=True):
        row = db.session.get_one(ClassSession, stage.session.id)
        row.starts_at, row.ends_at = stage.now + timedelta(days=1), stage.now + timedelta(days=2)
        row.room_capacity += 1
    make.enrolled(stage.session, make.person("Cara"))
    with unit(writes=True):
        row = db.session.get_one(ClassSession, stage.session.id)
        row.starts_at, row.ends_at = stage.now - timedelta(days=2), stage.now - timedelta(days=1)
    assert unmarked(stage) == [(2, 3)]


def test_what_is_recorded_before_the_beginning_settles_nothing(stage: Stage) -> None:
    """Until then a seat may go from one person to another."""
    with unit(writes=True):
        db.session.get_one(ClassSession, stage.session.id).starts_at = stage.now + timedelta(1)
    stage.save({who.id: Marks(PRESENT, PASSED) for who in (stage.ada, stage.bob)})
    assert settled(stage) == 0


@pytest.mark.sqlite
def test_who_sees_all_is_told_what_is_unmarked_by_its_index(stage: Stage) -> None:
    day = Span(stage.now, stage.now)
    with unit(writes=False), counted() as asked:
        taught("unmarked", trainer_person_id=0, programmes=None, day=day, now=stage.now)
        (text,) = asked
        plan = db.session.connection().exec_driver_sql(
            f"EXPLAIN QUERY PLAN {text}", (None,) * text.count("?")
        )
        assert any("ix_class_session_unsettled" in row[-1] for row in plan)


Cells = dict[str, str]


@pytest.mark.parametrize(
    ("cells", "flaws"),
    [
        ({"score": "101", "outcome": "passed"}, [Flaw("score", "score_range")]),
        ({"score": "8o", "outcome": "passed"}, [Flaw("score", "score_range")]),
        ({"score": "-1", "outcome": "failed"}, [Flaw("score", "score_range")]),
        ({"score": "٣", "outcome": "failed"}, [Flaw("score", "score_range")]),
        ({"score": "80"}, [Flaw("outcome", "outcome_missing")]),
        ({"note": "Well done"}, [Flaw("outcome", "outcome_missing")]),
        ({"presence": "maybe"}, [Flaw("presence", "not_a_choice")]),
        ({"presence": "absent", "outcome": "passed"}, [Flaw("outcome", "absent_passed")]),
        ({"outcome": "failed", "note": "x" * 1001}, [Flaw("note", "note_too_long")]),
        ({"presence": "present", "outcome": "passed", "score": " 100 "}, []),
        ({}, []),
    ],
)
def test_each_wrong_cell_is_named(cells: Cells, flaws: list[Flaw]) -> None:
    assert read(cells)[1] == flaws


@pytest.mark.parametrize(
    ("hours_left", "state", "is_offered"),
    [
        (9, SessionState.SCHEDULED, True),
        (1, SessionState.CLOSED, True),
        (0, SessionState.SCHEDULED, False),
        (-1, SessionState.CLOSED, False),
        (9, SessionState.CANCELLED, False),
    ],
)
def test_nobody_is_sent_into_a_virtual_room_where_nothing_takes_place(
    now: datetime, hours_left: int, state: SessionState, is_offered: bool
) -> None:
    room = "https://meet.example/academy"
    ends_at = now + timedelta(hours=hours_left)
    session = ClassSession(state=state, ends_at=ends_at, join_url=room)
    assert join_url(session, now=now) == (room if is_offered else "")
