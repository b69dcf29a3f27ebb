"""What is asked, and which seats, completions and awards that means: the conditions that all
figures and the lists behind them share."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from certification.awards.models import Award, Revocation, Scheme
from courses.catalog.models import Course, CourseVersion, Programme
from courses.scheduling.models import (
    Attendance,
    ClassSession,
    Completion,
    CompletionSource,
    Meeting,
    Result,
    Seat,
    SeatEnd,
    SelfPacedEnrolment,
    SessionState,
)
from lms import clock
from lms.accounts.models import Membership, Organisation
from lms.chains import stands
from lms.db import AnySelect
from reporting.training.rules import DAY, NOBODY, Figure, Reaches, is_everything, is_limited


@dataclass(frozen=True, slots=True)
class Asked:
    """Days are those of the zone; empty text and None: whatever it is."""

    first: date
    last: date
    zone: str
    now: datetime
    issuer_today: date
    reaches: Reaches
    award_reaches: Reaches
    programme: str = ""
    course: str = ""
    organisation_id: int | None = None
    region: str = ""
    scheme: str = ""

    @property
    def is_of_organisations(self) -> bool:
        """Whether only the seats of some organisations are counted."""
        return self._names_one or is_limited(self.reaches)

    @property
    def awards_are_of_organisations(self) -> bool:
        """Whether only the awards of some organisations' people are counted."""
        return self._names_one or is_limited(self.award_reaches)

    @property
    def _names_one(self) -> bool:
        return self.organisation_id is not None or bool(self.region)


def ended(asked: Asked) -> sa.ColumnElement[bool]:
    """Class sessions whose last meeting ended in the period, and has ended by now."""
    return sa.and_(
        ClassSession.ends_at >= clock.midnight(asked.first, asked.zone),
        ClassSession.ends_at < clock.midnight(asked.last + DAY, asked.zone),
        ClassSession.ends_at <= asked.now,
    )


def _narrowed(wanted: AnySelect, asked: Asked) -> AnySelect:
    if asked.programme:
        wanted = wanted.where(Programme.code == asked.programme)
    if asked.course:
        wanted = wanted.where(Course.code == asked.course)
    return wanted


def _within(wanted: AnySelect, asked: Asked, organisation: Any) -> AnySelect:
    """Of the organisation or region that is asked for, and of what the reader may see."""
    return wanted.where(_of(asked, organisation), reached(asked.reaches, organisation))


def _of(asked: Asked, organisation: Any) -> sa.ColumnElement[bool]:
    """Of the organisation and the region that are asked for."""
    found: sa.ColumnElement[bool] = sa.true()
    if asked.organisation_id == NOBODY:
        found = organisation.is_(None)
    elif asked.organisation_id is not None:
        found = organisation == asked.organisation_id
    if asked.region:
        regional = sa.select(Organisation.id).where(Organisation.region_code == asked.region)
        found = sa.and_(found, organisation.in_(regional))
    return found


def reached(reaches: Reaches, organisation: Any) -> sa.ColumnElement[bool]:
    """Whether one of the grants covers both the organisation and the programme."""
    if is_everything(reaches):
        return sa.true()
    return sa.or_(
        sa.false(),
        *[
            sa.and_(
                sa.true(),
                *([organisation == one.organisation_id] if one.organisation_id else []),
                *([Programme.code == one.programme_code] if one.programme_code else []),
            )
            for one in reaches
        ],
    )


def held(wanted: AnySelect, asked: Asked) -> AnySelect:
    """From class sessions that took place, with their course."""
    wanted = (
        wanted.select_from(ClassSession)
        .join(Course, Course.id == ClassSession.course_id)
        .join(Programme, Programme.id == Course.programme_id)
        .where(ended(asked), ClassSession.state != SessionState.CANCELLED)
    )
    return _narrowed(wanted, asked)


def held_with(wanted: AnySelect, asked: Asked) -> AnySelect:
    """The same, only those in which somebody who counts has a seat."""
    wanted = held(wanted, asked)
    if not asked.is_of_organisations:
        return wanted.where(reached(asked.reaches, sa.null()))
    own = sa.select(Seat.id).where(
        Seat.class_session_id == ClassSession.id, Seat.ended_at.is_(None)
    )
    return wanted.where(_within(own, asked, Seat.organisation_id).correlate_except(Seat).exists())


def seated(wanted: AnySelect, asked: Asked) -> AnySelect:
    """From seats in class sessions that took place, each with the facts that stand."""
    of_seat = [
        sa.and_(model.class_session_id == Seat.class_session_id, model.person_id == Seat.person_id)
        for model in (Attendance, Result)
    ]
    wanted = (
        held(wanted, asked)
        .join(CourseVersion, CourseVersion.id == ClassSession.course_version_id)
        .join(Seat, sa.and_(Seat.class_session_id == ClassSession.id, Seat.ended_at.is_(None)))
        .outerjoin(Attendance, sa.and_(of_seat[0], stands(Attendance)))
        .outerjoin(Result, sa.and_(of_seat[1], stands(Result)))
    )
    return _within(wanted, asked, Seat.organisation_id)


def minutes() -> sa.ColumnElement[int]:
    """The course's published length; where that is agreed, the time of the meetings."""
    spent = sa.extract("epoch", Meeting.ends_at) - sa.extract("epoch", Meeting.starts_at)
    met = sa.select(sa.func.sum(spent) / 60).where(Meeting.class_session_id == ClassSession.id)
    agreed = met.correlate(ClassSession).scalar_subquery()
    return sa.func.coalesce(CourseVersion.minutes, agreed, 0)


