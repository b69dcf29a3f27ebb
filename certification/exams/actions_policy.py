"""A new version of an exam's policy. Attempts keep the one under which they began."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from certification.exams import queries
from certification.exams.models import Exam, ExamPolicy
from lms import audit
from lms.db import db, locked
from lms.errors import Refusal
from lms.reasons import Reason


def save(
    exam: Exam,
    values: dict[str, Any],
    *,
    effective_from: date,
    seen: int,
    today: date,
    by: int,
    now: datetime,
) -> ExamPolicy:
    """Keep a policy that holds from a day on. `seen` is the version that the editor showed.

    Refuses `policy_in_the_past`, `rules_missing` (of a language), `scale_bottom_too_high`,
    `changed_meanwhile`.
    """
    db.session.execute(locked(sa.select(Exam).where(Exam.id == exam.id)))
    newest = queries.newest_policy(exam.id)
    flaws = _flaws(exam, values, effective_from, newest, today)
    if seen != (newest.number if newest else 0):
        flaws = [Reason("changed_meanwhile")]
    if flaws:
        raise Refusal(*flaws, status=422)
    row = ExamPolicy(
        exam_id=exam.id,
        number=seen + 1,
        effective_from=effective_from,
        created_at=now,
        created_by=by,
        **values,
    )
    db.session.add(row)
    db.session.flush()
    audit.record(
        "exam_policy.saved", "exam", exam.id, by=by, now=now, version=row.number,
        effective_from=effective_from.isoformat(),
    )  # fmt: skip
    return row


def _flaws(
    exam: Exam,
    values: dict[str, Any],
    effective_from: date,
    newest: ExamPolicy | None,
    today: date,
) -> list[Reason]:
    flaws = []
    if effective_from < today:
        flaws.append(Reason("policy_in_the_past"))
    if newest is not None and effective_from < newest.effective_from:
        flaws.append(Reason("policy_before_the_newest", {"day": newest.effective_from}))
    missing = [tag for tag in values["languages"] if not values["rules"].get(tag)]
    if missing:
        flaws.append(Reason("rules_missing", {"languages": ", ".join(missing)}))
    if values["scale_bottom"] >= exam.cut_score:
        flaws.append(Reason("scale_bottom_too_high", {"cut": exam.cut_score}))
    return flaws
