"""Exams and their results."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from certification.exams.models import Exam, ExamPolicy, ExamResult
from courses.catalog.models import Course, CourseVersion, Programme, VersionState
from lms.accounts.models import Person
from lms.chains import stands
from lms.db import db
from lms.paging import SIZE, Page, page_of


def exams(programme_codes: Sequence[str] | None = None) -> Sequence[Any]:
    """(exam, course, title, programme title) of every exam that is published."""
    wanted = (
        sa.select(Exam, Course, CourseVersion.title, Programme.title.label("programme"))
        .join(Course, Course.id == Exam.course_id)
        .join(Programme, Programme.id == Course.programme_id)
        .join(
            CourseVersion,
            sa.and_(
                CourseVersion.course_id == Course.id, CourseVersion.state == VersionState.PUBLISHED
            ),
        )
        .order_by(Programme.position, Course.position)
    )
    if programme_codes is not None:
        wanted = wanted.where(Programme.code.in_(programme_codes))
    return db.session.execute(wanted).all()


def exam_by_code(code: str, programme_codes: Sequence[str] | None = None) -> Any | None:
    """One of `exams`."""
    return next((row for row in exams(programme_codes) if row[1].code == code), None)


def policy_on(exam_id: int, day: date) -> ExamPolicy | None:
    """The policy that holds on a day."""
    return db.session.scalar(
        sa.select(ExamPolicy)
        .where(ExamPolicy.exam_id == exam_id, ExamPolicy.effective_from <= day)
        .order_by(ExamPolicy.effective_from.desc(), ExamPolicy.number.desc())
        .limit(1)
    )


def newest_policy(exam_id: int) -> ExamPolicy | None:
    """The newest policy, also one that begins later."""
    return db.session.scalar(
        sa.select(ExamPolicy)
        .where(ExamPolicy.exam_id == exam_id)
        .order_by(ExamPolicy.number.desc())
        .limit(1)
    )


def policy_numbered(exam_id: int, number: int) -> ExamPolicy | None:
    """A version of an exam's policy."""
    return db.session.scalar(
        sa.select(ExamPolicy).where(ExamPolicy.exam_id == exam_id, ExamPolicy.number == number)
    )


def policies(exam_id: int, cursor: int | None = None, size: int = SIZE) -> Page[ExamPolicy]:
    """An exam's policies, the newest first."""
    wanted = (
        sa.select(ExamPolicy)
        .where(ExamPolicy.exam_id == exam_id)
        .order_by(ExamPolicy.number.desc())
        .limit(size + 1)
    )
    if cursor is not None:
        wanted = wanted.where(ExamPolicy.number < cursor)
    rows = db.session.scalars(wanted).all()
    return page_of(rows, size=size, key=lambda row: (row.number,), is_first=cursor is None)


def results(exam_id: int, *, cursor: list[int | str] | None = None, size: int = SIZE) -> Page[Any]:
    """(result, person) that hold, newest first."""
    wanted = (
        sa.select(ExamResult, Person)
        .join(Person, Person.id == ExamResult.person_id)
        .where(ExamResult.exam_id == exam_id, stands(ExamResult))
        .order_by(ExamResult.id.desc())
        .limit(size + 1)
    )
    if cursor is not None:
        wanted = wanted.where(ExamResult.id < cursor[0])
    rows = db.session.execute(wanted).all()
    return page_of(rows, size=size, key=lambda row: (row[0].id,), is_first=cursor is None)


def result_by_id(result_id: int, exam_id: int) -> ExamResult | None:
    """A result of this exam, with its person."""
    return db.session.scalar(
        sa.select(ExamResult)
        .options(joinedload(ExamResult.person))
        .where(ExamResult.id == result_id, ExamResult.exam_id == exam_id)
    )


def history_of(result: ExamResult) -> list[ExamResult]:
    """The result and those that it replaced, newest first."""
    chain = [result]
    while chain[-1].replaces_id is not None:
        chain.append(db.session.get_one(ExamResult, chain[-1].replaces_id))
    return chain


def of_attempt(attempt_id: int) -> ExamResult | None:
    """The result that stands for an attempt: the last of its corrections."""
    return db.session.scalar(
        sa.select(ExamResult).where(ExamResult.attempt_id == attempt_id, stands(ExamResult))
    )


def of_attempts(attempt_ids: Sequence[int]) -> dict[int, ExamResult]:
    """The results that stand, by attempt."""
    rows = db.session.scalars(
        sa.select(ExamResult).where(ExamResult.attempt_id.in_(attempt_ids), stands(ExamResult))
    )
    return {row.attempt_id: row for row in rows if row.attempt_id is not None}


def replaced_by(results: Sequence[ExamResult]) -> dict[int, int]:
    """Each of these results and all that it replaced, to its id. One query for delivered ones."""
    attempts = {row.attempt_id: row.id for row in results if row.attempt_id is not None}
    rows = db.session.execute(
        sa.select(ExamResult.id, ExamResult.attempt_id).where(ExamResult.attempt_id.in_(attempts))
    )
    return {row.id: row.id for row in results} | {id: attempts[of] for id, of in rows if of}
