"""Drafts: begun as a copy, saved under an optimistic lock, published or discarded."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from courses.catalog import queries, rules
from courses.catalog.actions import (
    Content,
    lock,
    new_version,
    next_number,
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
from lms import audit, revisions
from lms.db import db
from lms.errors import Refusal, refuse

NO_DRAFT = 0
"""What stands for a revision where there is no draft."""


def start_draft(course: Course, *, by: int, now: datetime) -> CourseVersion:
    """A draft that begins as a copy of the published version; there is one at most."""
    lock(course)
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
    """Save a draft from the page that showed `revision`; an older page is refused.

    NO_DRAFT as the revision: the page knew that there was none, so one begins here.
    """
    lock(course)
    draft = version_in(course, VersionState.DRAFT)
    if draft is None and revision == NO_DRAFT:
        draft, revision = new_version(course, by=by, now=now), 1
        db.session.flush()
    if draft is None:
        raise refuse("draft_gone", status=409)
    if draft.revision != revision:
        raise refuse("changed_meanwhile", status=409)
    _refuse_circle(course, content)
    write(draft, content)
    draft.revision += 1
    audit.record("course.draft_saved", "course", course.id, by=by, now=now)
    return draft


def _refuse_circle(course: Course, content: Content) -> None:
    needs = queries.prerequisites() | {course.id: list(content.prerequisite_ids)}
    if rules.leads_to_itself(course.id, needs):
        raise refuse("prerequisite_circle", status=422)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a preview compared: the draft's revision and the published version's number."""

    revision: int
    over: int


def publish_draft(course: Course, seen: Seen, *, by: int, now: datetime) -> CourseVersion:
    """Publish the draft as previewed; the version before is retired, people stay on it."""
    revisions.hold("catalog")  # prerequisites of other courses stay as they are until the end
    lock(course)
    draft, published = (version_in(course, s) for s in (VersionState.DRAFT, VersionState.PUBLISHED))
    if draft is None:
        raise refuse("draft_gone", status=409)
    if seen != Seen(draft.revision, published.number if published else 0):
        raise refuse("preview_outdated", status=409)
    flaws = draft_flaws(draft)
    if flaws:
        raise Refusal(*flaws, status=422)
    _refuse_circle(course, content_of(draft))
    if published is not None and published.number > draft.number:
        draft.number = next_number(course)
    retire_published(course)
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


def discard_draft(course: Course, *, revision: int, by: int, now: datetime) -> None:
    """Throw a draft away; nobody ever took it. A course without any version keeps its draft."""
    lock(course)
    draft = version_in(course, VersionState.DRAFT)
    if draft is None:
        raise refuse("draft_gone", status=409)
    if draft.revision != revision:
        raise refuse("changed_meanwhile", status=409)
    if draft.number == 1 and next_number(course) == 2:
        raise refuse("only_version")
    for part in (Module, Prerequisite, CourseDelivery):
        db.session.execute(sa.delete(part).where(part.course_version_id == draft.id))
    db.session.delete(draft)
    audit.record("course.draft_discarded", "course", course.id, by=by, now=now)
