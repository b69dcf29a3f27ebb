"""The core with the keyboard alone: no mouse is touched."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD, Visit

pytestmark = pytest.mark.parametrize("site", ["sqlite"], indirect=True)
Open = Callable[..., Visit]
DAY = re.compile(r"\w+ \d{1,2} \w+ 20\d\d")
FOCUSED = """() => { const e = document.activeElement;
    return [e.tagName, (e.innerText || e.value || e.name || '').trim(), e.id]; }"""


def tab_to(page: Page, wanted: Callable[[list[str]], bool], most: int = 90) -> int:
    """Press Tab until the focus is where it should be; how many presses it took."""
    for count in range(1, most + 1):
        page.keyboard.press("Tab")
        if wanted(page.evaluate(FOCUSED)):
            return count
    raise AssertionError(f"not reached by {most} presses of Tab: {page.url}")


def on(text: str) -> Callable[[list[str]], bool]:
    """Whether the focused element begins with this text."""
    return lambda focused: focused[1].startswith(text)


def sign_in(page: Page, who: str) -> None:
    """The form, typed."""
    tab_to(page, lambda focused: focused[2] == "email")
    page.keyboard.type(f"{who}@demo.example")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/me")


def test_the_skip_link_comes_first_and_leads_to_the_content(visit: Open) -> None:
    page = visit().go("/catalog")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED)[1] == "Skip to main content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_a_learner_finds_a_course_and_takes_a_seat(visit: Open) -> None:
    window = visit()
    page = window.go("/sign-in")
    sign_in(page, "chloe")
    window.go("/catalog")
    tab_to(page, lambda focused: focused[2] == "q")
    page.keyboard.type("performance tuning")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=performance+tuning*")
    tab_to(page, on("Performance Optimization"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Performance Optimization")
    tab_to(page, lambda focused: focused[0] == "A" and DAY.fullmatch(focused[1]) is not None)
    page.keyboard.press("Enter")
    page.wait_for_url("**/class-sessions/**")
    tab_to(page, on("Take a seat"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("You have a seat.", exact=True)).to_be_visible()


def test_a_trainer_marks_a_row_and_moves_down_by_enter(visit: Open) -> None:
    window = visit()
    page = window.go("/sign-in")
    sign_in(page, "trainer")
    window.go("/teach")
    tab_to(page, on("Basic User Training"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/teach/**")
    tab_to(page, lambda focused: focused[2].startswith("score-"))
    first = page.evaluate(FOCUSED)[2]
    page.keyboard.type("77")
    page.keyboard.press("Enter")
    assert page.evaluate(FOCUSED)[2].startswith("score-")
    assert page.evaluate(FOCUSED)[2] != first
    page.keyboard.press("ArrowUp")
    assert page.evaluate(FOCUSED)[2] == first


def test_anybody_checks_a_code(visit: Open) -> None:
    page = visit().go("/verify")
    tab_to(page, lambda focused: focused[2] == "code")
    page.keyboard.type("0000 0000 0000 0000 0")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Not found")
