"""`flask catalog load`: all or nothing, twice changes nothing, a change makes a version."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from certification.awards.models import SchemeVersion
from certification.designs import actions as design_actions
from certification.designs import queries as designs
from courses.catalog import drafts
from courses.catalog.models import Course, CourseVersion, PlanCoverage, VersionState
from lms import audit, revisions
from lms.db import Base, db, run, unit
from lms.permissions import Role
from reporting.loader.checks import read_folder
from reporting.loader.load import load
from support.directory.models import Channel
from tests.conftest import NOW
from tests.factories import Factory
from tests.page import Page
from tests.reporting.conftest import load_folder

pytestmark = [pytest.mark.thorough, pytest.mark.usefixtures("frozen")]

Edit = Callable[[str, str, str], None]


@pytest.fixture
def edit(folder: Path) -> Edit:
    """Replace the first occurrence of a text in one of the files."""

    def change(name: str, old: str, new: str) -> None:
        path = folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {name}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def rows() -> dict[str, int]:
    """How many rows each table has."""
    with unit(writes=False):
        return {
            table.name: db.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }


def revision() -> int:
    with unit(writes=False):
        return revisions.value("catalog")


def versions(code: str) -> list[tuple[int, str, str]]:
    """(number, state, title) of a course's versions."""
    with unit(writes=False):
        found = db.session.execute(
            sa.select(CourseVersion.number, CourseVersion.state, CourseVersion.title)
            .join(Course, Course.id == CourseVersion.course_id)
            .where(Course.code == code)
            .order_by(CourseVersion.number)
        )
        return [(number, state.value, title) for number, state, title in found]


def test_the_shipped_folder_becomes_the_catalogue(
    app: Flask, client: FlaskClient, make: Factory, folder: Path
) -> None:
    result = load_folder(app, folder)

    assert result.exit_code == 0, result.output
    assert "course version    15 added" in result.output
    assert "15 of 15 courses" in Page(client.get("/catalog")).text
    assert "Security Administration" in Page(client.get("/catalog?q=hardening")).text
    with unit(writes=False):
        assert list(audit.verify()) == []


def test_loading_twice_changes_nothing(
    loaded: None, app: Flask, make: Factory, folder: Path
) -> None:
    before, counted = rows(), revision()

    again = load_folder(app, folder)

    assert "Nothing changed." in again.output
    assert (rows(), revision()) == (before, counted)


def test_a_changed_course_is_a_new_version_and_the_old_one_stays(
    loaded: None, app: Flask, client: FlaskClient, make: Factory, folder: Path, edit: Edit
) -> None:
    client.get("/catalog")
    edit("catalog.yaml", "title: Foundation Training", "title: Grundlagen")

    result = load_folder(app, folder)

    assert "course version    1 added, 14 unchanged" in result.output
    assert versions("ADM-101") == [
        (1, "retired", "Foundation Training"),
        (2, "published", "Grundlagen"),
    ]
    assert "Grundlagen" in Page(client.get("/catalog?q=grundlagen")).text
    assert "1 of 15" not in Page(client.get("/catalog?q=foundation+training")).text


@pytest.mark.sqlite
def test_a_file_that_goes_back_is_a_third_version(
    loaded: None, app: Flask, make: Factory, folder: Path, edit: Edit
) -> None:
    for old, new in (("Foundation Training", "Grundlagen"), ("Grundlagen", "Foundation Training")):
        edit("catalog.yaml", f"title: {old}", f"title: {new}")
        load_folder(app, folder)
    assert [version[1:] for version in versions("ADM-101")] == [
        ("retired", "Foundation Training"),
        ("retired", "Grundlagen"),
        ("published", "Foundation Training"),
    ]


