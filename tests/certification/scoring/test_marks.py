"""Extended answers: marked by a rubric, by two where the policy says so, by a third at a gap."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
import sqlalchemy as sa

from certification.delivery.models import Attempt
from certification.exams.models import ExamPolicy
from certification.items.models import ItemVersion
from certification.items.reading import draft_from
from certification.scoring import actions_marks as actions
from certification.scoring import queries_work
from certification.scoring.models import Mark, ScoreRun
from certification.scoring.models_work import MarkingTask
from courses.catalog.models import CourseKind, Programme
from lms.db import db, unit
from lms.errors import Refusal
from lms.permissions import Role
from tests.factories import Factory
from tests.factories.sittings import Sat

pytestmark = pytest.mark.thorough

ESSAY = 3
"""The essay's place: terms for 2 points, use for 3; two choices of a point stand before it."""
ANSWERS = [["b"], ["b"], "A text"]


@pytest.fixture
def programme(make: Factory) -> Programme:
    return make.programme()


@pytest.fixture
def exam(make: Factory, programme: Programme) -> Sat:
    course = make.course(programme, "ADM-300", title="Certification Exam", kind=CourseKind.EXAM)
    made = make.exam_form(programme, course, items=2)
    versions: list[ItemVersion] = [*made.versions, make.ready_item(programme, "E1", "essay")]
    form = make.form(made.exam, versions, code="B", full=Fraction(7))
    return Sat(made.exam, form, versions)


@pytest.fixture
def double(make: Factory, exam: Sat) -> ExamPolicy:
    """Two markers who may differ by a point."""
    return make.newer_policy(exam.exam, is_double_marked=True, moderation_gap=1)


@pytest.fixture
def assessors(make: Factory) -> list[int]:
    return [make.person(name, Role.ASSESSOR).id for name in ("Ann", "Bob", "Cat")]


def waiting(attempt: Attempt) -> list[tuple[int, int]]:
    """(place, round) of the marks that are needed."""
    with unit(writes=False):
        rows = db.session.scalars(
            sa.select(MarkingTask).where(
                MarkingTask.attempt_id == attempt.id, MarkingTask.done_at.is_(None)
            )
        )
        return [(row.position, row.round) for row in rows]


def mark(make: Factory, exam: Sat, attempt: Attempt, by: int, terms: str, use: str) -> None:
    with unit(writes=True):
        task = db.session.scalars(
            sa.select(MarkingTask).where(
                MarkingTask.attempt_id == attempt.id, MarkingTask.done_at.is_(None)
            )
        ).one()
        points = {"t": Decimal(terms), "u": Decimal(use)}
        content = draft_from(exam.versions[2].content)
        actions.mark(task, content, points, comment="", by=by, now=make.now)
    make.work("scoring.marks_complete")


def run_of(make: Factory, attempt: Attempt) -> ScoreRun:
    found = make.deciding_run(attempt)
    assert found is not None
    return found


def test_an_essay_waits_for_its_mark_and_then_the_run_decides(
    make: Factory, exam: Sat, assessors: list[int]
) -> None:
    attempt = make.submitted(exam, make.person("Ada"), ANSWERS)
    assert make.scored(attempt) == []
    assert waiting(attempt) == [(ESSAY, 1)]
    make.scored(attempt)
    assert waiting(attempt) == [(ESSAY, 1)]

    mark(make, exam, attempt, assessors[0], "1.5", "2")
    run = run_of(make, attempt)
    assert (run.raw, run.full, run.passed) == (Fraction(11, 2), 7, True)
    assert waiting(attempt) == []


def test_an_essay_without_an_answer_needs_no_marker(make: Factory, exam: Sat) -> None:
    (run,) = make.scored(make.submitted(exam, make.person("Ada"), [["b"], ["b"], "  "]))
    assert (run.raw, run.full) == (2, 7)


@pytest.mark.parametrize(
    ("second", "raw"),
    [(("1", "2"), 5), (("2", "2"), Fraction(11, 2)), (("0", "2"), Fraction(9, 2))],
)
def test_two_who_nearly_agree_decide_by_their_mean(
    make: Factory,
    exam: Sat,
    double: ExamPolicy,
    assessors: list[int],
    second: tuple[str, str],
    raw: Any,
) -> None:
    attempt = make.submitted(exam, make.person("Ada"), ANSWERS, policy=double)
    make.scored(attempt)
    mark(make, exam, attempt, assessors[0], "1", "2")
    assert make.deciding_run(attempt) is None
    assert waiting(attempt) == [(ESSAY, 2)]
    mark(make, exam, attempt, assessors[1], *second)
    assert run_of(make, attempt).raw == raw


