"""A candidate's own attempts with what came of them: plain rows in one prepared query, since the
page that each learner opens every day shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from certification.delivery.models import Attempt, AttemptState
from certification.exams.models import Exam, ExamResult
from courses.catalog.models import Course
from lms.chains import stands
from lms.prepared import Asked, Prepared

SHOWN = 20
"""The newest attempts."""


@dataclass(frozen=True, slots=True)
class Sitting:
    """An attempt, and the result that stands for it once there is one."""

    id: int
    code: str
    exam_id: int
    course_id: int
    course_code: str
    state: AttemptState
    started_at: datetime
    due_at: datetime | None
    """None while the clock stands."""
    ended_at: datetime | None
    passed: bool | None
    is_void: bool | None

    @property
    def outcome(self) -> str:
        """`running`, `ended` (with no result), `waiting` for it, `void`, `passed` or `failed`."""
        if self.state is not AttemptState.SUBMITTED:
            return "running" if self.state is AttemptState.OPEN else "ended"
        if self.passed is None:
            return "waiting"
        if self.is_void:
            return "void"
        return "passed" if self.passed else "failed"


_OF_PERSON = Prepared(
    sa.select(
        Attempt.id,
        Attempt.code,
        Attempt.exam_id,
        Exam.course_id,
        Course.code.label("course_code"),
        Attempt.state,
        Attempt.started_at,
        Attempt.due_at,
        Attempt.ended_at,
        ExamResult.passed,
        ExamResult.is_void,
    )
    .join(Exam, Exam.id == Attempt.exam_id)
    .join(Course, Course.id == Exam.course_id)
    .outerjoin(
        ExamResult,
        sa.and_(ExamResult.attempt_id == Attempt.id, stands(ExamResult)),
    )
    .where(Attempt.person_id == sa.bindparam("person", type_=sa.BigInteger()))
    .order_by(Attempt.id.desc())
    .limit(SHOWN)
)


def question(person_id: int) -> Asked:
    """What `sittings_of` asks, for a page that asks more."""
    return _OF_PERSON.asked(person=person_id)


def sittings_of(person_id: int) -> Sequence[Sitting]:
    """A person's newest attempts, the newest first."""
    return [Sitting(*row) for row in _OF_PERSON.rows(person=person_id)]


def newest(sittings: Sequence[Sitting]) -> list[Sitting]:
    """The newest of each exam, newest first."""
    found = {one.exam_id: one for one in reversed(sittings)}
    return sorted(found.values(), key=lambda one: one.id, reverse=True)
