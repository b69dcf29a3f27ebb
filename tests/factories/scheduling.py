"""Class sessions and what happens in them."""

from datetime import datetime, timedelta

from courses.catalog.models import Course, CourseVersion, DeliveryFormat, DeliveryMode, VersionState
from courses.scheduling.models import ClassSession, Meeting, SessionState
from lms.accounts.models import Person
from lms.db import db
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
    ) -> ClassSession:
        """A class session of one meeting, four weeks ahead unless told otherwise."""
        number = self.next()
        start = starts_at or self.now + timedelta(days=28)
        version = db.session.query(CourseVersion).filter_by(
            course_id=course.id, state=VersionState.PUBLISHED
        ).one()
        mode = mode or db.session.query(DeliveryMode).first() or self._mode()
        delivery_format = (
            delivery_format or db.session.query(DeliveryFormat).first() or self._format(mode)
        )
        session = self.save(
            ClassSession(
                code=f"CS-{number:04d}", course_version_id=version.id, course_id=course.id,
                delivery_mode_id=mode.id, delivery_format_id=delivery_format.id, language="en",
                trainer_person_id=trainer.id, venue="Amsterdam", room="2.14",
                time_zone="Europe/Amsterdam", room_capacity=room, virtual_capacity=virtual,
                state=SessionState.SCHEDULED, starts_at=start, ends_at=start + timedelta(hours=8),
                created_at=self.now,
            )
        )
        self.save(
            Meeting(
                class_session_id=session.id, position=1, local_start=f"{start:%Y-%m-%dT%H:%M}",
                local_end=f"{start + timedelta(hours=8):%Y-%m-%dT%H:%M}", starts_at=start,
                ends_at=start + timedelta(hours=8),
            )
        )
        return session

    def _mode(self) -> DeliveryMode:
        return self.save(
            DeliveryMode(code="hybrid", title="Hybrid", has_room=True, has_virtual=True, position=1)
        )

    def _format(self, mode: DeliveryMode) -> DeliveryFormat:
        return self.save(
            DeliveryFormat(code="blended-learning", delivery_mode_id=mode.id,
                           title="Blended Learning", position=1)
        )
