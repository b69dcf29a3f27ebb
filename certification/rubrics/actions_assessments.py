"""Judging a person by a rubric: notes kept as a draft, then a record that never changes."""

from dataclasses import asdict
from datetime import date, datetime

import sqlalchemy as sa

from certification.exams.actions import Judged, record_result
from certification.exams.models import Exam, ExamResult
from certification.rubrics import queries, queries_works
from certification.rubrics import queries_assessments as found
from certification.rubrics.models import (
    Assessment,
    AssessmentDraft,
    AssessmentMark,
    Kind,
    RubricVersion,
)
from certification.rubrics.rules import (
    RULE,
    Notes,
    Rubric,
    Score,
    open_criteria,
    rubric_from,
    scored,
)
from lms import audit
from lms.accounts.models import Person
from lms.clock import today
from lms.db import db, insert_once, locked
from lms.errors import refuse
from lms.site import issuer_zone


def _may_judge(person_id: int, by: int) -> None:
    """Nobody judges themselves or whom they taught."""
    if person_id == by:
        raise refuse("not_yourself", status=403)
    if found.has_trained(by, person_id):
        raise refuse("trained_by_you", status=422)


def begin(
    exam: Exam, person: Person, kind: Kind, *, taken_on: date, by: int, now: datetime
) -> AssessmentDraft:
    """An assessor's draft about a person by the rubric in force; the one that is there if any.

    Refuses `not_yourself`, `trained_by_you`, `rubric_missing`, `rubric_other_kind`,
    `in_the_future`, `work_missing`, `work_judged`, `draft_open` (of another day or form).
    """
    _may_judge(person.id, by)
    rubric = queries.published(exam.id)
    if rubric is None:
        raise refuse("rubric_missing", status=422)
    if kind not in rubric_from(rubric.content).kinds:
        raise refuse("rubric_other_kind", status=422)
    if taken_on > today(now, issuer_zone()):
        raise refuse("in_the_future", status=422)
    values = {"kind": kind, "taken_on": taken_on, "rubric_id": rubric.id}
    values["work_id"] = _work(exam.id, person.id) if kind is Kind.WORK else None
    return _put(exam.id, person.id, values, Notes(), by=by, now=now)


def _work(exam_id: int, person_id: int) -> int:
    """The newest file, which cannot be replaced any more: the person's row is the lock."""
    _lock(person_id)
    work = queries_works.newest(exam_id, person_id)
    if work is None:
        raise refuse("work_missing", status=422)
    _not_judged(work.id)
    return work.id


def _lock(person_id: int) -> None:
    db.session.execute(locked(sa.select(Person.id).where(Person.id == person_id)))


def _not_judged(work_id: int) -> None:
    """A file is judged once; what was wrong is corrected."""
    if queries_works.is_judged(work_id):
        raise refuse("work_judged", status=422)


def _put(
    exam_id: int,
    person_id: int,
    values: dict[str, object],
    notes: Notes,
    *,
    by: int,
    now: datetime,
) -> AssessmentDraft:
    owner = {"exam_id": exam_id, "person_id": person_id, "by": by}
    times = {"revision": 1, "started_at": now, "saved_at": now, "notes": asdict(notes)}
    insert_once(AssessmentDraft, owner | values | times, list(owner))
    row = found.draft_of(exam_id, person_id, by)
    if (row.kind, row.taken_on, row.corrects_id) != (
        values["kind"], values["taken_on"], values.get("corrects_id"),
    ):  # fmt: skip
        raise refuse("draft_open")
    return row


def correct(assessment: Assessment, *, by: int, now: datetime) -> AssessmentDraft:
    """A draft that begins as what was recorded, by the same version of the rubric. Refuses
    `not_yourself`, `trained_by_you`, `changed_meanwhile` (corrected before)."""
    result = assessment.result
    _may_judge(result.person_id, by)
    later = sa.select(ExamResult.id).where(ExamResult.replaces_id == result.id)
    if db.session.scalar(later) is not None:
        raise refuse("changed_meanwhile")
    values = {name: getattr(assessment, name) for name in ("kind", "rubric_id", "work_id")}
    values |= {"taken_on": result.taken_on, "corrects_id": assessment.id}
    notes = Notes(
        {mark.criterion: mark.level for mark in assessment.marks},
        {mark.criterion: mark.comment for mark in assessment.marks if mark.comment},
        assessment.comment,
    )
    return _put(result.exam_id, result.person_id, values, notes, by=by, now=now)


