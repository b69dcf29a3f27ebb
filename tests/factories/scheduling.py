"""Class sessions and what happens in them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from courses.catalog.models import Course, CourseVersion, DeliveryFormat, DeliveryMode, VersionState
from courses.scheduling.actions import seats
from courses.scheduling.models import (
    ClassSession,
    Completion,
    CompletionSource,
    Meeting,
    Seat,
    SeatKind,
    SessionState,
    WaitingEntry,
)
from lms.accounts.models import Person
from lms.db import db, unit
from tests.factories.base import FactoryBase


class SchedulingFactory(FactoryBase):
    """Makes class sessions."""

    def class_session(
        self,
        course: Course,
        trainer: Person,
        *,
        room: int = 2,
        virtual: int = 0,
        starts_at: datetime | None = None,
        mode: DeliveryMode | None = None,
        delivery_format: DeliveryFormat | None = None,
        time_zone: str = "Europe/Amsterdam",
    ) -> ClassSession:
        """A class session of one meeting, four weeks ahead unless told otherwise."""
        number = self.next()
        start = starts_at or self.now + timedelta(days=28)
        version = (
            db.session.query(CourseVersion)
            .filter_by(course_id=course.id, state=VersionState.PUBLISHED)
            .one()
        )
        mode = mode or db.session.query(DeliveryMode).first() or self._mode()
        delivery_format = (
            delivery_format or db.session.query(DeliveryFormat).first() or self._format(mode)
        )
        session = self.save(
            ClassSession(
                code=f"CS-{number:04d}",
                course_version_id=version.id,
                course_id=course.id,
                delivery_mode_id=mode.id,
                delivery_format_id=delivery_format.id,
                language="en",
                trainer_person_id=trainer.id,
                venue="Amsterdam",
                room="2.14",
                time_zone=time_zone,
                room_capacity=room,
                virtual_capacity=virtual,
                state=SessionState.SCHEDULED,
                starts_at=start,
                ends_at=start + timedelta(hours=8),
                created_at=self.now,
            )
        )
        self.meeting(session, 1, start)
        return session

    def meeting(self, session: ClassSession, position: int, start: datetime) -> Meeting:
        """A meeting of eight hours, local times in the class session's zone."""
        local = start.astimezone(ZoneInfo(session.time_zone))
        end = start + timedelta(hours=8)
        return self.save(
            Meeting(
                class_session_id=session.id,
                position=position,
                local_start=f"{local:%Y-%m-%dT%H:%M}",
                local_end=f"{end.astimezone(ZoneInfo(session.time_zone)):%Y-%m-%dT%H:%M}",
                starts_at=start,
                ends_at=end,
            )
        )

    def enrolled(
        self, session: ClassSession, person: Person, kind: SeatKind | None = None
    ) -> Seat | WaitingEntry:
        """The person asks for a seat, as they would themselves."""
        with unit(writes=True):
            return seats.enrol(session, person.id, kind, by=person.id, now=self.now)

    def completion(self, person: Person, course: Course, version: CourseVersion) -> Completion:
        """The person completed the course in their own time."""
        return self.save(
            Completion(
                person_id=person.id,
                course_id=course.id,
                course_version_id=version.id,
                source=CompletionSource.SELF_PACED,
                source_id=self.next(),
                completed_on=self.now.date(),
                recorded_at=self.now,
                recorded_by=person.id,
            )
        )

    def _mode(self) -> DeliveryMode:
        return self.save(
            DeliveryMode(code="hybrid", title="Hybrid", has_room=True, has_virtual=True, position=1)
        )

    def _format(self, mode: DeliveryMode) -> DeliveryFormat:
        return self.save(
            DeliveryFormat(
                code="blended-learning",
                delivery_mode_id=mode.id,
                title="Blended Learning",
                position=1,
            )
        )
