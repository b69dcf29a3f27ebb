"""Programmes, courses, drafts and their publication."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from courses.catalog.datafiles import CourseFile
from courses.catalog.models import (
    Course,
    CourseDelivery,
    CourseKind,
    CourseVersion,
    DeliveryFormat,
    Module,
    Prerequisite,
    Programme,
    VersionState,
)
from lms import audit, revisions, search
from lms.audit import canonical
from lms.db import db, insert_once, locked
from lms.errors import refuse


@dataclass(frozen=True)
class Content:
    """Everything that a version says."""

    title: str
    summary: str
    description: str = ""
    audience: str = ""
    outcomes: Sequence[str] = ()
    minutes: int | None = None
    length_note: str = ""
    languages: Sequence[str] = ()
    format_ids: Sequence[int] = ()
    prerequisite_ids: Sequence[int] = ()
    modules: Sequence[tuple[str, int, Sequence[str]]] = field(default_factory=tuple)
    sample: bool = False


def publish_loaded(course: Course, item: CourseFile, *, now: datetime) -> bool:
    """Publish what a data file says, unless the newest loaded version says the same."""
    content_hash = hashlib.sha256(canonical(item.model_dump(mode="json"))).hexdigest()
    lock(course)
    loaded = db.session.scalar(
        sa.select(CourseVersion.content_hash)
        .where(CourseVersion.course_id == course.id, CourseVersion.content_hash != "")
        .order_by(CourseVersion.number.desc())
        .limit(1)
    )
    if loaded == content_hash:
        return False
    retire_published(course)
    version = new_version(course, state=VersionState.PUBLISHED, by=None, now=now)
    version.content_hash = content_hash
    write(version, _content_of(item))
    publish(version, by=None, now=now)
    return True


def lock(course: Course) -> None:
    """Until this unit ends nobody else drafts, saves or publishes this course."""
    db.session.execute(locked(sa.select(Course.id).where(Course.id == course.id)))


def _content_of(item: CourseFile) -> Content:
    formats = dict(db.session.execute(sa.select(DeliveryFormat.code, DeliveryFormat.id)).all())
    courses = dict(db.session.execute(sa.select(Course.code, Course.id)).all())
    return Content(
        title=item.title,
        summary=item.summary,
        description=item.description,
        audience=item.audience,
        outcomes=item.outcomes,
        minutes=item.minutes,
        length_note=item.length_note,
        languages=item.languages,
        format_ids=[formats[code] for code in item.formats],
        prerequisite_ids=[courses[code] for code in item.prerequisites],
        modules=[(m.title, m.minutes, m.topics) for m in item.modules],
        sample=item.sample,
    )


def next_number(course: Course) -> int:
    """The number of the course's next version."""
    number = db.session.scalar(
        sa.select(sa.func.max(CourseVersion.number)).where(CourseVersion.course_id == course.id)
    )
    return (number or 0) + 1


def new_version(
    course: Course,
    *,
    state: VersionState = VersionState.DRAFT,
    by: int | None,
    now: datetime,
) -> CourseVersion:
    """A further, empty version of the course."""
    version = CourseVersion(
        course_id=course.id,
        number=next_number(course),
        state=state,
        title="",
        summary="",
        created_at=now,
        created_by=by,
    )
    db.session.add(version)
    return version


def write(version: CourseVersion, content: Content) -> None:
    """Write a draft's content; its parts are replaced as a whole."""
    version.title, version.summary = content.title, content.summary
    version.description, version.audience = content.description, content.audience
    version.outcomes, version.minutes = list(content.outcomes), content.minutes
    version.length_note, version.languages = content.length_note, list(content.languages)
    version.sample = content.sample
    version.is_self_paced = bool(
        db.session.scalar(
            sa.select(sa.func.count()).where(
                DeliveryFormat.id.in_(content.format_ids), DeliveryFormat.is_self_paced
            )
        )
    )
    db.session.flush()
    for part in (Module, Prerequisite, CourseDelivery):
        db.session.execute(sa.delete(part).where(part.course_version_id == version.id))
    db.session.add_all(
        Module(
            course_version_id=version.id,
            position=place,
            title=title,
            minutes=minutes,
            topics=list(topics),
        )
        for place, (title, minutes, topics) in enumerate(content.modules, 1)
    )
    db.session.add_all(
        Prerequisite(course_version_id=version.id, course_id=id)
        for id in sorted(set(content.prerequisite_ids))
    )
    db.session.add_all(
        CourseDelivery(course_version_id=version.id, delivery_format_id=id)
        for id in sorted(set(content.format_ids))
    )
    db.session.flush()


