"""Facts, schemes, awards and progress, in a constant number of queries."""

from collections.abc import Sequence
from datetime import date
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from certification.awards import rules, snapshot
from certification.awards.models import (
    Award,
    Revocation,
    Scheme,
    SchemeState,
    SchemeVersion,
    Suspension,
)
from certification.awards.rules import Earlier, Fact, Facts, Status
from certification.competency.models import Competency, Evidence
from certification.exams.models import Exam, ExamResult
from courses.catalog.models import Course, Programme
from courses.scheduling.models import Completion
from lms.accounts.models import Person
from lms.chains import stands
from lms.db import AnySelect, db
from lms.paging import SIZE, Page, page_of


def suspended_on(day: Any) -> sa.ColumnElement[bool]:
    """Joins an award's suspension as it stood on a day (a date or a bind): one at most."""
    return sa.and_(
        Suspension.award_id == Award.id,
        Suspension.suspended_on <= day,
        sa.or_(Suspension.lifted_on.is_(None), Suspension.lifted_on > day),
    )


def facts_of(person_id: int, on: date) -> Facts:
    """Everything that counts for a person on a day: four queries."""
    return facts_of_many([person_id], on)[person_id]


def facts_of_many(person_ids: Sequence[int], on: date) -> dict[int, Facts]:
    """Facts by person, in four queries however many people there are."""
    courses = _by_person(
        sa.select(
            Completion.person_id,
            Course.code,
            Completion.id,
            Completion.completed_on,
            sa.literal(0),
            sa.literal(0),
        )
        .join(Course, Course.id == Completion.course_id)
        .where(
            Completion.person_id.in_(person_ids),
            Completion.completed_on <= on,
            Completion.withdrawn_at.is_(None),
        )
    )
    exams = _by_person(
        sa.select(
            ExamResult.person_id,
            Course.code,
            ExamResult.id,
            ExamResult.taken_on,
            ExamResult.score,
            ExamResult.full_marks,
        )
        .join(Exam, Exam.id == ExamResult.exam_id)
        .join(Course, Course.id == Exam.course_id)
        .where(
            ExamResult.person_id.in_(person_ids),
            ExamResult.taken_on <= on,
            ExamResult.is_void.is_(False),
            stands(ExamResult),
        )
    )
    levels = _by_person(
        sa.select(
            Evidence.person_id,
            Competency.code,
            Evidence.id,
            Evidence.shown_on,
            Evidence.level,
            sa.literal(0),
        )
        .join(Competency, Competency.id == Evidence.competency_id)
        .where(
            Evidence.person_id.in_(person_ids),
            Evidence.shown_on <= on,
            Evidence.withdrawn_at.is_(None),
            sa.or_(Evidence.expires_on.is_(None), Evidence.expires_on >= on),
        )
    )
    held: dict[int, set[str]] = {}
    for person_id, code in db.session.execute(
        sa.select(Award.person_id, Scheme.code)
        .join(Scheme, Scheme.id == Award.scheme_id)
        .outerjoin(Revocation, Revocation.award_id == Award.id)
        .outerjoin(Suspension, suspended_on(on))
        .where(
            Suspension.id.is_(None),
            Award.person_id.in_(person_ids),
            Award.awarded_on <= on,
            sa.or_(Award.valid_until.is_(None), Award.valid_until >= on),
            sa.or_(Revocation.id.is_(None), Revocation.revoked_on > on),
        )
    ):
        held.setdefault(person_id, set()).add(code)
    return {
        id: Facts(
            courses.get(id, {}), exams.get(id, {}), levels.get(id, {}), frozenset(held.get(id, ()))
        )
        for id in person_ids
    }


def _by_person(statement: AnySelect) -> dict[int, dict[str, list[Fact]]]:
    found: dict[int, dict[str, list[Fact]]] = {}
    for person_id, code, id, on, value, full in db.session.execute(statement):
        found.setdefault(person_id, {}).setdefault(code, []).append(Fact(id, on, value, full))
    return found


def versions_on(day: date) -> list[SchemeVersion]:
    """The version of each scheme that is in force on a day, in the order of the schemes."""
    rows = db.session.scalars(
        sa.select(SchemeVersion)
        .join(Scheme, Scheme.id == SchemeVersion.scheme_id)
        .options(joinedload(SchemeVersion.scheme))
        .where(SchemeVersion.state == SchemeState.PUBLISHED, SchemeVersion.effective_from <= day)
        .order_by(Scheme.position, Scheme.id, SchemeVersion.effective_from, SchemeVersion.number)
    )
    return list({version.scheme_id: version for version in rows}.values())


Newest: TypeAlias = tuple[Award, date | None, bool]
"""An award, the day of its revocation, whether it is suspended now."""


