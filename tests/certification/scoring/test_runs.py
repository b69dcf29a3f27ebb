"""Score runs: the first decides and writes the result, once; nothing is ever overwritten."""

from fractions import Fraction
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from certification.competency.models import CourseCompetency, Evidence
from certification.exams import actions as exams_actions
from certification.exams import queries as exams
from certification.exams.models import ExamResult
from certification.scoring import actions, queries
from certification.scoring.models import RunState, ScoreLine, ScoreRun
from courses.catalog.models import CourseKind, Programme
from lms.accounts.models import Person
from lms.db import db, unit
from lms.errors import Refusal
from lms.mail import MailMessage
from tests.factories import Factory
from tests.factories.sittings import Sat

pytestmark = pytest.mark.thorough

RIGHT, WRONG = ["b"], ["a"]


@pytest.fixture
def programme(make: Factory) -> Programme:
    return make.programme()


@pytest.fixture
def exam(make: Factory, programme: Programme) -> Sat:
    """Ten scored items and a pilot; 70 of 100 pass."""
    course = make.course(programme, "ADM-300", title="Certification Exam", kind=CourseKind.EXAM)
    return make.exam_form(programme, course, items=10, pilots=1)


def count(model: Any) -> int:
    with unit(writes=False):
        return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def test_the_first_run_decides_and_writes_the_result(make: Factory, exam: Sat) -> None:
    ada = make.person("Ada")
    attempt = make.submitted(exam, ada, [RIGHT] * 8 + [WRONG, None, RIGHT])
    (run,) = make.scored(attempt)

    assert (run.raw, run.full, run.cut) == (8, 10, 7)
    assert (run.kind, run.state, run.passed, run.scaled) == ("initial", RunState.DECIDING, True, 80)
    with unit(writes=False):
        lines = [row.ScoreLine for row in queries.lines_of(run.id)]
        result = exams.of_attempt(attempt.id)
    assert [line.is_answered for line in lines] == [True] * 9 + [False, True]
    assert (lines[-1].is_pilot, lines[-1].raw) == (True, 1)
    assert result is not None
    assert (result.score, result.full_marks, result.cut_score) == (80, 100, 70)
    assert (result.passed, result.by_person_id, result.taken_on.day) == (True, ada.id, 23)


def test_a_repeated_job_makes_one_run_one_result_and_one_mail(make: Factory, exam: Sat) -> None:
    attempt = make.submitted(exam, make.person("Ada"), [RIGHT] * 11)
    for _ in range(3):
        make.scored(attempt)
    assert (count(ScoreRun), count(ScoreLine), count(ExamResult)) == (1, 11, 1)
    with unit(writes=False):
        mails = db.session.scalars(sa.select(MailMessage)).all()
    assert [mail.template for mail in mails] == ["exam_result"]
    assert mails[0].facts["attempt_code"] == attempt.code


def test_an_open_attempt_is_not_scored(make: Factory, exam: Sat) -> None:
    make.scored(make.submitted(exam, make.person("Ada"), [RIGHT] * 11))
    with unit(writes=True):
        assert actions.score_submitted(999, now=make.now) is None
    assert count(ScoreRun) == 1


def test_just_below_the_cut_fails_and_reads_so(make: Factory, exam: Sat) -> None:
    make.decided_cut(exam, Fraction(20, 3))
    ada, ben = make.person("Ada"), make.person("Ben")
    runs = make.scored(
        make.submitted(exam, ada, [RIGHT] * 6), make.submitted(exam, ben, [RIGHT] * 7)
    )
    assert [(run.passed, run.cut) for run in runs] == [
        (False, Fraction(20, 3)),
        (True, Fraction(20, 3)),
    ]
    assert runs[0].scaled == 63
    assert runs[1].scaled == 73


@pytest.mark.parametrize(
    ("decided", "cut"),
    [
        ([], 7),
        ([(Fraction(50), False)], 5),
        ([(Fraction(50), False), (Fraction(6), True)], 6),
        ([(Fraction(6), True), (Fraction(50), False)], 6),
        ([(Fraction(6), True), (Fraction(8), True)], 8),
    ],
)
def test_the_forms_newest_cut_score_holds_else_the_exams_in_per_cent_else_its_marks(
    make: Factory, exam: Sat, decided: list[tuple[Fraction, bool]], cut: int
) -> None:
    for value, is_for_form in decided:
        make.decided_cut(exam, value, is_for_form=is_for_form)
    (run,) = make.scored(make.submitted(exam, make.person("Ada"), [RIGHT] * 10))
    assert run.cut == cut
    assert (run.cut_score_id is None) == (not decided)


def test_a_pass_is_evidence_and_counts_for_awards(
    make: Factory, exam: Sat, programme: Programme
) -> None:
    make.save(
        CourseCompetency(
            course_id=exam.exam.course_id,
            competency_id=make.shown_competency(programme).id,
            level=2,
        )
    )
    make.scored(make.submitted(exam, make.person("Ada"), [RIGHT] * 10))
    make.work("exams.result_recorded")
    assert count(Evidence) == 1


def test_the_database_holds_one_deciding_run(make: Factory, exam: Sat) -> None:
    (run,) = make.scored(make.submitted(exam, make.person("Ada"), [RIGHT] * 10))
    with pytest.raises(IntegrityError), unit(writes=True):
        db.session.add(
            ScoreRun(
                attempt_id=run.attempt_id, number=2, kind="regrade", state=RunState.DECIDING,
                raw=Fraction(1), full=Fraction(10), cut=Fraction(7), scaled=10, scale={},
                passed=False, at=make.now, by=None,
            )
        )  # fmt: skip


def test_a_score_that_was_computed_cannot_be_rewritten(make: Factory, exam: Sat) -> None:
    attempt = make.submitted(exam, make.person("Ada"), [RIGHT] * 10)
    make.scored(attempt)
    for model, values in ((ScoreRun, {"raw": Fraction(9)}), (ScoreLine, {"raw": Fraction(0)})):
        with pytest.raises(sa.exc.DBAPIError, match="frozen"), unit(writes=True):
            db.session.execute(sa.update(model).values(**values))
    run = make.deciding_run(attempt)
    assert run is not None
    assert run.raw == 10


def test_the_result_of_a_delivered_exam_is_not_corrected_by_hand(make: Factory, exam: Sat) -> None:
    attempt = make.submitted(exam, make.person("Ada"), [RIGHT] * 10)
    make.scored(attempt)
    otto, result = make.person("Otto"), make.result_of(attempt)
    with pytest.raises(Refusal, match="result_of_attempt"), unit(writes=True):
        exams_actions.record_result(
            exam.exam, db.session.get_one(Person, attempt.person_id), taken_on=result.taken_on,
            score=1, note="", by=otto.id, now=make.now, replaces=result,
        )  # fmt: skip
