"""Reading assessments: drafts of an assessor, records with their history, a candidate's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload, selectinload

from certification.exams.models import Exam, ExamResult
from certification.rubrics import queries_sittings
from certification.rubrics.models import Assessment, AssessmentDraft, AssessmentMark
from certification.rubrics.rules import Rubric, rubric_from
from courses.catalog.models import Course, CourseVersion, VersionState
from courses.scheduling.models import ClassSession, Seat, SessionState
from lms.accounts.models import Person
from lms.chains import stands
from lms.db import db
from lms.paging import SIZE, Page, page_of

OWN = 50
"""How many of a person's own results are listed."""


def _taught(person_id: int) -> sa.Select[Any]:
    """Who taught a class, or is to teach one, in which the person has a seat."""
    return (
        sa.select(ClassSession.trainer_person_id)
        .join(Seat, Seat.class_session_id == ClassSession.id)
        .where(
            Seat.person_id == person_id,
            Seat.ended_at.is_(None),
            ClassSession.trainer_person_id.is_not(None),
            ClassSession.state != SessionState.CANCELLED,
        )
    )


def has_trained(trainer_id: int, person_id: int) -> bool:
    """Whether somebody taught a class, or is to teach one, in which the person has a seat."""
    found = _taught(person_id).where(ClassSession.trainer_person_id == trainer_id)
    return db.session.scalar(found.limit(1)) is not None


def trainers_of(person_id: int) -> set[int]:
    """Everybody who did."""
    return set(db.session.scalars(_taught(person_id)))


def has_result(exam_id: int, person_id: int, day: date) -> bool:
    """Whether a result of that day was recorded, by a rubric or as a bare score."""
    recorded = sa.select(ExamResult.id).where(
        ExamResult.exam_id == exam_id,
        ExamResult.person_id == person_id,
        ExamResult.taken_on == day,
        ExamResult.attempt_id.is_(None),
    )
    return db.session.scalar(recorded.limit(1)) is not None


def drafts(
    exam_id: int, by: int, cursor: int | None = None, size: int = SIZE
) -> Page[AssessmentDraft]:
    """What an assessor has begun at an exam, the newest first."""
    wanted = (
        sa.select(AssessmentDraft)
        .where(AssessmentDraft.exam_id == exam_id, AssessmentDraft.by == by)
        .options(joinedload(AssessmentDraft.person))
        .order_by(AssessmentDraft.id.desc())
        .limit(size + 1)
    )
    if cursor is not None:
        wanted = wanted.where(AssessmentDraft.id < cursor)
    rows = db.session.scalars(wanted).all()
    return page_of(rows, size=size, key=lambda row: (row.id,), is_first=cursor is None)


def draft_by_id(draft_id: int, exam_id: int, by: int) -> AssessmentDraft | None:
    """An assessor's own draft, with its person and rubric."""
    return db.session.scalar(
        sa.select(AssessmentDraft)
        .where(
            AssessmentDraft.id == draft_id,
            AssessmentDraft.exam_id == exam_id,
            AssessmentDraft.by == by,
        )
        .options(joinedload(AssessmentDraft.person), joinedload(AssessmentDraft.rubric))
    )


def draft_of(exam_id: int, person_id: int, by: int) -> AssessmentDraft:
    """The draft that an assessor has of a person."""
    return db.session.scalars(
        sa.select(AssessmentDraft).where(
            AssessmentDraft.exam_id == exam_id,
            AssessmentDraft.person_id == person_id,
            AssessmentDraft.by == by,
        )
    ).one()


_later = aliased(ExamResult)


@dataclass(frozen=True, slots=True)
class Record:
    """An assessment with all that it says."""

    assessment: Assessment
    rubric: Rubric
    marks: dict[str, AssessmentMark]
    """By criterion."""
    assessor: str
    person: Person
    later_id: int | None
    """The result that replaced this one."""
    judged: list[Any]
    """(judgement, assessor's name) of those who decided it together, by rounds; empty: one did."""

    @property
    def counted(self) -> list[Any]:
        """Those of `judged` that decided: two by their mean, or the third alone."""
        last = self.judged[2:]
        return last or self.judged


def _records(condition: sa.ColumnElement[bool]) -> list[Record]:
    assessor = aliased(Person)
    rows = db.session.execute(
        sa.select(Assessment, assessor.name, _later.id)
        .join(Assessment.result)
        .join(assessor, assessor.id == Assessment.by)
        .outerjoin(_later, _later.replaces_id == ExamResult.id)
        .where(condition)
        .options(
            joinedload(Assessment.result).joinedload(ExamResult.person),
            joinedload(Assessment.rubric),
            joinedload(Assessment.work),
            selectinload(Assessment.marks),
        )
        .order_by(Assessment.id.desc())
    )
    found = rows.all()
    judged = queries_sittings.decided_by([row.sitting_id for row, *_ in found if row.sitting_id])
    return [
        Record(
            row,
            rubric_from(row.rubric.content),
            {mark.criterion: mark for mark in row.marks},
            name,
            row.result.person,
            later_id,
            judged.get(row.sitting_id or 0, []),
        )
        for row, name, later_id in found
    ]


def record(result_id: int, exam_id: int) -> Record | None:
    """How a result of this exam was judged."""
    found = _records(sa.and_(ExamResult.id == result_id, ExamResult.exam_id == exam_id))
    return found[0] if found else None


def own(result_id: int, person_id: int) -> Record | None:
    """How a person's own result was judged."""
    found = _records(sa.and_(ExamResult.id == result_id, ExamResult.person_id == person_id))
    return found[0] if found else None


def history(assessment: Assessment) -> list[Record]:
    """This assessment and those that it replaced, newest first."""
    ids, replaced = [assessment.result_id], assessment.result.replaces_id
    while replaced is not None:
        ids.append(replaced)
        replaced = db.session.get_one(ExamResult, replaced).replaces_id
    return _records(ExamResult.id.in_(ids))


def results_of(person_id: int, exam_id: int | None = None) -> Sequence[Any]:
    """(result, title) of a person's results that were judged by a rubric and stand."""
    wanted = (
        sa.select(ExamResult, CourseVersion.title)
        .join(Exam, Exam.id == ExamResult.exam_id)
        .join(Course, Course.id == Exam.course_id)
        .join(
            CourseVersion,
            sa.and_(
                CourseVersion.course_id == Course.id, CourseVersion.state == VersionState.PUBLISHED
            ),
        )
        .where(
            ExamResult.person_id == person_id,
            ExamResult.assessed_as.is_not(None),
            stands(ExamResult),
        )
        .order_by(ExamResult.id.desc())
        .limit(OWN)
    )
    if exam_id is not None:
        wanted = wanted.where(ExamResult.exam_id == exam_id)
    return db.session.execute(wanted).all()


def title_of(exam_id: int) -> str:
    """What an exam is called now."""
    return db.session.scalars(
        sa.select(CourseVersion.title)
        .join(Exam, Exam.course_id == CourseVersion.course_id)
        .where(Exam.id == exam_id, CourseVersion.state == VersionState.PUBLISHED)
    ).one()
