"""Who may not sit an exam is not judged in it, and the assessor reads why."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from certification.exams.models import Exam, ExamResult
from certification.rubrics import actions_assessments as actions
from certification.rubrics.models import AssessmentDraft, Kind
from courses.catalog.models import Course, CourseKind, CourseVersion
from lms.accounts.models import Account, Person
from lms.db import db, unit
from lms.errors import Refusal
from lms.permissions import Role
from tests.factories import Factory
from tests.page import Page

BEGIN = "/teach/exams/ADM-X/assessments"
DAY = timedelta(days=1)


@dataclass
class Stage:
    """An exam that ADM-101 comes before, an assessor and a candidate who completed it."""

    make: Factory
    before: Course
    exam: Exam
    pia: Person
    ada: Person

    def completes(self, person: Person) -> None:
        """The person completed what comes before the exam."""
        with unit(writes=False):
            version = db.session.scalars(
                sa.select(CourseVersion).where(CourseVersion.course_id == self.before.id)
            ).one()
        self.make.completion(person, self.before, version)

    def begin(self, person: Person, day: date, *, now: datetime) -> AssessmentDraft:
        """Pia's notes about somebody."""
        with unit(writes=True):
            exam = db.session.get_one(Exam, self.exam.id)
            return actions.begin(
                exam, person, Kind.PRACTICAL, taken_on=day, by=self.pia.id, now=now
            )

    def fails(self, now: datetime) -> None:
        """Ada is judged on that day and does not pass."""
        draft = self.begin(self.ada, now.date(), now=now)
        self.make.now, kept = now, self.make.now
        self.make.judged(draft, (1, 1))
        self.make.now = kept


@pytest.fixture
def stage(make: Factory) -> Stage:
    programme = make.programme()
    before = make.course(programme, "ADM-101", title="Foundation")
    course = make.course(programme, "ADM-X", kind=CourseKind.EXAM, needs=[before])
    exam = make.exam(course)
    make.rubric(exam)
    stage = Stage(make, before, exam, make.person("Pia", Role.ASSESSOR), make.person("Ada"))
    stage.completes(stage.ada)
    return stage


def codes(act: Callable[[], object]) -> list[str]:
    with pytest.raises(Refusal) as refused:
        act()
    return [one.code for one in refused.value.reasons]


def policy(stage: Stage, **retakes: Any) -> None:
    stage.make.policy(stage.exam, retakes=retakes)


def test_who_misses_what_comes_first_is_not_judged(stage: Stage) -> None:
    make, bob = stage.make, stage.make.person("Bob")
    assert codes(lambda: stage.begin(bob, make.now.date(), now=make.now)) == ["needs_prerequisite"]
    stage.completes(bob)
    assert stage.begin(bob, make.now.date(), now=make.now).person_id == bob.id


def test_waits_are_those_of_the_policy(stage: Stage) -> None:
    policy(stage, waits=[2])
    first = stage.make.now
    stage.fails(first)
    early = lambda: stage.begin(stage.ada, (first + DAY).date(), now=first + DAY)  # noqa: E731
    assert codes(early) == ["retake_wait"]
    # Recorded later does not help: the exam itself was too early.
    late = lambda: stage.begin(stage.ada, (first + DAY).date(), now=first + 5 * DAY)  # noqa: E731
    assert codes(late) == ["retake_wait"]
    third = first + 2 * DAY
    assert stage.begin(stage.ada, third.date(), now=third).taken_on == third.date()


def test_attempts_are_counted_in_their_window(stage: Stage) -> None:
    policy(stage, waits=[], most=1, window_days=10)
    first = stage.make.now
    stage.fails(first)
    again = lambda days: stage.begin(  # noqa: E731
        stage.ada, (first + days * DAY).date(), now=first + days * DAY
    )
    assert codes(lambda: again(9)) == ["tries_in_window"]
    assert again(10).person_id == stage.ada.id


def test_who_passed_is_not_judged_again_and_no_policy_is_no_limit(stage: Stage) -> None:
    first = stage.make.now
    stage.make.judged(stage.begin(stage.ada, first.date(), now=first), (3, 3))
    then = first + DAY
    assert stage.begin(stage.ada, then.date(), now=then).taken_on == then.date()
    policy(stage, waits=[])
    other = first + 2 * DAY
    assert codes(lambda: stage.begin(stage.ada, other.date(), now=other)) == ["passed_already"]


def test_a_day_that_has_a_result_is_corrected_and_not_judged_again(stage: Stage) -> None:
    stage.fails(stage.make.now)
    again = lambda: stage.begin(stage.ada, stage.make.now.date(), now=stage.make.now)  # noqa: E731
    assert codes(again) == ["result_exists"]


def test_it_is_asked_again_when_it_is_recorded(stage: Stage) -> None:
    policy(stage, waits=[2])
    make, first = stage.make, stage.make.now
    draft = stage.begin(stage.ada, first.date(), now=first)
    olu = make.person("Olu", Role.ASSESSOR)
    with unit(writes=True):
        exam = db.session.get_one(Exam, stage.exam.id)
        other = actions.begin(
            exam, stage.ada, Kind.PRACTICAL, taken_on=(first - DAY).date(), by=olu.id, now=first
        )
    make.judged(other, (1, 1))
    assert codes(lambda: make.judged(draft, (3, 3))) == ["retake_wait"]
    with unit(writes=False):
        assert db.session.scalar(sa.select(sa.func.count()).select_from(ExamResult)) == 1
        assert db.session.get(AssessmentDraft, draft.id) is not None


def test_an_attempt_that_runs_or_waits_for_its_score_is_in_the_way(make: Factory) -> None:
    course = make.course(make.programme(), "ADM-X", kind=CourseKind.EXAM)
    sat = make.takeable(course)
    make.rubric(sat.exam)
    ada, bob, pia = make.person("Ada"), make.person("Bob"), make.person("Pia", Role.ASSESSOR)
    make.begun(sat, ada)
    make.submitted(sat, bob, [["b"]])
    assert codes(lambda: make.sheet(sat.exam, ada, pia)) == ["attempt_is_open"]
    assert codes(lambda: make.sheet(sat.exam, bob, pia)) == ["result_open"]


def test_the_assessor_reads_why_in_their_zone(app: Flask, stage: Stage) -> None:
    policy(stage, waits=[2])
    make = stage.make
    stage.fails(make.now - DAY)
    bob, pia = make.person("Bob"), make.sign_in(app.test_client(), stage.pia)

    def errors(person: Person) -> list[str]:
        with unit(writes=False):
            email = db.session.scalars(
                sa.select(Account.email).where(Account.person_id == person.id)
            ).one()
        form = Page(pia.get(BEGIN)).form(BEGIN)
        answer = Page(form.submit(pia, person=email, taken_on=make.now.date().isoformat()))
        assert answer.status == 422
        return answer.errors

    assert errors(bob) == ["First complete “Foundation” (ADM-101)."]
    (told,) = errors(stage.ada)
    assert told == "The next attempt is possible from 24 Nov 2026, 10:00 CET."
