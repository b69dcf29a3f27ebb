"""A decision on an item is carried out while the worker is killed: each attempt once, none left."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from certification.exams.models import ExamResult
from certification.items.reading import draft_from
from certification.scoring import actions_dispositions as actions
from certification.scoring.models import DispositionState, ItemDisposition, RunState, ScoreRun
from certification.scoring.models_work import DispositionChange
from courses.catalog.models import CourseKind
from lms import audit
from lms.db import db, unit
from tests.certification.test_killed_workers import Workers
from tests.conftest import FULL, environment
from tests.factories import Factory

pytestmark = pytest.mark.slow
DUE = 60 if FULL else 24
KILLED_AT = (15,) if FULL else (6,)
"""How many attempts are scored anew when the worker is killed."""
PATIENCE = 120.0


@pytest.fixture
def workers(app: Flask, tmp_path: Path, database_url: str) -> Iterator[Workers]:
    found = Workers(environment(tmp_path / "data", database_url))
    yield found
    found.kill()


def scored_anew() -> int:
    return count(ScoreRun, ScoreRun.kind == "regrade")


def count(model: type, *conditions: sa.ColumnElement[bool]) -> int:
    with unit(writes=False):
        wanted = sa.select(sa.func.count()).select_from(model).where(*conditions)
        return db.session.scalar(wanted) or 0


def wait_for(is_reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_reached():
        assert time.monotonic() < deadline, f"only {scored_anew()} in time"
        time.sleep(0.02)


def wait_for_runs(count_of_runs: int) -> None:
    wait_for(lambda: scored_anew() >= count_of_runs)


def state_of(disposition_id: int) -> DispositionState:
    with unit(writes=False):
        wanted = sa.select(ItemDisposition.state).where(ItemDisposition.id == disposition_id)
        return db.session.scalars(wanted).one()


@pytest.mark.sqlite
def test_a_killed_run_goes_on_on_sqlite(app: Flask, make: Factory, workers: Workers) -> None:
    _kill_and_count(make, workers)


@pytest.mark.postgres
@pytest.mark.skipif(not FULL, reason="in the full run")
def test_a_killed_run_goes_on_on_postgresql(app: Flask, make: Factory, workers: Workers) -> None:
    _kill_and_count(make, workers)


def _kill_and_count(make: Factory, workers: Workers) -> None:
    """Everybody has the item wrong and six of ten points; with its point they pass."""
    programme = make.programme()
    course = make.course(programme, "ADM-300", title="Exam", kind=CourseKind.EXAM)
    exam = make.exam_form(programme, course, items=10)
    people = [make.person(f"Person {n}") for n in range(DUE)]
    make.scored(*[make.submitted(exam, one, [["a"]] + [["b"]] * 6) for one in people])
    pia, cora = make.person("Pia").id, make.person("Cora").id
    version = exam.versions[0]
    with unit(writes=True):
        row = actions.propose(
            exam.exam, version.id, draft_from(version.content), treatment="credit", typed="",
            reason="Bad", by=pia, now=make.now,
        )  # fmt: skip
    workers.start()
    wait_for(lambda: previewed(row.id))
    with unit(writes=True):
        actions.start(db.session.get_one(ItemDisposition, row.id), by=cora, now=make.now)
    for reached in KILLED_AT:
        wait_for_runs(reached)
        workers.kill()
        workers.start()
    wait_for(lambda: state_of(row.id) == DispositionState.DONE)
    workers.kill()

    with unit(writes=False):
        runs = Counter(
            (one.kind, one.state, one.passed)
            for one in db.session.execute(sa.select(ScoreRun.kind, ScoreRun.state, ScoreRun.passed))
        )
        broken = list(audit.verify())
    assert runs == {
        ("initial", RunState.PAST, False): DUE,
        ("regrade", RunState.DECIDING, True): DUE,
    }
    assert count(ExamResult) == 2 * DUE
    assert count(DispositionChange, DispositionChange.done_at.is_not(None)) == DUE
    assert broken == []


def previewed(disposition_id: int) -> bool:
    with unit(writes=False):
        wanted = sa.select(ItemDisposition.previewed_at).where(ItemDisposition.id == disposition_id)
        return db.session.scalars(wanted).one() is not None
