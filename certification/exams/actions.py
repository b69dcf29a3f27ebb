"""Recording exam results. A correction is a new fact that names the one it replaces."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from certification.competency import actions as competency
from certification.competency.models import EvidenceKind
from certification.exams.models import Exam, ExamResult
from lms import audit, jobs
from lms.accounts import letters
from lms.accounts.models import Person
from lms.clock import today
from lms.db import db
from lms.errors import refuse
from lms.site import issuer_zone


@dataclass(frozen=True, slots=True)
class Judged:
    """What a rubric decided beside the score."""

    form: str
    """Of the exam: `practical`, `interview` or `work`."""
    passed: bool
    """A criterion that has to be passed may fail whom the score lets pass."""


def record_result(
    exam: Exam,
    person: Person,
    *,
    taken_on: date,
    score: int,
    note: str,
    by: int,
    now: datetime,
    replaces: ExamResult | None = None,
    judged: Judged | None = None,
) -> ExamResult:
    """Record or correct a person's result of one day.

    Refuses `not_yourself` (examiner ≠ candidate), `score_out_of_range`, `in_the_future`,
    `result_exists` (that day has a result: correct it), `changed_meanwhile` (corrected before),
    `result_of_attempt` (a delivered exam's result changes by a score run only), `result_of_rubric`
    (what was judged by a rubric is judged anew by it).
    """
    if person.id == by:
        raise refuse("not_yourself", status=403)
    if not 0 <= score <= exam.full_marks:
        raise refuse("score_out_of_range", status=422, full=exam.full_marks)
    if taken_on > today(now, issuer_zone()):
        raise refuse("in_the_future", status=422)
    if replaces is not None and replaces.attempt_id is not None:
        raise refuse("result_of_attempt")
    if replaces is not None and replaces.assessed_as and judged is None:
        raise refuse("result_of_rubric")
    values = {
        "exam_id": exam.id,
        "person_id": person.id,
        "taken_on": taken_on,
        "score": score,
        "full_marks": exam.full_marks,
        "cut_score": exam.cut_score,
        "passed": score >= exam.cut_score if judged is None else judged.passed,
        "note": note,
        "at": now,
        "by_person_id": by,
        "replaces_id": replaces.id if replaces else None,
        "assessed_as": judged.form if judged else None,
    }
    row = insert(values)
    audit.record(
        "exam.result_corrected" if replaces else "exam.result_recorded",
        "person",
        person.id,
        by=by,
        now=now,
        exam=exam.id,
        result=row.id,
        passed=row.passed,
        private={"score": score, "note": note},
    )
    jobs.enqueue("exams.result_recorded", {"result_id": row.id}, key=str(row.id))
    tell(row, now=now)
    return row


def insert(values: dict[str, object]) -> ExamResult:
    """Insert a result by the constraint that decides the race."""
    corrected = values["replaces_id"] is not None
    try:
        with db.session.begin_nested():
            row = ExamResult(**values)
            db.session.add(row)
    except sa.exc.IntegrityError as error:
        raise refuse("changed_meanwhile" if corrected else "result_exists") from error
    return row


def show_evidence(result: ExamResult, exam: Exam, *, now: datetime) -> None:
    """A passed exam is evidence; a corrected result takes the old evidence back, and shows nothing
    itself when it was corrected before its turn came."""
    if result.replaces_id is not None:
        competency.withdraw(EvidenceKind.EXAM, result.replaces_id, now=now)
    corrected = db.session.scalar(
        sa.select(ExamResult.id).where(ExamResult.replaces_id == result.id)
    )
    if result.passed and corrected is None:
        competency.from_exam(
            result.person_id, exam.course_id, result.id, on=result.taken_on, now=now
        )


def tell(row: ExamResult, *, now: datetime, attempt_code: str = "") -> None:
    """Mail the person, once per result."""
    letters.write(
        "exam_result",
        row.person_id,
        key=f"exam_result:{row.id}",
        now=now,
        score=row.score,
        full=row.full_marks,
        cut=row.cut_score,
        passed=row.passed,
        taken_on=row.taken_on.isoformat(),
        is_correction=row.replaces_id is not None,
        attempt_code=attempt_code,
        feedback=row.id if row.assessed_as else None,
    )
