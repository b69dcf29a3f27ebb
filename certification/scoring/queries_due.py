"""Appeals whose answer is due, and who may give it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from certification.delivery.models import Attempt
from certification.exams.models import Exam
from certification.scoring.models import Appeal, AppealState
from certification.scoring.queries_appeals import took_part
from courses.catalog.models import Course, CourseVersion, Programme, VersionState
from courses.scheduling.models import ClassSession
from lms.accounts.models import RoleGrant
from lms.db import db
from lms.permissions import PERMISSIONS

SOON = timedelta(days=7)
"""Before the day of the answer, when those who may give it are reminded."""


def standing(due_on: date, today: date) -> str:
    """`overdue`, `soon` or nothing."""
    if due_on < today:
        return "overdue"
    return "soon" if due_on - today <= SOON else ""


def untold(today: date, limit: int) -> Sequence[int]:
    """Open appeals that are due soon or overdue, and nobody was told so; the first due first."""
    is_late = Appeal.answer_due_on < today
    return db.session.scalars(
        sa.select(Appeal.id)
        .where(
            Appeal.state == AppealState.OPEN,
            Appeal.answer_due_on <= today + SOON,
            sa.or_(
                sa.and_(is_late, Appeal.overdue_told_at.is_(None)),
                sa.and_(~is_late, Appeal.reminded_at.is_(None)),
            ),
        )
        .order_by(Appeal.answer_due_on, Appeal.id)
        .limit(limit)
    ).all()


@dataclass(frozen=True, slots=True)
class Answerers:
    """Who is told about an appeal."""

    people: list[int]
    is_nobody_free: bool
    """Everybody had a part in it: these may only give somebody else the role."""


def answerers(appeal: Appeal) -> Answerers:
    """Those who may answer an appeal: by their role in the programme, which they never taught, and
    without a part in the exam."""
    (attempt,) = db.session.scalars(sa.select(Attempt).where(Attempt.id == appeal.attempt_id))
    known = set(db.session.scalars(_with_role(attempt.exam_id))) - {attempt.person_id}
    free = known - took_part(appeal)
    return Answerers(sorted(free or known), not free)


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


def named(attempt_id: int) -> Any:
    """(attempt's code, exam's title)."""
    return db.session.execute(
        sa.select(Attempt.code, CourseVersion.title)
        .join(Exam, Exam.id == Attempt.exam_id)
        .join(
            CourseVersion,
            sa.and_(
                CourseVersion.course_id == Exam.course_id,
                CourseVersion.state == VersionState.PUBLISHED,
            ),
        )
        .where(Attempt.id == attempt_id)
    ).one()
