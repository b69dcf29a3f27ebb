"""The demonstration tells a story that a visitor can believe: every fate of a certification is
there, and nothing was issued after it had run out."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import yaml
from flask import Flask
from sqlalchemy.orm import joinedload

from app import create_app
from certification.awards.models import Award, Revocation, Scheme, Suspension
from certification.certificates.models import Certificate
from certification.delivery.models import Attempt, AttemptResponse
from certification.exams.models import ExamResult
from certification.rubrics.models import Assessment
from certification.scoring import queries_voiding
from certification.scoring.models import RunState, ScoreRun
from courses.catalog.datafiles import CatalogFile
from courses.scheduling.models import Seat, WaitingEntry
from lms import audit, clock, jobs
from lms.accounts.datafiles import PeopleFile
from lms.accounts.models import Account, Person, RoleGrant
from lms.audit import AuditEntry
from lms.datafile import read
from lms.db import db, run, unit
from lms.permissions import PERMISSIONS
from reporting.cli import SHIPPED
from reporting.demo import people as demo
from reporting.demo.stage import working_day
from reporting.demo.story import timetable
from reporting.loader.checks import read_folder
from reporting.loader.load import load
from reporting.operations import demonstration
from tests.conftest import NOW, environment
from tests.warm import Lasting

pytestmark = [pytest.mark.thorough, pytest.mark.sqlite]
"""On PostgreSQL it is made, and walked through, for the tests with a browser."""


@pytest.fixture(scope="module")
def made(shared_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The demonstration as the set-up makes it: once, for it takes seconds."""
    folder = tmp_path_factory.mktemp("demonstration")
    app = create_app(environment(folder, shared_database_url))
    app = Lasting(app).as_new(app.extensions["settings"])
    with app.app_context(), clock.frozen_at(NOW):
        run(lambda: load(read_folder(SHIPPED), now=NOW, today=NOW.date()))
        assert demo.load(app.extensions["settings"])
    yield app
    with app.app_context():
        jobs.client().destroy()
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def told(made: Flask) -> Iterator[Flask]:
    """The application in which it can be seen, on the day on which it was made."""
    with made.app_context(), clock.frozen_at(NOW):
        yield made


def waiting_jobs(kind: str) -> list[jobs.Args]:
    rows = jobs.client().list_workflows(workflow_id_prefix=f"{kind}:")
    return [row.input["args"][1] for row in rows if row.input]


def holders(today: date) -> dict[str, set[str]]:
    """Who holds each scheme's certification on a day, by the first part of the address."""
    with unit(writes=False):
        rows = db.session.execute(
            sa.select(Scheme.code, Person.name)
            .join(Award, Award.scheme_id == Scheme.id)
            .join(Person, Person.id == Award.person_id)
            .outerjoin(Revocation, Revocation.award_id == Award.id)
            .outerjoin(Suspension, Suspension.award_id == Award.id)
            .where(Award.valid_until >= today, Revocation.id.is_(None), Suspension.id.is_(None))
        ).all()
        schemes = set(db.session.scalars(sa.select(Scheme.code)))
    return {code: {row.name for row in rows if row.code == code} for code in schemes}


def test_each_certification_is_held_by_somebody(told: Flask, now: datetime) -> None:
    found = holders(now.date())
    assert len(found) == 3
    assert all(found.values()), found


def test_one_is_expired_one_revoked_one_suspended_one_replaced(told: Flask, now: datetime) -> None:
    with unit(writes=False):
        expired = db.session.scalars(sa.select(Award).where(Award.valid_until < now.date())).all()
        assert {award.cycle for award in expired} == {1}
        revoked = db.session.scalars(sa.select(Revocation)).one()
        suspended = db.session.scalars(sa.select(Suspension)).one()
        names = db.session.execute(
            sa.select(Certificate.holder_name, Certificate.supersession_reason).order_by(
                Certificate.id
            )
        ).all()
    assert revoked.revoked_on < now.date()
    assert revoked.at.date() == revoked.revoked_on
    assert suspended.lifted_at is None
    assert suspended.award_id != revoked.award_id
    assert names[0].holder_name != names[1].holder_name
    assert names[1].supersession_reason == "The name was misspelled"


def test_nothing_is_issued_after_it_ran_out(told: Flask, now: datetime) -> None:
    handler = jobs.handler_of("certificates.issue")
    oldest = min(waiting_jobs("certificates.issue"), key=lambda args: args["at"])
    handler(oldest)
    with unit(writes=False):
        awards = db.session.scalars(sa.select(Award)).all()
        first = db.session.scalars(
            sa.select(Certificate).where(Certificate.award_id == oldest["award_id"])
        ).one()
    assert first.valid_until is not None
    assert first.valid_until < now.date()
    assert first.issued_on <= first.valid_until
    shown = told.test_client().get(f"/verify/{first.code}.json").get_json()
    assert (shown["verdict"], shown["issued_on"]) == ("expired", first.issued_on.isoformat())
    for award in awards:
        assert award.awarded_at < now
        assert award.awarded_on <= award.awarded_at.date() <= (award.valid_until or date.max)


def test_every_job_of_a_certificate_carries_the_instant_of_its_award(told: Flask) -> None:
    with unit(writes=False):
        awards = {award.id: award.awarded_at for award in db.session.scalars(sa.select(Award))}
    found = {a["award_id"]: a["at"] for a in waiting_jobs("certificates.issue")}
    assert found == {award_id: at.isoformat() for award_id, at in awards.items()}


