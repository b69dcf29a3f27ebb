"""Scores, marks, appeals and decisions on items: by keyboard alone, and with nothing for axe."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import people, walk
from tests.browser.conftest import Site, Visit
from tests.browser.people import Scored
from tests.conftest import FULL

JOB = 120_000
"""Milliseconds for what a worker does beside others."""

Open = Callable[..., Visit]
MOST_TABS = 60
SAVE = "Record the mark"


@pytest.fixture
def site(exams_site: Site) -> Site:
    """Where exams may be made up."""
    return exams_site


@pytest.fixture
def scored(site: Site) -> Scored:
    return people.new_scored(site)


def sound(page: Page) -> None:
    """Nothing for axe and no scrolling sideways, wide and narrow; an ordinary run asks axe once."""
    for width in (1280, 390):
        assert walk.sideways(page, width) == [], page.url
        if FULL or width == 1280:
            assert walk.axe(page) == [], page.url
    page.set_viewport_size({"width": 1280, "height": 900})


def reach(page: Page, name: str) -> None:
    """Tab to the control of this name; a person without a mouse has no other way."""
    for _press in range(MOST_TABS):
        page.keyboard.press("Tab")
        said = page.evaluate(
            """() => { const one = document.activeElement;
            const label = one.labels?.length ? [...one.labels].map(l => l.innerText).join(" ") : "";
            return (label || one.getAttribute("aria-label") || one.innerText || "").trim(); }"""
        )
        if re.match(name, said):
            return
    raise AssertionError(f"{name} is not reached by Tab on {page.url}")


def press(page: Page, name: str) -> None:
    reach(page, name)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def write(page: Page, name: str, text: str) -> None:
    reach(page, name)
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def marked(visit: Open, who: str, scored: Scored, points: tuple[str, str]) -> Page:
    """An essay marked by its rubric, without a mouse."""
    window = visit()
    window.sign_in(who)
    page = window.go("/teach/marking")
    sound(page)
    page = window.go(scored.essay)
    sound(page)
    fields = page.locator("[name^=points-]")
    for place, value in enumerate(points):
        label = page.locator(f"label[for='{fields.nth(place).get_attribute('id')}']").inner_text()
        write(page, re.escape(label.split("\n")[0]), value)
    write(page, "Comment", "Clear")
    press(page, SAVE)
    return page


def test_an_essay_is_marked_twice_and_moderated(visit: Open, scored: Scored) -> None:
    page = marked(visit, scored.marker, scored, ("2", "3"))
    page = marked(visit, scored.second, scored, ("0", "0"))
    # Five points apart: a third person decides.
    window = visit()
    window.sign_in(scored.manager)
    page = window.go("/teach/marking")
    expect(page.locator("main")).to_contain_text("Moderation")
    page = window.go(scored.essay)
    sound(page)
    fields = page.locator("[name^=points-]")
    fields.nth(0).fill("9")
    walk.follow(page.locator("main form button").last)
    expect(page.locator("[aria-invalid=true]").first).to_be_visible()
    sound(page)


def test_report_appeal_decision_and_its_preview_by_keyboard(visit: Open, scored: Scored) -> None:
    candidate = visit()
    candidate.sign_in(scored.candidate)
    page = candidate.go(f"{scored.report}/result")
    expect(page.locator(".verdict h2")).to_have_text("Not passed")
    sound(page)
    press(page, "Appeal")
    write(page, "What should be looked at", "Item one has two right options")
    sound(page)
    press(page, "Send the appeal")
    expect(page.locator("main")).to_contain_text("It is answered by the end of")

    manager = visit(color_scheme="dark")
    manager.sign_in(scored.manager)
    page = manager.go(f"{scored.exam}/attempts/{scored.report.rsplit('/')[-1]}")
    sound(page)
    press(page, "Open")
    page.wait_for_url("**/teach/appeals/*")
    appeal = page.url
    page.locator("summary").click()
    sound(page)
    press(page, "Decide I01|Decide")
    page.get_by_label("Everyone gets its points").focus()
    page.keyboard.press("Space")
    write(page, "Reason", "Two options are right")
    sound(page)
    press(page, "Show what would change")
    page.wait_for_url("**/dispositions/*")
    decision = page.url
    expect(page.locator("main")).to_contain_text("A second person carries it out.", timeout=JOB)
    sound(page)

    deputy = visit()
    deputy.sign_in(scored.deputy)
    page = deputy.page
    page.goto(decision)
    expect(page.locator("main")).to_contain_text("Not passed → passed", timeout=JOB)
    sound(page)
    press(page, "Score 1 attempt anew")
    # Until it is done the page loads itself anew, which would cut off the way to the next one.
    expect(page.locator("main")).to_contain_text("· done", timeout=JOB)
    expect(page.locator("main")).to_contain_text("carried out by")
    page.goto(appeal)
    page.get_by_label("Uphold the appeal").focus()
    page.keyboard.press("Space")
    write(page, "Reasons", "You are right")
    press(page, "Answer the appeal")
    expect(page.locator("main")).to_contain_text("What followed")
    sound(page)

    page = candidate.go(f"{scored.report}/appeal")
    expect(page.locator("main")).to_contain_text("Everyone gets the points of an item.")
    expect(page.locator("main")).to_contain_text(": passed.")
    sound(page)


def test_a_result_is_voided_by_two_people_by_keyboard(visit: Open, scored: Scored) -> None:
    manager = visit()
    manager.sign_in(scored.manager)
    page = manager.go(f"{scored.exam}/attempts/{scored.report.rsplit('/')[-1]}")
    press(page, "Void the result")
    sound(page)
    press(page, "Propose to void it")
    expect(page.locator("#error-summary")).to_be_visible()
    sound(page)
    page.get_by_label("Aids or help that were not allowed").focus()
    page.keyboard.press("Space")
    write(page, "What happened", "A telephone rang under the table")
    page.get_by_label("Counts as one").focus()
    page.keyboard.press("Space")
    press(page, "Propose to void it")
    page.wait_for_url("**/voidings/*")
    expect(page.locator("main")).to_contain_text("A second person confirms it.")
    sound(page)

    deputy = visit(color_scheme="dark")
    deputy.sign_in(scored.deputy)
    page = deputy.go(f"{scored.exam}/attempts")
    expect(page.locator("main")).to_contain_text("Voiding proposed")
    sound(page)
    page.goto(manager.page.url)
    sound(page)
    press(page, "Void the result")
    expect(page.locator("main")).to_contain_text("Confirmed")
    sound(page)

    candidate = visit()
    candidate.sign_in(scored.candidate)
    page = candidate.go(f"{scored.report}/result")
    expect(page.locator(".verdict h2")).to_have_text("Void")
    expect(page.locator("main")).to_contain_text("A telephone rang under the table")
    sound(page)