@pytest.mark.sqlite
def test_what_was_edited_here_stays_until_the_file_changes(
    loaded: None, app: Flask, make: Factory, folder: Path, edit: Edit, now: datetime
) -> None:
    kim = make.person("Kim", Role.CATALOGUE_MANAGER)
    with unit(writes=True):
        course = db.session.query(Course).filter_by(code="ADM-101").one()
        draft = drafts.start_draft(course, by=kim.id, now=now)
        drafts.publish_draft(course, drafts.Seen(draft.revision, 1), by=kim.id, now=now)
        drafts.start_draft(course, by=kim.id, now=now)

    assert "Nothing changed." in load_folder(app, folder).output
    edit("catalog.yaml", "title: Foundation Training", "title: Grundlagen")
    assert load_folder(app, folder).exit_code == 0

    assert [version[:2] for version in versions("ADM-101")] == [
        (1, "retired"),
        (2, "retired"),
        (3, "draft"),
        (4, "published"),
    ]
    with unit(writes=True):
        made = drafts.publish_draft(course, drafts.Seen(1, 4), by=kim.id, now=now)
    assert made.number == 5


def test_a_changed_scheme_is_a_new_version_from_today(
    loaded: None, app: Flask, make: Factory, folder: Path, edit: Edit
) -> None:
    edit("certification.yaml", "at_least: 70", "at_least: 75")

    assert "scheme version    1 added, 2 unchanged" in load_folder(app, folder).output

    with unit(writes=False):
        found = db.session.scalars(
            sa.select(SchemeVersion).order_by(SchemeVersion.scheme_id, SchemeVersion.number)
        ).all()
    assert [(v.number, v.effective_from) for v in found[:2]] == [
        (1, date(2024, 1, 1)),
        (2, NOW.date()),
    ]
    assert found[0].rule["all_of"][-1] == {"exam": "ADM-300", "at_least": 70}
    assert found[1].rule["all_of"][-1] == {"exam": "ADM-300", "at_least": 75}


def test_a_renamed_programme_is_seen_and_found_at_once(
    loaded: None, app: Flask, client: FlaskClient, make: Factory, folder: Path, edit: Edit
) -> None:
    client.get("/catalog")
    edit("catalog.yaml", "title: End-User Training Programs", "title: Everyday Work")

    assert "programme         1 changed, 2 unchanged" in load_folder(app, folder).output

    assert "5 of 15 courses" in Page(client.get("/catalog?q=everyday")).text


def test_what_the_files_no_longer_have_is_taken_away(
    loaded: None, app: Flask, make: Factory, folder: Path, edit: Edit
) -> None:
    before = rows()
    edit("plans.yaml", "programmes: [ADM, USR, DEV]", "programmes: [ADM, USR]")

    assert "plan coverage     5 removed, 25 unchanged" in load_folder(app, folder).output

    after = rows()
    assert after["plan_coverage"] == before["plan_coverage"] - 5
    assert after["course"] == before["course"]


BROKEN = [
    ("catalog.yaml", "formats: [hands-on-labs,", "formats: [puppetry,",
     "unknown format “puppetry”"),
    ("catalog.yaml", "prerequisites: [ADM-101]", "prerequisites: [ADM-999]",
     "unknown course “ADM-999”"),
    ("catalog.yaml", "code: ADM-201", "code: ADM-101", "course code “ADM-101” is used twice"),
    ("catalog.yaml", "slug: advanced-administration", "slug: foundation",
     "course slug “foundation” is used twice"),
    ("catalog.yaml", "hours: 16", "hours: 17",
     "the modules of ADM-101 add up to 960 minutes, its hours to 1020"),
    ("catalog.yaml", "hours: 16", "hours: 16\n        prerequisites: [ADM-201]",
     "ADM-101 needs itself, by way of its prerequisites"),
    ("catalog.yaml", "mode: on-site, title: Hands", "mode: by-mail, title: Hands",
     "unknown mode “by-mail”"),
    ("catalog.yaml", "code: USR\n", "code: ADM\n", "programme code “ADM” is used twice"),
    ("catalog.yaml", "languages: [en, ", "languages: [en, xx, ", "the language “xx” is not known"),
    ("plans.yaml", "programmes: [ADM, USR]", "programmes: [ADM, XXX]", "unknown programme “XXX”"),
    ("plans.yaml", "rank: 2", "rank: 1", "rank “1” is used twice"),
    ("certification.yaml", "exam: ADM-300, at_least: 70", "exam: ADM-300, at_least: 700",
     "more points than the exam has"),
    ("certification.yaml", "{code: ADM-300, full", "{code: ADM-101, full",
     "ADM-101 is a course, not an exam"),
    ("certification.yaml", "cut_score: 70", "cut_score: 170",
     "the cut score is above the full marks"),
    ("certification.yaml", "course: ADM-101", "course: ADM-102", "unknown course “ADM-102”"),
    ("certification.yaml", "programme: DEV", "programme: DEVS", "unknown programme “DEVS”"),
    ("competencies.yaml", "code: DEV.PERF", "code: DEV.TEST",
     "competency code “DEV.TEST” is used twice"),
    ("competencies.yaml", "DEV-220: 3", "DEV-220: 9", "level 9 is above the scale of"),
    ("support.yaml", "plans: [platinum]", "plans: [diamond]", "unknown plan “diamond”"),
    ("services.yaml", "version: ", "edition: ", "is missing"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "reason"), BROKEN)
