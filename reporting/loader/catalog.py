"""Writing the issuer, delivery, programmes, courses and plans."""

import sqlalchemy as sa

from courses.catalog.actions import publish_loaded, reindex
from courses.catalog.datafiles import CourseFile, ProgrammeFile
from courses.catalog.models import (
    Course,
    CourseKind,
    CourseVersion,
    DeliveryFormat,
    DeliveryMode,
    PlanCoverage,
    Programme,
    VersionState,
)
from lms.accounts.datafiles import PlanFile
from lms.accounts.models import SupportPlan
from lms.db import db
from lms.site import SiteProfile
from reporting.loader.loading import Loading


def load_site(loading: Loading) -> None:
    """Who issues."""
    value = loading.folder.catalog.value
    values = value.site.model_dump(exclude={"certificate_prefix"})
    values["facts"] = {
        "certificate_prefix": value.site.certificate_prefix,
        "source": value.source,
    }
    row = db.session.get(SiteProfile, 1)
    kept = row is not None and all(getattr(row, name) == values[name] for name in values)
    values["updated_at"] = row.updated_at if row is not None and kept else loading.now
    loading.put(SiteProfile, {"id": 1}, values)


def load_delivery(loading: Loading) -> None:
    """Modes and formats in the source's order."""
    value = loading.folder.catalog.value
    modes = {}
    for place, mode in enumerate(value.modes, 1):
        row = loading.put(
            DeliveryMode,
            {"code": mode.code},
            {
                "title": mode.title,
                "has_room": mode.room,
                "has_virtual": mode.virtual,
                "icon": mode.icon,
                "position": place,
            },
        )
        modes[mode.code] = row.id
    for place, item in enumerate(value.formats, 1):
        loading.put(
            DeliveryFormat,
            {"code": item.code},
            {
                "delivery_mode_id": modes[item.mode],
                "title": item.title,
                "description": item.description,
                "is_self_paced": item.self_paced,
                "position": place,
            },
        )


def load_catalog(loading: Loading) -> None:
    """Programmes and courses, then their versions: a changed course makes a new one."""
    programmes = loading.folder.catalog.value.programmes
    for place, item in enumerate(programmes, 1):
        _put_programme(loading, item, place)
    courses = course_ids()
    for item in programmes:
        for course in item.courses:
            _publish(loading, db.session.get_one(Course, courses[course.code]), course)


def _put_programme(loading: Loading, item: ProgrammeFile, place: int) -> None:
    values = {"slug": item.slug, "title": item.title, "summary": item.summary, "position": place}
    programme = loading.put(Programme, {"code": item.code}, values)
    for order, course in enumerate(item.courses, 1):
        loading.put(
            Course,
            {"code": course.code},
            {
                "slug": course.slug,
                "programme_id": programme.id,
                "kind": CourseKind(course.kind),
                "position": order,
            },
        )


def _publish(loading: Loading, course: Course, item: CourseFile) -> None:
    is_new = publish_loaded(course, item, now=loading.now)
    loading.tally.note("course version", "added" if is_new else "unchanged")


def course_ids() -> dict[str, int]:
    """Every course's id by its code."""
    return dict(db.session.execute(sa.select(Course.code, Course.id)).all())


def load_plans(loading: Loading) -> None:
    """Support plans and the courses that they cover."""
    for plan in loading.folder.plans.value.plans:
        row = loading.put(
            SupportPlan,
            {"code": plan.code},
            {
                "name": plan.name,
                "rank": plan.rank,
                "features": [feature.model_dump() for feature in plan.features],
                "facts": {
                    "response_minutes": plan.response_minutes,
                    "resolution_percent": plan.resolution_percent,
                },
            },
        )
        _cover(loading, row, plan)


def _cover(loading: Loading, row: SupportPlan, plan: PlanFile) -> None:
    codes = set(plan.covers.courses)
    for programme in loading.folder.catalog.value.programmes:
        if programme.code in plan.covers.programmes:
            codes |= {course.code for course in programme.courses}
    ids = course_ids()
    kept = [
        loading.put(
            PlanCoverage,
            {"support_plan_id": row.id, "course_id": ids[code]},
            {"sample": plan.covers.sample},
        ).id
        for code in sorted(codes)
    ]
    loading.keep(PlanCoverage, kept, PlanCoverage.support_plan_id == row.id)


def index_again() -> None:
    """Make every published course findable by the words that it has now."""
    for version in db.session.scalars(
        sa.select(CourseVersion).where(CourseVersion.state == VersionState.PUBLISHED)
    ):
        reindex(version)
