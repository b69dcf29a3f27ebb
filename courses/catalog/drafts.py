"""Drafts: begun as a copy, saved under an optimistic lock, published or discarded."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from courses.catalog import rules
from courses.catalog.actions import (
    Content,
    new_version,
    publish,
    retire_published,
    version_in,
    write,
)
from courses.catalog.models import (
    Course,
    CourseDelivery,
    CourseVersion,
    Module,
    Prerequisite,
    VersionState,
)
from lms import audit
from lms.db import db, locked
from lms.errors import Refusal, refuse


def start_draft(course: Course, *, by: int, now: datetime) -> CourseVersion:
    """A draft that begins as a copy of the published version; there is one at most."""
    db.session.execute(locked(sa.select(Course.id).where(Course.id == course.id)))
    draft = version_in(course, VersionState.DRAFT)
    if draft is not None:
        return draft
    published = version_in(course, VersionState.PUBLISHED)
    draft = new_version(course, by=by, now=now)
    if published is not None:
        write(draft, content_of(published))
    audit.record("course.draft_started", "course", course.id, by=by, now=now)
    return draft


def content_of(version: CourseVersion) -> Content:
    """What a version says, as a value."""

    def ids(column: Any, part: Any) -> list[int]:
        return list(
            db.session.scalars(sa.select(column).where(part.course_version_id == version.id))
        )

    modules = db.session.scalars(
        sa.select(Module).where(Module.course_version_id == version.id).order_by(Module.position)
    )
    return Content(
        title=version.title,
        summary=version.summary,
        description=version.description,
        audience=version.audience,
        outcomes=version.outcomes,
        minutes=version.minutes,
        length_note=version.length_note,
        languages=version.languages,
        format_ids=ids(CourseDelivery.delivery_format_id, CourseDelivery),
        prerequisite_ids=ids(Prerequisite.course_id, Prerequisite),
        modules=[(m.title, m.minutes, tuple(m.topics)) for m in modules],
        sample=version.sample,
    )


def save_draft(
    course: Course, content: Content, *, revision: int, by: int, now: datetime
) -> CourseVersion:
    """Save a draft from the page that showed `revision`; an older page is refused."""
    draft: CourseVersion | None = db.session.scalars(
        locked(
            sa.select(CourseVersion).where(
                CourseVersion.course_id == course.id, CourseVersion.state == VersionState.DRAFT
            )
        )
    ).one_or_none()
    if draft is None or draft.revision != revision:
        raise refuse("changed_meanwhile", status=409)
    needs: dict[int, list[int]] = {}
    for owner, need in db.session.execute(
        sa.select(CourseVersion.course_id, Prerequisite.course_id)
        .join(CourseVersion, CourseVersion.id == Prerequisite.course_version_id)
        .where(CourseVersion.state == VersionState.PUBLISHED)
    ):
        needs.setdefault(owner, []).append(need)
    needs[course.id] = list(content.prerequisite_ids)
    if rules.leads_to_itself(course.id, needs):
        raise refuse("prerequisite_circle", status=422)
    write(draft, content)
    draft.revision += 1
    audit.record("course.draft_saved", "course", course.id, by=by, now=now)
    return draft


def publish_draft(course: Course, *, revision: int, by: int, now: datetime) -> CourseVersion:
    """Publish the draft as previewed; the version before is retired, people stay on it."""
    db.session.execute(locked(sa.select(Course.id).where(Course.id == course.id)))
    draft = version_in(course, VersionState.DRAFT)
    if draft is None or draft.revision != revision:
        raise refuse("preview_outdated", status=409)
    flaws = draft_flaws(draft)
    if flaws:
        raise Refusal(*flaws, status=422)
    retire_published(course)
    draft.sample = False
    publish(draft, by=by, now=now)
    return draft


def draft_flaws(draft: CourseVersion) -> list[Any]:
    """What is missing before this draft can be published."""
    content = content_of(draft)
    return rules.publication_flaws(
        rules.Draft(
            title=content.title,
            summary=content.summary,
            minutes=content.minutes,
            module_minutes=[minutes for _, minutes, _ in content.modules],
            formats=len(content.format_ids),
            languages=len(content.languages),
        )
    )


def discard_draft(course: Course, *, by: int, now: datetime) -> None:
    """Throw a draft away; nobody ever took it. A course without any version keeps its draft."""
    draft = version_in(course, VersionState.DRAFT)
    if draft is None:
        raise refuse("changed_meanwhile")
    if draft.number == 1:
        raise refuse("only_version")
    for part in (Module, Prerequisite, CourseDelivery):
        db.session.execute(sa.delete(part).where(part.course_version_id == draft.id))
    db.session.delete(draft)
    audit.record("course.draft_discarded", "course", course.id, by=by, now=now)