@pytest.mark.sqlite
def test_each_flaw_names_its_file_and_line_and_nothing_is_written(
    app: Flask, make: Factory, folder: Path, edit: Edit, name: str, old: str, new: str, reason: str
) -> None:
    edit(name, old, new)
    before = rows()

    result = load_folder(app, folder)

    assert result.exit_code == 1
    assert reason in result.stderr
    assert "Nothing was changed" in result.stderr
    named = [line for line in result.stderr.splitlines() if reason in line]
    file, line, _text = named[0].split(":", 2)
    assert file == name
    text = (folder / name).read_text(encoding="utf-8").splitlines()
    assert int(line) <= len(text)
    if reason.startswith("unknown"):
        assert reason.split("“")[1].rstrip("”") in text[int(line) - 1]
    assert rows() == before
    assert load_folder(app, folder, "check").exit_code == 1


@pytest.mark.sqlite
def test_every_flaw_of_every_file_is_told_at_once(
    app: Flask, make: Factory, folder: Path, edit: Edit
) -> None:
    edit("catalog.yaml", "formats: [hands-on-labs,", "formats: [puppetry,")
    edit("plans.yaml", "programmes: [ADM, USR]", "programmes: [ADM, XXX]")
    edit("support.yaml", "plans: [platinum]", "plans: [diamond]")

    result = load_folder(app, folder)

    assert "Nothing was changed: 3 errors." in result.stderr


@pytest.mark.sqlite
def test_a_broken_change_of_a_loaded_folder_changes_nothing(
    loaded: None, app: Flask, make: Factory, folder: Path, edit: Edit
) -> None:
    before, counted = rows(), revision()
    edit("catalog.yaml", "title: Foundation Training", "title: Grundlagen")
    edit("support.yaml", "plans: [platinum]", "plans: [diamond]")

    assert load_folder(app, folder).exit_code == 1

    assert (rows(), revision()) == (before, counted)
    assert versions("ADM-101") == [(1, "published", "Foundation Training")]


@pytest.mark.sqlite
def test_a_circle_with_what_was_edited_here_changes_nothing(
    loaded: None, app: Flask, make: Factory, folder: Path, edit: Edit, now: datetime
) -> None:
    kim = make.person("Kim", Role.CATALOGUE_MANAGER)
    with unit(writes=True):
        courses = {course.code: course for course in db.session.query(Course)}
        draft = drafts.start_draft(courses["USR-101"], by=kim.id, now=now)
        content = replace(drafts.content_of(draft), prerequisite_ids=[courses["USR-201"].id])
    edit("catalog.yaml", "prerequisites: [USR-101]", "prerequisites: []")
    load_folder(app, folder)
    with unit(writes=True):
        drafts.save_draft(courses["USR-101"], content, revision=1, by=kim.id, now=now)
        drafts.publish_draft(courses["USR-101"], drafts.Seen(2, 1), by=kim.id, now=now)
    edit("catalog.yaml", "prerequisites: []", "prerequisites: [USR-101]")
    before = rows()

    result = load_folder(app, folder)

    assert result.exit_code == 1
    assert "USR-201 would need itself, by way of courses that were edited here" in result.stderr
    assert rows() == before