def test_a_gap_is_decided_by_a_third(
    make: Factory, exam: Sat, double: ExamPolicy, assessors: list[int]
) -> None:
    attempt = make.submitted(exam, make.person("Ada"), ANSWERS, policy=double)
    make.scored(attempt)
    mark(make, exam, attempt, assessors[0], "2", "3")
    mark(make, exam, attempt, assessors[1], "1", "2")
    assert waiting(attempt) == [(ESSAY, 3)]
    assert make.deciding_run(attempt) is None
    mark(make, exam, attempt, assessors[2], "1", "3")
    assert run_of(make, attempt).raw == 6


def test_nobody_marks_an_answer_twice_nor_their_own(
    make: Factory, exam: Sat, double: ExamPolicy, assessors: list[int]
) -> None:
    ada = make.person("Ada", Role.ASSESSOR)
    own = ada.id
    attempt = make.submitted(exam, ada, ANSWERS, policy=double)
    make.scored(attempt)
    with pytest.raises(Refusal, match="not_yourself"):
        mark(make, exam, attempt, own, "2", "3")
    mark(make, exam, attempt, assessors[0], "2", "3")
    with pytest.raises(Refusal, match="marked_before"):
        mark(make, exam, attempt, assessors[0], "2", "3")
    assert waiting(attempt) == [(ESSAY, 2)]


@pytest.mark.parametrize(("terms", "use"), [("2.5", "1"), ("-1", "1"), ("1", "4")])
def test_points_stay_within_the_rubric(
    make: Factory, exam: Sat, assessors: list[int], terms: str, use: str
) -> None:
    attempt = make.submitted(exam, make.person("Ada"), ANSWERS)
    make.scored(attempt)
    with pytest.raises(Refusal, match="mark_out_of_range"):
        mark(make, exam, attempt, assessors[0], terms, use)


def correct(make: Factory, exam: Sat, attempt: Attempt, by: int, terms: str, use: str) -> None:
    with unit(writes=True):
        old = queries_work.own_mark(attempt.id, ESSAY, by)
        assert old is not None
        actions.correct(
            old, draft_from(exam.versions[2].content), {"t": Decimal(terms), "u": Decimal(use)},
            version_id=exam.versions[2].id, comment="A slip", by=by, now=make.now,
        )  # fmt: skip


def test_a_mark_is_corrected_by_a_new_fact_until_the_exam_is_decided(
    make: Factory, exam: Sat, double: ExamPolicy, assessors: list[int]
) -> None:
    attempt = make.submitted(exam, make.person("Ada"), ANSWERS, policy=double)
    make.scored(attempt)
    mark(make, exam, attempt, assessors[0], "0", "0")
    correct(make, exam, attempt, assessors[0], "2", "3")
    mark(make, exam, attempt, assessors[1], "2", "3")
    assert run_of(make, attempt).raw == 7
    with unit(writes=False):
        kept = [(row.round, row.points["t"]) for row in db.session.scalars(sa.select(Mark))]
    assert sorted(kept) == [(1, "0"), (1, "2"), (2, "2")]
    with pytest.raises(Refusal, match="mark_decided"):
        correct(make, exam, attempt, assessors[0], "1", "1")


def test_the_queue_hides_own_exams_and_answers_marked_before(
    make: Factory, exam: Sat, double: ExamPolicy, programme: Programme, assessors: list[int]
) -> None:
    attempt = make.submitted(exam, make.person("Ada"), ANSWERS, policy=double)
    make.scored(attempt)
    mark(make, exam, attempt, assessors[0], "2", "3")

    def queue(person_id: int) -> int:
        with unit(writes=False):
            return len(queries_work.marking_queue([programme.id], person_id, None).rows)

    assert [queue(one) for one in (assessors[0], assessors[1], attempt.person_id)] == [0, 1, 0]


def test_an_essay_that_is_only_tried_out_keeps_nobody_waiting(
    make: Factory, programme: Programme, exam: Sat
) -> None:
    form = make.form(exam.exam, exam.versions, code="C", pilots=1)
    tried = Sat(exam.exam, form, exam.versions)
    (run,) = make.scored(make.submitted(tried, make.person("Ada"), ANSWERS))
    assert (run.raw, run.full) == (2, 2)
