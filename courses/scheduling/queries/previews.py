"""The preview of an administrative change: exactly what its run will do, row by row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from courses.scheduling.models import ClassSession, SeatKind
from courses.scheduling.queries import standing
from courses.scheduling.queries.clashes import clashes_of
from courses.scheduling.rules import changes as rules
from courses.scheduling.rules.enrolment import CourseName
from courses.scheduling.rules.places import steps
from lms.accounts.models import Person
from lms.db import db
from lms.reasons import Reason


@dataclass(frozen=True, slots=True)
class Affected:
    """One row of a preview."""

    name: str
    effect: rules.Effect


@dataclass(frozen=True, slots=True)
class Preview:
    """Whom a change affects; `objections` stand against running it at all."""

    rows: list[Affected]
    digest: str
    objections: list[Reason]
    clashes: tuple[CourseName, ...] = ()
    """Where else the trainer would have to be at the same time."""


def also_concerned(change: rules.Change) -> list[int]:
    """People beyond seats and queue whose other meetings a plan reads."""
    return [change.trainer_person_id] if isinstance(change, rules.Replace) else []


def preview(class_session: ClassSession, change: rules.Change, *, now: datetime) -> Preview:
    """What would happen if the change were run now."""
    snapshot = standing.snapshot(class_session, now=now, also=also_concerned(change))
    objections = rules.objections(snapshot, change, now=now)
    if objections:
        return Preview([], "", objections)
    effects = rules.plan(snapshot, change)
    names = names_of([effect.person_id for effect in effects])
    rows = [Affected(names[effect.person_id], effect) for effect in effects]
    booked = clashes_of(class_session, change, now=now)
    return Preview(rows, rules.digest(snapshot, change, effects), [], booked)


def next_for(class_session: ClassSession, kind: SeatKind, *, now: datetime) -> list[str]:
    """Who gets a seat of this kind if one comes free now, in the published order."""
    if not standing.is_open(class_session, now=now):
        return []
    left = dict(standing.free(class_session))
    left[kind] += 1
    queue = [standing.place_of(entry) for entry in standing.waiting(class_session.id)]
    gets = [step.place.person_id for step in steps(left, queue) if step.kind]
    names = names_of(gets)
    return [names[person] for person in gets]


def names_of(person_ids: Sequence[int]) -> dict[int, str]:
    """Names by id."""
    rows = db.session.execute(sa.select(Person.id, Person.name).where(Person.id.in_(person_ids)))
    return {row[0]: row[1] for row in rows}
