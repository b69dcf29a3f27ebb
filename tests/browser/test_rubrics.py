"""Rubrics, sheets, work and what the candidate reads: without a mouse, and with nothing for axe."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from courses.catalog.models import CourseKind
from lms import revisions
from lms.db import unit
from lms.permissions import Role
from tests.browser import people
from tests.browser.conftest import PASSWORD, Site, Visit
from tests.browser.test_scoring_pages import press, reach, sound, write
from tests.browser.walk import follow

Open = Callable[..., Visit]


@pytest.fixture
def site(exams_site: Site) -> Site:
    """Where exams may be made up."""
    return exams_site


@dataclass(frozen=True, slots=True)
class Judged:
    """An exam with a rubric, and who signs in."""

    candidate: str
    assessor: str
    manager: str
    second: str
    third: str
    code: str


@pytest.fixture
def exam(site: Site) -> Judged:
    return judged_in(site)


@pytest.fixture
def board(site: Site) -> Judged:
    """One that two assessors judge."""
    return judged_in(site, is_double_marked=True, moderation_gap=1)


def judged_in(site: Site, **policy: object) -> Judged:
    with people.behind(site) as make:
        number = make.next()
        names = [f"{one}-{number}" for one in ("seen", "sees", "writes", "second", "third")]
        roles = [(), (Role.ASSESSOR,), (Role.CERTIFICATION_MANAGER,)] + [(Role.ASSESSOR,)] * 2
        found = [
            make.person(name.title(), *role, password=PASSWORD)
            for name, role in zip(names, roles, strict=True)
        ]
        with unit(writes=True):
            for person, name in zip(found, names, strict=True):
                people.named(person, name)
        programme = make.programme(f"R{number}", "Programme of this test")
        course = make.course(programme, f"R{number}-300", title="Board", kind=CourseKind.EXAM)
        make.teaches(course, make.competency(programme, f"R{number}-1"))
        made = make.exam(course)
        make.rubric(made)
        if policy:
            make.newer_policy(made, **policy)
        with unit(writes=True):
            revisions.bump("catalog")
        return Judged(*names, course.code)


def enter(page: Page) -> None:
    """Send the form from the field that has the focus."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def choose(page: Page, level: str) -> None:
    """The level of the criterion that comes next, by keyboard."""
    reach(page, "L1")
    page.keyboard.press("Space")
    for _press in range(int(level[1:]) - 1):
        page.keyboard.press("ArrowDown")
    expect(page.locator(":focus")).to_be_checked()


def test_a_rubric_is_changed_and_published(visit: Open, exam: Judged) -> None:
    window = visit(color_scheme="dark")
    window.sign_in(exam.manager)
    page = window.go(f"/manage/exams/{exam.code}/rubric")
    sound(page)
    press(page, "New version")
    sound(page)
    write(page, "Name", " ")
    enter(page)
    expect(page.locator(":focus")).to_have_text("Please correct this first")
    sound(page)
    write(page, "Name", "Plans it")
    enter(page)
    expect(page.locator("main")).to_contain_text("Draft, version 2")
    sound(page)
    press(page, "Publish")
    expect(page.locator("main")).to_contain_text("In force, version 2")
    follow(page.get_by_role("link", name="Version 1"))
    sound(page)


