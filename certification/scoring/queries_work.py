"""What waits for people: answers to mark, appeals, decisions on items with their changes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from certification.delivery.models import Attempt
from certification.exams.models import Exam
from certification.items.models import Item, ItemVersion
from certification.papers.models import FormItem
from certification.scoring.models import (
    Appeal,
    AppealState,
    DispositionState,
    ItemDisposition,
    Mark,
    RunState,
    ScoreRun,
)
from certification.scoring.models_work import DispositionChange, MarkingTask
from courses.catalog.models import Course, CourseVersion, VersionState
from lms.accounts.models import Person
from lms.chains import stands
from lms.db import AnySelect, db
from lms.paging import SIZE, Page, page_of


def markers_of(attempt_id: int, position: int | None = None) -> set[int]:
    """Everybody who marked an attempt, or one answer of it."""
    wanted = sa.select(Mark.by).where(Mark.attempt_id == attempt_id)
    if position is not None:
        wanted = wanted.where(Mark.position == position)
    return set(db.session.scalars(wanted))


def marks_of(attempt_id: int) -> Sequence[Any]:
    """(mark, marker's name, whether a correction replaced it), in their order."""
    later = aliased(Mark)
    return db.session.execute(
        sa.select(Mark, Person.name, later.id.is_not(None).label("is_replaced"))
        .join(Person, Person.id == Mark.by)
        .outerjoin(later, later.replaces_id == Mark.id)
        .where(Mark.attempt_id == attempt_id)
        .order_by(Mark.position, Mark.id)
    ).all()


def _exam_titles() -> AnySelect:
    """What names an exam; joined to whatever has an `exam_id`."""
    return (
        sa.select(Exam.id, Course.code, Course.programme_id, CourseVersion.title)
        .join(Course, Course.id == Exam.course_id)
        .join(
            CourseVersion,
            sa.and_(
                CourseVersion.course_id == Course.id, CourseVersion.state == VersionState.PUBLISHED
            ),
        )
    )


def marking_queue(programme_ids: Sequence[int], person_id: int, cursor: int | None) -> Page[Any]:
    """(task, exam's title) that this person may mark, oldest first: never one's own exam, never an
    answer that one marked before."""
    exam, mine = _exam_titles().subquery(), aliased(Mark)
    wanted = (
        sa.select(MarkingTask, exam.c.title)
        .join(exam, exam.c.id == MarkingTask.exam_id)
        .join(Attempt, Attempt.id == MarkingTask.attempt_id)
        .where(
            MarkingTask.done_at.is_(None),
            exam.c.programme_id.in_(programme_ids),
            Attempt.person_id != person_id,
            ~sa.exists().where(
                mine.attempt_id == MarkingTask.attempt_id,
                mine.position == MarkingTask.position,
                mine.by == person_id,
            ),
        )
        .order_by(MarkingTask.id)
        .limit(SIZE + 1)
    )
    if cursor is not None:
        wanted = wanted.where(MarkingTask.id > cursor)
    rows = db.session.execute(wanted).all()
    return page_of(rows, size=SIZE, key=lambda row: (row[0].id,), is_first=cursor is None)


def open_task(attempt_id: int, position: int, programme_ids: Sequence[int]) -> Any | None:
    """(task, attempt, version, exam's title) of an answer that waits."""
    exam = _exam_titles().subquery()
    return db.session.execute(
        sa.select(MarkingTask, Attempt, ItemVersion, exam.c.title)
        .join(exam, exam.c.id == MarkingTask.exam_id)
        .join(Attempt, Attempt.id == MarkingTask.attempt_id)
        .join(ItemVersion, ItemVersion.id == MarkingTask.version_id)
        .where(
            MarkingTask.attempt_id == attempt_id,
            MarkingTask.position == position,
            MarkingTask.done_at.is_(None),
            exam.c.programme_id.in_(programme_ids),
        )
    ).one_or_none()


def own_marks(person_id: int, limit: int = 20) -> Sequence[Mark]:
    """A person's newest marks that may still be corrected: nothing decides yet."""
    return db.session.scalars(
        sa.select(Mark)
        .where(
            Mark.by == person_id,
            stands(Mark),
            ~sa.exists().where(
                ScoreRun.attempt_id == Mark.attempt_id, ScoreRun.state == RunState.DECIDING
            ),
        )
        .order_by(Mark.id.desc())
        .limit(limit)
    ).all()


def own_mark(attempt_id: int, position: int, person_id: int) -> Mark | None:
    """A person's mark of an answer that no correction replaced."""
    return db.session.scalar(
        sa.select(Mark).where(
            Mark.attempt_id == attempt_id,
            Mark.position == position,
            Mark.by == person_id,
            stands(Mark),
        )
    )


def appeals(programme_ids: Sequence[int], state: AppealState, cursor: int | None) -> Page[Any]:
    """(appeal, attempt's code, exam's title) by deadline of the answer, the first due first."""
    exam = _exam_titles().subquery()
    wanted = (
        sa.select(Appeal, Attempt.code, exam.c.title)
        .join(Attempt, Attempt.id == Appeal.attempt_id)
        .join(exam, exam.c.id == Attempt.exam_id)
        .where(Appeal.state == state, exam.c.programme_id.in_(programme_ids))
        .order_by(Appeal.id)
        .limit(SIZE + 1)
    )
    if cursor is not None:
        wanted = wanted.where(Appeal.id > cursor)
    rows = db.session.execute(wanted).all()
    return page_of(rows, size=SIZE, key=lambda row: (row[0].id,), is_first=cursor is None)


def appeal_by_id(appeal_id: int, programme_ids: Sequence[int]) -> Any | None:
    """(appeal with attempt and policy, exam's code and title)."""
    exam = _exam_titles().subquery()
    return db.session.execute(
        sa.select(Appeal, exam.c.code, exam.c.title)
        .join(Appeal.attempt)
        .join(exam, exam.c.id == Attempt.exam_id)
        .options(joinedload(Appeal.attempt).joinedload(Attempt.policy))
        .where(Appeal.id == appeal_id, exam.c.programme_id.in_(programme_ids))
    ).one_or_none()


def appeals_of(attempt_id: int) -> Sequence[Appeal]:
    """All appeals of an attempt, newest first."""
    return db.session.scalars(
        sa.select(Appeal).where(Appeal.attempt_id == attempt_id).order_by(Appeal.id.desc())
    ).all()


def was_decided(attempt_id: int, since: datetime) -> bool:
    """Whether an appeal was decided that was made against the run of this instant."""
    found = sa.select(Appeal.id).where(
        Appeal.attempt_id == attempt_id,
        Appeal.at >= since,
        Appeal.state.in_((AppealState.UPHELD, AppealState.REJECTED)),
    )
    return db.session.scalar(found.limit(1)) is not None


def asked_version(exam_id: int, programme_id: int, item_code: str) -> Any | None:
    """(item, its newest version that a form of this exam asks)."""
    return db.session.execute(
        sa.select(Item, ItemVersion)
        .join(ItemVersion, ItemVersion.item_id == Item.id)
        .where(
            Item.programme_id == programme_id,
            Item.code == item_code,
            sa.exists().where(FormItem.version_id == ItemVersion.id, _of_exam(exam_id)),
        )
        .order_by(ItemVersion.number.desc())
        .limit(1)
    ).one_or_none()


def _of_exam(exam_id: int) -> sa.ColumnElement[bool]:
    forms = sa.select(Attempt.form_id).where(Attempt.exam_id == exam_id)
    return FormItem.form_id.in_(forms)


def is_last(exam_id: int, version_id: int) -> bool:
    """Whether a form that was taken would have no item that counts without this one."""
    gone = sa.select(ItemDisposition.version_id).where(
        ItemDisposition.exam_id == exam_id,
        ItemDisposition.treatment == "neutral",
        ItemDisposition.state.in_((DispositionState.RUNNING, DispositionState.DONE)),
    )
    other = aliased(FormItem)
    counts = sa.exists().where(
        other.form_id == FormItem.form_id,
        other.is_pilot.is_(False),
        other.version_id != version_id,
        other.version_id.not_in(gone),
    )
    found = sa.select(FormItem.id).where(
        FormItem.version_id == version_id, _of_exam(exam_id), ~counts
    )
    return db.session.scalar(found.limit(1)) is not None


def asked(row: ItemDisposition) -> sa.Select[int]:
    """The attempts whose deciding run holds the item."""
    return (
        sa.select(Attempt.id)
        .join(FormItem, FormItem.form_id == Attempt.form_id)
        .join(
            ScoreRun,
            sa.and_(ScoreRun.attempt_id == Attempt.id, ScoreRun.state == RunState.DECIDING),
        )
        .where(Attempt.exam_id == row.exam_id, FormItem.version_id == row.version_id)
    )


def asked_attempts(row: ItemDisposition, *, after: int, most: int) -> Sequence[int]:
    """The next attempts to look at, by id."""
    wanted = asked(row).where(Attempt.id > after).order_by(Attempt.id).limit(most)
    return db.session.scalars(wanted).all()


def count_asked(row: ItemDisposition) -> int:
    """How many attempts the item was asked in."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(asked(row).subquery())) or 0


def last_previewed(disposition_id: int) -> int:
    """The attempt up to which a preview is computed."""
    highest = sa.select(sa.func.coalesce(sa.func.max(DispositionChange.attempt_id), 0))
    return db.session.scalars(
        highest.where(DispositionChange.disposition_id == disposition_id)
    ).one()


def deciding_runs(attempt_ids: Sequence[int]) -> dict[int, ScoreRun]:
    """The runs that decide, by attempt."""
    rows = db.session.scalars(
        sa.select(ScoreRun).where(
            ScoreRun.attempt_id.in_(attempt_ids), ScoreRun.state == RunState.DECIDING
        )
    )
    return {row.attempt_id: row for row in rows}
