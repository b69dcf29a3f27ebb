"""Programmes, courses, versions, delivery."""

from collections.abc import Sequence

from courses.catalog.actions import reindex
from courses.catalog.models import (
    Course,
    CourseDelivery,
    CourseKind,
    CourseVersion,
    DeliveryFormat,
    DeliveryMode,
    Module,
    PlanCoverage,
    Prerequisite,
    Programme,
    VersionState,
)
from lms import revisions
from lms.accounts.models import SupportPlan
from lms.db import unit
from tests.factories.base import FactoryBase


class CatalogFactory(FactoryBase):
    """Makes courses that can be found and taken."""

    def programme(self, code: str = "ADM", title: str = "Administrators") -> Programme:
        """A programme."""
        return self.save(Programme(code=code, slug=code.lower(), title=title, position=self.next()))

    def course(
        self,
        programme: Programme,
        code: str = "ADM-101",
        *,
        title: str = "Foundation Training",
        minutes: int | None = 960,
        kind: CourseKind = CourseKind.COURSE,
        is_self_paced: bool = False,
        languages: Sequence[str] = ("en", "de"),
        formats: Sequence[DeliveryFormat] = (),
        needs: Sequence[Course] = (),
    ) -> Course:
        """A course with one published version of one module, which can be browsed and searched."""
        course = self.save(
            Course(
                code=code,
                slug=code.lower(),
                programme_id=programme.id,
                kind=kind,
                position=self.next(),
            )
        )
        version = self.version(
            course, title=title, minutes=minutes, is_self_paced=is_self_paced, languages=languages
        )
        self.save(
            Module(
                course_version_id=version.id,
                position=1,
                title="Start",
                minutes=minutes or 60,
                topics=["First topic"],
            )
        )
        for item in formats:
            self.offered(version, item)
        for need in needs:
            self.save(Prerequisite(course_version_id=version.id, course_id=need.id))
        self.shown(version)
        return course

    def shown(self, version: CourseVersion) -> None:
        """Readers and the search learn of what was made."""
        with unit(writes=True):
            reindex(version)
            revisions.bump("catalog")

    def version(
        self,
        course: Course,
        *,
        number: int = 1,
        title: str = "Foundation Training",
        minutes: int | None = 960,
        state: VersionState = VersionState.PUBLISHED,
        is_self_paced: bool = False,
        languages: Sequence[str] = ("en", "de"),
    ) -> CourseVersion:
        """A version of a course."""
        return self.save(
            CourseVersion(
                course_id=course.id,
                number=number,
                state=state,
                title=title,
                summary=f"{title} in short",
                minutes=minutes,
                languages=list(languages),
                outcomes=["Do it"],
                is_self_paced=is_self_paced,
                created_at=self.now,
                published_at=self.now if state != VersionState.DRAFT else None,
            )
        )

    def mode(
        self, code: str = "hybrid", *, has_room: bool = True, has_virtual: bool = True
    ) -> DeliveryMode:
        """A delivery mode."""
        return self.save(
            DeliveryMode(
                code=code,
                title=code.title(),
                has_room=has_room,
                has_virtual=has_virtual,
                position=self.next(),
            )
        )

    def format(self, mode: DeliveryMode, code: str = "blended-learning") -> DeliveryFormat:
        """A delivery format of a mode."""
        return self.save(
            DeliveryFormat(
                code=code, delivery_mode_id=mode.id, title=code.title(), position=self.next()
            )
        )

    def offered(self, version: CourseVersion, format: DeliveryFormat) -> CourseDelivery:
        """The version is offered in the format."""
        return self.save(CourseDelivery(course_version_id=version.id, delivery_format_id=format.id))

    def covered(self, plan: SupportPlan, course: Course) -> PlanCoverage:
        """The plan covers the course."""
        row = self.save(PlanCoverage(support_plan_id=plan.id, course_id=course.id))
        with unit(writes=True):
            revisions.bump("catalog")
        return row
