"""Reading studies, their panels and ratings, and the scores of a form."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from certification.cutscores.models import (
    CutStudy,
    GroupJudgement,
    Judge,
    Rating,
    RatingRound,
    StudyState,
    TolerableBounds,
)
from certification.cutscores.rules import Bounds
from certification.delivery.models import Attempt
from certification.exams.models import Exam
from certification.items.content import ItemContent
from certification.items.models import ItemVersion
from certification.items.reading import draft_from
from certification.papers.models import ExamForm, FormItem
from certification.scoring.models import RunState, ScoreRun
from certification.scoring.queries_voiding import is_voided
from courses.catalog.models import Course, CourseVersion, Programme, VersionState
from lms.accounts.models import Account
from lms.db import db
from lms.paging import SIZE, Page, page_of


def listed(exam_id: int, cursor: int | None = None, size: int = SIZE) -> Page[CutStudy]:
    """An exam's studies, newest first, with their forms."""
    wanted = (
        sa.select(CutStudy)
        .where(CutStudy.exam_id == exam_id)
        .options(joinedload(CutStudy.form))
        .order_by(CutStudy.id.desc())
        .limit(size + 1)
    )
    if cursor is not None:
        wanted = wanted.where(CutStudy.id < cursor)
    rows = db.session.scalars(wanted).all()
    return page_of(rows, size=size, key=lambda row: (row.id,), is_first=cursor is None)


def one(study_id: int) -> sa.Select[CutStudy]:
    """The statement for a study with its form and exam."""
    return (
        sa.select(CutStudy)
        .where(CutStudy.id == study_id)
        .options(joinedload(CutStudy.form), joinedload(CutStudy.exam))
    )


def by_id(study_id: int, exam_id: int | None = None) -> CutStudy | None:
    """A study (of this exam) with its form."""
    wanted = one(study_id)
    return db.session.scalar(
        wanted if exam_id is None else wanted.where(CutStudy.exam_id == exam_id)
    )


def of_judge(person_id: int) -> Sequence[Any]:
    """(study, exam title) of the panels that somebody is on and that are open, newest first."""
    return db.session.execute(
        sa.select(CutStudy, CourseVersion.title)
        .join(Judge, Judge.study_id == CutStudy.id)
        .join(CutStudy.exam)
        .join(Course, Course.id == Exam.course_id)
        .join(
            CourseVersion,
            sa.and_(
                CourseVersion.course_id == Course.id,
                CourseVersion.state == VersionState.PUBLISHED,
            ),
        )
        .where(Judge.person_id == person_id, CutStudy.state == StudyState.OPEN)
        .order_by(CutStudy.id.desc())
        .limit(SIZE)
    ).all()


def judges(study_id: int) -> Sequence[Judge]:
    """The panel in the order in which it was called."""
    return db.session.scalars(
        sa.select(Judge)
        .where(Judge.study_id == study_id)
        .options(joinedload(Judge.person))
        .order_by(Judge.id)
    ).all()


def judge_of(study_id: int, person_id: int) -> Judge | None:
    """Somebody as a member of a panel."""
    return db.session.scalar(
        sa.select(Judge).where(Judge.study_id == study_id, Judge.person_id == person_id)
    )


def address_of(person_id: int) -> str:
    """A person's e-mail address, to tell namesakes apart."""
    wanted = sa.select(Account.email).where(Account.person_id == person_id).order_by(Account.id)
    return db.session.scalar(wanted.limit(1)) or ""


def rounds(study_id: int) -> Sequence[RatingRound]:
    """In their order."""
    return db.session.scalars(
        sa.select(RatingRound).where(RatingRound.study_id == study_id).order_by(RatingRound.number)
    ).all()


def ratings(study_id: int) -> dict[int, dict[int, dict[int, int]]]:
    """Round id → judge id → place → per cent."""
    rows = db.session.execute(
        sa.select(Rating.round_id, Rating.judge_id, Rating.position, Rating.percent)
        .join(RatingRound, RatingRound.id == Rating.round_id)
        .where(RatingRound.study_id == study_id)
    )
    found: dict[int, dict[int, dict[int, int]]] = defaultdict(lambda: defaultdict(dict))
    for round_id, judge_id, position, percent in rows:
        found[round_id][judge_id][position] = percent
    return found


def rated_items(form_id: int) -> list[tuple[int, ItemVersion, ItemContent]]:
    """(place, version, content) of the items that count, in the form's order."""
    rows = db.session.execute(
        sa.select(FormItem.position, ItemVersion)
        .join(ItemVersion, ItemVersion.id == FormItem.version_id)
        .where(FormItem.form_id == form_id, FormItem.is_pilot.is_(False))
        .order_by(FormItem.position)
    )
    return [(place, version, draft_from(version.content)) for place, version in rows]


def bounds(study_id: int) -> dict[int, TolerableBounds]:
    """What each judge finds tolerable."""
    rows = db.session.scalars(
        sa.select(TolerableBounds)
        .join(Judge, Judge.id == TolerableBounds.judge_id)
        .where(Judge.study_id == study_id)
    )
    return {row.judge_id: row for row in rows}


def as_bounds(row: TolerableBounds) -> Bounds:
    """In the form that the rule takes: rates from 0 to 1."""
    return Bounds(
        float(row.least_cut),
        float(row.most_cut),
        float(row.least_fail) / 100,
        float(row.most_fail) / 100,
    )


def first_scores(form_id: int) -> list[float]:
    """Raw points of the first attempts that had the form."""
    found = db.session.scalars(
        sa.select(ScoreRun.raw)
        .join(Attempt, Attempt.id == ScoreRun.attempt_id)
        .where(
            Attempt.form_id == form_id,
            Attempt.ordinal == 1,
            ScoreRun.state == RunState.DECIDING,
            ~is_voided(Attempt.id),
        )
    )
    return [float(raw) for raw in found]


def attempts_of(form_id: int, codes: Sequence[str]) -> dict[str, int]:
    """The ids of the scored attempts of a form by their codes."""
    rows = db.session.execute(
        sa.select(Attempt.code, Attempt.id)
        .join(ScoreRun, ScoreRun.attempt_id == Attempt.id)
        .where(
            Attempt.form_id == form_id,
            Attempt.code.in_(codes),
            ScoreRun.state == RunState.DECIDING,
            ~is_voided(Attempt.id),
        )
    )
    return {row.code: row.id for row in rows}


def groups(study_id: int) -> list[tuple[str, bool, float]]:
    """(attempt's code, whether qualified, raw points) of the candidates who were judged."""
    rows = db.session.execute(
        sa.select(Attempt.code, GroupJudgement.is_qualified, ScoreRun.raw)
        .join(Attempt, Attempt.id == GroupJudgement.attempt_id)
        .join(ScoreRun, ScoreRun.attempt_id == Attempt.id)
        .where(
            GroupJudgement.study_id == study_id,
            ScoreRun.state == RunState.DECIDING,
            ~is_voided(Attempt.id),
        )
        .order_by(Attempt.code)
    )
    return [(code, is_qualified, float(raw)) for code, is_qualified, raw in rows]


def forms_of(exam_id: int) -> Sequence[ExamForm]:
    """The fixed forms of an exam that a study can be about."""
    return db.session.scalars(
        sa.select(ExamForm)
        .where(ExamForm.exam_id == exam_id, ExamForm.is_random.is_(False))
        .order_by(ExamForm.code)
    ).all()


def programme_code(programme_id: int) -> str:
    """A programme's code."""
    return db.session.scalars(sa.select(Programme.code).where(Programme.id == programme_id)).one()
