"""Reading the work that candidates handed in."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from certification.rubrics import queries, queries_sittings
from certification.rubrics.models import Assessment, AssessmentDraft, Kind, SubmittedWork
from certification.rubrics.models_sittings import AssessmentSitting
from certification.rubrics.rules import rubric_from
from lms.accounts.models import Person
from lms.db import db
from lms.paging import SIZE, Page, page_of

SHOWN = 20
"""How many of a person's files for an exam are listed."""
_newer = aliased(SubmittedWork)


def are_asked(exam_id: int) -> bool:
    """Whether candidates hand in work for an exam."""
    version = queries.published(exam_id)
    return version is not None and "work" in rubric_from(version.content).kinds


def works(exam_id: int, person_id: int) -> Sequence[SubmittedWork]:
    """What a person handed in for an exam, the newest first."""
    return db.session.scalars(
        sa.select(SubmittedWork)
        .where(SubmittedWork.exam_id == exam_id, SubmittedWork.person_id == person_id)
        .order_by(SubmittedWork.number.desc())
        .limit(SHOWN)
    ).all()


def newest(exam_id: int, person_id: int) -> SubmittedWork | None:
    """The file that counts."""
    return next(iter(works(exam_id, person_id)), None)


def is_begun(exam_id: int, person_id: int) -> bool:
    """Whether an assessor looks at the work now, or another one is to look at it."""
    if queries_sittings.is_begun(exam_id, person_id, Kind.WORK):
        return True
    found = sa.select(AssessmentDraft.id).where(
        AssessmentDraft.exam_id == exam_id,
        AssessmentDraft.person_id == person_id,
        AssessmentDraft.kind == Kind.WORK,
    )
    return db.session.scalar(found.limit(1)) is not None


def numbered(exam_id: int, person_id: int, number: int) -> SubmittedWork | None:
    """One of a person's own files."""
    return db.session.scalar(
        sa.select(SubmittedWork).where(
            SubmittedWork.exam_id == exam_id,
            SubmittedWork.person_id == person_id,
            SubmittedWork.number == number,
        )
    )


def by_id(work_id: int, exam_id: int) -> SubmittedWork | None:
    """A file that was handed in for this exam."""
    return db.session.scalar(
        sa.select(SubmittedWork).where(
            SubmittedWork.id == work_id, SubmittedWork.exam_id == exam_id
        )
    )


def is_judged(work_id: int) -> bool:
    """Whether a result came of a file."""
    found = sa.select(Assessment.id).where(Assessment.work_id == work_id)
    return db.session.scalar(found.limit(1)) is not None


def waiting(exam_id: int, reader_id: int, cursor: int | None = None, size: int = SIZE) -> Page[Any]:
    """(work, person) whose newest file nobody has judged or looks at, the oldest first; never the
    reader's own. What waits for another assessor is listed with the sittings."""
    begun = sa.exists().where(AssessmentDraft.work_id == SubmittedWork.id)
    judged = sa.exists().where(Assessment.work_id == SubmittedWork.id)
    waits = sa.exists().where(
        AssessmentSitting.work_id == SubmittedWork.id, AssessmentSitting.ended_at.is_(None)
    )
    newer = sa.exists().where(
        _newer.exam_id == SubmittedWork.exam_id,
        _newer.person_id == SubmittedWork.person_id,
        _newer.number > SubmittedWork.number,
    )
    rows: Sequence[Any] = db.session.execute(
        sa.select(SubmittedWork, Person)
        .join(Person, Person.id == SubmittedWork.person_id)
        .where(
            SubmittedWork.exam_id == exam_id, SubmittedWork.person_id != reader_id,
            SubmittedWork.id > (cursor or 0), ~begun, ~judged, ~waits, ~newer,
        )
        .order_by(SubmittedWork.id)
        .limit(size + 1)
    ).all()  # fmt: skip
    return page_of(rows, size=size, key=lambda row: (row[0].id,), is_first=cursor is None)
