"""Appeals against results by a rubric: until when, what came of them, who had a part."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from certification.exams.models import Exam, ExamPolicy, ExamResult
from certification.exams.queries import history_of, policy_on
from certification.rubrics.models import Assessment
from certification.rubrics.models_sittings import Judgement
from certification.scoring.models import AppealState
from certification.scoring.models_assessed import AssessmentAppeal
from courses.catalog.models import Course, CourseVersion, VersionState
from lms.clock import today
from lms.db import AnySelect, db
from lms.paging import SIZE, Page, page_of
from lms.reasons import Reason
from lms.site import issuer_zone


def appeal_days(result: ExamResult) -> int:
    """For how many days one may appeal: by the policy of the day of the exam; an exam without one
    knows the usual days."""
    policy = policy_on(result.exam_id, result.taken_on)
    usual: int = ExamPolicy.__table__.c.appeal_days.default.arg
    return usual if policy is None else policy.appeal_days


def last_day(result: ExamResult, days: int) -> date:
    """Until the end of which day, in the issuer's zone."""
    return today(result.at, issuer_zone()) + timedelta(days=days)


def _appeals() -> sa.Select[AssessmentAppeal]:
    return sa.select(AssessmentAppeal).options(
        joinedload(AssessmentAppeal.result), joinedload(AssessmentAppeal.new_result)
    )


def of_results(result_ids: Sequence[int]) -> Sequence[AssessmentAppeal]:
    """The appeals against these results, newest first."""
    return db.session.scalars(
        _appeals()
        .where(AssessmentAppeal.result_id.in_(result_ids))
        .order_by(AssessmentAppeal.id.desc())
        .execution_options(populate_existing=True)
    ).all()


def open_of(result_id: int) -> AssessmentAppeal | None:
    """The appeal that waits for its answer."""
    found = of_results([result_id])
    return next((one for one in found if one.state == AppealState.OPEN), None)


@dataclass(frozen=True, slots=True)
class Objections:
    """Where a result stands with the appeals against it and those that it replaced."""

    appeals: Sequence[AssessmentAppeal]
    until: date | None
    """None: this exam knows no appeal."""
    is_in_time: bool
    zone: str

    @property
    def is_open(self) -> bool:
        """Whether an appeal waits for its answer."""
        return any(one.state == AppealState.OPEN for one in self.appeals)


def objections(result: ExamResult, *, now: datetime) -> Objections:
    """For the candidate's page and for the record."""
    days = appeal_days(result)
    until = last_day(result, days) if days else None
    ids = [one.id for one in history_of(result)]
    in_time = until is not None and today(now, issuer_zone()) <= until
    return Objections(of_results(ids), until, in_time, issuer_zone())


def was_decided(result_id: int) -> bool:
    """Whether this result was looked at because of an appeal."""
    return any(
        one.state in (AppealState.UPHELD, AppealState.REJECTED) for one in of_results([result_id])
    )


def in_the_way(result_id: int) -> Reason | None:
    """Why an assessor may not correct a result alone: an appeal is open, or made this result."""
    if open_of(result_id) is not None:
        return Reason("answer_the_appeal")
    made = sa.select(AssessmentAppeal.id).where(AssessmentAppeal.new_result_id == result_id)
    return Reason("appeal_settled") if db.session.scalar(made) is not None else None


def had_part(result: ExamResult) -> set[int]:
    """Whoever judged this result or one that it replaced, alone or with others, or answered an
    appeal against it."""
    ids = [one.id for one in history_of(result)]
    judged = sa.select(Judgement.by).join(Assessment, Assessment.sitting_id == Judgement.sitting_id)
    people = (
        sa.select(Assessment.by).where(Assessment.result_id.in_(ids)),
        judged.where(Assessment.result_id.in_(ids)),
        sa.select(ExamResult.by_person_id).where(ExamResult.id.in_(ids)),
        sa.select(AssessmentAppeal.decided_by).where(
            AssessmentAppeal.result_id.in_(ids),
            AssessmentAppeal.state.in_((AppealState.UPHELD, AppealState.REJECTED)),
        ),
    )
    return {one for one in db.session.scalars(sa.union(*people)) if one is not None}


def own_result(result_id: int, person_id: int) -> Any | None:
    """(result, exam's title) of a person's own result that was judged by a rubric."""
    return db.session.execute(
        sa.select(ExamResult, CourseVersion.title)
        .join(Exam, Exam.id == ExamResult.exam_id)
        .join(Course, Course.id == Exam.course_id)
        .join(CourseVersion, CourseVersion.course_id == Course.id)
        .where(
            ExamResult.id == result_id,
            ExamResult.person_id == person_id,
            ExamResult.assessed_as.is_not(None),
            CourseVersion.state == VersionState.PUBLISHED,
        )
    ).one_or_none()


def _named() -> AnySelect:
    """(appeal with its results, exam's code and title)."""
    return (
        sa.select(AssessmentAppeal, Course.code, CourseVersion.title)
        .join(AssessmentAppeal.result)
        .join(Exam, Exam.id == ExamResult.exam_id)
        .join(Course, Course.id == Exam.course_id)
        .join(CourseVersion, CourseVersion.course_id == Course.id)
        .where(CourseVersion.state == VersionState.PUBLISHED)
        .options(
            joinedload(AssessmentAppeal.result),
            joinedload(AssessmentAppeal.new_result),
        )
    )


def appeals(programme_ids: Sequence[int], state: AppealState, cursor: int | None) -> Page[Any]:
    """(appeal, exam's code and title) of a state, the first one made first."""
    rows: Sequence[Any] = db.session.execute(
        _named()
        .where(
            AssessmentAppeal.state == state,
            Course.programme_id.in_(programme_ids),
            AssessmentAppeal.id > (cursor or 0),
        )
        .order_by(AssessmentAppeal.id)
        .limit(SIZE + 1)
    ).all()
    return page_of(rows, size=SIZE, key=lambda row: (row[0].id,), is_first=cursor is None)


def appeal_by_id(appeal_id: int, programme_ids: Sequence[int]) -> Any | None:
    """One of `appeals`, of any state."""
    return db.session.execute(
        _named().where(
            AssessmentAppeal.id == appeal_id, Course.programme_id.in_(programme_ids)
        )
    ).one_or_none()  # fmt: skip
