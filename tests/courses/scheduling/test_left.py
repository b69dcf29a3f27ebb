"""Who left the roster after something was recorded: that is taken back or corrected like any other
fact, and nothing new is recorded."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from courses.scheduling.actions import seats
from courses.scheduling.actions.roster import Outcomes, Typed, save_roster
from courses.scheduling.models import ClassSession, Completion, Outcome, Presence, Result
from courses.scheduling.models import SessionState as State
from courses.scheduling.queries.roster import Line, roster
from courses.scheduling.rules.marks import Grade, Marks
from lms.accounts.models import Person
from lms.db import db, unit
from lms.errors import Refusal
from lms.permissions import Role
from tests.courses.scheduling.browse import fields_of, page, submit, text
from tests.factories import Factory

PASSED = Marks(None, Grade(Outcome.PASSED, 81))
FAILED = Marks(None, Grade(Outcome.FAILED))
WHY = "That was the roster of another day."


class Stage:
    """A class session of next week. Ada was marked as passed by mistake, then her seat went."""

    def __init__(self, make: Factory, now: datetime) -> None:
        self.now, self.tom = now, make.person("Tom", Role.TRAINER)
        course = make.course(make.programme())
        self.session = make.class_session(course, self.tom, starts_at=now + timedelta(days=7))
        self.ada, self.bob = make.person("Ada"), make.person("Bob")
        for person in (self.ada, self.bob):
            make.enrolled(self.session, person)
        self.save(self.ada, PASSED)
        self.leave(self.ada)
        self.address = f"/teach/{self.session.code}"

    def leave(self, person: Person) -> None:
        with unit(writes=True):
            seats.cancel_seat(self.session, person.id, by=person.id, now=self.now)

    def lines(self) -> list[Line]:
        with unit(writes=False):
            return roster(self.session.id)

    def line(self, person: Person) -> Line | None:
        return next((one for one in self.lines() if one.person_id == person.id), None)

    def save(self, person: Person, marks: Marks, why: str = "") -> Outcomes:
        shown = self.line(person)
        ids = (shown.attendance_id, shown.result_id) if shown else (None, None)
        with unit(writes=True):
            typed = {person.id: Typed(marks, *ids, why)}
            return save_roster(self.session, typed, by=self.tom.id, now=self.now)


@pytest.fixture
def stage(make: Factory, now: datetime) -> Stage:
    return Stage(make, now)


def completions() -> list[Any]:
    with unit(writes=False):
        return list(db.session.scalars(sa.select(Completion).order_by(Completion.id)))


def test_who_left_stands_below_while_something_was_recorded(stage: Stage) -> None:
    assert [(one.name, one.has_left) for one in stage.lines()] == [("Bob", False), ("Ada", True)]
    stage.leave(stage.bob)
    assert [one.name for one in stage.lines()] == ["Ada"], "nothing was recorded about Bob"


def test_it_is_taken_back_with_what_followed_and_can_be_marked_again(stage: Stage) -> None:
    assert list(stage.save(stage.ada, Marks()).unexplained) == [stage.ada.id]
    assert stage.save(stage.ada, Marks(), WHY).written == 1
    line = stage.line(stage.ada)
    assert line is not None
    assert line.marks == Marks()
    assert [row.withdrawn_reason for row in completions()] == [WHY]
    assert stage.save(stage.ada, PASSED).written == 1, "who took back too much records it again"


def test_it_is_corrected_and_nothing_else_is_recorded(stage: Stage) -> None:
    assert stage.save(stage.ada, FAILED).written == 1
    outcomes = stage.save(stage.ada, Marks(Presence.PRESENT, FAILED.grade))
    [flaw] = outcomes.flaws[stage.ada.id]
    assert (flaw.field, flaw.code, outcomes.written) == ("presence", "has_left", 0)


def test_with_a_seat_again_it_is_a_row_like_all(make: Factory, stage: Stage) -> None:
    stage.save(stage.ada, FAILED)
    make.enrolled(stage.session, stage.ada)
    assert [(one.name, one.has_left) for one in stage.lines()] == [("Ada", False), ("Bob", False)]


def test_of_several_seats_that_ended_the_last_is_shown(make: Factory, stage: Stage) -> None:
    stage.save(stage.ada, FAILED)
    make.enrolled(stage.session, stage.ada)
    stage.leave(stage.ada)
    assert [(one.name, one.has_left) for one in stage.lines()] == [("Bob", False), ("Ada", True)]


def test_a_class_session_that_was_cancelled_since_lets_it_be_taken_back(stage: Stage) -> None:
    stage.leave(stage.bob)
    with unit(writes=True):
        db.session.get_one(ClassSession, stage.session.id).state = State.CANCELLED
    with pytest.raises(Refusal, match="session_cancelled_before"):
        stage.save(stage.bob, PASSED)
    assert stage.save(stage.ada, Marks(), WHY).written == 1


def open_roster(app: Flask, make: Factory, stage: Stage) -> tuple[FlaskClient, TestResponse]:
    trainer = make.sign_in(app.test_client(), stage.tom)
    return trainer, trainer.get(stage.address)


def test_the_page_empties_the_row_and_asks_why(app: Flask, make: Factory, stage: Stage) -> None:
    trainer, shown = open_roster(app, make, stage)
    assert "1 learner. Type" in text(shown)
    below = page(shown).select_one("#left")
    assert below is not None
    assert f"outcome-{stage.ada.id}" in fields_of(below)
    assert f"presence-{stage.ada.id}" not in fields_of(below), "there is nothing to correct"

    filled = submit(trainer, shown, "#roster", fill="present")
    assert fields_of(page(filled).select_one("#roster"))[f"presence-{stage.bob.id}"] == "present"  # type: ignore[arg-type]
    asked = submit(trainer, shown, "#roster", **{f"outcome-{stage.ada.id}": ""})
    assert asked.status_code == 422
    assert "Ada: Passed, 81" in text(asked)
    assert submit(trainer, asked, "#roster", reason=WHY).status_code == 303

    with unit(writes=False):
        rows = db.session.scalars(sa.select(Result).order_by(Result.id)).all()
    assert [row.mistake for row in rows] == ["", WHY]


def test_a_page_from_before_the_seat_went_says_why_it_saves_no_first_fact(
    app: Flask, make: Factory, stage: Stage
) -> None:
    trainer, shown = open_roster(app, make, stage)
    wrong = submit(trainer, shown, "#roster", **{f"presence-{stage.ada.id}": "present"})
    assert wrong.status_code == 422
    assert "There is no seat any more: nothing new is recorded here." in text(wrong)
    assert page(wrong).select_one(f"#presence-{stage.ada.id}") is not None
