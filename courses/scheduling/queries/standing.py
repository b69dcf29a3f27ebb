"""How things stand in a class session: seats, queue, and what is known of a person who asks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from courses.catalog.models import Course, CourseVersion, Prerequisite, VersionState
from courses.scheduling.models import (
    ClassSession,
    Completion,
    Meeting,
    Seat,
    SeatKind,
    SelfPacedEnrolment,
    SessionState,
    WaitingEntry,
    WaitingState,
)
from courses.scheduling.queries.again import again_for
from courses.scheduling.rules.changes import Snapshot
from courses.scheduling.rules.enrolment import Candidate, CourseName, Offer
from courses.scheduling.rules.places import Place, Taken
from courses.scheduling.rules.times import Span, overlap
from lms.db import db


def capacity(class_session: ClassSession) -> dict[SeatKind, int]:
    """Seats per kind."""
    return {
        SeatKind.ROOM: class_session.room_capacity,
        SeatKind.VIRTUAL: class_session.virtual_capacity,
    }


def free(class_session: ClassSession) -> dict[SeatKind, int]:
    """Free seats per kind."""
    return {
        SeatKind.ROOM: class_session.room_capacity - class_session.room_taken,
        SeatKind.VIRTUAL: class_session.virtual_capacity - class_session.virtual_taken,
    }


def is_open(class_session: ClassSession, *, now: datetime) -> bool:
    """Whether people may take seats now."""
    return class_session.state == SessionState.SCHEDULED and class_session.starts_at > now


def join_url(class_session: ClassSession, *, now: datetime) -> str:
    """The virtual room's address while there is something to join; "" once it is over."""
    is_past = class_session.state == SessionState.CANCELLED or class_session.ends_at <= now
    return "" if is_past else class_session.join_url


def live_seats(class_session_id: int) -> Sequence[Seat]:
    """Seats that have not ended, in the published order."""
    return db.session.scalars(
        sa.select(Seat)
        .where(Seat.class_session_id == class_session_id, Seat.ended_at.is_(None))
        .order_by(Seat.tier_rank, Seat.number)
    ).all()


def live_seat(class_session_id: int, person_id: int) -> Seat | None:
    """The person's seat."""
    return db.session.scalar(
        sa.select(Seat).where(
            Seat.class_session_id == class_session_id,
            Seat.person_id == person_id,
            Seat.ended_at.is_(None),
        )
    )


def waiting(class_session_id: int) -> Sequence[WaitingEntry]:
    """The queue in its published order."""
    return db.session.scalars(
        sa.select(WaitingEntry)
        .where(
            WaitingEntry.class_session_id == class_session_id,
            WaitingEntry.state == WaitingState.WAITING,
        )
        .order_by(WaitingEntry.tier_rank, WaitingEntry.number)
    ).all()


def waiting_entry(class_session_id: int, person_id: int) -> WaitingEntry | None:
    """The person's place in the queue."""
    return db.session.scalar(
        sa.select(WaitingEntry).where(
            WaitingEntry.class_session_id == class_session_id,
            WaitingEntry.person_id == person_id,
            WaitingEntry.state == WaitingState.WAITING,
        )
    )


def place_of(entry: WaitingEntry) -> Place:
    """An entry as the rules see it."""
    return Place(
        entry.person_id, entry.tier_rank, entry.number, entry.wanted_kind, entry.group_number
    )


def taken_by(seat: Seat) -> Taken:
    """A seat as the rules see it."""
    place = Place(seat.person_id, seat.tier_rank, seat.number, seat.wanted_kind)
    return Taken(place, seat.kind)


def version_of(class_session: ClassSession) -> CourseVersion:
    """The course version that a class session teaches."""
    return db.session.get_one(CourseVersion, class_session.course_version_id)


def repeats(version: CourseVersion) -> bool:
    """A course of fixed length is completed once; one that is agreed or recurs, as often."""
    return version.minutes is None


def offer(class_session: ClassSession) -> Offer:
    """What the class session has to give."""
    return Offer(
        class_session.state,
        class_session.state_reason,
        class_session.starts_at,
        capacity(class_session),
        repeats(version_of(class_session)),
    )


def candidate(class_session: ClassSession, person_id: int, *, now: datetime) -> Candidate:
    """What decides whether this person may take a seat."""
    completed, course_id = completed_courses(person_id), class_session.course_id
    missing, met = prerequisites(class_session.course_version_id, completed)
    return Candidate(
        missing=missing,
        met=met,
        is_seated=live_seat(class_session.id, person_id) is not None,
        is_waiting=waiting_entry(class_session.id, person_id) is not None,
        has_completed=course_id in completed,
        again_for=again_for(course_id, person_id, completed, now=now),
        is_trainer=class_session.trainer_person_id == person_id,
        overlaps=_overlaps(class_session, person_id),
    )


def self_paced_candidate(version: CourseVersion, person_id: int, *, now: datetime) -> Candidate:
    """What decides whether this person may start the course in their own time."""
    completed = completed_courses(person_id)
    missing, met = prerequisites(version.id, completed)
    again = again_for(version.course_id, person_id, completed, now=now)
    return Candidate(missing, met, has_completed=version.course_id in completed, again_for=again)


