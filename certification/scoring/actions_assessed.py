"""Appeals against results by a rubric: a candidate objects in time, somebody who had no part in it
decides, and may judge anew: another result then, never a changed one."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from certification.exams.models import Exam, ExamResult
from certification.rubrics import actions_assessments as judging
from certification.rubrics import queries_assessments
from certification.rubrics.models import Assessment
from certification.rubrics.rules import Notes, open_criteria, scored
from certification.scoring import queries_assessed as found
from certification.scoring.actions_appeals import lodge, move
from certification.scoring.models import AppealState
from certification.scoring.models_assessed import AssessmentAppeal
from lms import audit
from lms.accounts import letters
from lms.clock import today
from lms.db import db, locked
from lms.errors import refuse
from lms.site import issuer_zone


def _lock(result_id: int) -> None:
    """One at a time at a result."""
    db.session.execute(locked(sa.select(ExamResult.id).where(ExamResult.id == result_id)))


def _stands(result_id: int) -> bool:
    later = sa.select(ExamResult.id).where(ExamResult.replaces_id == result_id)
    return db.session.scalar(later) is None


def appeal(result: ExamResult, text: str, *, by: int, now: datetime) -> AssessmentAppeal:
    """Object to a result that stands.

    Refuses `not_yours`, `changed_meanwhile` (another result took its place), `appeal_late`,
    `appeal_open` (one at a time), `appeal_decided` (this result was looked at).
    """
    if result.person_id != by:
        raise refuse("not_yours", status=403)
    _lock(result.id)
    if not _stands(result.id):
        raise refuse("changed_meanwhile")
    days = found.appeal_days(result)
    if not days or today(now, issuer_zone()) > found.last_day(result, days):
        raise refuse("appeal_late")
    if found.was_decided(result.id):
        raise refuse("appeal_decided")
    row = lodge(AssessmentAppeal, text, by=by, now=now, result_id=result.id)
    audit.record("appeal.made", "assessment_appeal", row.id, by=by, now=now, result=result.id)
    _tell("appeal_received", row, result, now=now)
    return row


def may_decide(row: AssessmentAppeal, by: int) -> bool:
    """Whether somebody had no part in it: neither candidate nor assessor nor trainer."""
    result = row.result
    return by not in {row.by, *found.had_part(result)} and not queries_assessments.has_trained(
        by, result.person_id
    )


def decide(
    row: AssessmentAppeal,
    *,
    is_upheld: bool,
    notes: Notes | None,
    decision: str,
    by: int,
    now: datetime,
) -> None:
    """Answer an appeal, once. `notes`: whoever upholds it judges anew, and that decides at once.

    Refuses `not_yourself`, `appeal_by_part`, `changed_meanwhile`, `levels_missing`,
    `appeal_would_fail` (an appeal takes no pass away).
    """
    if row.by == by:
        raise refuse("not_yourself", status=403)
    if not may_decide(row, by):
        raise refuse("appeal_by_part", status=403)
    _lock(row.result_id)
    judged = _anew(row, notes) if is_upheld and notes is not None else None
    move(row, AppealState.UPHELD if is_upheld else AppealState.REJECTED, decision, by=by, now=now)
    old, new = row.result, None
    if judged is not None:
        said = replace(judged.notes, reason=decision[:1000])
        made = judging.judge_anew(judged.assessment, said, by=by, now=now)
        new = db.session.get_one(ExamResult, made.result_id)
        row.new_result_id = new.id
        db.session.flush()
    scores = {"before": old.score, "after": new.score, "passed": new.passed} if new else {}
    _tell("appeal_decided", row, new or old, now=now, **scores)


@dataclass(frozen=True, slots=True)
class _Anew:
    """What is judged anew, and how."""

    assessment: Assessment
    notes: Notes


def _anew(row: AssessmentAppeal, notes: Notes) -> _Anew:
    """Refuses what would take a pass away."""
    result = row.result
    before = queries_assessments.record(result.id, result.exam_id)
    if before is None:
        raise LookupError(f"result {result.id} was not judged by a rubric")
    if open_criteria(before.rubric, notes.levels):
        raise refuse("levels_missing", status=422)
    exam = db.session.get_one(Exam, result.exam_id)
    score = scored(before.rubric, notes.levels, full_marks=exam.full_marks, cut=exam.cut_score)
    if result.passed and not score.passed:
        raise refuse("appeal_would_fail", status=422)
    return _Anew(before.assessment, notes)


def _tell(
    template: str, row: AssessmentAppeal, result: ExamResult, *, now: datetime, **scores: Any
) -> None:
    letters.write(
        template,
        row.by,
        key=f"{template}:assessment:{row.id}",
        now=now,
        result_id=result.id,
        answer_due_on=row.answer_due_on.isoformat(),
        issuer_zone=issuer_zone(),
        state=str(row.state),
        decision=row.decision,
        **scores,
    )
