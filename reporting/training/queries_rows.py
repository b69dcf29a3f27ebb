"""The people behind a figure, by pages: who, which class session, what stands, which day."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from werkzeug.exceptions import NotFound

from certification.awards.models import Award, Scheme
from courses.catalog.models import Course, CourseVersion
from courses.scheduling.models import (
    Attendance,
    ClassSession,
    Completion,
    Outcome,
    Presence,
    Result,
    Seat,
    SeatEnd,
)
from lms import paging
from lms.accounts.models import Organisation, Person
from lms.columns import empty
from lms.db import AnySelect, db
from lms.paging import Page, page_of
from reporting.training import scope
from reporting.training.rules import OF_AWARDS, Figure
from reporting.training.scope import Asked

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Line:
    """A seat, a completion or an award. `name` None: the person is erased."""

    place: tuple[Any, ...]
    name: str | None
    public_id: str
    organisation: str | None
    code: str
    title: str
    session: str | None
    presence: Presence | None
    outcome: Outcome | None
    score: int | None
    end: SeatEnd | None

    @property
    def on(self) -> date | datetime:
        """The day or instant by which the row is counted."""
        found: date | datetime = self.place[0]
        return found


WHO = (sa.case((Person.erased_at.is_(None), Person.name)), Person.public_id)
WHAT = (Course.code, CourseVersion.title)
NO_FACTS = [
    empty(kind) for kind in (Attendance.presence.type, Result.outcome.type, Result.score.type)
]
"""In place of what is recorded of seats alone."""
OF_SEATS: dict[Figure, list[sa.ColumnElement[bool]]] = {
    Figure.SEATS: [],
    Figure.ATTENDED: [Attendance.presence.in_([Presence.PRESENT, Presence.PARTIAL])],
    Figure.ABSENT: [Attendance.presence == Presence.ABSENT],
    Figure.UNMARKED: [Attendance.presence.is_(None)],
    Figure.PASSED: [Result.outcome == Outcome.PASSED],
    Figure.FAILED: [Result.outcome == Outcome.FAILED],
}


def lines(asked: Asked, figure: Figure, cursor: str | None, *, size: int) -> Page[Line]:
    """One page in the order of the days, in one query. A cursor that is not ours is a 404."""
    columns, wanted = _question(asked, figure)
    wanted = wanted.order_by(*columns).limit(size + 1)
    if cursor:
        wanted = wanted.where(_beyond(columns, cursor))
    width = len(columns)
    rows = [Line(tuple(row[:width]), *row[width:]) for row in db.session.execute(wanted)]
    return page_of(rows, size=size, key=_key, is_first=not cursor)


def _question(asked: Asked, figure: Figure) -> tuple[Sequence[Any], AnySelect]:
    if figure in OF_AWARDS:
        return _awards(asked, figure)
    if figure == Figure.COMPLETED:
        return _completions(asked)
    return _seats(asked, figure)


def _seats(asked: Asked, figure: Figure) -> tuple[Sequence[Any], AnySelect]:
    by = (ClassSession.ends_at, ClassSession.id, Seat.person_id)
    if figure == Figure.CANCELLED:
        own = _columns(by, *WHO, Organisation.name, *WHAT, ClassSession.code, *NO_FACTS, Seat.end)
        return by, _named(scope.given_up(own, asked), Seat.person_id, Seat.organisation_id)
    facts = (Attendance.presence, Result.outcome, Result.score)
    own = _columns(by, *WHO, Organisation.name, *WHAT, ClassSession.code, *facts, Seat.end)
    wanted = scope.seated(own, asked).where(*OF_SEATS[figure])
    return by, _named(wanted, Seat.person_id, Seat.organisation_id)


def _columns(by: Sequence[Any], *others: Any) -> AnySelect:
    """Those of the order, and those of a line; each by its place, for many are empty."""
    return sa.select(*by, *[column.label(f"c{n}") for n, column in enumerate(others)])


def _named(wanted: AnySelect, person: Any, organisation: Any) -> AnySelect:
    return wanted.join(Person, Person.id == person).outerjoin(
        Organisation, Organisation.id == organisation
    )


def _completions(asked: Asked) -> tuple[Sequence[Any], AnySelect]:
    by = (Completion.completed_on, Completion.id)
    facts = (empty(Attendance.presence.type), Result.outcome, Result.score)
    own = _columns(
        by, *WHO, Organisation.name, *WHAT, ClassSession.code, *facts, empty(Seat.end.type)
    )
    wanted = (
        scope.completed(own, asked)
        .join(CourseVersion, CourseVersion.id == Completion.course_version_id)
        .outerjoin(ClassSession, ClassSession.id == Result.class_session_id)
    )
    return by, _named(wanted, Completion.person_id, scope.completed_for())


def _awards(asked: Asked, figure: Figure) -> tuple[Sequence[Any], AnySelect]:
    """Each award once. For whom a person works besides is not the reader's business."""
    by = (scope.day_of(figure), Award.id)
    nowhere = (empty(ClassSession.code.type), *NO_FACTS, empty(Seat.end.type))
    own = _columns(by, *WHO, empty(Organisation.name.type), Scheme.code, Scheme.title, *nowhere)
    own = own.distinct()
    if asked.course or not asked.award_reaches:
        own = own.where(sa.false())
    return by, scope.awards(own, asked, figure).join(Person, Person.id == Award.person_id)


def _key(line: Line) -> list[int | str]:
    return [_number(value) for value in line.place]


def _number(value: Any) -> int:
    if isinstance(value, datetime):
        return (value - EPOCH) // MICROSECOND
    return value.toordinal() if isinstance(value, date) else int(value)


def _beyond(columns: Sequence[Any], cursor: str) -> sa.ColumnElement[bool]:
    found = paging.decode(cursor, [int] * len(columns))
    read: Callable[[int], Any] = _instant if len(columns) > 2 else date.fromordinal
    try:
        values = [read(int(found[0])), *found[1:]]
    except (OverflowError, ValueError) as error:
        raise NotFound() from error
    last = [sa.literal(v, column.type) for v, column in zip(values, columns, strict=True)]
    return sa.tuple_(*columns) > sa.tuple_(*last)


def _instant(micros: int) -> datetime:
    return EPOCH + micros * MICROSECOND
