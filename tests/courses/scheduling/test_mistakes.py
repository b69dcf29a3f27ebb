"""What a trainer recorded by mistake: taken back by a fact of its own with a reason; the seat is
not marked then, and what rested on the result ends with it. An award that was made stays."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import IntegrityError
from werkzeug.test import TestResponse

from certification.awards.doubts import doubtful
from certification.awards.models import Award
from certification.competency.models import Evidence
from courses.catalog.models import Course, Programme
from courses.scheduling.actions.roster import Outcomes, Typed, save_roster
from courses.scheduling.models import (
    Attendance,
    ClassSession,
    Completion,
    Outcome,
    Presence,
    Result,
)
from courses.scheduling.queries.history import history, standing_of
from courses.scheduling.queries.roster import Line, roster, taught
from courses.scheduling.rules.marks import Grade, Marks
from courses.scheduling.rules.times import Span
from lms import audit, clock, jobs
from lms.accounts.models import Account, AccountState, Person
from lms.audit import AuditEntry
from lms.db import Base, db, unit
from lms.mail import MailMessage, compose
from lms.permissions import Role
from tests.courses.scheduling.browse import fields_of, page, submit, text
from tests.factories import Factory
from tests.queries import counted

pytestmark = pytest.mark.thorough

PASSED = Marks(Presence.PRESENT, Grade(Outcome.PASSED, 81, "Well done"))
WHY = "That was the row of somebody else."


@dataclass(frozen=True)
class Stage:
    course: Course
    session: ClassSession
    tom: Person
    ada: Person
    bob: Person
    now: datetime

    @property
    def address(self) -> str:
        return f"/teach/{self.session.code}"

    def lines(self) -> dict[int, Line]:
        with unit(writes=False):
            return {line.person_id: line for line in roster(self.session.id)}

    def save(
        self, marks: Marks, why: str = "", *, of: Person | None = None, by: Person | None = None,
        shown: Line | None = None,
    ) -> Outcomes:  # fmt: skip
        """Save Ada's row (or that of another) from a page that showed what is recorded."""
        person = of or self.ada
        line = shown or self.lines()[person.id]
        typed = {person.id: Typed(marks, line.attendance_id, line.result_id, why)}
        with unit(writes=True):
            return save_roster(self.session, typed, by=(by or self.tom).id, now=self.now)


@pytest.fixture(autouse=True)
def frozen(now: datetime) -> Iterator[None]:
    with clock.frozen_at(now):
        yield


@pytest.fixture
def stage(make: Factory, now: datetime) -> Stage:
    """A class session that ended an hour ago, with two learners."""
    tom = make.person("Tom Trainer", Role.TRAINER)
    course = make.course(make.programme())
    session = make.class_session(course, tom)
    ada, bob = make.person("Ada"), make.person("Bob")
    make.enrolled(session, ada)
    make.enrolled(session, bob)
    with unit(writes=True):
        row = db.session.get_one(ClassSession, session.id)
        row.starts_at, row.ends_at = now - timedelta(hours=9), now - timedelta(hours=1)
    return Stage(course, session, tom, ada, bob, now)


def all_of(model: type[Base]) -> list[Any]:
    with unit(writes=False):
        return list(db.session.scalars(sa.select(model).order_by(sa.text("id"))))


def mails(template: str) -> list[Any]:
    return [mail for mail in all_of(MailMessage) if mail.template == template]


def done(kind: str, completion: Completion) -> None:
    """What the worker does when a completion was recorded or withdrawn."""
    jobs.handler_of(f"learning.{kind}")({"completion_id": completion.id})


def test_it_is_a_fact_of_its_own_with_who_when_and_why(stage: Stage) -> None:
    stage.save(PASSED)

    assert stage.save(Marks(), WHY) == Outcomes({}, {}, 1)

    for model in (Attendance, Result):
        first, second = all_of(model)
        assert (first.replaces_id, first.mistake) == (None, "")
        assert (second.replaces_id, second.mistake) == (first.id, WHY)
        assert (second.by_person_id, second.at) == (stage.tom.id, stage.now)
    assert (all_of(Result)[0].outcome, all_of(Result)[1].outcome) == (Outcome.PASSED, None)
    assert stage.lines()[stage.ada.id].marks == Marks()
    (completion,) = all_of(Completion)
    assert (completion.withdrawn_by, completion.withdrawn_reason) == (stage.tom.id, WHY)
    acts = [row.act for row in all_of(AuditEntry) if row.act.endswith(".withdrawn")]
    assert sorted(acts) == ["attendance.withdrawn", "completion.withdrawn", "result.withdrawn"]
    with unit(writes=False):
        assert list(audit.verify()) == []


