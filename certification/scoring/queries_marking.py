"""An answer as its marker sees it: without its author, without others' marks."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from certification.delivery.models import Attempt, AttemptResponse
from certification.exams.models import Exam
from certification.items.models import ItemVersion
from certification.papers.models import FormItem
from certification.scoring import queries_work
from certification.scoring.models import Mark
from certification.scoring.models_work import MarkingTask
from courses.catalog.models import Course
from lms.db import db


@dataclass(frozen=True, slots=True)
class Place:
    """An answer that waits for this marker (`task`), or that they marked (`own`)."""

    attempt_id: int
    position: int
    language: str
    version: ItemVersion
    response: AttemptResponse | None
    task: MarkingTask | None
    own: Mark | None


def place(
    attempt_id: int, position: int, programme_ids: Sequence[int], person_id: int
) -> Place | None:
    """The answer, if this person may mark it or has marked it; never one's own exam."""
    row = db.session.execute(
        sa.select(Attempt.language, ItemVersion, AttemptResponse, MarkingTask)
        .join(Exam, Exam.id == Attempt.exam_id)
        .join(Course, Course.id == Exam.course_id)
        .join(FormItem, sa.and_(FormItem.form_id == Attempt.form_id, FormItem.position == position))
        .join(ItemVersion, ItemVersion.id == FormItem.version_id)
        .outerjoin(
            AttemptResponse,
            sa.and_(AttemptResponse.attempt_id == Attempt.id, AttemptResponse.position == position),
        )
        .outerjoin(
            MarkingTask,
            sa.and_(
                MarkingTask.attempt_id == Attempt.id,
                MarkingTask.position == position,
                MarkingTask.done_at.is_(None),
            ),
        )
        .where(
            Attempt.id == attempt_id,
            Attempt.person_id != person_id,
            Course.programme_id.in_(programme_ids),
        )
        .order_by(MarkingTask.round)
        .limit(1)
    ).one_or_none()
    own = queries_work.own_mark(attempt_id, position, person_id)
    if row is None or (row.MarkingTask is None and own is None):
        return None
    return Place(
        attempt_id, position, row.language, row.ItemVersion, row.AttemptResponse,
        row.MarkingTask, own,
    )  # fmt: skip