def test_the_demonstration_is_made_once(told: Flask) -> None:
    with unit(writes=False):
        before = db.session.scalar(sa.select(sa.func.count()).select_from(Award))
    assert not demo.load(told.extensions["settings"])
    with unit(writes=False):
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Award)) == before


def test_the_program_knows_no_course_of_the_demonstration_by_name() -> None:
    files = [yaml.safe_load((SHIPPED / name).read_text("utf-8")) for name in ("catalog.yaml",)]
    codes = {c["code"] for value in files for p in value["programmes"] for c in p["courses"]}
    folder = Path(demo.__file__).parent
    text = "".join(path.read_text("utf-8") for path in folder.glob("*.py"))
    assert [code for code in sorted(codes) if code in text] == []


def test_weekends_move_to_the_next_monday() -> None:
    friday = date(2026, 11, 20)
    assert [working_day(friday, days) for days in (0, 1, 2, 3)] == [
        friday,
        friday + timedelta(days=3),
        friday + timedelta(days=3),
        friday + timedelta(days=3),
    ]


def test_on_whatever_day_it_is_made_nobody_is_in_two_places() -> None:
    """Each day of four years: every weekday, leap day and turn of a year."""
    classes = read(demo.FILE, PeopleFile).value.classes
    courses = read(SHIPPED / "catalog.yaml", CatalogFile).value
    minutes = {
        course.code: course.minutes or 480
        for programme in courses.programmes
        for course in programme.courses
    }
    for passed in range(4 * 366):
        today = date(2026, 11, 1) + timedelta(days=passed)
        calendar = timetable(classes, minutes, today)
        days = [day for days in calendar for day in days]
        assert len(days) == len(set(days))
        assert all(day.isoweekday() <= 5 for day in days)
        for item, days_of_one in zip(classes, calendar, strict=True):
            assert (days_of_one[0] < today) == (item.day < 0)
            assert abs((days_of_one[0] - today).days - item.day) <= 7


@pytest.mark.full
def test_the_demonstration_is_made_on_a_day_that_crowds_the_calendar(app: Flask) -> None:
    saturday = datetime(2026, 11, 28, 3, 0, tzinfo=UTC)
    with app.app_context(), clock.frozen_at(saturday):
        run(lambda: load(read_folder(SHIPPED), now=saturday, today=saturday.date()))
        assert demo.load(app.extensions["settings"])


def test_somebody_passed_an_exam_that_was_taken_here(told: Flask) -> None:
    with unit(writes=False):
        attempt = db.session.scalars(sa.select(Attempt)).one()
        answered = db.session.scalar(sa.select(sa.func.count()).select_from(AttemptResponse))
        run_ = db.session.scalars(sa.select(ScoreRun)).one()
        result = db.session.scalars(
            sa.select(ExamResult).where(ExamResult.attempt_id == attempt.id)
        ).one()
        awards = db.session.scalars(
            sa.select(Award).where(Award.person_id == attempt.person_id)
        ).all()
    assert answered == 45
    assert run_.passed
    assert run_.state == RunState.DECIDING
    assert (result.passed, result.score) == (True, run_.scaled)
    assert len(awards) == 1


def test_three_people_can_try_what_takes_two(told: Flask) -> None:
    roles = [role.value for role in PERMISSIONS["exams.configure"]]
    with unit(writes=False):
        attempt = db.session.scalars(sa.select(Attempt)).one()
        rows = db.session.execute(
            sa.select(Account.email, Account.person_id)
            .join(RoleGrant, RoleGrant.person_id == Account.person_id)
            .where(RoleGrant.role.in_(roles))
        ).all()
        busy = {attempt.person_id, *queries_voiding.had_part(attempt.id, NOW)}
    free = {row.email for row in rows if row.person_id not in busy}
    assert free == {f"{name}@demo.example" for name in ("admin", "certifier", "reviewer")}
    assert free <= {email for email, _role in demo.ROLES_TO_TRY}


def test_somebody_was_judged_by_the_rubric_before(told: Flask) -> None:
    with unit(writes=False):
        made = db.session.scalars(
            sa.select(Assessment).options(joinedload(Assessment.result))
        ).one()
        attempt = db.session.scalars(sa.select(Attempt)).one()
    assert made.result.person_id == attempt.person_id
    assert (made.result.score, made.result.passed, made.missed) == (64, False, ["recover"])
    assert (made.points, made.full_points) == (16, 25)


def test_production_does_not_start_on_demonstration_data(told: Flask) -> None:
    settings = told.extensions["settings"]
    told.extensions["settings"] = replace(settings, app_env="production")
    try:
        result = told.test_cli_runner().invoke(args=["setup"])
        found = demonstration()
    finally:
        told.extensions["settings"] = settings

    assert result.exit_code == 1
    assert "production refuses demonstration data" in result.output
    assert not found.fine
    assert demonstration().fine


def test_set_up_says_how_to_sign_in(told: Flask) -> None:
    result = told.test_cli_runner().invoke(args=["setup"])

    assert result.exit_code == 0
    first, *people = result.stdout.splitlines()
    assert first.startswith("Sign in at http://academy.test/sign-in with the password ")
    assert "  auditor@demo.example     auditor" in people


def test_nothing_that_is_told_lies_in_the_future(told: Flask, now: datetime) -> None:
    with unit(writes=False):
        for at in (AuditEntry.at, Seat.taken_at, WaitingEntry.joined_at):
            assert db.session.scalars(sa.select(at).where(at > now)).all() == []
        assert list(audit.verify()) == []