def test_work_is_handed_in_judged_and_read(visit: Open, exam: Judged) -> None:
    candidate = visit()
    candidate.sign_in(exam.candidate)
    page = candidate.go(f"/exams/{exam.code}/work")
    sound(page)
    page.set_input_files("[name=file]", {"name": "x", "mimeType": "", "buffer": b"\x7fELF\x00"})
    press(page, "Hand in")
    expect(page.locator(":focus")).to_have_text("Please correct this first")
    sound(page)
    file = {"name": "plan.txt", "mimeType": "text/plain", "buffer": b"A plan"}
    page.set_input_files("[name=file]", file)
    press(page, "Hand in")
    expect(page.locator("main table")).to_contain_text("plan.txt")
    sound(page)

    assessor = visit()
    assessor.sign_in(exam.assessor)
    page = assessor.go(f"/teach/exams/{exam.code}/assessments")
    sound(page)
    press(page, "Judge")
    sound(page)
    choose(page, "L2")
    press(page, "Record the assessment")
    expect(page.locator("#error-summary a")).to_have_text(["SAFE: Choose a level."])
    sound(page)
    reach(page, "SAFE: Choose a level.")
    page.keyboard.press("Enter")
    page.keyboard.press("Space")
    for _press in range(2):
        page.keyboard.press("ArrowDown")
    write(page, "Comment to the candidate", "Well guarded")
    press(page, "Record the assessment")
    follow(page.get_by_role("link", name="Assessment").first)
    expect(page.locator("main")).to_contain_text("8 of 10 points")
    sound(page)

    page = candidate.go("/exams")
    follow(page.get_by_role("link", name="Board").last)
    expect(page.locator("h1")).to_have_text("Passed")
    expect(page.locator("main")).to_contain_text("Well guarded")
    sound(page)


def judge(page: Page, levels: tuple[str, str]) -> None:
    """The levels of both criteria, then the record."""
    sound(page)
    for level in levels:
        choose(page, level)
    press(page, "Record the assessment")


def test_two_assessors_a_third_and_an_appeal(visit: Open, board: Judged) -> None:
    names = (board.candidate, board.assessor, board.second, board.third, board.manager)
    windows = {name: visit() for name in names}
    for name, window in windows.items():
        window.sign_in(name)
    page = windows[board.assessor].go(f"/teach/exams/{board.code}/assessments")
    write(page, "Person", f"{board.candidate}@demo.example")
    enter(page)
    judge(page, ("L3", "L3"))
    expect(page.locator("main")).to_contain_text("Somebody else judges")
    sound(page)

    page = windows[board.second].go("/teach/marking")
    sound(page)
    press(page, "Judge")
    judge(page, ("L1", "L3"))
    page = windows[board.manager].go(f"/teach/exams/{board.code}/assessments")
    expect(page.locator("main")).to_contain_text("Moderation")
    sound(page)
    follow(page.get_by_role("link", name="End it"))
    sound(page)
    page = windows[board.third].go("/teach/marking")
    press(page, "Judge")
    judge(page, ("L1", "L2"))
    follow(page.get_by_role("link", name="Assessment").first)
    expect(page.locator("main")).to_contain_text("a third one decided")
    sound(page)

    page = windows[board.candidate].go("/exams")
    follow(page.get_by_role("link", name="Board").last)
    expect(page.locator("h1")).to_have_text("Not passed")
    sound(page)
    press(page, "Appeal")
    press(page, "Send the appeal")
    expect(page.locator(":focus")).to_have_text("Please correct this first")
    sound(page)
    write(page, "What should be looked at, and why$", "The plan was there")
    press(page, "Send the appeal")
    sound(page)

    page = windows[board.manager].go("/teach/appeals")
    sound(page)
    follow(page.get_by_role("link", name="Open Result").last)
    sound(page)
    reach(page, "Uphold the appeal")
    page.keyboard.press("Space")
    write(page, "Reasons", "It was there")
    reach(page, "Judge anew")
    page.keyboard.press("Space")
    reach(page, "Levels, if you judge anew")
    page.keyboard.press("Enter")
    sound(page)
    reach(page, "L1")
    for _press in range(2):
        page.keyboard.press("ArrowDown")
    press(page, "Answer the appeal")
    expect(page.locator("main")).to_contain_text("Your score was 30 and became 70: passed.")
    sound(page)
    page = windows[board.assessor].go(page.url.removeprefix(windows[board.assessor].site.url))
    expect(page.locator("main")).to_contain_text("What was judged")
    page = windows[board.candidate].go("/exams")
    follow(page.get_by_role("link", name="Board").last)
    expect(page.locator("h1")).to_have_text("Passed")
    sound(page)
