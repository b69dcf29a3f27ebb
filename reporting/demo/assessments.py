"""People who were judged by an exam's rubric."""

from collections.abc import Sequence
from datetime import date, datetime

from certification.exams import actions as examining
from certification.exams.models import ExamResult
from certification.exams.queries import exam_by_code
from certification.rubrics import actions_assessments as judging
from certification.rubrics.models import Kind
from certification.rubrics.queries import published
from certification.rubrics.rules import Notes, rubric_from
from lms.accounts.datafiles import AssessedFile
from lms.accounts.models import Person
from lms.db import db
from reporting.demo.stage import evening, person_id_of


def judge(item: AssessedFile, day: date) -> tuple[datetime, Sequence[int]]:
    """One evening an assessor recorded what was seen."""
    row = exam_by_code(item.code)
    version = published(row[0].id) if row else None
    if row is None or version is None:
        raise LookupError(f"{item.code} has no rubric")
    levels = {}
    for one in rubric_from(version.content).criteria:
        names = [level.name for level in one.levels]
        levels[one.id] = names.index(item.levels[one.id]) + 1
    person, at = db.session.get_one(Person, person_id_of(item.email)), evening(day)
    by = person_id_of("proctor")
    draft = judging.begin(row[0], person, Kind(item.kind), taken_on=day, by=by, now=at)
    notes = Notes(levels, item.comments, item.comment)
    made = judging.submit(draft, notes, revision=draft.revision, by=by, now=at)
    if made is None:
        raise LookupError(f"{item.code} wants two assessors")
    examining.show_evidence(db.session.get_one(ExamResult, made.result_id), row[0], now=at)
    return at, [person.id]
