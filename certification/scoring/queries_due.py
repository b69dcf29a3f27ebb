"""Appeals whose answer is due, and who may give it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeAlias

import sqlalchemy as sa

from certification.delivery.models import Attempt
from certification.exams.models import Exam, ExamResult
from certification.rubrics.queries_assessments import trainers_of
from certification.scoring.models import Appeal, AppealState
from certification.scoring.models_assessed import AssessmentAppeal
from certification.scoring.queries_appeals import took_part
from certification.scoring.queries_assessed import had_part
from courses.catalog.models import Course, CourseVersion, Programme, VersionState
from courses.scheduling.models import ClassSession
from lms.accounts.models import RoleGrant
from lms.db import db
from lms.permissions import PERMISSIONS

Kind: TypeAlias = type[Appeal] | type[AssessmentAppeal]
SOON = timedelta(days=7)
"""Before the day of the answer, when those who may give it are reminded."""


def standing(due_on: date, today: date) -> str:
    """`overdue`, `soon` or nothing."""
    if due_on < today:
        return "overdue"
    return "soon" if due_on - today <= SOON else ""


def untold(today: date, limit: int, model: Kind = Appeal) -> Sequence[int]:
    """Open appeals that are due soon or overdue, and nobody was told so; the first due first."""
    is_late = model.answer_due_on < today
    return db.session.scalars(
        sa.select(model.id)
        .where(
            model.state == AppealState.OPEN,
            model.answer_due_on <= today + SOON,
            sa.or_(
                sa.and_(is_late, model.overdue_told_at.is_(None)),
                sa.and_(~is_late, model.reminded_at.is_(None)),
            ),
        )
        .order_by(model.answer_due_on, model.id)
        .limit(limit)
    ).all()


@dataclass(frozen=True, slots=True)
class Answerers:
    """Who is told about an appeal."""

    people: list[int]
    is_nobody_free: bool
    """Everybody had a part in it: these may only give somebody else the role."""


def answerers(appeal: Appeal | AssessmentAppeal) -> Answerers:
    """Those who may answer an appeal: by their role in the programme, which they never taught, and
    without a part in the exam."""
    exam_id, part = _part(appeal)
    known = set(db.session.scalars(_with_role(exam_id))) - {appeal.by}
    free = known - part
    return Answerers(sorted(free or known), not free)


def _part(appeal: Appeal | AssessmentAppeal) -> tuple[int, set[int]]:
    """(exam's id, who had a part in it)."""
    if isinstance(appeal, Appeal):
        (row,) = db.session.scalars(sa.select(Attempt).where(Attempt.id == appeal.attempt_id))
        return row.exam_id, took_part(appeal)
    (result,) = db.session.scalars(sa.select(ExamResult).where(ExamResult.id == appeal.result_id))
    return result.exam_id, had_part(result) | trainers_of(result.person_id)


def _with_role(exam_id: int) -> sa.Select[int]:
    programme = (
        sa.select(Programme.id, Programme.code)
        .join(Course, Course.programme_id == Programme.id)
        .join(Exam, Exam.course_id == Course.id)
        .where(Exam.id == exam_id)
        .subquery()
    )
    taught = (
        sa.select(ClassSession.trainer_person_id)
        .join(Course, Course.id == ClassSession.course_id)
        .where(
            Course.programme_id.in_(sa.select(programme.c.id)),
            ClassSession.trainer_person_id.is_not(None),
        )
    )
    return sa.select(RoleGrant.person_id).where(
        RoleGrant.ended_at.is_(None),
        RoleGrant.role.in_(PERMISSIONS["exams.appeals"]),
        sa.or_(
            RoleGrant.programme_code.is_(None),
            RoleGrant.programme_code.in_(sa.select(programme.c.code)),
        ),
        RoleGrant.person_id.not_in(taught),
    )


def title_of(appeal: Appeal | AssessmentAppeal) -> str:
    """What the exam is called."""
    wanted = sa.select(CourseVersion.title).join(Exam, Exam.course_id == CourseVersion.course_id)
    if isinstance(appeal, Appeal):
        wanted = wanted.join(Attempt, Attempt.exam_id == Exam.id).where(
            Attempt.id == appeal.attempt_id
        )
    else:
        wanted = wanted.join(ExamResult, ExamResult.exam_id == Exam.id).where(
            ExamResult.id == appeal.result_id
        )
    return db.session.scalars(wanted.where(CourseVersion.state == VersionState.PUBLISHED)).one()
