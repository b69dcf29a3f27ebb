"""Many awards are due, and the worker is killed again and again: as many of everything, none twice.

200 in the full run on both databases, 16 otherwise: awards on PostgreSQL, a mass act on SQLite."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from certification.awards.models import Award, Scheme, SchemeState, SchemeVersion
from certification.bulk import actions as bulk
from certification.bulk.models import BulkAct, BulkItem, BulkKind, BulkState
from certification.certificates.models import Certificate, CertificateState
from courses.catalog.models import Course, CourseVersion
from courses.scheduling.actions.completions import complete_by_hand
from courses.scheduling.models import SelfPacedEnrolment
from lms import audit
from lms.accounts.models import Account
from lms.db import db, unit
from lms.mail import MailMessage
from lms.permissions import Role
from tests.conftest import FULL, environment
from tests.factories import Factory

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
DUE = 200 if FULL else 16
KILLED_AT = (1, 40, 110, 180) if FULL else (6,)
"""How many certificates are issued when the worker is killed."""
PATIENCE = 150.0


class Workers:
    """Workers of the real command, one after the other, in a process group each."""

    def __init__(self, environ: dict[str, str]) -> None:
        self.environ = {**os.environ, **environ}
        self.running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin to work."""
        command = [sys.executable, "-m", "flask", "--app", "app", "worker"]
        self.running = subprocess.Popen(command, cwd=ROOT, env=self.environ, start_new_session=True)

    def kill(self) -> None:
        """SIGKILL, whatever it does right now."""
        if self.running is not None:
            os.killpg(self.running.pid, signal.SIGKILL)
            self.running.wait()
            self.running = None


@pytest.fixture
def workers(app: Flask, tmp_path: Path, database_url: str) -> Iterator[Workers]:
    found = Workers(environment(tmp_path / "data", database_url))
    yield found
    found.kill()


def certification(make: Factory) -> tuple[Course, int, Scheme]:
    """A certification that asks for one course; the course and its version."""
    programme = make.programme()
    course = make.course(programme, "ADM-101")
    with unit(writes=False):
        version = db.session.scalars(
            sa.select(CourseVersion.id).where(CourseVersion.course_id == course.id)
        ).one()
    scheme = make.save(
        Scheme(code="ADM-C", programme_id=programme.id, title="Administrator", position=1)
    )
    make.save(
        SchemeVersion(
            scheme_id=scheme.id,
            number=1,
            state=SchemeState.PUBLISHED,
            effective_from=date(2026, 1, 1),
            term_months=24,
            rule={"all_of": [{"course": "ADM-101"}]},
            wording={"title": "Certified Administrator"},
            created_at=make.now,
            created_by=None,
            published_at=make.now,
            published_by=None,
        )
    )
    return course, version, scheme


def make_due(make: Factory) -> None:
    """People who completed what the certification asks for, told in one unit."""
    course, version, _scheme = certification(make)
    people = [make.person(f"Person {number}") for number in range(DUE)]
    with unit(writes=True):
        for person in people:
            enrolment = SelfPacedEnrolment(
                person_id=person.id,
                course_id=course.id,
                course_version_id=version,
                started_at=make.now,
            )
            db.session.add(enrolment)
            db.session.flush()
            complete_by_hand(enrolment, "UTC", by=person.id, now=make.now)


def start_issuing(make: Factory) -> None:
    """A mass act that issues to people who completed it in times of which nobody was told."""
    course, version, scheme = certification(make)
    people = [make.person(f"Person {number}") for number in range(DUE)]
    with unit(writes=False):
        taught = db.session.get_one(CourseVersion, version)
        listed = list(db.session.scalars(sa.select(Account.email)))
    for person in people:
        make.completion(person, course, taught)
    mona, today = make.person("Mona", Role.CERTIFICATION_MANAGER), date(2026, 11, 23)
    with unit(writes=True):
        act = bulk.preview(
            BulkKind.ISSUE, listed, title="All", reason="", programmes=None, by=mona.id,
            today=today, now=make.now, scheme=scheme,
        )  # fmt: skip
        bulk.start(act, by=mona.id, now=make.now)


def count(model: Any, *conditions: Any) -> int:
    wanted = sa.select(sa.func.count()).select_from(model).where(*conditions)
    with unit(writes=False):
        return db.session.scalar(wanted) or 0


def issued() -> int:
    return count(Certificate, Certificate.state == CertificateState.ISSUED)


def mailed() -> int:
    return count(MailMessage, MailMessage.template == "awarded", MailMessage.sent_at.is_not(None))


def wait_for(wanted: int, of: Callable[[], int]) -> None:
    deadline = time.monotonic() + PATIENCE
    while of() < wanted:
        assert time.monotonic() < deadline, f"only {issued()} certificates in time"
        time.sleep(0.05)


@pytest.mark.full
@pytest.mark.sqlite
def test_nothing_is_lost_and_nothing_made_twice_on_sqlite(
    app: Flask, make: Factory, workers: Workers
) -> None:
    _kill_and_count(app, make, workers)


@pytest.mark.postgres
def test_nothing_is_lost_and_nothing_made_twice_on_postgresql(
    app: Flask, make: Factory, workers: Workers
) -> None:
    _kill_and_count(app, make, workers)


@pytest.mark.sqlite
def test_a_mass_act_issues_to_each_once_on_sqlite(
    app: Flask, make: Factory, workers: Workers
) -> None:
    _kill_and_count(app, make, workers, start_issuing)
    _act_is_whole()


@pytest.mark.full
@pytest.mark.postgres
def test_a_mass_act_issues_to_each_once_on_postgresql(
    app: Flask, make: Factory, workers: Workers
) -> None:
    _kill_and_count(app, make, workers, start_issuing)
    _act_is_whole()


def _act_is_whole() -> None:
    with unit(writes=False):
        act = db.session.scalars(sa.select(BulkAct)).one()
        rows = db.session.execute(sa.select(BulkItem.made_id, BulkItem.done_at)).all()
    assert act.state == BulkState.DONE
    assert len({row.made_id for row in rows if row.done_at}) == DUE


def _kill_and_count(
    app: Flask, make: Factory, workers: Workers, prepare: Callable[[Factory], None] = make_due
) -> None:
    prepare(make)
    for reached in KILLED_AT:
        workers.start()
        wait_for(reached, issued)
        workers.kill()
    workers.start()
    wait_for(DUE, issued)
    wait_for(DUE, mailed)
    wait_for(count(BulkAct), lambda: count(BulkAct, BulkAct.state == BulkState.DONE))
    workers.kill()

    with unit(writes=False):
        awards = db.session.execute(sa.select(Award.person_id, Award.cycle)).all()
        papers = db.session.execute(
            sa.select(Certificate.award_id, Certificate.number, Certificate.document_sha256)
        ).all()
        keys = db.session.scalars(
            sa.select(MailMessage.key).where(MailMessage.template == "awarded")
        ).all()
        broken = list(audit.verify())
    assert len(awards) == len(set(awards)) == DUE
    assert len(papers) == len({paper.award_id for paper in papers}) == DUE
    assert len({paper.number for paper in papers}) == DUE
    assert len(keys) == len(set(keys)) == DUE
    assert broken == []
    storage = app.extensions["storage"]
    for paper in papers:
        stored = storage.get(paper.document_sha256)
        assert hashlib.sha256(stored).hexdigest() == paper.document_sha256
