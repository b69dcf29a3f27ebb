"""Reading sittings that several assessors judge: which wait, for whom, and what decided them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from certification.exams.models import Exam, ExamPolicy
from certification.exams.queries import policy_on
from certification.rubrics.models_sittings import AssessmentSitting, Judgement
from courses.catalog.models import Course, CourseVersion, Programme, VersionState
from courses.scheduling.models import ClassSession, Seat, SessionState
from lms.accounts.models import Person
from lms.db import db, locked
from lms.paging import SIZE, Page, page_of


def open_of(exam_id: int, person_id: int) -> AssessmentSitting | None:
    """The sitting of a person that still waits for a judgement."""
    return db.session.scalar(
        sa.select(AssessmentSitting)
        .where(
            AssessmentSitting.exam_id == exam_id,
            AssessmentSitting.person_id == person_id,
            AssessmentSitting.ended_at.is_(None),
        )
        .options(joinedload(AssessmentSitting.policy))
        .execution_options(populate_existing=True)
    )


def policy_of_two(exam_id: int, taken_on: date) -> ExamPolicy | None:
    """The policy of a day, where it wants two assessors."""
    policy = policy_on(exam_id, taken_on)
    return policy if policy is not None and policy.is_double_marked else None


def opened(exam_ids: Sequence[int], person_id: int) -> Sequence[Any]:
    """(exam, since when) of a person's sittings that wait for their result."""
    return db.session.execute(
        sa.select(AssessmentSitting.exam_id, AssessmentSitting.opened_at).where(
            AssessmentSitting.exam_id.in_(exam_ids),
            AssessmentSitting.person_id == person_id,
            AssessmentSitting.ended_at.is_(None),
        )
    ).all()


def by_id(sitting_id: int, exam_id: int) -> AssessmentSitting | None:
    """A sitting of this exam that is open, with its person."""
    return db.session.scalar(
        sa.select(AssessmentSitting)
        .where(
            AssessmentSitting.id == sitting_id,
            AssessmentSitting.exam_id == exam_id,
            AssessmentSitting.ended_at.is_(None),
        )
        .options(joinedload(AssessmentSitting.person))
    )


def hold(sitting_id: int) -> bool:
    """Lock a sitting until the unit ends; whether it still waits. Its columns are not read anew, so
    that a page can still show whom it is about."""
    wanted = sa.select(AssessmentSitting.id).where(
        AssessmentSitting.id == sitting_id, AssessmentSitting.ended_at.is_(None)
    )
    return db.session.scalar(locked(wanted)) is not None


def judgements(sitting_id: int) -> Sequence[Judgement]:
    """What its assessors saw, in the order of the rounds; for whom decides, and afterwards."""
    return db.session.scalars(
        sa.select(Judgement).where(Judgement.sitting_id == sitting_id).order_by(Judgement.round)
    ).all()


def decided_by(sitting_ids: Sequence[int]) -> dict[int, list[Any]]:
    """(judgement, assessor's name) of sittings that have a result, by sitting."""
    found: dict[int, list[Any]] = defaultdict(list)
    rows: Sequence[Any] = db.session.execute(
        sa.select(Judgement, Person.name)
        .join(Person, Person.id == Judgement.by)
        .join(AssessmentSitting, AssessmentSitting.id == Judgement.sitting_id)
        .where(
            Judgement.sitting_id.in_(sitting_ids), AssessmentSitting.result_id.is_not(None)
        )
        .order_by(Judgement.round)
    ).all()  # fmt: skip
    for row in rows:
        found[row.Judgement.sitting_id].append(row)
    return found


def _has_judged(reader_id: int) -> sa.ColumnElement[bool]:
    mine = aliased(Judgement)
    return sa.exists().where(mine.sitting_id == AssessmentSitting.id, mine.by == reader_id)


def _has_trained(reader_id: int) -> sa.ColumnElement[bool]:
    """As `queries_assessments.has_trained`, for the person of each sitting."""
    return sa.exists(
        sa.select(Seat.id)
        .join(ClassSession, ClassSession.id == Seat.class_session_id)
        .where(
            Seat.person_id == AssessmentSitting.person_id,
            Seat.ended_at.is_(None),
            ClassSession.trainer_person_id == reader_id,
            ClassSession.state != SessionState.CANCELLED,
        )
    )


def _rows(where: Sequence[sa.ColumnElement[bool]], reader_id: int, cursor: int | None) -> Page[Any]:
    """(sitting, person, exam's code and title, may_judge), the oldest first; never the reader's."""
    may_judge = sa.and_(~_has_judged(reader_id), ~_has_trained(reader_id))
    rows: Sequence[Any] = db.session.execute(
        sa.select(
            AssessmentSitting, Person, Course.code, CourseVersion.title,
            may_judge.label("may_judge"),
        )
        .join(Person, Person.id == AssessmentSitting.person_id)
        .join(Exam, Exam.id == AssessmentSitting.exam_id)
        .join(Course, Course.id == Exam.course_id)
        .join(Programme, Programme.id == Course.programme_id)
        .join(
            CourseVersion,
            sa.and_(
                CourseVersion.course_id == Course.id, CourseVersion.state == VersionState.PUBLISHED
            ),
        )
        .where(
            AssessmentSitting.ended_at.is_(None), AssessmentSitting.person_id != reader_id,
            AssessmentSitting.id > (cursor or 0), *where,
        )
        .order_by(AssessmentSitting.id)
        .limit(SIZE + 1)
    ).all()  # fmt: skip
    return page_of(rows, size=SIZE, key=lambda row: (row[0].id,), is_first=cursor is None)


def open_in(exam_id: int, reader_id: int, cursor: int | None = None) -> Page[Any]:
    """All that wait in an exam, also for another assessor than the reader."""
    return _rows([AssessmentSitting.exam_id == exam_id], reader_id, cursor)


def to_judge(codes: Sequence[str] | None, reader_id: int, cursor: int | None = None) -> Page[Any]:
    """What the reader may judge, in these programmes (None: in all)."""
    where = [~_has_judged(reader_id), ~_has_trained(reader_id)]
    if codes is not None:
        where.append(Programme.code.in_(codes))
    return _rows(where, reader_id, cursor)


def is_begun(exam_id: int, person_id: int, kind: str) -> bool:
    """Whether a sitting of this form waits for another assessor."""
    found = sa.select(AssessmentSitting.id).where(
        AssessmentSitting.exam_id == exam_id,
        AssessmentSitting.person_id == person_id,
        AssessmentSitting.kind == kind,
        AssessmentSitting.ended_at.is_(None),
    )
    return db.session.scalar(found.limit(1)) is not None