def newest_awards(person_ids: Sequence[int]) -> dict[tuple[int, int], Newest]:
    """(person, scheme) → the newest award."""
    rows = db.session.execute(
        sa.select(Award, Revocation.revoked_on, Suspension.id)
        .outerjoin(Revocation, Revocation.award_id == Award.id)
        .outerjoin(
            Suspension,
            sa.and_(Suspension.award_id == Award.id, Suspension.lifted_at.is_(None)),
        )
        .where(Award.person_id.in_(person_ids))
        .order_by(Award.cycle)
    )
    return {
        (award.person_id, award.scheme_id): (award, revoked, suspension is not None)
        for award, revoked, suspension in rows
    }


def earlier_of(found: Newest | None) -> Earlier | None:
    """An award as the rules see it."""
    if found is None:
        return None
    award, revoked_on, is_suspended = found
    return Earlier(award.cycle, award.awarded_on, award.valid_until, revoked_on, is_suspended)


def names_of_requirements() -> dict[tuple[str, str], tuple[str, str | None]]:
    """(kind, code) → title and address of courses, exams, competencies and schemes."""
    return snapshot.schemes().names


def schemes() -> Sequence[Scheme]:
    """All schemes in their order."""
    return db.session.scalars(sa.select(Scheme).order_by(Scheme.position, Scheme.id)).all()


def scheme_by_code(code: str, programme_codes: Sequence[str] | None = None) -> Scheme | None:
    """The scheme, if it belongs to one of the programmes (None: whichever)."""
    wanted = sa.select(Scheme).where(Scheme.code == code)
    if programme_codes is not None:
        wanted = wanted.join(Programme, Programme.id == Scheme.programme_id).where(
            Programme.code.in_(programme_codes)
        )
    return db.session.scalar(wanted)


def schemes_naming(kind: str, code: str, on: date) -> list[SchemeVersion]:
    """The versions in force whose rule names this course, exam or competency."""
    return [v for v in versions_on(on) if (kind, code) in set(rules.leaves(v.rule))]


def certified(
    scheme_id: int,
    day: date,
    *,
    status: Status | None = None,
    cursor: list[int | str] | None = None,
    size: int = SIZE,
) -> Page[Any]:
    """(award, person, revoked on, suspended on) of a scheme, newest first; optionally of one
    status."""
    wanted = (
        sa.select(Award, Person, Revocation.revoked_on, Suspension.suspended_on)
        .join(Person, Person.id == Award.person_id)
        .outerjoin(Revocation, Revocation.award_id == Award.id)
        .outerjoin(Suspension, suspended_on(day))
        .where(Award.scheme_id == scheme_id)
        .order_by(Award.id.desc())
        .limit(size + 1)
    )
    live, ends = sa.and_(Revocation.id.is_(None), Suspension.id.is_(None)), Award.valid_until
    conditions = {
        Status.SUSPENDED: sa.and_(Revocation.id.is_(None), Suspension.id.is_not(None)),
        Status.VALID: sa.and_(live, sa.or_(ends.is_(None), ends >= day)),
        Status.EXPIRED: sa.and_(live, ends < day),
        Status.REVOKED: Revocation.id.is_not(None),
    }
    if status in conditions:
        wanted = wanted.where(conditions[status])
    if cursor is not None:
        wanted = wanted.where(Award.id < cursor[0])
    rows = db.session.execute(wanted).all()
    return page_of(rows, size=size, key=lambda row: (row[0].id,), is_first=cursor is None)


def status_of(
    award: Award, revoked_on: date | None, day: date, *, is_suspended: bool = False
) -> Status:
    """What an award is on a day."""
    return rules.status_on(
        day,
        awarded_on=award.awarded_on,
        valid_until=award.valid_until,
        revoked_on=revoked_on,
        is_suspended=is_suspended,
    )


def award_by_id(award_id: int, programme_codes: Sequence[str] | None = None) -> Any | None:
    """(award, person, scheme, version, revocation, open suspension) within the programmes one may
    see."""
    wanted = (
        sa.select(Award, Person, Scheme, SchemeVersion, Revocation, Suspension)
        .join(Person, Person.id == Award.person_id)
        .join(Scheme, Scheme.id == Award.scheme_id)
        .join(SchemeVersion, SchemeVersion.id == Award.scheme_version_id)
        .outerjoin(Revocation, Revocation.award_id == Award.id)
        .outerjoin(
            Suspension,
            sa.and_(Suspension.award_id == Award.id, Suspension.lifted_at.is_(None)),
        )
        .where(Award.id == award_id)
    )
    if programme_codes is not None:
        wanted = wanted.join(Programme, Programme.id == Scheme.programme_id).where(
            Programme.code.in_(programme_codes)
        )
    return db.session.execute(wanted).one_or_none()
