"""What was earned once can be earned again: the course that the next cycle needs is taken again."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from certification.awards.actions import award_what_is_due, revoke
from certification.awards.models import Award, SchemeVersion
from certification.awards.progress import progress_of
from courses.catalog.models import Course, CourseVersion
from courses.scheduling.actions import self_paced
from courses.scheduling.models import ClassSession, Completion
from courses.scheduling.queries.groups import group_plan
from lms.accounts.models import Person
from lms.clock import frozen_at
from lms.db import db, unit
from lms.errors import Refusal
from tests.factories import Factory
from tests.page import Page, words
from tests.queries import counted

ADDRESS = "/catalog/adm/adm-101"
EXPIRED = timedelta(days=740)
"""The award of today ended by then."""


@dataclass
class Stage:
    """A certification that one course earns; Ada holds it, her trainer confirms courses."""

    make: Factory
    now: datetime
    course: Course
    version: CourseVersion
    ada: Person
    trainer: Person

    def award(self, now: datetime) -> list[Award]:
        with unit(writes=True):
            return award_what_is_due(self.ada.id, today=now.date(), now=now)

    def take(self, now: datetime) -> None:
        """Started and confirmed in one's own time, as the pages do it."""
        with unit(writes=True):
            begun = self_paced.start_self_paced(self.version, self.ada.id, by=self.ada.id, now=now)
            self_paced.complete_self_paced(begun, "UTC", by=self.trainer.id, now=now)

    def read(self, app: Flask, path: str, now: datetime) -> Page:
        """A page as Ada sees it then."""
        with frozen_at(now):
            return Page(self.make.sign_in(app.test_client(), self.ada).get(path))

    def dated(self, now: datetime) -> ClassSession:
        """A class session that begins four weeks later."""
        return self.make.class_session(
            self.course, self.trainer, starts_at=now + timedelta(days=28)
        )


@pytest.fixture
def stage(make: Factory, now: datetime) -> Stage:
    programme = make.programme()
    course = make.course(programme, "ADM-101", is_self_paced=True)
    make.scheme(programme)
    with unit(writes=False):
        version = db.session.scalars(
            sa.select(CourseVersion).where(CourseVersion.course_id == course.id)
        ).one()
    stage = Stage(make, now, course, version, make.person("Ada"), make.person("Tom"))
    make.completion(stage.ada, course, version)
    assert [award.cycle for award in stage.award(now)] == [1]
    return stage


def test_an_expired_certification_is_earned_again_by_taking_its_course_again(
    stage: Stage, app: Flask
) -> None:
    later = stage.now + EXPIRED
    offered = stage.read(app, ADDRESS, later)
    assert "it counts for the next cycle of: Certified Administrator" in offered.text
    assert offered.form(f"{ADDRESS}/enrolment")

    stage.take(later)

    [award] = stage.award(later)
    assert (award.cycle, award.awarded_on) == (2, later.date())
    with unit(writes=False):
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Completion)) == 2


def test_who_completed_it_again_is_not_asked_a_third_time(stage: Stage, app: Flask) -> None:
    early = stage.now + timedelta(days=600)
    stage.take(early)

    with pytest.raises(Refusal) as refusal, unit(writes=True):
        self_paced.start_self_paced(stage.version, stage.ada.id, by=None, now=early)

    assert [reason.code for reason in refusal.value.reasons] == ["already_completed"]
    assert "You completed this course." in stage.read(app, ADDRESS, early).text


def test_who_renews_early_gets_the_next_cycle_on_the_day_after_this_one(stage: Stage) -> None:
    stage.take(stage.now + timedelta(days=600))
    assert stage.award(stage.now + timedelta(days=601)) == []

    [award] = stage.award(stage.now + EXPIRED)

    assert (award.cycle, f"{award.awarded_on}") == (2, "2028-11-24")


def test_who_has_to_renew_soon_is_shown_what_the_next_cycle_needs_and_from_when(
    stage: Stage, app: Flask
) -> None:
    soon = stage.now + timedelta(days=700)

    home = stage.read(app, "/me", soon)
    assert "Certified Administrator expires in 31 days" in home.text
    assert "/certifications/ADM-C#renewal" in home.links

    page = stage.read(app, "/certifications/ADM-C", soon)
    card = words(page.soup.select_one("section[aria-labelledby=renewal]"))
    assert "For the next cycle 0 of 1 met" in card
    assert "What you complete after 23 November 2026 counts." in card
    assert "Complete the course ADM-101." in card


def test_who_renewed_early_reads_when_the_next_cycle_begins(stage: Stage, app: Flask) -> None:
    soon = stage.now + timedelta(days=700)
    stage.take(soon)

    home = stage.read(app, "/me", soon)
    assert "The next cycle is earned and begins on 24 Nov 2028." in home.text

    page = stage.read(app, "/certifications/ADM-C", soon)
    assert "Everything is met: the next cycle begins on 24 November 2028." in page.text


def test_what_never_ends_needs_no_renewal(stage: Stage) -> None:
    forever = stage.make.award(stage.make.person("Eve"), _scheme(stage), valid_until=None)
    [progress] = progress_of(forever.person_id, stage.now.date())

    assert not progress.renews
    assert not progress.asks_again("course", "ADM-101")


def test_a_class_session_takes_whoever_needs_the_course_again(stage: Stage, app: Flask) -> None:
    [award] = _awards(stage)
    with unit(writes=True):
        revoke(
            award,
            public_reason="Somebody else sat there.",
            internal_note="",
            today=stage.now.date(),
            by=stage.trainer.id,
            now=stage.now,
        )
    later = stage.now + timedelta(days=30)
    session = stage.dated(later)
    with frozen_at(later):
        reader = stage.make.sign_in(app.test_client(), stage.ada)
        page = Page(reader.get(f"/class-sessions/{session.code}"))
        assert "it counts for the next cycle of: Certified Administrator" in page.text

        page.form("#enrol").submit(reader)

        assert "You have a seat." in Page(reader.get(f"/class-sessions/{session.code}")).text


def test_a_group_enrols_who_needs_it_again_in_as_many_queries_for_many(stage: Stage) -> None:
    stranger = stage.make.person("Bob")
    stage.make.completion(stranger, stage.course, stage.version)
    later = stage.now + EXPIRED
    session = stage.dated(later)
    more = [stage.make.person(name) for name in ("Cid", "Dee", "Eve")]
    for person in more:
        stage.make.completion(person, stage.course, stage.version)

    ada, bob, others = stage.ada.id, stranger.id, [person.id for person in more]

    with unit(writes=False):
        plan = group_plan(session, [ada, bob], None, now=later)
    with unit(writes=False), counted() as few:
        group_plan(session, [ada, bob], None, now=later)
    with unit(writes=False), counted() as many:
        group_plan(session, [ada, bob, *others], None, now=later)

    assert {id: [r.code for r in reasons] for id, reasons in plan.refused.items()} == {
        bob: ["already_completed"]
    }
    assert len(few) == len(many)


def _awards(stage: Stage) -> list[Award]:
    with unit(writes=False):
        return list(db.session.scalars(sa.select(Award).where(Award.person_id == stage.ada.id)))


def _scheme(stage: Stage) -> SchemeVersion:
    version_id = _awards(stage)[0].scheme_version_id
    with unit(writes=False):
        return db.session.get_one(SchemeVersion, version_id)
