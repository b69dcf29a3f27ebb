"""Results of exams that were taken here: a score run writes one, a later run replaces it, and a
decision of two people voids it."""

from dataclasses import dataclass
from datetime import date, datetime

from certification.exams.actions import insert, tell
from certification.exams.models import ExamResult
from lms import audit, jobs


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a score run decided, on the scale."""

    exam_id: int
    person_id: int
    attempt_id: int
    attempt_code: str
    taken_on: date
    score: int
    full_marks: int
    cut_score: int
    passed: bool
    """Decided on raw points."""


def record_delivered(
    delivered: Delivered,
    *,
    note: str,
    by: int,
    now: datetime,
    replaces: ExamResult | None = None,
) -> ExamResult:
    """Record a result, or the one that replaces it, which names it. Nothing that was issued on the
    old one is taken back. Refuses `result_exists`, `changed_meanwhile` (recorded before)."""
    row = insert(
        {
            "exam_id": delivered.exam_id,
            "person_id": delivered.person_id,
            "taken_on": delivered.taken_on,
            "score": delivered.score,
            "full_marks": delivered.full_marks,
            "cut_score": delivered.cut_score,
            "passed": delivered.passed,
            "note": note[:1000],
            "at": now,
            "by_person_id": by,
            "attempt_id": delivered.attempt_id,
            "replaces_id": replaces.id if replaces else None,
        }
    )
    audit.record(
        "exam.result_corrected" if replaces else "exam.result_recorded",
        "person",
        delivered.person_id,
        by=by,
        now=now,
        exam=delivered.exam_id,
        attempt=delivered.attempt_code,
        result=row.id,
        passed=row.passed,
        private={"score": row.score, "note": note},
    )
    jobs.enqueue("exams.result_recorded", {"result_id": row.id}, key=str(row.id))
    tell(row, now=now, attempt_code=delivered.attempt_code)
    return row


def void_result(
    result: ExamResult, *, counts: bool, attempt_code: str, by: int, now: datetime
) -> ExamResult:
    """Put a void result in the place of this one, without a score. The person is told by whoever
    decided it; evidence goes by the job, nothing that was issued is taken back. Refuses
    `changed_meanwhile`."""
    same = ("exam_id", "person_id", "taken_on", "full_marks", "cut_score", "attempt_id")
    row = insert(
        {
            **{name: getattr(result, name) for name in same},
            "score": 0,
            "passed": False,
            "is_void": True,
            "counts": counts,
            "at": now,
            "by_person_id": by,
            "replaces_id": result.id,
        }
    )
    audit.record(
        "exam.result_voided",
        "person",
        result.person_id,
        by=by,
        now=now,
        exam=result.exam_id,
        attempt=attempt_code,
        result=row.id,
        counts=counts,
    )
    jobs.enqueue("exams.result_recorded", {"result_id": row.id}, key=str(row.id))
    return row
