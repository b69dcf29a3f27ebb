"""Reading the work that candidates handed in."""

from collections.abc import Sequence

import sqlalchemy as sa

from certification.rubrics.models import AssessmentDraft, Kind, SubmittedWork
from lms.db import db

SHOWN = 20
"""How many of a person's files for an exam are listed."""


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
    """Whether an assessor looks at the work now."""
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