@pytest.mark.sqlite
def test_checking_reads_and_writes_nothing(app: Flask, make: Factory, folder: Path) -> None:
    before = rows()
    result = load_folder(app, folder, "check")
    assert (result.exit_code, result.output) == (0, "The data files are sound.\n")
    assert rows() == before


def test_a_failure_in_the_middle_writes_nothing(
    app: Flask, make: Factory, folder: Path, now: datetime
) -> None:
    read = read_folder(folder)
    with unit(writes=True):
        db.session.add(Channel(code="x", group_title="x", title="x", plan_codes=[], position=1))
        db.session.execute(sa.text("DROP TABLE directory_block"))
    tables = [PlanCoverage, CourseVersion, Channel]

    def counts() -> list[int]:
        with unit(writes=False):
            return [db.session.query(model).count() for model in tables]

    before = counts()
    with pytest.raises(sa.exc.DBAPIError):
        run(lambda: load(read, now=now, today=now.date()))
    assert counts() == before == [0, 0, 1]


@pytest.mark.sqlite
def test_published_courses_are_what_the_files_say(
    loaded: None, app: Flask, make: Factory, folder: Path
) -> None:
    items = {c.code: c for p in read_folder(folder).catalog.value.programmes for c in p.courses}
    with unit(writes=False):
        for course, version in db.session.execute(
            sa.select(Course, CourseVersion)
            .join(CourseVersion, CourseVersion.course_id == Course.id)
            .where(CourseVersion.state == VersionState.PUBLISHED)
        ):
            item, content = items[course.code], drafts.content_of(version)
            assert (content.title, content.minutes) == (item.title, item.minutes)
            assert len(content.format_ids) == len(item.formats)
            assert len(content.prerequisite_ids) == len(item.prerequisites)
            assert [m[0] for m in content.modules] == [m.title for m in item.modules]


@pytest.mark.sqlite
def test_a_changed_design_makes_a_version_and_choices_of_people_stay(
    loaded: None, app: Flask, make: Factory, folder: Path, edit: Edit
) -> None:
    with unit(writes=True):
        scheme = next(row for row, _design in designs.schemes() if row.code == "CA")
        design_actions.choose(scheme, designs.by_code("ceremony"), by=None, now=make.now)
    edit("designs.yaml", "#0b5a58", "#1f4c94")
    assert "1 changed" in load_folder(app, folder).output
    load_folder(app, folder)
    with unit(writes=False):
        pathway = designs.by_code("pathway")
        assert pathway is not None
        accents = [row.content["accent"] for row in designs.versions_of(pathway)]
        assert accents == ["#1f4c94", "#0b5a58"]
        assert "Certified Administrator" not in designs.schemes_of()[pathway.id]


@pytest.mark.sqlite
def test_a_folder_may_leave_designs_out(app: Flask, make: Factory, folder: Path) -> None:
    (folder / "designs.yaml").unlink()
    assert load_folder(app, folder).exit_code == 0
    with unit(writes=False):
        assert designs.listed() == []


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("{title}", "{titel}", "placeholder_unknown titel"),
        ("#0b5a58", "#ffee00", "colour_too_pale"),
        ("schemes: [CPU]", "schemes: [CPX]", "unknown scheme “CPX”"),
        ("code: ceremony", "code: pathway", "design code"),
        ("layout: side", "layout: upside", "designs.yaml:"),
    ],
)
@pytest.mark.sqlite
def test_a_flaw_of_a_design_is_named_with_its_line(
    app: Flask, folder: Path, edit: Edit, old: str, new: str, reason: str
) -> None:
    edit("designs.yaml", old, new)
    result = load_folder(app, folder)
    assert result.exit_code != 0
    assert reason in result.output
