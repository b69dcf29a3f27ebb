"""Marks of extended answers: by criterion, one person a round, corrected by a new fact."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa

from certification.delivery.models import Attempt
from certification.items.content import ItemContent
from certification.scoring import queries, queries_sheets, queries_work
from certification.scoring.actions import lock_attempt, open_round
from certification.scoring.models import Mark
from certification.scoring.models_work import MarkingTask
from lms import audit, jobs
from lms.db import db
from lms.errors import refuse


def mark(
    task: MarkingTask,
    content: ItemContent,
    points: Mapping[str, Decimal],
    *,
    comment: str,
    by: int,
    now: datetime,
) -> Mark:
    """Mark an answer for the round that waits. With the last mark of an attempt the run decides.

    Refuses `not_yourself`, `marked_before` (another person marks each round), `mark_out_of_range`,
    `changed_meanwhile` (somebody else was faster).
    """
    lock_attempt(task.attempt_id)
    db.session.refresh(task)
    if task.done_at is not None:
        raise refuse("changed_meanwhile")
    _check(task.attempt_id, content, points, by=by)
    if by in queries_work.markers_of(task.attempt_id, task.position):
        raise refuse("marked_before")
    row = _add(task, points, comment=comment, by=by, now=now)
    task.done_at = now
    _go_on(row, task.version_id, now=now)
    return row


def correct(
    old: Mark,
    content: ItemContent,
    points: Mapping[str, Decimal],
    *,
    version_id: int,
    comment: str,
    by: int,
    now: datetime,
) -> Mark:
    """Replace one's own mark by a new fact until the attempt is decided.

    Refuses `mark_decided` (from then on there is the appeal), `changed_meanwhile`.
    """
    lock_attempt(old.attempt_id)
    _check(old.attempt_id, content, points, by=by)
    if old.by != by:
        raise refuse("not_yours", status=403)
    if queries.deciding(old.attempt_id) is not None:
        raise refuse("mark_decided")
    row = _add(old, points, comment=comment, by=by, now=now, replaces=old)
    _go_on(row, version_id, now=now)
    return row


def _check(
    attempt_id: int, content: ItemContent, points: Mapping[str, Decimal], *, by: int
) -> None:
    if db.session.get_one(Attempt, attempt_id).person_id == by:
        raise refuse("not_yourself", status=403)
    for one in content.criteria:
        if one.id not in points or not 0 <= points[one.id] <= one.points:
            raise refuse("mark_out_of_range", status=422)


def _add(
    place: MarkingTask | Mark,
    points: Mapping[str, Decimal],
    *,
    comment: str,
    by: int,
    now: datetime,
    replaces: Mark | None = None,
) -> Mark:
    row = Mark(
        attempt_id=place.attempt_id,
        position=place.position,
        round=place.round,
        points={name: str(value) for name, value in points.items()},
        comment=comment,
        replaces_id=replaces.id if replaces else None,
        at=now,
        by=by,
    )
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except sa.exc.IntegrityError as error:
        raise refuse("changed_meanwhile") from error
    audit.record(
        "exam.mark_corrected" if replaces else "exam.marked",
        "mark",
        row.id,
        by=by,
        now=now,
        position=row.position,
        round=row.round,
    )
    return row


def _go_on(row: Mark, version_id: int, *, now: datetime) -> None:
    """Ask for the next round, or have the attempt scored once nothing waits any more."""
    sheet = queries_sheets.sheets([row.attempt_id])[0]
    wanted = sheet.next_round(row.position)
    if wanted is not None:
        open_round(sheet, row.position, version_id, wanted, now=now)
    elif queries.deciding(row.attempt_id) is None:
        key = f"{row.attempt_id}:{row.id}"
        jobs.enqueue("scoring.marks_complete", {"attempt_id": row.attempt_id}, key=key)
