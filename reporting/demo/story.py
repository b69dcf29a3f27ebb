"""What the demonstration people did, told through the real actions at their own times."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from certification.awards import actions as awarding
from certification.awards.models import Award, Scheme
from certification.awards.queries import award_by_id
from certification.competency import actions as competency
from certification.competency.queries import competency_by_code
from certification.exams import actions as examining
from certification.exams.queries import exam_by_code
from courses.catalog.models import Course, CourseVersion, DeliveryFormat, VersionState
from courses.scheduling.actions import classes, roster, seats, self_paced
from courses.scheduling.models import ClassSession, Completion
from courses.scheduling.rules.changes import Move
from courses.scheduling.rules.marks import Grade, Marks, Outcome, Presence
from courses.scheduling.rules.times import Slot
from lms import clock
from lms.accounts.datafiles import ClassFile, PeopleFile, SittingFile
from lms.accounts.queries import account_by_email
from lms.db import db, run
from lms.errors import Refusal
from lms.settings import Settings

DAY_MINUTES = 480
STARTS = time(9, 0)


def tell(value: PeopleFile, settings: Settings, *, now: datetime) -> None:
    """Everything in the order in which it happened, each step in a unit of its own."""
    today = clock.today(now, settings.issuer_zone)
    for item in sorted(value.classes, key=lambda item: item.day):
        run(lambda item=item: _class(item, today, now=now))  # type: ignore[misc]
    for sitting in value.exams:
        run(lambda sitting=sitting: _exam(sitting, today, now=now))  # type: ignore[misc]
    run(lambda: _awards(value, settings, now=now))
    run(lambda: _revocations(value, settings, now=now))
    run(lambda: _open_ends(value, now=now))


def _person_id(short: str) -> int:
    account = account_by_email(short if "@" in short else f"{short}@demo.example")
    if account is None:
        raise LookupError(short)
    return account.person_id


def working_day(today: date, offset: int) -> date:
    """So many days from today, moved to Monday when it falls on a weekend."""
    day = today + timedelta(days=offset)
    return day + timedelta(days=max(0, 8 - day.isoweekday()) if day.isoweekday() > 5 else 0)


def _slots(first: date, minutes: int) -> tuple[Slot, ...]:
    """Whole days of eight hours on consecutive days, the last one shorter."""
    slots: list[Slot] = []
    day, left = first, minutes
    while left > 0:
        start = datetime.combine(day, STARTS)
        slots.append(Slot(start, start + timedelta(minutes=min(left, DAY_MINUTES))))
        left -= DAY_MINUTES
        day += timedelta(days=1)
    return tuple(slots)


def _class(item: ClassFile, today: date, *, now: datetime) -> None:
    first = working_day(today, item.day)
    version = db.session.scalars(
        sa.select(CourseVersion)
        .join(Course, Course.id == CourseVersion.course_id)
        .where(Course.code == item.course, CourseVersion.state == VersionState.PUBLISHED)
    ).one()
    delivery = db.session.scalars(
        sa.select(DeliveryFormat).where(DeliveryFormat.code == item.format)
    ).one()
    start = datetime.combine(first, STARTS, ZoneInfo(item.zone))
    planned = min(now, start - timedelta(days=20))
    trainer = _person_id("trainer")
    session = classes.create(
        classes.Plan(
            version=version,
            delivery_format=delivery,
            language="en",
            trainer_person_id=trainer,
            room_capacity=item.seats[0],
            virtual_capacity=item.seats[1],
            when=Move(
                slots=_slots(first, version.minutes or DAY_MINUTES),
                time_zone=item.zone,
                venue=item.venue,
                room=item.room,
                join_url="" if item.seats[1] == 0 else "https://meet.example/academy",
            ),
        ),
        by=trainer,
        now=planned,
    )
    for place, learner in enumerate(item.learners):
        person_id = _person_id(learner)
        try:
            seats.enrol(
                session, person_id, None, by=person_id, now=planned + timedelta(minutes=place)
            )
        except Refusal as refusal:
            raise LookupError(f"{learner} in {item.course}: {refusal}") from refusal
    if item.outcome == "passed":
        _mark(session, item.learners, by=trainer)


def _mark(session: ClassSession, learners: Sequence[str], *, by: int) -> None:
    typed = {}
    for place, learner in enumerate(learners):
        grade = Grade(Outcome.PASSED, 74 + (place * 7) % 23)
        typed[_person_id(learner)] = roster.Typed(Marks(Presence.PRESENT, grade), None, None)
    outcomes = roster.save_roster(session, typed, by=by, now=session.ends_at + timedelta(hours=2))
    if outcomes.flaws or outcomes.conflicts:
        raise LookupError(f"the roster of {session.code} cannot be marked: {outcomes}")


def _exam(item: SittingFile, today: date, *, now: datetime) -> None:
    row = exam_by_code(item.code)
    if row is None:
        raise LookupError(item.code)
    day = working_day(today, item.day)
    examiner = _person_id("proctor")
    for learner, score in item.scores.items():
        account = account_by_email(f"{learner}@demo.example")
        if account is not None:
            db.session.refresh(account, ["person"])
            examining.record_result(
                row[0], account.person, taken_on=day, score=score, note="", by=examiner, now=now
            )


def _awards(value: PeopleFile, settings: Settings, *, now: datetime) -> None:
    """What the job would do a moment later, done now so that the first page shows it."""
    today = clock.today(now, settings.issuer_zone)
    for completion in db.session.scalars(sa.select(Completion)):
        competency.from_completion(completion, now=now)
    for person in value.people:
        awarding.award_what_is_due(_person_id(person.email), today=today, now=now)


def _revocations(value: PeopleFile, settings: Settings, *, now: datetime) -> None:
    for item in value.revocations:
        award_id = db.session.scalar(
            sa.select(Award.id)
            .join(Scheme, Scheme.id == Award.scheme_id)
            .where(Award.person_id == _person_id(item.email), Scheme.code == item.scheme)
        )
        row = award_by_id(award_id) if award_id else None
        if row is not None:
            awarding.revoke(
                row[0],
                public_reason=item.reason,
                internal_note="",
                today=clock.today(now, settings.issuer_zone),
                by=_person_id("admin"),
                now=now,
            )


def _open_ends(value: PeopleFile, *, now: datetime) -> None:
    for asked in value.validations:
        found = competency_by_code(asked.competency)
        if found is not None:
            competency.ask(_person_id(asked.email), found, asked.level, note=asked.note, now=now)
    for item in value.self_paced:
        version = db.session.scalars(
            sa.select(CourseVersion)
            .join(Course, Course.id == CourseVersion.course_id)
            .where(Course.code == item.course, CourseVersion.state == VersionState.PUBLISHED)
        ).one()
        person_id = _person_id(item.email)
        self_paced.start_self_paced(
            version, person_id, by=person_id, now=now + timedelta(days=item.day)
        )
