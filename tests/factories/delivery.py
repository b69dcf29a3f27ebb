"""Exams that can be taken: every kind of item in one form, and attempts at it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from certification.delivery import actions
from certification.delivery.models import (
    Adjustment,
    Attempt,
    BookingState,
    ExamBooking,
    ExamSlot,
)
from certification.exams.models import Exam, ExamPolicy
from courses.catalog.models import Course, CourseKind, CourseVersion, Programme
from courses.scheduling.rules.times import instant
from lms.accounts.models import Person
from lms.db import db, unit
from tests.certification.items.contents import KINDS
from tests.factories.sittings import Sat, SittingsFactory


class DeliveryFactory(SittingsFactory):
    """Makes what a candidate meets."""

    def policy(self, exam: Exam, **values: Any) -> ExamPolicy:
        """One that holds since last year; `values` change it."""
        return self.save(
            ExamPolicy(
                **{
                    "exam_id": exam.id, "number": 1, "effective_from": self.now.date()
                    - timedelta(days=365), "minutes": 60, "grace_seconds": 10, "languages": ["en"],
                    "rules": {"en": "Work **alone**."}, "browser_keys": [],
                    "retakes": {"waits": [1]}, "created_at": self.now, "created_by": None,
                    "booking": "any", **values,
                }
            )
        )  # fmt: skip

    def takeable(
        self,
        course: Course | None = None,
        kinds: tuple[str, ...] = tuple(KINDS),
        *,
        changes: Mapping[str, Any] | None = None,
        **policy: Any,
    ) -> Sat:
        """An exam with a policy and a published form of one item of each kind; `changes` are what
        differs in their content."""
        exam_course = course or self.exam_course()
        exam = self.exam(exam_course)
        self.policy(exam, **policy)
        programme = self.programme_of(exam)
        versions = self.ready_items(
            programme,
            {
                f"K{number:02}-{kind}": {**KINDS[kind], **(changes or {})}
                for number, kind in enumerate(kinds, 1)
            },
        )
        return Sat(exam, self.form(exam, versions), versions)

    def exam_course(self, programme: Programme | None = None, code: str = "ADM-300") -> Course:
        """A course that is an exam."""
        return self.course(
            programme or self.programme(), code, title="Certification Exam", kind=CourseKind.EXAM
        )

    def begun(self, sat: Sat, person: Person, now: datetime | None = None) -> Attempt:
        """The person's attempt, begun now or at an instant."""
        with unit(writes=True):
            version = db.session.scalars(
                sa.select(CourseVersion.id).where(CourseVersion.course_id == sat.exam.course_id)
            ).one()
            return actions.start(
                sat.exam, version, person.id, language="en", has_confirmed=True,
                now=now or self.now,
            )  # fmt: skip

    def slot(self, exam: Exam, starts: str, **values: Any) -> ExamSlot:
        """A time in Berlin, with two places in room 2."""
        local = datetime.fromisoformat(starts)
        return self.save(
            ExamSlot(
                **{
                    "exam_id": exam.id, "starts_at": instant(local, "Europe/Berlin"),
                    "local_start": local, "time_zone": "Europe/Berlin", "place": "Room 2",
                    "capacity": 2, "taken": 0, "created_at": self.now, "created_by": 1, **values,
                }
            )
        )  # fmt: skip

    def booked(self, exam: Exam, slot: ExamSlot | None, person: Person) -> ExamBooking:
        """A place for this person."""
        with unit(writes=True):
            if slot is not None:
                db.session.execute(
                    sa.update(ExamSlot)
                    .where(ExamSlot.id == slot.id)
                    .values(taken=ExamSlot.taken + 1)
                )
            booking = ExamBooking(
                exam_id=exam.id, person_id=person.id, slot_id=slot.id if slot else None,
                state=BookingState.BOOKED, at=self.now, by=person.id,
            )  # fmt: skip
            db.session.add(booking)
        return booking

    def adjusted(self, person: Person, **values: Any) -> Adjustment:
        """What this person gets in every exam."""
        return self.save(Adjustment(person_id=person.id, at=self.now, by=1, **values))