def self_paced_now(person_id: int, course_id: int) -> SelfPacedEnrolment | None:
    """The person's open self-paced enrolment in a course."""
    return db.session.scalar(
        sa.select(SelfPacedEnrolment).where(
            SelfPacedEnrolment.person_id == person_id,
            SelfPacedEnrolment.course_id == course_id,
            SelfPacedEnrolment.finished_at.is_(None),
            SelfPacedEnrolment.cancelled_at.is_(None),
        )
    )


def completed_courses(person_id: int) -> set[int]:
    """Ids of the courses that the person completed."""
    return set(
        db.session.scalars(
            sa.select(Completion.course_id).where(
                Completion.person_id == person_id, Completion.withdrawn_at.is_(None)
            )
        )
    )


def prerequisites(
    course_version_id: int, completed: Iterable[int]
) -> tuple[tuple[CourseName, ...], tuple[CourseName, ...]]:
    """The prerequisites that are missing, and those that are met."""
    rows = db.session.execute(
        sa.select(Course.id, Course.code, CourseVersion.title)
        .join(Prerequisite, Prerequisite.course_id == Course.id)
        .outerjoin(
            CourseVersion,
            sa.and_(
                CourseVersion.course_id == Course.id,
                CourseVersion.state == VersionState.PUBLISHED,
            ),
        )
        .where(Prerequisite.course_version_id == course_version_id)
        .order_by(Course.position, Course.id)
    ).all()
    done = set(completed)
    names = [(course_id, CourseName(code, title or code)) for course_id, code, title in rows]
    return (
        tuple(name for course_id, name in names if course_id not in done),
        tuple(name for course_id, name in names if course_id in done),
    )


@dataclass(frozen=True, slots=True)
class Engagement:
    """A meeting that a person attends or teaches elsewhere."""

    person_id: int
    span: Span
    session: CourseName


def engagements(person_ids: Iterable[int], *, apart_from: int, after: datetime) -> list[Engagement]:
    """Meetings of these people in other class sessions, as learners and as trainers."""
    people = sorted(set(person_ids))
    seats = _meetings(Seat.person_id, apart_from, after).join(
        Seat, sa.and_(Seat.class_session_id == ClassSession.id, Seat.ended_at.is_(None))
    )
    taught = _meetings(ClassSession.trainer_person_id, apart_from, after)
    both = sa.union_all(
        seats.where(Seat.person_id.in_(people)),
        taught.where(ClassSession.trainer_person_id.in_(people)),
    )
    return [
        Engagement(row.person_id, Span(row.starts_at, row.ends_at), CourseName(row.code, row.title))
        for row in db.session.execute(both)
    ]


def _meetings(person: Any, apart_from: int, after: datetime) -> sa.Select[Any]:
    return (
        sa.select(
            person.label("person_id"),
            Meeting.starts_at,
            Meeting.ends_at,
            ClassSession.code,
            CourseVersion.title,
        )
        .select_from(ClassSession)
        .join(Meeting, Meeting.class_session_id == ClassSession.id)
        .join(CourseVersion, CourseVersion.id == ClassSession.course_version_id)
        .where(
            ClassSession.id != apart_from,
            ClassSession.state != SessionState.CANCELLED,
            Meeting.ends_at > after,
        )
    )


def own_spans(class_session_id: int) -> list[Span]:
    """The class session's meetings."""
    rows = db.session.execute(
        sa.select(Meeting.starts_at, Meeting.ends_at)
        .where(Meeting.class_session_id == class_session_id)
        .order_by(Meeting.position)
    )
    return [Span(*row) for row in rows]


def _overlaps(class_session: ClassSession, person_id: int) -> tuple[CourseName, ...]:
    own = own_spans(class_session.id)
    others = engagements([person_id], apart_from=class_session.id, after=class_session.starts_at)
    clashing = {e.session for e in others if overlap([e.span], own)}
    return tuple(sorted(clashing, key=lambda name: name.code))


def snapshot(class_session: ClassSession, *, now: datetime, also: Sequence[int] = ()) -> Snapshot:
    """The class session as a plan sees it; `also`: further people whose time matters."""
    taken = tuple(taken_by(seat) for seat in live_seats(class_session.id))
    queue = tuple(place_of(entry) for entry in waiting(class_session.id))
    people = {
        class_session.trainer_person_id,
        *also,
        *[one.place.person_id for one in taken],
        *[place.person_id for place in queue],
    }
    return Snapshot(
        revision=class_session.revision,
        state=class_session.state,
        is_open=is_open(class_session, now=now),
        starts_at=class_session.starts_at,
        ends_at=class_session.ends_at,
        trainer_person_id=class_session.trainer_person_id,
        capacity=capacity(class_session),
        taken=taken,
        queue=queue,
        meetings=tuple(own_spans(class_session.id)),
        busy=_busy(engagements(people, apart_from=class_session.id, after=now)),
    )


def _busy(found: Iterable[Engagement]) -> Mapping[int, tuple[Span, ...]]:
    busy: dict[int, tuple[Span, ...]] = {}
    for engagement in found:
        busy[engagement.person_id] = (*busy.get(engagement.person_id, ()), engagement.span)
    return busy
