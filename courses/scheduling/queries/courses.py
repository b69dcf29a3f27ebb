"""Published course versions, and who takes which course in their own time."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from courses.catalog.models import (
    Course,
    CourseDelivery,
    CourseKind,
    CourseVersion,
    DeliveryFormat,
    Programme,
    VersionState,
)
from courses.scheduling.models import Completion, CompletionSource, SelfPacedEnrolment
from lms.accounts.models import Person
from lms.db import AnySelect, db
from lms.paging import SIZE, Page, page_of


def published(programme_slug: str, course_slug: str) -> CourseVersion | None:
    """The version of a course that people take now."""
    return db.session.scalar(
        _published().where(Programme.slug == programme_slug, Course.slug == course_slug)
    )


def _published() -> sa.Select[CourseVersion]:
    return (
        sa.select(CourseVersion)
        .join(CourseVersion.course)
        .join(Course.programme)
        .options(contains_eager(CourseVersion.course).contains_eager(Course.programme))
        .where(CourseVersion.state == VersionState.PUBLISHED)
    )


def version_by_code(code: str) -> CourseVersion | None:
    """The published version of the course with this code."""
    return db.session.scalar(_published().where(Course.code == code))


def schedulable(programmes: Sequence[str] | None) -> Sequence[CourseVersion]:
    """Published courses (not exams) for which class sessions can be made."""
    wanted = _published().where(Course.kind == CourseKind.COURSE)
    if programmes is not None:
        wanted = wanted.where(Programme.code.in_(programmes))
    return db.session.scalars(wanted.order_by(Programme.position, Course.position)).all()


def formats() -> Sequence[DeliveryFormat]:
    """Delivery formats with their mode, in their published order; self-paced ones have no dates."""
    return db.session.scalars(
        sa.select(DeliveryFormat)
        .options(joinedload(DeliveryFormat.mode))
        .where(DeliveryFormat.is_self_paced.is_(False))
        .order_by(DeliveryFormat.position, DeliveryFormat.id)
    ).all()


def is_offered(version: CourseVersion, delivery_format: DeliveryFormat) -> bool:
    """Whether the course version is delivered in this format."""
    return bool(
        db.session.scalar(
            sa.select(sa.func.count()).where(
                CourseDelivery.course_version_id == version.id,
                CourseDelivery.delivery_format_id == delivery_format.id,
            )
        )
    )


def _enrolments(programmes: Sequence[str] | None) -> sa.Select[SelfPacedEnrolment]:
    wanted = (
        sa.select(SelfPacedEnrolment)
        .join(Course, Course.id == SelfPacedEnrolment.course_id)
        .join(Programme, Programme.id == Course.programme_id)
        .options(*_names())
        .where(SelfPacedEnrolment.finished_at.is_(None), SelfPacedEnrolment.cancelled_at.is_(None))
    )
    return wanted if programmes is None else wanted.where(Programme.code.in_(programmes))


def _names() -> list[Any]:
    return [
        joinedload(SelfPacedEnrolment.person),
        joinedload(SelfPacedEnrolment.course_version)
        .joinedload(CourseVersion.course)
        .joinedload(Course.programme),
    ]


def open_enrolments(
    programmes: Sequence[str] | None, *, after: int = 0, size: int = SIZE
) -> Page[SelfPacedEnrolment]:
    """Courses under way in people's own time, the longest open first."""
    rows = db.session.scalars(
        _enrolments(programmes)
        .where(SelfPacedEnrolment.id > after)
        .order_by(SelfPacedEnrolment.id)
        .limit(size + 1)
    ).all()
    return page_of(rows, size=size, key=lambda row: (row.id,), is_first=after == 0)


def _recorded(programmes: Sequence[str] | None) -> AnySelect:
    wanted: AnySelect = (
        sa.select(
            Completion.id,
            Completion.person_id,
            Completion.completed_on,
            Completion.withdrawn_at,
            Completion.withdrawn_reason,
            Person.name,
            CourseVersion.title,
            Course.code,
        )
        .join(Person, Person.id == Completion.person_id)
        .join(CourseVersion, CourseVersion.id == Completion.course_version_id)
        .join(Course, Course.id == Completion.course_id)
        .join(Programme, Programme.id == Course.programme_id)
        .where(Completion.source == CompletionSource.SELF_PACED)
    )
    return wanted if programmes is None else wanted.where(Programme.code.in_(programmes))


def recorded_completions(
    programmes: Sequence[str] | None, *, before: int | None = None, size: int = SIZE
) -> Page[Any]:
    """Completions in people's own time, those taken back too, newest first."""
    wanted = _recorded(programmes).order_by(Completion.id.desc()).limit(size + 1)
    if before is not None:
        wanted = wanted.where(Completion.id < before)
    rows = db.session.execute(wanted).all()
    return page_of(rows, size=size, key=lambda row: (row.id,), is_first=before is None)


def recorded_completion(completion_id: int, programmes: Sequence[str] | None) -> Any | None:
    """A completion in somebody's own time, within these programmes."""
    wanted = _recorded(programmes).where(Completion.id == completion_id)
    return db.session.execute(wanted).one_or_none()


def enrolment_of(enrolment_id: int, programmes: Sequence[str] | None) -> SelfPacedEnrolment | None:
    """A self-paced enrolment that is under way, within these programmes."""
    return db.session.scalar(_enrolments(programmes).where(SelfPacedEnrolment.id == enrolment_id))
