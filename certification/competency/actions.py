"""Evidence from facts, and validations by people."""

from datetime import date, datetime

import sqlalchemy as sa

from certification.competency.models import (
    Competency,
    CourseCompetency,
    Evidence,
    EvidenceKind,
    Framework,
    Validation,
    ValidationState,
)
from courses.scheduling.models import Completion
from lms import audit, jobs
from lms.accounts import letters
from lms.accounts.models import Person
from lms.clock import today
from lms.db import db, insert_once, locked
from lms.errors import refuse
from lms.site import issuer_zone


def show(
    person_id: int,
    competency_id: int,
    level: int,
    kind: EvidenceKind,
    source_id: int,
    *,
    on: date,
    now: datetime,
) -> bool:
    """Write evidence once per fact and competency."""
    values = {
        "person_id": person_id,
        "competency_id": competency_id,
        "level": level,
        "kind": kind,
        "source_id": source_id,
        "shown_on": on,
        "recorded_at": now,
    }
    return insert_once(Evidence, values, ["kind", "source_id", "competency_id"])


def from_completion(completion: Completion, *, now: datetime) -> None:
    """A completed course shows the competencies that it teaches."""
    links = db.session.scalars(
        sa.select(CourseCompetency).where(CourseCompetency.course_id == completion.course_id)
    )
    for link in links:
        show(
            completion.person_id,
            link.competency_id,
            link.level,
            EvidenceKind.COURSE,
            completion.id,
            on=completion.completed_on,
            now=now,
        )


def from_exam(person_id: int, course_id: int, result_id: int, *, on: date, now: datetime) -> None:
    """A passed exam shows the competencies that it covers."""
    links = db.session.scalars(
        sa.select(CourseCompetency).where(CourseCompetency.course_id == course_id)
    )
    for link in links:
        show(
            person_id, link.competency_id, link.level, EvidenceKind.EXAM, result_id, on=on, now=now
        )


def withdraw(kind: EvidenceKind, source_id: int, *, now: datetime) -> None:
    """The fact behind this evidence no longer holds; the row stays."""
    db.session.execute(
        sa.update(Evidence)
        .where(
            Evidence.kind == kind, Evidence.source_id == source_id, Evidence.withdrawn_at.is_(None)
        )
        .values(withdrawn_at=now)
    )


def _check_level(competency: Competency, level: int) -> None:
    framework = db.session.get_one(Framework, competency.framework_id)
    if not 1 <= level <= len(framework.levels):
        raise refuse("level_unknown", status=422, top=len(framework.levels))


def _check_day(on: date, now: datetime) -> None:
    if on > today(now, issuer_zone()):
        raise refuse("observed_in_the_future", status=422)


def ask(person_id: int, competency: Competency, level: int, *, note: str, now: datetime) -> None:
    """Ask an assessor to confirm a competency. Refuses (`validation_waits`) while the same request
    waits; the person's row is the lock, so that a double click is one request; `level_unknown`
    for a level that the framework does not have."""
    _check_level(competency, level)
    db.session.execute(locked(sa.select(Person.id).where(Person.id == person_id)))
    waiting = sa.select(Validation.id).where(
        Validation.person_id == person_id,
        Validation.competency_id == competency.id,
        Validation.level == level,
        Validation.state == ValidationState.WAITING,
    )
    if db.session.scalar(waiting) is not None:
        raise refuse("validation_waits")
    db.session.add(
        Validation(
            person_id=person_id,
            competency_id=competency.id,
            level=level,
            state=ValidationState.WAITING,
            request_note=note,
            asked_at=now,
            asked_by=person_id,
        )
    )
    db.session.flush()
    audit.record(
        "validation.asked",
        "person",
        person_id,
        by=person_id,
        now=now,
        competency=competency.code,
        level=level,
    )


def observe(
    person: Person,
    competency: Competency,
    level: int,
    *,
    on: date,
    note: str,
    by: int,
    now: datetime,
) -> Validation:
    """An assessor saw it: a confirmed validation without a request. Never of oneself."""
    if person.id == by:
        raise refuse("not_yourself", status=403)
    _check_level(competency, level)
    _check_day(on, now)
    row = Validation(
        person_id=person.id,
        competency_id=competency.id,
        level=level,
        state=ValidationState.CONFIRMED,
        asked_at=now,
        asked_by=by,
        observed_on=on,
        decision_note=note,
        decided_at=now,
        decided_by=by,
    )
    db.session.add(row)
    db.session.flush()
    _confirmed(row, competency, by=by, now=now)
    return row


def decide(
    validation: Validation,
    *,
    confirmed: bool,
    level: int,
    on: date,
    note: str,
    by: int,
    now: datetime,
) -> None:
    """Confirm or decline a request, once; the guarded update lets one of two assessors win."""
    if validation.person_id == by:
        raise refuse("not_yourself", status=403)
    competency = db.session.get_one(Competency, validation.competency_id)
    _check_level(competency, level)
    _check_day(on, now)
    state = ValidationState.CONFIRMED if confirmed else ValidationState.DECLINED
    changed = db.session.execute(
        sa.update(Validation)
        .where(Validation.id == validation.id, Validation.state == ValidationState.WAITING)
        .values(
            state=state,
            level=level,
            observed_on=on,
            decision_note=note,
            decided_at=now,
            decided_by=by,
        )
    )
    if not getattr(changed, "rowcount", 0):
        raise refuse("changed_meanwhile")
    db.session.refresh(validation)
    if confirmed:
        _confirmed(validation, competency, by=by, now=now)
    else:
        audit.record(
            "validation.declined",
            "person",
            validation.person_id,
            by=by,
            now=now,
            competency=competency.code,
            private={"note": note},
        )
    _tell(validation, competency, confirmed=confirmed, note=note, now=now)


def _confirmed(row: Validation, competency: Competency, *, by: int, now: datetime) -> None:
    show(
        row.person_id,
        competency.id,
        row.level,
        EvidenceKind.OBSERVATION,
        row.id,
        on=row.observed_on or now.date(),
        now=now,
    )
    audit.record(
        "validation.confirmed",
        "person",
        row.person_id,
        by=by,
        now=now,
        competency=competency.code,
        level=row.level,
        private={"note": row.decision_note},
    )
    jobs.enqueue("competency.evidence_changed", {"person_id": row.person_id}, key=str(row.id))


def _tell(
    row: Validation, competency: Competency, *, confirmed: bool, note: str, now: datetime
) -> None:
    letters.write(
        "validation_decided",
        row.person_id,
        key=f"validation:{row.id}",
        now=now,
        competency=competency.title,
        confirmed=confirmed,
        note=note,
    )