def _held(draft: AssessmentDraft, revision: int, by: int) -> None:
    """Lock the draft; `changed_meanwhile` when it is recorded or newer by now. Its columns alone
    are read anew, so that a page can still show whom it is about."""
    held = sa.select(AssessmentDraft.id).where(
        AssessmentDraft.id == draft.id,
        AssessmentDraft.revision == revision,
        AssessmentDraft.by == by,
    )
    if db.session.scalar(locked(held)) is None:
        raise refuse("changed_meanwhile")


def save(draft: AssessmentDraft, notes: Notes, *, revision: int, by: int, now: datetime) -> None:
    """Keep what was noted so far. Refuses `changed_meanwhile`."""
    _held(draft, revision, by)
    draft.notes, draft.saved_at = asdict(notes), now
    draft.revision = revision + 1
    db.session.flush()


def discard(draft: AssessmentDraft, *, revision: int, by: int) -> None:
    """Give the notes up; no result comes of them. Refuses `changed_meanwhile`."""
    _held(draft, revision, by)
    db.session.delete(draft)
    db.session.flush()


def submit(
    draft: AssessmentDraft, notes: Notes, *, revision: int, by: int, now: datetime
) -> Assessment:
    """Record the assessment and the result that follows from it; the draft goes.

    Refuses `levels_missing`, `correction_reason_missing`, `result_exists` (somebody else
    recorded one of that day), `changed_meanwhile`, and whatever `begin` refuses.
    """
    _held(draft, revision, by)
    _may_judge(draft.person_id, by)
    version = db.session.get_one(RubricVersion, draft.rubric_id)
    rubric = rubric_from(version.content)
    if open_criteria(rubric, notes.levels):
        raise refuse("levels_missing", status=422)
    if draft.corrects_id is not None and not notes.reason:
        raise refuse("correction_reason_missing", status=422)
    if draft.work_id is not None and draft.corrects_id is None:
        _lock(draft.person_id)
        _not_judged(draft.work_id)
    exam = db.session.get_one(Exam, draft.exam_id)
    score = scored(rubric, notes.levels, full_marks=exam.full_marks, cut=exam.cut_score)
    made = _record(draft, exam, score, notes, by=by, now=now)
    _mark(made, rubric, notes)
    db.session.delete(draft)
    db.session.flush()
    _note(made, version, is_correction=draft.corrects_id is not None, by=by, now=now)
    return made


def _record(
    row: AssessmentDraft, exam: Exam, score: Score, notes: Notes, *, by: int, now: datetime
) -> Assessment:
    old = db.session.get(Assessment, row.corrects_id) if row.corrects_id else None
    result = record_result(
        exam,
        db.session.get_one(Person, row.person_id),
        taken_on=row.taken_on,
        score=score.score,
        note=notes.reason,
        by=by,
        now=now,
        replaces=db.session.get_one(ExamResult, old.result_id) if old else None,
        judged=Judged(row.kind.value, score.passed),
    )
    made = Assessment(
        result_id=result.id,
        rubric_id=row.rubric_id,
        kind=row.kind,
        work_id=row.work_id,
        rule=RULE,
        points=score.points,
        full_points=score.full,
        missed=list(score.missed),
        comment=notes.comment,
        reason=notes.reason,
        by=by,
        at=now,
    )
    db.session.add(made)
    db.session.flush()
    return made


def _mark(made: Assessment, rubric: Rubric, notes: Notes) -> None:
    for one in rubric.criteria:
        level = notes.levels[one.id]
        db.session.add(
            AssessmentMark(
                assessment_id=made.id,
                criterion=one.id,
                level=level,
                points=one.levels[level - 1].points,
                comment=notes.comments.get(one.id, ""),
            )
        )


def _note(
    made: Assessment, version: RubricVersion, *, is_correction: bool, by: int, now: datetime
) -> None:
    audit.record(
        "exam.assessment_corrected" if is_correction else "exam.assessed",
        "assessment",
        made.id,
        by=by,
        now=now,
        result=made.result_id,
        rubric=version.number,
        rule=made.rule,
        form=made.kind.value,
    )
