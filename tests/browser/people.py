"""People and exams of a site, made behind it: in its own database, by the tests' factories."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import sqlalchemy as sa

from app import create_app
from courses.catalog.models import Course, CourseKind, CourseVersion, Prerequisite
from courses.scheduling.models import Completion, CompletionSource
from lms import jobs, revisions
from lms.accounts.models import Account, Person
from lms.db import db, unit
from lms.permissions import Role
from tests.browser.conftest import PASSWORD, Site
from tests.factories import Factory
from tests.factories.sittings import Sat


@contextmanager
def behind(site: Site) -> Iterator[Factory]:
    """The factories on the database of a site that runs."""
    environ = {"DATA_DIR": str(site.folder), "PUBLIC_URL": site.url}
    app = create_app(environ | ({"DATABASE_URL": site.database_url} if site.database_url else {}))
    with app.app_context():
        make = Factory(now=datetime.now(UTC))
        make.count = time.time_ns() % 10**9
        yield make
        db.session.remove()
        db.engine.dispose()


def named(person: Person, name: str) -> None:
    """Let a person sign in as `name` with the demonstration's password."""
    wanted = sa.select(Account).where(Account.person_id == person.id)
    account = db.session.scalars(wanted).one()
    account.email = account.email_key = f"{name}@demo.example"


def new_taker(site: Site) -> str:
    """Somebody new who completed what the exam asks for."""
    with behind(site) as make:
        person = make.person("Tara Taker", password=PASSWORD)
        with unit(writes=True):
            name = f"taker-{make.count}"
            named(person, name)
            needed = sa.select(Prerequisite.course_id).join(
                CourseVersion, CourseVersion.id == Prerequisite.course_version_id
            )
            exam = sa.select(Course.id).where(Course.code == "ADM-300").scalar_subquery()
            for course_id in set(db.session.scalars(needed.where(CourseVersion.course_id == exam))):
                version = db.session.scalars(
                    sa.select(CourseVersion.id).where(CourseVersion.course_id == course_id)
                ).first()
                db.session.add(
                    Completion(
                        person_id=person.id, course_id=course_id, course_version_id=version,
                        completed_on=make.now.date(), recorded_at=make.now,
                        recorded_by=person.id, source=CompletionSource.SELF_PACED,
                        source_id=make.count * 100 + course_id,
                    )
                )  # fmt: skip
    return name


def new_attempt(site: Site, *kinds: str, **changes: Any) -> tuple[str, str]:
    """Somebody new in the middle of an exam with a question of each of these kinds, changed like
    that: who signs in, and the attempt's address."""
    with behind(site) as make:
        number = make.next()
        name = f"sitter-{number}"
        person = make.person("Sid Sitter", password=PASSWORD)
        with unit(writes=True):
            named(person, name)
        programme = make.programme(f"P{number}", "Programme of this test")
        course = make.course(programme, f"P{number}-300", title="Exam", kind=CourseKind.EXAM)
        attempt = make.begun(make.takeable(course, kinds, changes=changes), person)
        with unit(writes=True):
            revisions.bump("catalog")
        return name, f"/exams/attempts/{attempt.code}"


@dataclass(frozen=True, slots=True)
class Scored:
    """An exam that people sat, with what waits for others: addresses and who signs in."""

    candidate: str
    marker: str
    second: str
    manager: str
    deputy: str
    exam: str
    """Address under /manage."""
    report: str
    essay: str
    """Attempt whose essay waits for its marks."""


def new_scored(site: Site) -> Scored:
    """Five items of a point; the candidate failed by one, an essay waits for two markers."""
    with behind(site) as make:
        number = make.next()
        names = [f"{one}-{number}" for one in ("cand", "mark", "two", "man", "dep")]
        roles = [(), (Role.ASSESSOR,), (Role.ASSESSOR,)] + [(Role.CERTIFICATION_MANAGER,)] * 2
        people = [
            make.person(f"{name.partition('-')[0].title()} {number}", *role, password=PASSWORD)
            for name, role in zip(names, roles, strict=True)
        ]
        with unit(writes=True):
            for person, name in zip(people, names, strict=True):
                named(person, name)
        programme = make.programme(f"P{number}", "Programme of this test")
        course = make.course(programme, f"P{number}-300", title="Exam", kind=CourseKind.EXAM)
        sat = make.exam_form(programme, course, items=5)
        make.newer_policy(sat.exam, is_double_marked=True, moderation_gap=1)
        report = make.submitted(sat, people[0], [["a"], ["b"], ["b"], ["b"], ["a"]])
        versions = [*sat.versions[:2], make.ready_item(programme, "E1", "essay")]
        form = make.form(sat.exam, versions, code="B", full=Fraction(7))
        essay = make.submitted(
            Sat(sat.exam, form, versions), make.person("Essie"), [["b"], ["b"], "An answer"]
        )
        make.scored(report, essay)
        jobs.handler_of("scoring.report")({"run_id": make.deciding_run(report).id})
        with unit(writes=True):
            revisions.bump("catalog")
        return Scored(
            *names, f"/manage/exams/{course.code}", f"/exams/attempts/{report.code}",
            f"/teach/marking/{essay.id}/3",
        )  # fmt: skip
