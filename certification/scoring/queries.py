"""Score runs, the cut score that holds, and attempts as their readers may see them."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from certification.competency.models import Competency
from certification.delivery.models import Attempt, AttemptState
from certification.exams.models import Exam
from certification.items.models import Item, ItemCompetency, ItemVersion
from certification.papers.models import CutScore, ExamForm
from certification.scoring.domains import Domain, Shown, domains
from certification.scoring.models import RunState, ScoreLine, ScoreRun
from certification.scoring.models_work import ScoreReport
from certification.scoring.queries_voiding import is_voided
from courses.catalog.models import Course, CourseVersion, Programme, VersionState
from lms.accounts.models import Person
from lms.db import AnySelect, db
from lms.paging import SIZE, Page, page_of


def deciding(attempt_id: int) -> ScoreRun | None:
    """The run that decides."""
    return db.session.scalar(
        sa.select(ScoreRun).where(
            ScoreRun.attempt_id == attempt_id, ScoreRun.state == RunState.DECIDING
        )
    )


def runs_of(attempt_id: int) -> Sequence[Any]:
    """(run, name of who made it), newest first."""
    return db.session.execute(
        sa.select(ScoreRun, Person.name)
        .outerjoin(Person, Person.id == ScoreRun.by)
        .where(ScoreRun.attempt_id == attempt_id)
        .order_by(ScoreRun.number.desc())
    ).all()


def _attempts() -> AnySelect:
    """(attempt with exam, policy and form; course, title, programme)."""
    return (
        sa.select(Attempt, Course, CourseVersion.title, Programme)
        .join(Exam, Exam.id == Attempt.exam_id)
        .join(Course, Course.id == Exam.course_id)
        .join(Programme, Programme.id == Course.programme_id)
        .join(
            CourseVersion,
            sa.and_(
                CourseVersion.course_id == Course.id, CourseVersion.state == VersionState.PUBLISHED
            ),
        )
        .options(joinedload(Attempt.exam), joinedload(Attempt.policy), joinedload(Attempt.form))
        .where(Attempt.state == AttemptState.SUBMITTED)
    )


def own_attempt(code: str, person_id: int) -> Any | None:
    """A person's own submitted attempt, with course, title and programme."""
    return db.session.execute(
        _attempts().where(Attempt.code == code, Attempt.person_id == person_id)
    ).one_or_none()


def attempt_of(code: str, exam_id: int) -> Any | None:
    """A submitted attempt of an exam with its person, with course, title and programme."""
    return db.session.execute(
        _attempts()
        .options(joinedload(Attempt.person))
        .where(Attempt.code == code, Attempt.exam_id == exam_id)
    ).one_or_none()


def attempts_of(exam_id: int, cursor: int | None) -> Page[Any]:
    """(attempt, person, form's code, deciding run, whether its result is void) of an exam, newest
    first."""
    wanted = (
        sa.select(Attempt, Person, ExamForm.code, ScoreRun, is_voided(Attempt.id).label("is_void"))
        .join(Person, Person.id == Attempt.person_id)
        .join(ExamForm, ExamForm.id == Attempt.form_id)
        .outerjoin(
            ScoreRun,
            sa.and_(ScoreRun.attempt_id == Attempt.id, ScoreRun.state == RunState.DECIDING),
        )
        .where(Attempt.exam_id == exam_id, Attempt.state == AttemptState.SUBMITTED)
        .order_by(Attempt.id.desc())
        .limit(SIZE + 1)
    )
    if cursor is not None:
        wanted = wanted.where(Attempt.id < cursor)
    rows = db.session.execute(wanted).all()
    return page_of(rows, size=SIZE, key=lambda row: (row[0].id,), is_first=cursor is None)


def lines_of(run_id: int) -> Sequence[Any]:
    """(line, version, item's code) in the order of the form."""
    return db.session.execute(
        sa.select(ScoreLine, ItemVersion, Item.code)
        .join(ItemVersion, ItemVersion.id == ScoreLine.version_id)
        .join(Item, Item.id == ItemVersion.item_id)
        .where(ScoreLine.run_id == run_id)
        .order_by(ScoreLine.position)
    ).all()


def domains_of(run: ScoreRun) -> list[tuple[Domain, Competency]]:
    """How a run did in each competency, in the framework's order. One query."""
    rows = db.session.execute(
        sa.select(ScoreLine, ItemCompetency.weight, Competency)
        .join(ItemCompetency, ItemCompetency.version_id == ScoreLine.version_id)
        .join(Competency, Competency.id == ItemCompetency.competency_id)
        .where(ScoreLine.run_id == run.id, ScoreLine.is_pilot.is_(False))
        .order_by(Competency.position, Competency.id, ScoreLine.position)
    ).all()
    shown = [
        Shown(one.id, line.raw, line.points, Fraction(weight, 100)) for line, weight, one in rows
    ]
    named = {one.id: one for _line, _weight, one in rows}
    return [(one, named[one.competency_id]) for one in domains(shown, run.cut / run.full)]


def cut_score(cut_score_id: int | None) -> CutScore | None:
    """The decision on a cut score that a run followed."""
    return db.session.get(CutScore, cut_score_id) if cut_score_id else None


def report_of(run_id: int) -> str | None:
    """The SHA-256 of a run's score report, once it is drawn."""
    return db.session.scalar(sa.select(ScoreReport.sha256).where(ScoreReport.run_id == run_id))
