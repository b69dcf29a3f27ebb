"""Handing work in: a newer file counts instead of the one before, until an assessor looks at it."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from certification.exams.models import Exam
from certification.rubrics import queries_works
from certification.rubrics.models import SubmittedWork
from lms import audit
from lms.accounts.models import Person
from lms.db import db, locked
from lms.errors import refuse


@dataclass(frozen=True, slots=True)
class File:
    """A file that lies in the store."""

    sha256: str
    name: str
    media: str
    size: int


def hand_in(exam: Exam, person_id: int, file: File, *, now: datetime) -> SubmittedWork:
    """Keep a file as the one that counts. The person's row is the lock between this and an assessor
    who begins. Refuses `work_not_asked`, `work_started`."""
    db.session.execute(locked(sa.select(Person.id).where(Person.id == person_id)))
    if not queries_works.are_asked(exam.id):
        raise refuse("work_not_asked")
    if queries_works.is_begun(exam.id, person_id):
        raise refuse("work_started")
    before = queries_works.newest(exam.id, person_id)
    row = SubmittedWork(
        exam_id=exam.id,
        person_id=person_id,
        number=before.number + 1 if before else 1,
        sha256=file.sha256,
        name=file.name,
        media=file.media,
        size=file.size,
        at=now,
    )
    db.session.add(row)
    db.session.flush()
    audit.record(
        "exam.work_submitted", "exam", exam.id, by=person_id, now=now,
        work=row.id, number=row.number, sha256=row.sha256,
    )  # fmt: skip
    return row
