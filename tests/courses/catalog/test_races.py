"""Editors and publishers at the same moment. SQLite hides these races: PostgreSQL, real threads."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DBAPIError

from courses.catalog import actions, drafts
from courses.catalog.drafts import Seen
from courses.catalog.models import Course, CourseVersion, VersionState
from lms import audit, revisions
from lms.accounts.models import Person
from lms.db import db, run, unit
from lms.errors import Refusal
from lms.permissions import Role
from tests.factories import Factory

pytestmark = pytest.mark.postgres
Work = Callable[[Course], object]


@pytest.fixture
def kim(make: Factory) -> Person:
    return make.person("Kim", Role.CATALOGUE_MANAGER)


@pytest.fixture
def course(make: Factory) -> Course:
    return make.course(make.programme(), formats=[make.format(make.mode())])


def at_once(app: Flask, course_ids: Sequence[int], works: Sequence[Work]) -> list[object]:
    """Run all of these at the same moment, each in a thread; refusals are results too."""
    ready = threading.Barrier(len(works), timeout=60)
    results: list[object] = [None] * len(works)

    def one(number: int, work: Work) -> None:
        with app.app_context():
            ready.wait()
            course_id = course_ids[number % len(course_ids)]
            try:
                results[number] = run(lambda: work(db.session.get_one(Course, course_id)))
            except (Refusal, DBAPIError) as error:
                results[number] = error
            finally:
                db.session.remove()

    threads = [threading.Thread(target=one, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def codes(results: Sequence[object]) -> list[str]:
    """The codes of the refusals, in order; anything else fails."""
    found = []
    for result in results:
        assert not isinstance(result, DBAPIError), result
        if isinstance(result, Refusal):
            found += [reason.code for reason in result.reasons]
    return sorted(found)


def versions(course: Course) -> list[tuple[int, str]]:
    with unit(writes=False):
        rows = db.session.execute(
            sa.select(CourseVersion.number, CourseVersion.state)
            .where(CourseVersion.course_id == course.id)
            .order_by(CourseVersion.number)
        )
        return [(number, state.value) for number, state in rows]


def begun(course: Course, kim: Person, now: datetime) -> int:
    """A draft; its revision."""
    with unit(writes=True):
        return drafts.start_draft(course, by=kim.id, now=now).revision


def test_sixteen_publishers_publish_one_version(
    app: Flask, course: Course, kim: Person, now: datetime
) -> None:
    seen = Seen(begun(course, kim, now), 1)

    def publish(it: Course) -> object:
        return drafts.publish_draft(it, seen, by=kim.id, now=now)

    results = at_once(app, [course.id], [publish] * 16)

    assert codes(results) == ["draft_gone"] * 15
    assert versions(course) == [(1, "retired"), (2, "published")]
    with unit(writes=False):
        assert list(audit.verify()) == []


def test_drafts_begun_at_once_are_one_draft(
    app: Flask, course: Course, kim: Person, now: datetime
) -> None:
    def start(it: Course) -> int:
        return drafts.start_draft(it, by=kim.id, now=now).id

    results = at_once(app, [course.id], [start] * 12)

    assert len(set(results)) == 1
    assert versions(course) == [(1, "published"), (2, "draft")]


def test_of_editors_who_save_at_once_one_saves(
    app: Flask, course: Course, kim: Person, now: datetime
) -> None:
    revision = begun(course, kim, now)

    def save(it: Course) -> object:
        draft = actions.version_in(it, VersionState.DRAFT)
        assert draft is not None
        content = replace(drafts.content_of(draft), title=threading.current_thread().name)
        return drafts.save_draft(it, content, revision=revision, by=kim.id, now=now)

    results = at_once(app, [course.id], [save] * 12)

    assert codes(results) == ["changed_meanwhile"] * 11


def test_nothing_is_published_that_its_preview_did_not_show(
    app: Flask, make: Factory, course: Course, kim: Person, now: datetime
) -> None:
    for round_ in range(8):
        revision = begun(course, kim, now)
        number = versions(course)[-1][0]
        seen = Seen(revision, number - 1)

        def save(it: Course, revision: int = revision, round_: int = round_) -> object:
            draft = actions.version_in(it, VersionState.DRAFT)
            if draft is None:
                return None
            content = replace(drafts.content_of(draft), title=f"unseen {round_}")
            return drafts.save_draft(it, content, revision=revision, by=kim.id, now=now)

        def publish(it: Course, seen: Seen = seen) -> object:
            return drafts.publish_draft(it, seen, by=kim.id, now=now)

        codes(at_once(app, [course.id], [save, publish]))
        with unit(writes=False):
            shown = actions.version_in(course, VersionState.PUBLISHED)
            assert shown is not None
            assert "unseen" not in shown.title
            left = actions.version_in(course, VersionState.DRAFT)
        if left is not None:
            with unit(writes=True):
                drafts.discard_draft(course, revision=left.revision, by=kim.id, now=now)


def test_two_publications_never_close_a_circle_of_prerequisites(
    app: Flask, make: Factory, course: Course, kim: Person, now: datetime
) -> None:
    programme = make.programme("USR", "Users")
    other = make.course(programme, "USR-101", formats=[make.format(make.mode("virtual"), "live")])
    for it, need in ((course, other), (other, course)):
        revision = begun(it, kim, now)
        with unit(writes=True):
            draft = actions.version_in(it, VersionState.DRAFT)
            assert draft is not None
            content = replace(drafts.content_of(draft), prerequisite_ids=[need.id])
            drafts.save_draft(it, content, revision=revision, by=kim.id, now=now)

    def publish(it: Course) -> object:
        return drafts.publish_draft(it, Seen(2, 1), by=kim.id, now=now)

    results = at_once(app, [course.id, other.id], [publish, publish])

    assert codes(results) == ["prerequisite_circle"]


def test_every_publication_counts_in_the_revision(
    app: Flask, make: Factory, kim: Person, now: datetime
) -> None:
    programme, form = make.programme(), make.format(make.mode())
    courses = [make.course(programme, f"ADM-{n}", formats=[form]) for n in range(6)]
    for it in courses:
        begun(it, kim, now)
    with unit(writes=False):
        before = revisions.value("catalog")

    def publish(it: Course) -> object:
        return drafts.publish_draft(it, Seen(1, 1), by=kim.id, now=now)

    assert codes(at_once(app, [it.id for it in courses], [publish] * 6)) == []
    with unit(writes=False):
        assert revisions.value("catalog") == before + 6
