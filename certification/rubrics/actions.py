"""Writing a rubric: a draft that is copied, saved and published, then frozen."""

from datetime import datetime

import sqlalchemy as sa

from certification.exams.models import Exam
from certification.rubrics import queries
from certification.rubrics.models import RubricState, RubricVersion
from certification.rubrics.rules import Rubric, content_of, flaws, rubric_from
from lms import audit
from lms.db import db, locked
from lms.errors import Refusal, refuse


def start_draft(exam: Exam, *, by: int | None, now: datetime) -> RubricVersion:
    """A new version that begins as a copy of the published one; the draft that is there if any."""
    db.session.execute(locked(sa.select(Exam).where(Exam.id == exam.id)))
    there = queries.draft(exam.id)
    if there is not None:
        return there
    old = queries.published(exam.id)
    row = RubricVersion(
        exam_id=exam.id,
        number=queries.newest_number(exam.id) + 1,
        state=RubricState.DRAFT,
        content=old.content if old else content_of(Rubric()),
        created_at=now,
        created_by=by,
    )
    db.session.add(row)
    db.session.flush()
    audit.record("rubric.drafted", "exam", exam.id, by=by, now=now, version=row.number)
    return row


def _held(rubric_id: int, revision: int) -> RubricVersion:
    """The draft as it is now, locked (`changed_meanwhile` when it is none or another by now)."""
    row = db.session.scalar(locked(sa.select(RubricVersion).where(RubricVersion.id == rubric_id)))
    if row is None or row.state != RubricState.DRAFT or row.revision != revision:
        raise refuse("changed_meanwhile")
    found: RubricVersion = row
    return found


def save(
    version: RubricVersion, rubric: Rubric, *, revision: int, by: int | None, now: datetime
) -> None:
    """Keep the draft; a draft may be empty, but what it has is sound. Refuses flaws of the rubric,
    and `changed_meanwhile` if somebody saved since `revision`."""
    row = _held(version.id, revision)
    found = [flaw for flaw in flaws(rubric) if flaw.code != "rubric_empty"]
    if found:
        raise Refusal(*found, status=422)
    row.content, row.content_sha256 = content_of(rubric), ""
    row.revision += 1
    db.session.flush()
    audit.record("rubric.saved", "exam", row.exam_id, by=by, now=now, version=row.number)


def publish(version: RubricVersion, *, revision: int, by: int | None, now: datetime) -> None:
    """From now on assessors judge by it; drafts of theirs keep the one that they began with."""
    db.session.execute(locked(sa.select(Exam).where(Exam.id == version.exam_id)))
    row = _held(version.id, revision)
    found = flaws(rubric_from(row.content))
    if found:
        raise Refusal(*found, status=422)
    old = queries.published(row.exam_id)
    if old is not None:
        old.state = RubricState.RETIRED
        db.session.flush()
    row.state, row.published_at, row.published_by = RubricState.PUBLISHED, now, by
    db.session.flush()
    audit.record("rubric.published", "exam", row.exam_id, by=by, now=now, version=row.number)


def discard(version: RubricVersion, *, revision: int, by: int, now: datetime) -> None:
    """Give a draft up; nobody was ever judged by it."""
    row = _held(version.id, revision)
    exam_id, number = row.exam_id, row.number
    db.session.delete(row)
    db.session.flush()
    audit.record("rubric.discarded", "exam", exam_id, by=by, now=now, version=number)