def given_up(wanted: AnySelect, asked: Asked) -> AnySelect:
    """From people who had a seat and have none: the last one of each, however often they asked."""
    anew, later = aliased(Seat), aliased(Seat)
    same = [
        sa.and_(other.class_session_id == Seat.class_session_id, other.person_id == Seat.person_id)
        for other in (anew, later)
    ]
    has_one = sa.exists().where(same[0], anew.ended_at.is_(None))
    gave_later = sa.exists().where(
        same[1], later.ended_at.is_not(None), later.end != SeatEnd.SWITCHED, later.id > Seat.id
    )
    wanted = (
        wanted.select_from(ClassSession)
        .join(Course, Course.id == ClassSession.course_id)
        .join(Programme, Programme.id == Course.programme_id)
        .join(CourseVersion, CourseVersion.id == ClassSession.course_version_id)
        .join(Seat, sa.and_(Seat.class_session_id == ClassSession.id, Seat.ended_at.is_not(None)))
        .where(ended(asked), Seat.end != SeatEnd.SWITCHED, ~has_one, ~gave_later)
    )
    return _within(_narrowed(wanted, asked), asked, Seat.organisation_id)


def completed_for() -> sa.ColumnElement[int]:
    """The organisation for which a course was completed: whose seat or enrolment it was."""
    return sa.func.coalesce(Seat.organisation_id, SelfPacedEnrolment.organisation_id)


def completed(wanted: AnySelect, asked: Asked, *, for_whom: bool = True) -> AnySelect:
    """From completions of the period that stand; `for_whom`: with the organisation of each, which
    takes most of the time. Each has a course: joined outwards so that SQLite begins with the days
    instead of all that was ever completed of each course."""
    wanted = (
        wanted.select_from(Completion)
        .outerjoin(Course, Course.id == Completion.course_id)
        .outerjoin(Programme, Programme.id == Course.programme_id)
        .where(
            Completion.completed_on.between(asked.first, asked.last),
            Completion.withdrawn_at.is_(None),
        )
    )
    wanted = _narrowed(wanted, asked)
    if for_whom or asked.is_of_organisations:
        return _within(_with_seat(wanted), asked, completed_for())
    return wanted.where(reached(asked.reaches, sa.null()))


def _with_seat(wanted: AnySelect) -> AnySelect:
    """Completions with the result and seat, or the enrolment, from which each one comes."""
    by_class = Completion.source == CompletionSource.CLASS_SESSION
    alone = Completion.source == CompletionSource.SELF_PACED
    own = SelfPacedEnrolment
    seat = sa.and_(
        Seat.class_session_id == Result.class_session_id,
        Seat.person_id == Result.person_id,
        Seat.ended_at.is_(None),
    )
    return (
        wanted.outerjoin(Result, sa.and_(by_class, Result.id == Completion.source_id))
        .outerjoin(Seat, seat)
        .outerjoin(own, sa.and_(alone, own.id == Completion.source_id))
    )


def awards(wanted: AnySelect, asked: Asked, figure: Figure, *, for_whom: bool = False) -> AnySelect:
    """From awards of the period; `for_whom`: a row for each organisation for which the holder
    worked on that day, or one without."""
    wanted = (
        wanted.select_from(Award)
        .outerjoin(Scheme, Scheme.id == Award.scheme_id)
        .outerjoin(Programme, Programme.id == Scheme.programme_id)
        .outerjoin(Revocation, Revocation.award_id == Award.id)
        .where(_happened(asked, figure))
    )
    if asked.programme:
        wanted = wanted.where(Programme.code == asked.programme)
    if asked.scheme:
        wanted = wanted.where(Scheme.code == asked.scheme)
    if not for_whom and not asked.awards_are_of_organisations:
        return wanted.where(reached(asked.award_reaches, sa.null()))
    own = Membership.organisation_id
    wanted = wanted.outerjoin(Membership, _member_on(day_of(figure)))
    return wanted.where(_of(asked, own), reached(asked.award_reaches, own))


def day_of(figure: Figure) -> Any:
    """The day by which awards are counted."""
    return {
        Figure.AWARDED: Award.awarded_on,
        Figure.REVOKED: Revocation.revoked_on,
        Figure.EXPIRED: Award.valid_until,
    }[figure]


def _member_on(day: Any) -> sa.ColumnElement[bool]:
    return sa.and_(
        Membership.person_id == Award.person_id,
        Membership.started_on <= day,
        sa.or_(Membership.ended_on.is_(None), Membership.ended_on >= day),
    )


def _happened(asked: Asked, figure: Figure) -> sa.ColumnElement[bool]:
    within = day_of(figure).between(asked.first, asked.last)
    if figure != Figure.EXPIRED:
        return sa.and_(within, day_of(figure) <= asked.issuer_today)
    renewal = aliased(Award)
    renewed = sa.exists().where(
        renewal.person_id == Award.person_id,
        renewal.scheme_id == Award.scheme_id,
        renewal.cycle > Award.cycle,
        renewal.awarded_on <= Award.valid_until,
    )
    withdrawn = sa.and_(Revocation.id.is_not(None), Revocation.revoked_on <= Award.valid_until)
    return sa.and_(within, Award.valid_until < asked.issuer_today, ~withdrawn, ~renewed)
