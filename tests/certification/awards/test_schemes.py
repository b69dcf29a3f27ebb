"""Rules change by versions: previewed with names, in force from a day, never backwards."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from dbos import DBOSClient

from certification.awards import jobs as award_jobs
from certification.awards.actions import award_what_is_due
from certification.awards.doubts import doubtful
from certification.awards.models import Award, Scheme, SchemeState, SchemeVersion
from certification.awards.progress import learner, progress_of
from certification.awards.queries import versions_on
from certification.awards.rules import Status
from certification.awards.schemes import (
    Draft,
    dry_run,
    parse,
    publish,
    save_draft,
    start_draft,
    versions_of,
    written,
)
from certification.competency.actions import observe, withdraw
from certification.competency.models import Competency, Evidence, EvidenceKind
from certification.exams.actions import record_result
from certification.exams.models import Exam, ExamResult
from courses.catalog.models import Course, CourseKind, CourseVersion, Programme
from courses.scheduling.models import Completion
from lms import audit, jobs
from lms.accounts.models import Person
from lms.db import db, unit
from lms.errors import Refusal
from lms.permissions import Role
from tests.factories import Factory

COURSE = {"course": "ADM-101"}
EXAM = {"exam": "ADM-X", "at_least": 70}
SKILL = {"competency": "SEC-1", "level": 3}


@dataclass
class Stage:
    """A certification that one course earns; its programme also has an exam and a competency."""

    make: Factory
    now: datetime
    programme: Programme
    course: Course
    exam: Exam
    skill: Competency
    version: SchemeVersion
    scheme: Scheme
    cora: Person

    @property
    def today(self) -> date:
        return self.now.date()

    def complete(self, person: Person, *, days: int = 0) -> Completion:
        """The person completes the course so many days from now."""
        with unit(writes=False):
            version = db.session.scalars(
                sa.select(CourseVersion).where(CourseVersion.course_id == self.course.id)
            ).one()
        self.make.now = self.now + timedelta(days=days)
        return self.make.completion(person, self.course, version)

    def sit(self, person: Person, score: int, replaces: ExamResult | None = None) -> ExamResult:
        """The person's result of today."""
        with unit(writes=True):
            return record_result(
                self.exam,
                person,
                taken_on=self.today,
                score=score,
                note="",
                by=self.cora.id,
                now=self.now + timedelta(minutes=1),
                replaces=replaces,
            )

    def show(self, person: Person, level: int) -> None:
        """Somebody saw the person do it."""
        with unit(writes=True):
            observe(
                person,
                self.skill,
                level,
                on=self.today,
                note="",
                by=self.cora.id,
                now=self.now,
            )

    def award(self, person: Person, *, days: int = 0) -> list[Award]:
        """What is due so many days from now."""
        now = self.now + timedelta(days=days)
        with unit(writes=True):
            return award_what_is_due(person.id, today=now.date(), now=now)

    def draft(self, *rules: dict[str, Any], days: int = 0) -> SchemeVersion:
        """A saved draft, in force so many days from now."""
        with unit(writes=True):
            draft = start_draft(self.scheme, by=self.cora.id, now=self.now)
            content = Draft(
                12, self.today + timedelta(days=days), {"all_of": list(rules)}, draft.wording
            )
            return save_draft(
                self.scheme, content, revision=draft.revision, by=self.cora.id, now=self.now
            )

    def effects(self, draft: SchemeVersion) -> dict[str, tuple[str, int]]:
        """What the dry run says, by name."""
        with unit(writes=False):
            rows = dry_run(self.scheme, draft, max(self.today, draft.effective_from))
        return {row.person.name: (row.effect, row.missing) for row in rows}

    def publish(self, draft: SchemeVersion, *, days: int = 0) -> SchemeVersion:
        """Publish what was previewed so many days from now."""
        with unit(writes=True):
            return publish(
                self.scheme,
                revision=draft.revision,
                by=self.cora.id,
                now=self.now + timedelta(days=days),
            )


@pytest.fixture
def stage(make: Factory, now: datetime) -> Stage:
    programme = make.programme()
    course = make.course(programme, "ADM-101")
    exam = make.exam(make.course(programme, "ADM-X", title="Exam", kind=CourseKind.EXAM))
    version = make.scheme(programme)
    with unit(writes=False):
        scheme = db.session.get_one(Scheme, version.scheme_id)
    skill, cora = make.competency(programme), make.person("Cora", Role.CERTIFICATION_MANAGER)
    return Stage(make, now, programme, course, exam, skill, version, scheme, cora)


