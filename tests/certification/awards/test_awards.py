"""Awards are made once, by the rule in force, and withdrawn once with a reason."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from dbos import DBOSClient
from flask import Flask
from sqlalchemy.exc import DBAPIError

from certification.awards import jobs as award_jobs
from certification.awards.actions import award_what_is_due, revoke
from certification.awards.models import Award, Revocation, Scheme, SchemeState, SchemeVersion
from certification.awards.progress import progress_of
from certification.awards.queries import newest_awards, status_of, versions_on
from certification.awards.rules import Status
from courses.catalog.models import Course, CourseVersion
from lms import audit, jobs, revisions
from lms.accounts.models import Person
from lms.db import db, run, unit
from lms.errors import Refusal
from lms.mail import MailMessage
from tests.factories import Factory


@dataclass
class Stage:
    """A certification that one course earns, and Ada."""

    make: Factory
    now: datetime
    course: Course
    version: SchemeVersion
    ada: Person

    @property
    def today(self) -> date:
        return self.now.date()

    def complete(self, person: Person) -> int:
        """The person completed the course today."""
        with unit(writes=False):
            version = db.session.scalars(
                sa.select(CourseVersion).where(CourseVersion.course_id == self.course.id)
            ).one()
        return self.make.completion(person, self.course, version).id

    def award(self, person: Person, *, days: int = 0) -> list[Award]:
        """What is due so many days from now."""
        now = self.now + timedelta(days=days)
        with unit(writes=True):
            return award_what_is_due(person.id, today=now.date(), now=now)

    def withdraw(self, award: Award, by: Person, *, days: int = 0) -> None:
        """Revoke so many days from now."""
        now = self.now + timedelta(days=days)
        with unit(writes=True):
            revoke(
                award,
                public_reason="The exam was taken by somebody else.",
                internal_note="Case 7",
                today=now.date(),
                by=by.id,
                now=now,
            )


@pytest.fixture
def stage(make: Factory, now: datetime) -> Stage:
    programme = make.programme()
    course = make.course(programme, "ADM-101")
    return Stage(make, now, course, make.scheme(programme), make.person("Ada"))


def count(model: Any) -> int:
    with unit(writes=False):
        return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def queued(kind: str) -> int:
    client: DBOSClient = jobs.client()
    found = client.list_workflows(load_input=False, load_output=False)
    return sum(row.workflow_id.startswith(f"{kind}:") for row in found)


def at_once(app: Flask, works: Sequence[Callable[[], object]]) -> list[object]:
    """Run all of these at the same moment, each in a thread; errors are results too."""
    ready = threading.Barrier(len(works), timeout=60)
    results: list[object] = [None] * len(works)

    def one(number: int, work: Callable[[], object]) -> None:
        with app.app_context():
            ready.wait()
            try:
                results[number] = run(work)
            except (Refusal, DBAPIError) as error:
                results[number] = error
            finally:
                db.session.remove()

    threads = [threading.Thread(target=one, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_nothing_is_awarded_before_the_rule_is_met(stage: Stage) -> None:
    assert stage.award(stage.ada) == []
    [progress] = progress_of(stage.ada.id, stage.today)
    assert (progress.status, progress.met) == (None, 0)
    [need] = progress.assessment.needs
    assert need.reason is not None
    assert need.reason.code == "needs_course"
    assert progress.href(need) == "/catalog/adm/adm-101"


def test_the_last_requirement_makes_the_award_with_its_facts_frozen(stage: Stage) -> None:
    fact = stage.complete(stage.ada)
    [award] = stage.award(stage.ada)
    assert (award.cycle, award.awarded_on) == (1, stage.today)
    assert award.valid_until == date(2028, 11, 23)
    assert award.facts["requirements"] == [
        {
            "kind": "course",
            "code": "ADM-101",
            "title": "Foundation Training",
            "on": "2026-11-23",
            "fact_id": fact,
            "minutes": 960,
        }
    ]
    assert queued("certificates.issue") == 1
    [progress] = progress_of(stage.ada.id, stage.today)
    assert progress.status is Status.VALID


def test_a_job_that_runs_twice_awards_once(stage: Stage) -> None:
    completion_id = stage.complete(stage.ada)
    for _ in range(3):
        award_jobs.completed({"completion_id": completion_id})
    assert count(Award) == 1
    assert queued("certificates.issue") == 1


@pytest.mark.postgres
def test_eight_at_once_award_once(app: Flask, stage: Stage) -> None:
    stage.complete(stage.ada)
    found = at_once(
        app,
        [lambda: len(award_what_is_due(stage.ada.id, today=stage.today, now=stage.now))] * 8,
    )
    assert sorted(found, key=str) == [0] * 7 + [1]
    assert count(Award) == 1


def test_while_an_award_is_valid_no_other_is_made(stage: Stage) -> None:
    stage.complete(stage.ada)
    stage.award(stage.ada)
    stage.make.now += timedelta(days=10)
    stage.complete(stage.ada)
    assert stage.award(stage.ada, days=10) == []


def test_after_its_end_a_new_fact_opens_the_next_cycle_and_the_old_award_stays(
    stage: Stage,
) -> None:
    stage.complete(stage.ada)
    [first] = stage.award(stage.ada)
    over = 740
    assert stage.award(stage.ada, days=over) == []
    stage.make.now += timedelta(days=over)
    stage.complete(stage.ada)
    [second] = stage.award(stage.ada, days=over)
    assert (first.cycle, second.cycle) == (1, 2)
    assert count(Award) == 2
    with unit(writes=False):
        newest = newest_awards([stage.ada.id])[stage.ada.id, stage.version.scheme_id]
    assert newest[0].cycle == 2


def test_the_version_in_force_on_the_day_decides(stage: Stage) -> None:
    later = stage.make.save(
        SchemeVersion(
            scheme_id=stage.version.scheme_id,
            number=2,
            state=SchemeState.PUBLISHED,
            effective_from=date(2027, 1, 1),
            term_months=12,
            rule={"all_of": [{"course": "ADM-101"}, {"exam": "ADM-X", "at_least": 70}]},
            wording=stage.version.wording,
            created_at=stage.now,
        )
    )
    with unit(writes=True):
        revisions.bump("catalog")
    with unit(writes=False):
        assert [v.number for v in versions_on(date(2026, 12, 31))] == [1]
        assert [v.number for v in versions_on(date(2027, 1, 1))] == [2]
        assert [v.number for v in versions_on(date(2025, 12, 31))] == []
    assert [p.version.number for p in progress_of(stage.ada.id, date(2026, 12, 31))] == [1]
    assert [p.version.id for p in progress_of(stage.ada.id, date(2027, 1, 1))] == [later.id]
    stage.complete(stage.ada)
    assert stage.award(stage.ada, days=60) == []
    [award] = stage.award(stage.ada)
    assert award.scheme_version_id == stage.version.id


def test_a_draft_awards_nobody(stage: Stage) -> None:
    with unit(writes=True):
        db.session.execute(sa.update(SchemeVersion).values(state=SchemeState.DRAFT))
        revisions.bump("catalog")
    stage.complete(stage.ada)
    assert stage.award(stage.ada) == []
    assert progress_of(stage.ada.id, stage.today) == ()


def test_a_revoked_award_says_so_from_that_day_on(stage: Stage) -> None:
    stage.complete(stage.ada)
    [award] = stage.award(stage.ada)
    stage.withdraw(award, stage.make.person("Cora"), days=3)
    with unit(writes=False):
        row = db.session.scalars(sa.select(Revocation)).one()
        mails = db.session.scalars(sa.select(MailMessage.template)).all()
        assert list(audit.verify()) == []
    day = stage.today + timedelta(days=3)
    assert status_of(award, row.revoked_on, day - timedelta(days=1)) is Status.VALID
    assert status_of(award, row.revoked_on, day) is Status.REVOKED
    assert mails == ["revoked"]


def test_nobody_revokes_their_own_award(stage: Stage) -> None:
    stage.complete(stage.ada)
    [award] = stage.award(stage.ada)
    with pytest.raises(Refusal) as refused:
        stage.withdraw(award, stage.ada)
    assert refused.value.reasons[0].code == "not_yourself"
    assert count(Revocation) == 0


def test_an_award_is_revoked_once(stage: Stage) -> None:
    stage.complete(stage.ada)
    [award] = stage.award(stage.ada)
    cora = stage.make.person("Cora")
    stage.withdraw(award, cora)
    with pytest.raises(Refusal) as refused:
        stage.withdraw(award, cora, days=1)
    assert refused.value.reasons[0].code == "already_revoked"
    assert count(Revocation) == 1


@pytest.mark.postgres
def test_of_eight_who_revoke_at_once_one_does(app: Flask, stage: Stage) -> None:
    stage.complete(stage.ada)
    [award] = stage.award(stage.ada)
    cora = stage.make.person("Cora")

    def work() -> object:
        return revoke(
            db.session.get_one(Award, award.id),
            public_reason="Mistake",
            internal_note="",
            today=stage.today,
            by=cora.id,
            now=stage.now,
        ).award_id

    found = at_once(app, [work] * 8)
    assert sum(isinstance(result, Refusal) for result in found) == 7
    assert count(Revocation) == 1


def test_after_a_revocation_only_later_facts_count(stage: Stage) -> None:
    stage.complete(stage.ada)
    [award] = stage.award(stage.ada)
    stage.withdraw(award, stage.make.person("Cora"), days=5)
    assert stage.award(stage.ada, days=6) == []
    stage.make.now += timedelta(days=8)
    stage.complete(stage.ada)
    [again] = stage.award(stage.ada, days=8)
    assert again.cycle == 2


def test_a_certification_may_ask_for_another_one(stage: Stage) -> None:
    scheme = stage.make.save(
        Scheme(code="ADM-E", programme_id=stage.course.programme_id, title="Expert", position=2)
    )
    stage.make.save(
        SchemeVersion(
            scheme_id=scheme.id,
            number=1,
            state=SchemeState.PUBLISHED,
            effective_from=date(2026, 1, 1),
            term_months=None,
            rule={"all_of": [{"holds": "ADM-C"}]},
            wording={"title": "Expert"},
            created_at=stage.now,
        )
    )
    with unit(writes=True):
        revisions.bump("catalog")
    stage.complete(stage.ada)
    assert [award.scheme_id for award in stage.award(stage.ada)] == [stage.version.scheme_id]
    assert [award.scheme_id for award in stage.award(stage.ada)] == [scheme.id]
