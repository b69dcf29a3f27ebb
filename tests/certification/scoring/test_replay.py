"""The log of an attempt is its evidence: replaying its answers gives the score that is stored."""

from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certification.delivery.models import AttemptEvent
from certification.delivery.rules import replay
from certification.papers.models import FormItem
from certification.scoring import queries, queries_sheets
from certification.scoring.grading import Asked, graded, judged
from certification.scoring.models import ScoreRun
from certification.scoring.scale import Scale
from courses.catalog.models import CourseKind
from lms.db import db, unit
from tests.certification.items.contents import KINDS, RIGHT
from tests.factories import Factory
from tests.factories.sittings import Sat

KIND_NAMES = [kind for kind in KINDS if kind not in ("essay", "hotspot")]
answers = st.one_of(
    st.none(),
    st.sampled_from(list(RIGHT.values())),
    st.lists(st.sampled_from(["a", "b", "c", "d", "zz"]), max_size=4),
    st.sampled_from(["Paris", "3.14", "", "x"]),
)
logs = st.lists(st.tuples(st.integers(1, len(KIND_NAMES)), answers), max_size=25)


@pytest.fixture
def exam(make: Factory) -> Sat:
    """An item of every kind."""
    programme = make.programme()
    course = make.course(programme, "ADM-300", title="Certification Exam", kind=CourseKind.EXAM)
    made = make.exam_form(programme, course, items=1)
    contents = {f"K{n}": KINDS[kind] for n, kind in enumerate(KIND_NAMES)}
    versions = make.ready_items(programme, contents)
    return Sat(made.exam, make.form(made.exam, versions, code="B"), versions)


def rescored(run: ScoreRun, places: list[Asked]) -> tuple[Any, ...]:
    """From nothing but the events: the last answer to each place, then the score."""
    events = db.session.scalars(
        sa.select(AttemptEvent)
        .where(AttemptEvent.attempt_id == run.attempt_id, AttemptEvent.kind == "answered")
        .order_by(AttemptEvent.number)
    )
    replayed = replay(events).responses
    found = graded(places, {place: one.response for place, one in replayed.items()})
    verdict = judged(found.raw, found.full, run.cut / run.full, Scale(**run.scale))
    earned = tuple((line.position, line.raw, line.points) for line in found.lines)
    return (earned, found.raw, found.full, verdict.cut, verdict.scaled, verdict.passed)


@pytest.mark.thorough
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(log=logs)
def test_rescoring_the_event_log_gives_the_stored_score(
    make: Factory, exam: Sat, log: list[tuple[int, Any]]
) -> None:
    attempt = make.submitted_by_log(exam, make.person(f"Person {make.next()}"), log)
    make.scored(attempt)
    with unit(writes=False):
        run = queries.deciding(attempt.id)
        assert run is not None
        places = list(queries_sheets.places(exam.form.id))
        stored = tuple(
            (row.ScoreLine.position, row.ScoreLine.raw, row.ScoreLine.points)
            for row in queries.lines_of(run.id)
        )
        kept = (stored, run.raw, run.full, run.cut, run.scaled, run.passed)
        assert rescored(run, places) == kept
        count = sa.select(sa.func.count()).where(FormItem.form_id == exam.form.id)
        assert len(stored) == db.session.scalar(count)
