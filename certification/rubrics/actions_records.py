"""Recording what was judged: a result of the exam, with how it came about. Never changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction

from certification.exams.actions import Judged, record_result
from certification.exams.models import Exam, ExamResult
from certification.rubrics.models import Assessment, AssessmentMark, Kind, RubricVersion
from certification.rubrics.rules import RULE, Notes, Score, points_of, rubric_from, scored
from lms import audit
from lms.accounts.models import Person
from lms.db import db


@dataclass(frozen=True, slots=True)
class Sat:
    """Who was judged, when, in which form of the exam and by which rubric."""

    exam_id: int
    person_id: int
    rubric_id: int
    kind: Kind
    taken_on: date
    work_id: int | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided about them."""

    notes: Notes
    points: Mapping[str, Fraction] = field(default_factory=dict)
    """By criterion; empty: those of the levels."""
    rule: str = RULE
    sitting_id: int | None = None
    replaces: Assessment | None = None


def record(sat: Sat, decided: Decided, *, by: int, now: datetime) -> Assessment:
    """Write the result and its assessment. Refuses what `exams.actions.record_result` does:
    `result_exists` (somebody else recorded one of that day), `changed_meanwhile`."""
    exam = db.session.get_one(Exam, sat.exam_id)
    version = db.session.get_one(RubricVersion, sat.rubric_id)
    rubric, levels = rubric_from(version.content), decided.notes.levels
    points = decided.points or points_of(rubric, levels)
    score = scored(
        rubric, levels, full_marks=exam.full_marks, cut=exam.cut_score, points=points
    )  # fmt: skip
    result = _result(exam, sat, decided, score, by=by, now=now)
    made = _assessment(result, sat, decided, score, by=by, now=now)
    for name, gained in points.items():
        mark = AssessmentMark(assessment_id=made.id, criterion=name, level=levels[name])
        mark.points, mark.comment = gained, decided.notes.comments.get(name, "")
        db.session.add(mark)
    db.session.flush()
    _note(made, version, is_correction=decided.replaces is not None, by=by, now=now)
    return made


def _result(
    exam: Exam, sat: Sat, decided: Decided, score: Score, *, by: int, now: datetime
) -> ExamResult:
    old = decided.replaces
    return record_result(
        exam,
        db.session.get_one(Person, sat.person_id),
        taken_on=sat.taken_on,
        score=score.score,
        note=decided.notes.reason,
        by=by,
        now=now,
        replaces=db.session.get_one(ExamResult, old.result_id) if old else None,
        judged=Judged(sat.kind.value, score.passed),
    )


def _assessment(
    result: ExamResult, sat: Sat, decided: Decided, score: Score, *, by: int, now: datetime
) -> Assessment:
    made = Assessment(
        result_id=result.id,
        rubric_id=sat.rubric_id,
        kind=sat.kind,
        work_id=sat.work_id,
        rule=decided.rule,
        points=score.points,
        full_points=score.full,
        missed=list(score.missed),
        comment=decided.notes.comment,
        reason=decided.notes.reason,
        by=by,
        at=now,
        sitting_id=decided.sitting_id,
    )
    db.session.add(made)
    db.session.flush()
    return made


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
        sitting=made.sitting_id,
    )
