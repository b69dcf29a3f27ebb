"""The roster of a class session: who has a seat, and the facts recorded about each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from courses.catalog.models import Course, Programme
from courses.scheduling.models import (
    Attendance,
    ClassSession,
    Completion,
    CompletionSource,
    Result,
    Seat,
    SeatKind,
    SessionState,
)
from courses.scheduling.queries.sessions import with_names
from courses.scheduling.rules.marks import Grade, Marks, Presence
from courses.scheduling.rules.times import Span
from lms.accounts.models import Organisation, Person
from lms.chains import stands
from lms.db import db

LISTED = 50


@dataclass(frozen=True, slots=True)
class Line:
    """A learner on the roster with the newest facts (ids None: nothing recorded yet; a fact that
    takes another back has an id and says nothing)."""

    person_id: int
    name: str
    organisation: str | None
    kind: SeatKind
    attendance_id: int | None
    result_id: int | None
    marks: Marks
    has_left: bool = False
    """Whether there is no seat any more: what was recorded before is corrected or taken back."""

    @property
    def is_marked(self) -> bool:
        """Whether anything is recorded of the learner now."""
        return self.marks != Marks()


def roster(class_session_id: int) -> list[Line]:
    """Everybody with a seat, by name; then who lost it after something was recorded. Two
    queries, as each kind of seat has an index of its own."""
    attendance = _newest(Attendance, class_session_id)
    result = _newest(Result, class_session_id)
    of_seats = (
        sa.select(Seat, Person.name, Organisation.name, attendance, result)
        .join(Person, Person.id == Seat.person_id)
        .outerjoin(Organisation, Organisation.id == Seat.organisation_id)
        .outerjoin(attendance, _of_seat(attendance))
        .outerjoin(result, _of_seat(result))
        .where(Seat.class_session_id == class_session_id)
        .order_by(Person.sort_name, Person.id)
    )
    seated = of_seats.where(Seat.ended_at.is_(None))
    left = of_seats.where(
        Seat.ended_at.is_not(None),
        sa.or_(attendance.id.is_not(None), result.id.is_not(None)),
        ~_has_later_seat(),
    )
    return [_line(*row) for found in (seated, left) for row in db.session.execute(found)]


def _has_later_seat() -> sa.ColumnElement[bool]:
    """Whether a seat that ended is not the person's last in this class session."""
    later = aliased(Seat)
    return sa.exists().where(
        later.class_session_id == Seat.class_session_id,
        later.person_id == Seat.person_id,
        later.id > Seat.id,
    )


def _newest(model: type[Attendance] | type[Result], class_session_id: int) -> Any:
    """The facts of a kind that no other fact replaces."""
    facts = sa.select(model).where(model.class_session_id == class_session_id, stands(model))
    return aliased(model, facts.subquery())


def _of_seat(fact: Any) -> sa.ColumnElement[bool]:
    return sa.and_(fact.class_session_id == Seat.class_session_id, fact.person_id == Seat.person_id)


def _line(
    seat: Seat,
    name: str,
    organisation: str | None,
    attendance: Attendance | None,
    result: Result | None,
) -> Line:
    return Line(
        seat.person_id,
        name,
        organisation,
        seat.kind,
        attendance.id if attendance else None,
        result.id if result else None,
        Marks(attendance.presence if attendance else None, grade_of(result)),
        seat.ended_at is not None,
    )


def grade_of(result: Result | None) -> Grade | None:
    """A result as the rules see it; None too where it was taken back."""
    if result is None or result.outcome is None:
        return None
    return Grade(result.outcome, result.score, result.note)


def marks_shown(
    class_session_id: int, attendance_ids: Iterable[int], result_ids: Iterable[int]
) -> tuple[dict[int, Attendance], dict[int, Result]]:
    """The facts that a page showed when it was drawn, by id; others' facts are left out."""
    shown = db.session.scalars(
        sa.select(Attendance).where(
            Attendance.id.in_(list(attendance_ids)),
            Attendance.class_session_id == class_session_id,
        )
    )
    graded = db.session.scalars(
        sa.select(Result).where(
            Result.id.in_(list(result_ids)), Result.class_session_id == class_session_id
        )
    )
    return {fact.id: fact for fact in shown}, {fact.id: fact for fact in graded}