def delayed(kind: str) -> list[str]:
    client: DBOSClient = jobs.client()
    rows = client.list_workflows(status=["DELAYED"], load_input=False, load_output=False)
    return [row.workflow_id for row in rows if row.workflow_id.startswith(f"{kind}:")]


def test_the_dry_run_names_everyone_whom_it_would_affect_and_how(stage: Stage) -> None:
    ada, bob, cem, dan, holder = (
        stage.make.person(name) for name in ("Ada", "Bob", "Cem", "Dan", "Hal")
    )
    stage.complete(holder)
    stage.award(holder)
    stage.complete(ada)
    stage.sit(bob, 90)
    stage.show(cem, 3)
    stage.complete(dan)
    stage.sit(dan, 80)
    assert stage.effects(stage.draft(COURSE, EXAM)) == {"Ada": ("would_wait", 1)}
    assert stage.effects(stage.draft(EXAM)) == {
        "Ada": ("would_wait", 1),
        "Bob": ("would_be_awarded", 0),
    }
    assert stage.effects(stage.draft(COURSE, EXAM, SKILL)) == {
        "Ada": ("would_wait", 2),
        "Bob": ("needs_more", 2),
        "Cem": ("needs_more", 2),
        "Dan": ("would_wait", 1),
    }
    assert stage.effects(stage.draft(SKILL))["Cem"] == ("would_be_awarded", 0)


def test_publishing_awards_whom_the_dry_run_named(stage: Stage) -> None:
    bob = stage.make.person("Bob")
    stage.sit(bob, 90)
    assert stage.award(bob) == []
    published = stage.publish(stage.draft(EXAM))
    [award] = stage.award(bob)
    assert award.scheme_version_id == published.id
    assert award.facts["requirements"][0]["score"] == 90
    with unit(writes=False):
        assert list(audit.verify()) == []


def test_a_version_for_a_later_day_waits_for_it(stage: Stage) -> None:
    bob = stage.make.person("Bob")
    stage.sit(bob, 90)
    published = stage.publish(stage.draft(EXAM, days=30))
    with unit(writes=False):
        assert [v.number for v in versions_on(stage.today + timedelta(days=29))] == [1]
        assert [v.number for v in versions_on(stage.today + timedelta(days=30))] == [2]
    assert stage.award(bob, days=29) == []
    assert delayed("competency.evidence_changed") == [
        f"competency.evidence_changed:scheme{published.id}:{bob.id}"
    ]
    [award] = stage.award(bob, days=30)
    assert award.scheme_version_id == published.id


def test_no_version_is_in_force_from_a_day_that_has_passed(stage: Stage) -> None:
    with pytest.raises(Refusal, match="version_in_the_past"):
        stage.draft(COURSE, days=-1)
    draft = stage.draft(COURSE, EXAM)
    with pytest.raises(Refusal, match="version_in_the_past"):
        stage.publish(draft, days=1)
    assert next(v.state for v in versions_of(stage.scheme)) is SchemeState.DRAFT


def test_an_old_preview_publishes_nothing(stage: Stage) -> None:
    draft = stage.draft(COURSE, EXAM)
    seen = draft.revision
    stage.draft(EXAM)
    with pytest.raises(Refusal, match="preview_outdated"), unit(writes=True):
        publish(stage.scheme, revision=seen, by=stage.cora.id, now=stage.now)
    content = Draft(None, stage.today, {"all_of": [COURSE]}, {})
    with pytest.raises(Refusal, match="changed_meanwhile"), unit(writes=True):
        save_draft(stage.scheme, content, revision=seen, by=stage.cora.id, now=stage.now)


def test_a_version_without_a_requirement_is_not_published(stage: Stage) -> None:
    draft = stage.draft()
    with pytest.raises(Refusal, match="requirement_missing"):
        stage.publish(draft)


def test_a_scheme_has_one_draft_that_begins_as_the_newest_version(stage: Stage) -> None:
    with unit(writes=True):
        first = start_draft(stage.scheme, by=stage.cora.id, now=stage.now)
        again = start_draft(stage.scheme, by=stage.cora.id, now=stage.now)
    assert first.id == again.id
    assert (first.number, first.rule) == (2, stage.version.rule)


