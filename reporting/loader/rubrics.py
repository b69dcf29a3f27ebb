"""Writing how assessors judge: a changed rubric is a new version, what was judged keeps its own."""

import hashlib

import sqlalchemy as sa

from certification.exams.models import Exam
from certification.papers.datafiles import PaperFile
from certification.rubrics import actions, queries
from certification.rubrics.models import RubricVersion
from courses.catalog.models import Course
from lms import audit
from lms.audit import canonical
from lms.datafile import DataFileError, Document
from lms.db import db
from reporting.loader.loading import Loading


def load_rubrics(loading: Loading) -> None:
    """The rubric of every exam that has one in its file."""
    for document in loading.folder.papers:
        if document.value.rubric is None:
            continue
        exam = db.session.scalars(
            sa.select(Exam)
            .join(Course, Course.id == Exam.course_id)
            .where(Course.code == document.value.exam)
        ).one()
        _put(loading, exam, document)


def _put(loading: Loading, exam: Exam, document: Document[PaperFile]) -> None:
    item = document.value.rubric
    if item is None:
        return
    digest = hashlib.sha256(canonical(item.model_dump(mode="json"))).hexdigest()
    if _loaded(exam) == digest:
        loading.tally.note("rubric", "unchanged")
        return
    if queries.draft(exam.id) is not None:
        text = f"somebody works on a draft of the rubric of {document.value.exam}"
        raise DataFileError([document.error(text, "rubric")])
    row = actions.start_draft(exam, by=None, now=loading.now)
    actions.save(row, item.rubric(), revision=row.revision, by=None, now=loading.now)
    row.content_sha256 = digest
    actions.publish(row, revision=row.revision, by=None, now=loading.now)
    loading.tally.note("rubric", "added")
    audit.record(
        "rubric.loaded", "exam", document.value.exam, by=None, now=loading.now, version=row.number
    )


def _loaded(exam: Exam) -> str | None:
    """The digest of the newest version that came from a file."""
    return db.session.scalar(
        sa.select(RubricVersion.content_sha256)
        .where(RubricVersion.exam_id == exam.id, RubricVersion.content_sha256 != "")
        .order_by(RubricVersion.number.desc())
        .limit(1)
    )
