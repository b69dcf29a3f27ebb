"""What the demonstration people did, told through the real actions at their own times."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from certification.awards import actions as awarding
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
from lms.accounts.datafiles import ClassFile, ObservedFile, PeopleFile, SittingFile
from lms.accounts.models import Person
from lms.db import db, run, unit
from lms.errors import Refusal
from lms.settings import Settings
from reporting.demo import assessments, attempts, fates
from reporting.demo.stage import evening, free_days, person_id_of, working_day

DAY_MINUTES = 480
STARTS = time(9, 0)


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened on a day, and whose certifications may have become due by it."""

    day: date
    happen: Callable[[], tuple[datetime, Sequence[int]]]


def tell(value: PeopleFile, settings: Settings, *, now: datetime) -> None:
    """Everything in the order in which it happened, each step in a unit of its own. Who meets a
    certification's rule by a step is awarded it then."""
    today = clock.today(now, settings.issuer_zone)
    for step in sorted(_steps(value, today, now=now), key=lambda step: step.day):
        run(lambda happen=step.happen: _live(happen, settings))  # type: ignore[misc]
    fates.tell(value, settings, today=today)
    run(lambda: _open_ends(value, now=now))


def _steps(value: PeopleFile, today: date, *, now: datetime) -> list[Step]:
    with unit(writes=False):
        calendar = timetable(value.classes, _course_minutes(), today)
    return [
        *(
            Step(days[0], partial(_class, item, days, now=now))
            for item, days in zip(value.classes, calendar, strict=True)
        ),
        *(
            Step(day, partial(_exam, item, day))
            for item in value.exams
            for day in [working_day(today, item.day)]
        ),
        *(
            Step(day, partial(assessments.judge, item, day))
            for item in value.assessments
            for day in [working_day(today, item.day)]
        ),
        *(
            Step(day, partial(attempts.take, item, day))
            for item in value.attempts
            for day in [working_day(today, item.day)]
        ),
        *(
            Step(day, partial(_observation, item, day))
            for item in value.observations
            for day in [working_day(today, item.day)]
        ),
    ]


def _course_minutes() -> dict[str, int]:
    """How long each published course lasts, by its code."""
    rows = db.session.execute(
        sa.select(Course.code, CourseVersion.minutes)
        .join(CourseVersion, CourseVersion.course_id == Course.id)
        .where(CourseVersion.state == VersionState.PUBLISHED)
    )
    return {code: minutes or DAY_MINUTES for code, minutes in rows}


