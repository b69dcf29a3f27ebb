"""What is known of people who are to be enrolled together; as many queries for two as for forty."""

from collections.abc import Sequence
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from courses.catalog.models import Course
from courses.scheduling.models import (
    ClassSession,
    Completion,
    SeatKind,
    WaitingEntry,
    WaitingState,
)
from courses.scheduling.queries import standing
from courses.scheduling.queries.again import counts_again
from courses.scheduling.rules.enrolment import Candidate
from courses.scheduling.rules.groups import GroupPlan, Request, plan
from lms.accounts.queries import standings_of
from lms.db import db


def group_plan(
    class_session: ClassSession, people: Sequence[int], wanted: SeatKind | None, *, now: datetime
) -> GroupPlan:
    """What enrolling these people together would do now."""
    standings = standings_of(people, now.astimezone(UTC).date()).values()
    rank = max((one.rank for one in standings), default=0)
    request = Request(people, wanted, rank, class_session.next_number)
    return plan(
        request,
        standing.offer(class_session),
        _candidates(class_session, people, now=now),
        standing.free(class_session),
        [standing.place_of(entry) for entry in standing.waiting(class_session.id)],
        now=now,
    )


def members(class_session_id: int, number: int) -> Sequence[WaitingEntry]:
    """Those of a group who wait, with their names, in the published order."""
    return db.session.scalars(
        sa.select(WaitingEntry)
        .options(joinedload(WaitingEntry.person))
        .where(
            WaitingEntry.class_session_id == class_session_id,
            WaitingEntry.group_number == number,
            WaitingEntry.state == WaitingState.WAITING,
        )
        .order_by(WaitingEntry.number)
    ).all()


def _candidates(
    class_session: ClassSession, people: Sequence[int], *, now: datetime
) -> dict[int, Candidate]:
    done = _completed(people)
    before = standing.prerequisites(class_session.course_version_id, ())[0]
    seated = {seat.person_id for seat in standing.live_seats(class_session.id)}
    queued = {entry.person_id for entry in standing.waiting(class_session.id)}
    course = _code_of(class_session.course_id)
    completed_by = [person for person in people if (person, course) in done]
    again = counts_again(class_session.course_id, completed_by, now=now)
    return {
        person: Candidate(
            missing=tuple(name for name in before if (person, name.code) not in done),
            is_seated=person in seated,
            is_waiting=person in queued,
            has_completed=(person, course) in done,
            again_for=tuple(again.get(person, ())),
            is_trainer=class_session.trainer_person_id == person,
        )
        for person in people
    }


def _completed(people: Sequence[int]) -> set[tuple[int, str]]:
    rows = db.session.execute(
        sa.select(Completion.person_id, Course.code)
        .join(Course, Course.id == Completion.course_id)
        .where(Completion.person_id.in_(people), Completion.withdrawn_at.is_(None))
    )
    return {(row[0], row[1]) for row in rows}


def _code_of(course_id: int) -> str:
    return db.session.scalars(sa.select(Course.code).where(Course.id == course_id)).one()