def test_attendance_alone_is_taken_back_without_a_mail(stage: Stage) -> None:
    stage.save(PASSED)

    stage.save(Marks(None, PASSED.grade), WHY)

    assert stage.lines()[stage.ada.id].marks == Marks(None, PASSED.grade)
    assert all_of(Completion)[0].withdrawn_at is None
    assert mails("result_withdrawn") == []


def test_the_result_of_who_was_absent_goes_and_the_absence_is_recorded(stage: Stage) -> None:
    stage.save(PASSED)

    stage.save(Marks(Presence.ABSENT), WHY)

    assert stage.lines()[stage.ada.id].marks == Marks(Presence.ABSENT)
    assert [fact.mistake for fact in all_of(Attendance)] == ["", ""], "that is a correction"
    assert all_of(Result)[1].mistake == WHY


def test_the_seat_is_marked_anew(stage: Stage) -> None:
    stage.save(PASSED)
    stage.save(Marks(), WHY)

    stage.save(PASSED)

    assert stage.lines()[stage.ada.id].marks == PASSED
    assert [row.withdrawn_at is None for row in all_of(Completion)] == [False, True]
    results = all_of(Result)
    assert [row.replaces_id for row in results] == [None, results[0].id, results[1].id]
    assert [mail.facts["is_correction"] for mail in mails("result")] == [False, False]


def test_once_is_enough_for_a_double_click_and_for_two_trainers(
    make: Factory, stage: Stage
) -> None:
    anna = make.person("Anna", Role.ADMINISTRATOR)
    stage.save(PASSED)
    shown = stage.lines()[stage.ada.id]

    written = [
        stage.save(Marks(), why, by=by, shown=shown).written
        for why, by in ((WHY, stage.tom), (WHY, stage.tom), ("I saw it too.", anna))
    ]

    assert written == [1, 0, 0]
    assert [row.mistake for row in all_of(Result)] == ["", WHY]
    assert len(mails("result_withdrawn")) == 1


def test_what_a_colleague_corrected_meanwhile_is_not_taken_back_unseen(
    make: Factory, stage: Stage
) -> None:
    anna = make.person("Anna", Role.ADMINISTRATOR)
    stage.save(PASSED)
    shown = stage.lines()[stage.ada.id]
    failed = Marks(Presence.PRESENT, Grade(Outcome.FAILED))
    stage.save(failed, by=anna)

    outcomes = stage.save(Marks(), WHY, shown=shown)

    assert (list(outcomes.conflicts), outcomes.written) == ([stage.ada.id], 0)
    assert stage.lines()[stage.ada.id].marks == failed


def test_nobody_takes_back_their_own(stage: Stage) -> None:
    stage.save(PASSED)
    outcomes = stage.save(Marks(), WHY, by=stage.ada)
    assert [flaw.code for flaw in outcomes.flaws[stage.ada.id]] == ["own_result"]
    assert len(all_of(Result)) == 1


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("result", "outcome = NULL"),
        ("result", "mistake = 'x'"),
        ("result", "outcome = NULL, score = NULL, note = '', mistake = 'x'"),
        ("attendance", "presence = NULL"),
        ("attendance", "mistake = 'x'"),
        ("attendance", "presence = NULL, mistake = 'x'"),
    ],
)
def test_the_database_holds_that_only_a_reason_takes_back_and_only_what_is_there(
    stage: Stage, table: str, change: str
) -> None:
    stage.save(PASSED)
    with pytest.raises(IntegrityError, match=f"ck_{table}_mistake"), unit(writes=True):
        db.session.execute(sa.text(f"UPDATE {table} SET {change}"))


def test_who_was_told_a_result_is_told_of_the_mistake(app: Flask, stage: Stage) -> None:
    stage.save(PASSED)
    stage.save(Marks(), WHY)

    (mail,) = mails("result_withdrawn")

    assert mail.person_id == stage.ada.id
    with app.test_request_context():
        written = compose(mail, app.extensions["settings"])
    assert "recorded by mistake" in written["Subject"]
    assert WHY in written.get_content()
    assert "Certifications that you hold stay as they are." in written.get_content()


def test_who_was_told_nothing_is_told_nothing(stage: Stage) -> None:
    with unit(writes=True):
        account = db.session.scalars(sa.select(Account).filter_by(person_id=stage.ada.id)).one()
        account.state = AccountState.DISABLED
    stage.save(PASSED)
    with unit(writes=True):
        db.session.get_one(Account, account.id).state = AccountState.ACTIVE

    stage.save(Marks(), WHY)

    assert (mails("result"), mails("result_withdrawn")) == ([], [])