def test_requirements_are_read_as_they_are_written(stage: Stage) -> None:
    text = "course ADM-101\nexam ADM-X 70\ncompetency SEC-1 3"
    with unit(writes=False):
        assert parse(text) == ([COURSE, EXAM, SKILL], [])
        _, flaws = parse("course ADM-101\n\nexam ADM-X\ncourse NOPE\nexam ADM-101 70")
    assert written({"all_of": [COURSE, EXAM, SKILL]}) == text
    assert flaws == [
        (3, "requirement_unreadable"),
        (4, "requirement_unknown"),
        (5, "requirement_unknown"),
    ]


def test_a_past_day_keeps_its_answer_after_the_next_cycle(stage: Stage) -> None:
    ada = stage.make.person("Ada")
    stage.complete(ada)
    [first] = stage.award(ada)
    assert first.valid_until is not None
    over = (first.valid_until - stage.today).days + 10
    stage.complete(ada, days=over)
    assert len(stage.award(ada, days=over)) == 1

    def on(days: int) -> tuple[int | None, Status | None]:
        [found] = progress_of(ada.id, stage.today + timedelta(days=days))
        return (found.award.cycle if found.award else None), found.status

    assert on(-1) == (None, None)
    assert on(0) == (1, Status.VALID)
    assert on(over - 1) == (1, Status.EXPIRED)
    assert on(over) == (2, Status.VALID)


def test_who_renews_early_is_looked_at_when_the_award_ends_and_loses_no_day(stage: Stage) -> None:
    ada = stage.make.person("Ada")
    stage.complete(ada)
    [first] = stage.award(ada)
    assert first.valid_until is not None
    assert stage.award(ada, days=10) == []
    assert delayed("competency.evidence_changed") == []
    stage.complete(ada, days=20)
    for _ in range(2):
        assert stage.award(ada, days=20) == []
    assert delayed("competency.evidence_changed") == [
        f"competency.evidence_changed:renewal:{ada.id}:{stage.scheme.id}:1"
    ]
    over = (first.valid_until - stage.today).days + 1
    [second] = stage.award(ada, days=over + 3)
    assert second.awarded_on == first.valid_until + timedelta(days=1)


def test_a_corrected_result_downgrades_nobody_and_is_shown_to_managers(stage: Stage) -> None:
    stage.make.rule(stage.version, {"all_of": [EXAM]})
    ada, bob = stage.make.person("Ada"), stage.make.person("Bob")
    first = stage.sit(ada, 90)
    fine = stage.sit(bob, 90)
    stage.award(ada)
    stage.award(bob)
    with unit(writes=False):
        assert doubtful() == []
    low = stage.sit(ada, 60, replaces=first)
    stage.sit(bob, 75, replaces=fine)
    stage.award(ada)
    [progress] = progress_of(ada.id, stage.today)
    assert progress.status is Status.VALID
    with unit(writes=False):
        assert [person.name for _, person in doubtful()] == ["Ada"]
        assert [person.name for _, person in doubtful(["ADM"])] == ["Ada"]
        assert doubtful(["USR"]) == []
    stage.sit(ada, 88, replaces=low)
    with unit(writes=False):
        assert doubtful() == []


def test_a_withdrawn_completion_or_competency_is_shown_to_managers(stage: Stage) -> None:
    stage.make.rule(stage.version, {"all_of": [COURSE, SKILL]})
    ada, bob = stage.make.person("Ada"), stage.make.person("Bob")
    for person in (ada, bob):
        completion = stage.complete(person)
        stage.show(person, 3)
        assert len(stage.award(person)) == 1
    later = stage.now + timedelta(hours=1)
    with unit(writes=True):
        db.session.get_one(Completion, completion.id).withdrawn_at = later
        shown = db.session.scalars(sa.select(Evidence).where(Evidence.person_id == ada.id)).one()
        withdraw(EvidenceKind.OBSERVATION, shown.source_id, now=later)
    with unit(writes=False):
        assert {person.name for _, person in doubtful()} == {"Ada", "Bob"}


@pytest.mark.parametrize("turns", [(0, 1), (1, 0), (1, 0, 1, 0)])
def test_the_order_of_jobs_does_not_matter_to_evidence(
    stage: Stage, turns: tuple[int, ...]
) -> None:
    with unit(writes=False):
        course = db.session.get_one(Course, stage.exam.course_id)
    stage.make.teaches(course, stage.skill, level=3)
    ada = stage.make.person("Ada")
    first = stage.sit(ada, 90)
    results = [first, stage.sit(ada, 30, replaces=first)]
    for turn in turns:
        award_jobs.exam_result({"result_id": results[turn].id})
    assert learner(ada.id, stage.today).levels() == {}
