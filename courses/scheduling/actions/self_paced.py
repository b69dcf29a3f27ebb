"""Courses taken in one's own time: started, given up, completed by a recorded fact that a later
one may take back."""

from datetime import UTC, datetime

import sqlalchemy as sa

from courses.catalog.models import Course, CourseVersion
from courses.scheduling.actions import completions
from courses.scheduling.models import Completion, SelfPacedEnrolment
from courses.scheduling.queries import standing
from courses.scheduling.rules.enrolment import why_self_paced_not
from lms import audit
from lms.accounts import letters
from lms.accounts.models import Person
from lms.accounts.queries import standing_of
from lms.db import db, locked
from lms.errors import Refusal, refuse


def start_self_paced(
    version: CourseVersion, person_id: int, *, by: int | None, now: datetime
) -> SelfPacedEnrolment:
    """Begin a course in one's own time."""
    db.session.scalars(locked(sa.select(Person).where(Person.id == person_id))).one()
    reasons = why_self_paced_not(
        standing.self_paced_candidate(version, person_id, now=now),
        is_offered=version.is_self_paced,
        is_open=standing.self_paced_now(person_id, version.course_id) is not None,
        repeats=standing.repeats(version),
    )
    if reasons:
        raise Refusal(*reasons)
    enrolment = SelfPacedEnrolment(
        person_id=person_id,
        course_id=version.course_id,
        course_version_id=version.id,
        organisation_id=standing_of(person_id, now.astimezone(UTC).date()).organisation_id,
        started_at=now,
        started_by=by,
    )
    db.session.add(enrolment)
    db.session.flush()
    _note("self_paced.started", enrolment, by=by, now=now)
    return enrolment


def cancel_self_paced(course_id: int, person_id: int, *, by: int | None, now: datetime) -> None:
    """Give the course up; it can be started again."""
    enrolment = standing.self_paced_now(person_id, course_id)
    if enrolment is None:
        raise refuse("not_started_yet")
    _lock(enrolment.id).cancelled_at = now
    db.session.flush()
    _note("self_paced.cancelled", enrolment, by=by, now=now)


def complete_self_paced(
    enrolment: SelfPacedEnrolment, zone: str, *, by: int, now: datetime
) -> Completion:
    """Record that somebody completed the course; the date is today's in `zone`."""
    current = _lock(enrolment.id)
    if current.finished_at is not None or current.cancelled_at is not None:
        raise refuse("changed_meanwhile")
    if current.person_id == by:
        raise refuse("own_completion", status=403)
    current.finished_at = now
    db.session.flush()
    return completions.complete_by_hand(current, zone, by=by, now=now)


def take_back(completion_id: int, reason: str, *, by: int, now: datetime) -> None:
    """Withdraw a completion that was confirmed by mistake; the course is under way again by an
    enrolment of its own. The learner reads the reason. An award that was made stays.

    Refuses `own_completion`, and `changed_meanwhile` when somebody took it back before.
    """
    completion = db.session.get_one(Completion, completion_id)
    db.session.scalars(locked(sa.select(Person).where(Person.id == completion.person_id))).one()
    db.session.refresh(completion)
    if completion.person_id == by:
        raise refuse("own_completion", status=403)
    if completion.withdrawn_at is not None:
        raise refuse("changed_meanwhile")
    completions.withdraw(completion.id, reason, by=by, now=now)
    if standing.self_paced_now(completion.person_id, completion.course_id) is None:
        _resume(completion, by=by, now=now)
    _tell(completion, reason, now=now)


def _resume(completion: Completion, *, by: int, now: datetime) -> None:
    finished = db.session.get_one(SelfPacedEnrolment, completion.source_id)
    again = SelfPacedEnrolment(
        person_id=finished.person_id,
        course_id=finished.course_id,
        course_version_id=finished.course_version_id,
        organisation_id=finished.organisation_id,
        started_at=now,
        started_by=by,
    )
    db.session.add(again)
    db.session.flush()
    _note("self_paced.started", again, by=by, now=now)


def _tell(completion: Completion, reason: str, *, now: datetime) -> None:
    letters.write(
        "completion_withdrawn",
        completion.person_id,
        key=f"completion_withdrawn:{completion.id}",
        now=now,
        title=db.session.get_one(CourseVersion, completion.course_version_id).title,
        code=db.session.get_one(Course, completion.course_id).code,
        reason=reason,
    )


def _lock(enrolment_id: int) -> SelfPacedEnrolment:
    mine = locked(sa.select(SelfPacedEnrolment).where(SelfPacedEnrolment.id == enrolment_id))
    enrolment: SelfPacedEnrolment = db.session.scalars(mine).one()
    return enrolment


def _note(act: str, enrolment: SelfPacedEnrolment, *, by: int | None, now: datetime) -> None:
    course = enrolment.course_id
    audit.record(act, "person", enrolment.person_id, by=by, now=now, course=course)
