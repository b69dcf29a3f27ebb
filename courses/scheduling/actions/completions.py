"""Completed courses: recorded from a result or by hand, withdrawn by a later fact, told upwards."""

from datetime import datetime

import sqlalchemy as sa

from courses.scheduling.models import (
    ClassSession,
    Completion,
    CompletionSource,
    Result,
    SelfPacedEnrolment,
)
from lms import audit, jobs
from lms.clock import today
from lms.db import db, locked
from lms.site import issuer_zone

COMPLETED = "learning.completed"
WITHDRAWN = "learning.completion_withdrawn"


def complete_by_result(
    session: ClassSession, result: Result, *, by: int, now: datetime
) -> Completion:
    """A passed class session completes its course on the day it ended, or today if it runs;
    the issuer's day, since it decides awards."""
    day = today(min(now, session.ends_at), issuer_zone())
    return _add(
        Completion(
            person_id=result.person_id,
            course_id=session.course_id,
            course_version_id=session.course_version_id,
            source=CompletionSource.CLASS_SESSION,
            source_id=result.id,
            completed_on=day,
            recorded_at=now,
            recorded_by=by,
        ),
        by=by,
        now=now,
    )


def complete_by_hand(
    enrolment: SelfPacedEnrolment, zone: str, *, by: int, now: datetime
) -> Completion:
    """A self-paced course that somebody confirms as completed."""
    return _add(
        Completion(
            person_id=enrolment.person_id,
            course_id=enrolment.course_id,
            course_version_id=enrolment.course_version_id,
            source=CompletionSource.SELF_PACED,
            source_id=enrolment.id,
            completed_on=today(now, zone),
            recorded_at=now,
            recorded_by=by,
        ),
        by=by,
        now=now,
    )


def _add(completion: Completion, *, by: int, now: datetime) -> Completion:
    db.session.add(completion)
    db.session.flush()
    audit.record(
        "completion.recorded",
        "person",
        completion.person_id,
        by=by,
        now=now,
        completion=completion.id,
        course=completion.course_id,
        source=completion.source.value,
    )
    jobs.enqueue(COMPLETED, {"completion_id": completion.id}, key=str(completion.id))
    return completion


def withdraw(completion_id: int, reason: str, *, by: int, now: datetime) -> None:
    """A completion that does not hold any more; its row stays."""
    completion: Completion = db.session.scalars(
        locked(sa.select(Completion).where(Completion.id == completion_id))
    ).one()
    if completion.withdrawn_at is not None:
        return
    completion.withdrawn_at, completion.withdrawn_by = now, by
    completion.withdrawn_reason = reason
    db.session.flush()
    audit.record(
        "completion.withdrawn",
        "person",
        completion.person_id,
        by=by,
        now=now,
        completion=completion.id,
        private={"reason": reason},
    )
    jobs.enqueue(WITHDRAWN, {"completion_id": completion.id}, key=str(completion.id))


def standing_of_results(result_ids: sa.Select[int]) -> list[int]:
    """Ids of completions that hold because of one of these results."""
    return list(
        db.session.scalars(
            sa.select(Completion.id).where(
                Completion.source == CompletionSource.CLASS_SESSION,
                Completion.source_id.in_(result_ids),
                Completion.withdrawn_at.is_(None),
            )
        )
    )