def retire_published(course: Course) -> None:
    """What is published now becomes a version of the past."""
    db.session.execute(
        sa.update(CourseVersion)
        .where(CourseVersion.course_id == course.id, CourseVersion.state == VersionState.PUBLISHED)
        .values(state=VersionState.RETIRED)
    )


def publish(version: CourseVersion, *, by: int | None, now: datetime) -> None:
    """Make a version the one that readers see; searchable from now on."""
    version.state, version.published_at, version.published_by = VersionState.PUBLISHED, now, by
    db.session.flush()
    reindex(version)
    revisions.bump("catalog")
    audit.record(
        "course.published",
        "course",
        version.course_id,
        by=by,
        now=now,
        version=version.number,
        title=version.title,
    )


def reindex(version: CourseVersion) -> None:
    """Make the published words findable."""
    row = db.session.execute(
        sa.select(Course.code, Programme.title)
        .join(Programme, Programme.id == Course.programme_id)
        .where(Course.id == version.course_id)
    ).one()
    modules = db.session.scalars(sa.select(Module).where(Module.course_version_id == version.id))
    words = [
        row.code,
        row.title,
        version.summary,
        version.description,
        version.audience,
        *version.outcomes,
    ]
    for module in modules:
        words += [module.title, *module.topics]
    search.put("course", str(version.course_id), version.title, " ".join(words))


def create_programme(
    *, code: str, slug: str, title: str, summary: str, by: int, now: datetime
) -> Programme:
    """A new programme at the end of the list; refuses a code or slug that is in use."""
    last = db.session.scalar(sa.select(sa.func.max(Programme.position))) or 0
    values = {"code": code, "slug": slug, "title": title, "summary": summary, "position": last + 1}
    taken = db.session.scalar(sa.select(Programme.id).where(Programme.slug == slug))
    if taken or not insert_once(Programme, values, ["code"]):
        raise refuse("code_taken", status=422, code=code)
    revisions.bump("catalog")
    audit.record("programme.created", "programme", code, by=by, now=now, title=title)
    return db.session.scalars(sa.select(Programme).where(Programme.code == code)).one()


def create_course(
    programme: Programme,
    *,
    code: str,
    slug: str,
    kind: CourseKind,
    title: str,
    by: int,
    now: datetime,
) -> Course:
    """A new course with an empty draft; refuses a code or slug that is in use."""
    last = db.session.scalar(
        sa.select(sa.func.max(Course.position)).where(Course.programme_id == programme.id)
    )
    slugs = sa.select(Course.id).where(Course.programme_id == programme.id, Course.slug == slug)
    values = {
        "code": code,
        "slug": slug,
        "kind": kind,
        "programme_id": programme.id,
        "position": (last or 0) + 1,
    }
    if db.session.scalar(slugs) or not insert_once(Course, values, ["code"]):
        raise refuse("code_taken", status=422, code=code)
    course = db.session.scalars(sa.select(Course).where(Course.code == code)).one()
    draft = new_version(course, by=by, now=now)
    draft.title = title
    audit.record("course.created", "course", course.id, by=by, now=now, code=code)
    return course


def version_in(course: Course, state: VersionState) -> CourseVersion | None:
    """The course's version in this state, read afresh."""
    return db.session.scalars(
        sa.select(CourseVersion)
        .where(CourseVersion.course_id == course.id, CourseVersion.state == state)
        .execution_options(populate_existing=True)
    ).one_or_none()