def timetable(
    classes: Sequence[ClassFile], minutes: Mapping[str, int], today: date
) -> list[tuple[date, ...]]:
    """The days of each class session, in the order given. One trainer holds them all, so no two
    share a day; the earlier in the file's days chooses first."""
    taken: set[date] = set()
    found: dict[int, tuple[date, ...]] = {}
    for place, item in sorted(enumerate(classes), key=lambda pair: pair[1].day):
        count = -(-minutes[item.course] // DAY_MINUTES)
        found[place] = free_days(today, item.day, count, taken)
        taken.update(found[place])
    return [found[place] for place in range(len(classes))]


def _live(happen: Callable[[], tuple[datetime, Sequence[int]]], settings: Settings) -> None:
    at, people = happen()
    for person_id in people:
        today = clock.today(at, settings.issuer_zone)
        awarding.award_what_is_due(person_id, today=today, now=at)


def _slots(days: Sequence[date], minutes: int) -> tuple[Slot, ...]:
    """Whole days of eight hours, the last one shorter."""
    slots: list[Slot] = []
    for place, day in enumerate(days):
        start = datetime.combine(day, STARTS)
        left = minutes - place * DAY_MINUTES
        slots.append(Slot(start, start + timedelta(minutes=min(left, DAY_MINUTES))))
    return tuple(slots)


def _class(
    item: ClassFile, days: Sequence[date], *, now: datetime
) -> tuple[datetime, Sequence[int]]:
    version = db.session.scalars(
        sa.select(CourseVersion)
        .join(Course, Course.id == CourseVersion.course_id)
        .where(Course.code == item.course, CourseVersion.state == VersionState.PUBLISHED)
    ).one()
    delivery = db.session.scalars(
        sa.select(DeliveryFormat).where(DeliveryFormat.code == item.format)
    ).one()
    start = datetime.combine(days[0], STARTS, ZoneInfo(item.zone))
    # A minute for each who enrols: the last one did so before now.
    planned = min(now - timedelta(minutes=len(item.learners)), start - timedelta(days=20))
    trainer = person_id_of("trainer")
    session = classes.create(
        classes.Plan(
            version=version,
            delivery_format=delivery,
            language="en",
            trainer_person_id=trainer,
            room_capacity=item.seats[0],
            virtual_capacity=item.seats[1],
            when=Move(
                slots=_slots(days, version.minutes or DAY_MINUTES),
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
        person_id = person_id_of(learner)
        try:
            seats.enrol(
                session, person_id, None, by=person_id, now=planned + timedelta(minutes=place)
            )
        except Refusal as refusal:
            raise LookupError(f"{learner} in {item.course}: {refusal}") from refusal
    if item.outcome != "passed":
        return planned, ()
    return _mark(session, item.learners, by=trainer)


def _mark(
    session: ClassSession, learners: Sequence[str], *, by: int
) -> tuple[datetime, Sequence[int]]:
    """Two hours after the end; what the job would show as evidence is shown at once."""
    at, typed = session.ends_at + timedelta(hours=2), {}
    for place, learner in enumerate(learners):
        grade = Grade(Outcome.PASSED, 74 + (place * 7) % 23)
        typed[person_id_of(learner)] = roster.Typed(Marks(Presence.PRESENT, grade), None, None)
    outcomes = roster.save_roster(session, typed, by=by, now=at)
    if outcomes.flaws or outcomes.conflicts:
        raise LookupError(f"the roster of {session.code} cannot be marked: {outcomes}")
    for completion in db.session.scalars(sa.select(Completion).where(Completion.recorded_at == at)):
        competency.from_completion(completion, now=at)
    return at, list(typed)


def _exam(item: SittingFile, day: date) -> tuple[datetime, Sequence[int]]:
    row = exam_by_code(item.code)
    if row is None:
        raise LookupError(item.code)
    exam, at, people = row[0], evening(day), []
    for learner, score in item.scores.items():
        person = db.session.get_one(Person, person_id_of(learner))
        result = examining.record_result(
            exam,
            person,
            taken_on=day,
            score=score,
            note="",
            by=person_id_of("proctor"),
            now=at,
        )
        examining.show_evidence(result, exam, now=at)
        people.append(person.id)
    return at, people


def _observation(item: ObservedFile, day: date) -> tuple[datetime, Sequence[int]]:
    found = competency_by_code(item.competency)
    if found is None:
        raise LookupError(item.competency)
    person, at = db.session.get_one(Person, person_id_of(item.email)), evening(day)
    competency.observe(
        person, found, item.level, on=day, note=item.note, by=person_id_of("proctor"), now=at
    )
    return at, [person.id]


def _open_ends(value: PeopleFile, *, now: datetime) -> None:
    for asked in value.validations:
        found = competency_by_code(asked.competency)
        if found is not None:
            competency.ask(person_id_of(asked.email), found, asked.level, note=asked.note, now=now)
    for item in value.self_paced:
        version = db.session.scalars(
            sa.select(CourseVersion)
            .join(Course, Course.id == CourseVersion.course_id)
            .where(Course.code == item.course, CourseVersion.state == VersionState.PUBLISHED)
        ).one()
        person_id = person_id_of(item.email)
        self_paced.start_self_paced(
            version, person_id, by=person_id, now=now + timedelta(days=item.day)
        )