def test_the_class_session_is_to_be_marked_again(stage: Stage) -> None:
    def unmarked() -> list[tuple[int, int]]:
        day = Span(stage.now - timedelta(hours=12), stage.now + timedelta(hours=12))
        with unit(writes=False):
            found = taught("unmarked", trainer_person_id=stage.tom.id, day=day, now=stage.now)
        return [(one.marked, one.seats) for one in found]

    stage.save(PASSED)
    stage.save(Marks(Presence.ABSENT), of=stage.bob)
    assert unmarked() == []
    stage.save(Marks(), WHY)
    assert unmarked() == [(1, 2)]
    stage.save(PASSED)
    assert unmarked() == []
    stage.save(Marks(), WHY, of=stage.bob)
    assert unmarked() == [(1, 2)]


def test_the_history_says_what_became_of_each_fact(app: Flask, make: Factory, stage: Stage) -> None:
    for marks, why in ((PASSED, ""), (Marks(None, Grade(Outcome.PASSED, 90)), WHY)):
        stage.save(marks, why)
    stage.save(Marks(), "Not hers.")
    stage.save(PASSED)

    with unit(writes=False):
        facts = list(standing_of(history(stage.session.id)))
    of_results = [(fact.id, how.value) for fact, how in facts if isinstance(fact, Result)]
    assert [how for _, how in sorted(of_results)] == [
        "corrected", "mistake", "takes_back", "recorded",
    ]  # fmt: skip
    of_presence = [(fact.id, how.value) for fact, how in facts if isinstance(fact, Attendance)]
    assert [how for _, how in sorted(of_presence)] == ["mistake", "takes_back", "recorded"]
    shown = text(make.sign_in(app.test_client(), stage.tom).get(f"{stage.address}/history"))
    assert "Recorded by mistake" in shown
    assert "Result taken back Not hers." in shown
    assert f"Attendance taken back {WHY}" in shown


def test_the_learner_sees_that_nothing_is_recorded_now(
    app: Flask, make: Factory, stage: Stage
) -> None:
    ada = make.sign_in(app.test_client(), stage.ada)
    stage.save(PASSED)
    assert "Result pending" not in text(ada.get("/me"))
    stage.save(Marks(), WHY)
    shown = text(ada.get("/me"))
    assert "Result pending" in shown
    assert "Nothing completed yet." in shown


@pytest.fixture
def awarded(make: Factory, stage: Stage) -> Award:
    """Ada passed, which made her certification."""
    with unit(writes=False):
        programme = db.session.get_one(Programme, stage.course.programme_id)
    make.scheme(programme)
    make.teaches(stage.course, make.competency(programme))
    stage.save(PASSED)
    done("completed", all_of(Completion)[0])
    (award,) = all_of(Award)
    return award


def test_evidence_goes_and_an_award_stays_for_people_to_decide(
    app: Flask, make: Factory, stage: Stage, awarded: Award
) -> None:
    manager = make.sign_in(
        app.test_client(), make.person("Cleo", Role.CERTIFICATION_MANAGER)
    )  # fmt: skip
    with unit(writes=False):
        assert doubtful() == []

    stage.save(Marks(), WHY)
    done("completion_withdrawn", all_of(Completion)[0])

    (evidence,) = all_of(Evidence)
    assert evidence.withdrawn_at is not None
    assert [row.id for row in all_of(Award)] == [awarded.id]
    with unit(writes=False):
        assert [(award.id, person.id) for award, person in doubtful()] == [
            (awarded.id, stage.ada.id)
        ]
    assert f"/manage/awards/{awarded.id}" in manager.get("/manage/certifications").text


def open_roster(app: Flask, make: Factory, stage: Stage) -> tuple[FlaskClient, TestResponse]:
    reader = make.sign_in(app.test_client(), stage.tom)
    return reader, reader.get(stage.address)


def block(response: TestResponse) -> str:
    """What the page asks about rows that were emptied; "" if it asks nothing."""
    found = page(response).select_one("#recorded-by-mistake")
    return " ".join(found.get_text(" ").split()) if found else ""


def test_the_page_asks_why_names_what_follows_and_saves_the_other_rows(
    app: Flask, make: Factory, stage: Stage, awarded: Award
) -> None:
    trainer, shown = open_roster(app, make, stage)
    emptied = {f"presence-{stage.ada.id}": "", f"outcome-{stage.ada.id}": ""}

    asked = submit(trainer, shown, "#roster", **emptied, **{f"outcome-{stage.bob.id}": "failed"})

    assert asked.status_code == 200
    assert "Saved: 1 row. The others were not saved" in block(asked)
    assert "Ada: Present, Passed, 81, Well done" in block(asked)
    assert "The course no longer counts as completed." in block(asked)
    assert "“Certified Administrator”, awarded on" in block(asked)
    assert stage.lines()[stage.ada.id].marks == PASSED
    saved = submit(trainer, asked, "#roster", reason=WHY)
    assert saved.status_code == 303
    assert stage.lines()[stage.ada.id].marks == Marks()
    assert [row.mistake for row in all_of(Result) if row.person_id == stage.ada.id] == ["", WHY]
    assert "Saved: 1 row." in text(trainer.get(stage.address))


