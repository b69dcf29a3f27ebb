"""Reading rubrics: the versions of an exam, and which competencies it shows."""

from collections.abc import Sequence

import sqlalchemy as sa

from certification.competency.models import Competency, CourseCompetency
from certification.rubrics.models import RubricState, RubricVersion
from lms.db import db
from lms.paging import SIZE, Page, page_of


def _in_state(exam_id: int, state: RubricState) -> RubricVersion | None:
    return db.session.scalar(
        sa.select(RubricVersion).where(
            RubricVersion.exam_id == exam_id, RubricVersion.state == state
        )
    )


def published(exam_id: int) -> RubricVersion | None:
    """The rubric that assessors judge by."""
    return _in_state(exam_id, RubricState.PUBLISHED)


def draft(exam_id: int) -> RubricVersion | None:
    """The version that somebody works on."""
    return _in_state(exam_id, RubricState.DRAFT)


def numbered(exam_id: int, number: int) -> RubricVersion | None:
    """A version of an exam's rubric."""
    return db.session.scalar(
        sa.select(RubricVersion).where(
            RubricVersion.exam_id == exam_id, RubricVersion.number == number
        )
    )


def newest_number(exam_id: int) -> int:
    """Of the newest version, 0 for none."""
    wanted = sa.select(sa.func.max(RubricVersion.number)).where(RubricVersion.exam_id == exam_id)
    return db.session.scalar(wanted) or 0


def versions(exam_id: int, cursor: int | None = None, size: int = SIZE) -> Page[RubricVersion]:
    """Published and retired versions, the newest first."""
    wanted = (
        sa.select(RubricVersion)
        .where(RubricVersion.exam_id == exam_id, RubricVersion.state != RubricState.DRAFT)
        .order_by(RubricVersion.number.desc())
        .limit(size + 1)
    )
    if cursor is not None:
        wanted = wanted.where(RubricVersion.number < cursor)
    rows = db.session.scalars(wanted).all()
    return page_of(rows, size=size, key=lambda row: (row.number,), is_first=cursor is None)


def competencies(course_id: int) -> Sequence[Competency]:
    """What passing the exam shows."""
    return db.session.scalars(
        sa.select(Competency)
        .join(CourseCompetency, CourseCompetency.competency_id == Competency.id)
        .where(CourseCompetency.course_id == course_id)
        .order_by(Competency.position, Competency.id)
    ).all()


def titles(codes: Sequence[str]) -> dict[str, str]:
    """Titles of competencies by code."""
    if not codes:
        return {}
    rows = db.session.execute(
        sa.select(Competency.code, Competency.title).where(Competency.code.in_(codes))
    )
    return {row.code: row.title for row in rows}