def completions_of(class_session_id: int, person_ids: Iterable[int]) -> dict[int, int]:
    """By completion that rests on a result of this class session, whose it is, of these people."""
    rows = db.session.execute(
        sa.select(Completion.id, Completion.person_id)
        .join(Result, Result.id == Completion.source_id)
        .where(
            Completion.source == CompletionSource.CLASS_SESSION,
            Completion.withdrawn_at.is_(None),
            Result.class_session_id == class_session_id,
            Result.person_id.in_(list(person_ids)),
        )
    )
    return {row.id: row.person_id for row in rows}


@dataclass(frozen=True, slots=True)
class Taught:
    """A class session on a trainer's list, with how much of its roster is marked."""

    class_session: ClassSession
    seats: int
    marked: int


def taught(
    when: str,
    *,
    trainer_person_id: int,
    programmes: Sequence[str] | None = (),
    day: Span,
    now: datetime,
) -> list[Taught]:
    """Class sessions of a trainer, and all of these programmes (None: all), with counts.

    `when`: today, upcoming, past, or unmarked (over, with learners who were there, or of whom
    nobody said so, and have no result yet); `day` is the reader's today.
    """
    seats, marked = _seats_count(), _marked_count()
    wanted = (
        sa.select(ClassSession, seats, marked)
        .options(*with_names())
        .where(ClassSession.state != SessionState.CANCELLED, _when(when, day, now))
    )
    if programmes is not None:
        wanted = wanted.where(_of(trainer_person_id, programmes))
    if when == "unmarked":
        wanted = wanted.where(_is_unsettled(), ClassSession.starts_at < now, seats > marked)
    found = db.session.execute(_sorted(wanted, when).limit(LISTED))
    return [Taught(session, learners, done) for session, learners, done in found]


def _of(trainer_person_id: int, programmes: Sequence[str]) -> sa.ColumnElement[bool]:
    """What a trainer runs, and what belongs to these programmes: each found by an index."""
    own = ClassSession.trainer_person_id == trainer_person_id
    if not programmes:
        return own
    courses = sa.select(Course.id).join(Course.programme).where(Programme.code.in_(programmes))
    return own | ClassSession.course_id.in_(courses)


def _seats_count() -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.count(Seat.id))
        .where(Seat.class_session_id == ClassSession.id, Seat.ended_at.is_(None))
        .correlate(ClassSession)
        .scalar_subquery()
    )


def _marked_count() -> sa.ScalarSelect[int]:
    """Learners with a result, and those who were absent: nothing is missing about them. A result
    that was taken back is none; few are, and an index knows them."""
    of_seat = sa.and_(
        Result.class_session_id == Seat.class_session_id, Result.person_id == Seat.person_id
    )
    first = sa.exists().where(of_seat, Result.replaces_id.is_(None))
    taken_back = sa.exists().where(of_seat, Result.outcome.is_(None), stands(Result))
    graded = first & ~taken_back
    absent = sa.exists().where(
        Attendance.class_session_id == Seat.class_session_id,
        Attendance.person_id == Seat.person_id,
        Attendance.presence == Presence.ABSENT,
        stands(Attendance),
    )
    return (
        sa.select(sa.func.count(Seat.id))
        .where(Seat.class_session_id == ClassSession.id, Seat.ended_at.is_(None), graded | absent)
        .correlate(ClassSession)
        .scalar_subquery()
    )


def _is_unsettled() -> sa.ColumnElement[bool]:
    """Whether a look at each seat is worth its while. Word for word what the index says."""
    return ClassSession.settled_seats != ClassSession.room_taken + ClassSession.virtual_taken


def settling(*, now: datetime, class_session_id: int | None = None) -> sa.Update:
    """Notes, of one class session or of all, whether something is missing in the roster. Only once
    it has begun: until then a seat may go from one person to another."""
    seats, marked = _seats_count(), _marked_count()
    wanted = sa.update(ClassSession).where(ClassSession.starts_at <= now)
    if class_session_id is not None:
        wanted = wanted.where(ClassSession.id == class_session_id)
    settled = sa.case((seats > marked, 0), else_=seats)
    return wanted.values(settled_seats=settled).execution_options(synchronize_session=False)


def _when(when: str, day: Span, now: datetime) -> sa.ColumnElement[bool]:
    if when == "today":
        return (ClassSession.starts_at < day.ends_at) & (ClassSession.ends_at > day.starts_at)
    if when == "upcoming":
        return ClassSession.starts_at >= day.ends_at
    return ClassSession.ends_at <= now


def _sorted(
    wanted: sa.Select[ClassSession, int, int], when: str
) -> sa.Select[ClassSession, int, int]:
    order = [ClassSession.starts_at, ClassSession.id]
    return wanted.order_by(*[c.desc() if when == "past" else c for c in order])