def test_without_a_reason_or_with_a_long_one_the_field_says_so(
    app: Flask, make: Factory, stage: Stage
) -> None:
    stage.save(PASSED)
    trainer, shown = open_roster(app, make, stage)
    asked = submit(trainer, shown, "#roster", **{f"outcome-{stage.ada.id}": ""})
    assert asked.status_code == 422
    for reason in (" ", "x" * 501):
        again = submit(trainer, asked, "#roster", reason=reason)
        assert again.status_code == 422
        assert page(again).title.get_text().startswith("Error:")  # type: ignore[union-attr]
        field = page(again).select_one("#reason")
        assert field is not None
        assert field["aria-invalid"] == "true"
        assert page(again).select_one('#recorded-by-mistake a[href="#reason"]') is not None
    assert stage.lines()[stage.ada.id].marks == PASSED


def test_the_reason_is_for_the_rows_that_the_page_asked_about(
    app: Flask, make: Factory, stage: Stage
) -> None:
    for person in (stage.ada, stage.bob):
        stage.save(PASSED, of=person)
    trainer, shown = open_roster(app, make, stage)
    asked = submit(trainer, shown, "#roster", **{f"outcome-{stage.ada.id}": ""})
    also = {f"outcome-{stage.bob.id}": "", "reason": WHY}

    again = submit(trainer, asked, "#roster", **also)

    assert "Bob: Passed, 81, Well done" in block(again)
    assert "Ada" not in block(again)
    lines = stage.lines()
    assert lines[stage.ada.id].marks == Marks(Presence.PRESENT)
    assert lines[stage.bob.id].marks == PASSED


def test_a_row_that_is_filled_again_is_left_as_it_is(
    app: Flask, make: Factory, stage: Stage
) -> None:
    stage.save(PASSED)
    trainer, shown = open_roster(app, make, stage)
    emptied = {f"outcome-{stage.ada.id}": "", f"note-{stage.bob.id}": "Late"}
    asked = submit(trainer, shown, "#roster", **emptied)

    left = submit(trainer, asked, "#roster", fill="recorded")

    assert (left.status_code, block(left)) == (200, "")
    cells = fields_of(page(left).select_one("#roster"))  # type: ignore[arg-type]
    assert (cells[f"outcome-{stage.ada.id}"], cells[f"score-{stage.ada.id}"]) == ("passed", "81")
    assert cells[f"note-{stage.bob.id}"] == "Late", "what else was typed stays"
    assert page(left).select_one("[data-unsaved]") is not None
    saved = submit(trainer, left, "#roster", **{f"note-{stage.bob.id}": ""})
    assert saved.status_code == 303
    assert stage.lines()[stage.ada.id].marks == PASSED
    assert len(all_of(Result)) == 1


def test_a_score_that_was_changed_is_not_emptied_with_the_outcome(
    app: Flask, make: Factory, stage: Stage
) -> None:
    stage.save(PASSED)
    trainer, shown = open_roster(app, make, stage)
    cells = {f"outcome-{stage.ada.id}": "", f"score-{stage.ada.id}": "18"}
    wrong = submit(trainer, shown, "#roster", **cells)
    assert "or empty them too" in text(wrong)
    assert fields_of(page(wrong).select_one("#roster"))[f"score-{stage.ada.id}"] == "18"  # type: ignore[arg-type]


def test_a_whole_roster_is_taken_back_with_one_reason(
    app: Flask, make: Factory, stage: Stage
) -> None:
    trainer, shown = open_roster(app, make, stage)
    assert "Empty all recorded rows" not in text(shown)
    for person in (stage.ada, stage.bob):
        stage.save(PASSED, of=person)
    cells = {f"score-{stage.ada.id}": "181", "fill": "nothing"}

    filled = submit(trainer, trainer.get(stage.address), "#roster", **cells)

    assert block(filled) == ""
    assert len(all_of(Result)) == 2
    asked = submit(trainer, filled, "#roster")
    assert asked.status_code == 422
    assert submit(trainer, asked, "#roster", reason=WHY).status_code == 303
    assert all(line.marks == Marks() for line in stage.lines().values())
    assert len(mails("result_withdrawn")) == 2


def test_the_question_costs_the_same_for_one_and_for_many(
    app: Flask, make: Factory, stage: Stage
) -> None:
    stage.save(PASSED)
    costs = []
    for _ in range(2):
        trainer, shown = open_roster(app, make, stage)
        filled = submit(trainer, shown, "#roster", fill="nothing")
        with counted() as asked:
            assert submit(trainer, filled, "#roster").status_code == 422
        costs.append(len(asked))
        stage.save(PASSED, of=stage.bob)
    assert costs[0] == costs[1]
