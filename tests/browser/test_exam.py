"""An exam in a real browser: keys, what is saved and when, the network gone, no scripts."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import people, walk
from tests.browser.conftest import Site, Visit

pytestmark = pytest.mark.parametrize("site", ["sqlite"], indirect=True)
Open = Callable[..., Visit]
EXAM = "/exams/ADM-300"


@pytest.fixture
def taker(site: Site) -> str:
    return people.new_taker(site)


def started(window: Visit, who: str) -> Page:
    """The exam page of a person who may take the exam, begun now or before."""
    window.sign_in(who)
    page = window.go(EXAM)
    if page.get_by_role("link", name="Go on with it").count():
        page.get_by_role("link", name="Go on with it").click()
    else:
        page.get_by_label("I read these rules and accept them.").check()
        statement = page.get_by_label(re.compile("nobody helps me"))
        if statement.count():
            statement.check()
        page.get_by_role("button", name="Begin the exam").click()
    page.wait_for_url("**/exams/attempts/*")
    return page


def choice(page: Page) -> None:
    """Go to a question with options."""
    address = page.url.split("?")[0]
    for number in range(1, 20):
        page.goto(f"{address}?n={number}")
        if page.locator("input[type=radio][name=answer]").count() >= 3:
            return
    raise AssertionError("no question with options")


def test_an_answer_by_keys_is_saved_and_survives_the_network(visit: Open, taker: str) -> None:
    window = visit()
    page = started(window, taker)
    choice(page)
    here = page.url
    page.keyboard.press("b")
    expect(page.locator("[name=answer]").nth(1)).to_be_checked()
    expect(page.locator("#save-text")).to_contain_text("Saved at")
    page.keyboard.press("f")
    expect(page.locator("#flag")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".places [aria-current] .vh").last).to_contain_text("answered, flagged")
    page.locator("#keys").uncheck()
    page.keyboard.press("c")
    expect(page.locator("[name=answer]").nth(1)).to_be_checked()
    page.locator("#keys").check()

    page.route("**/answers", lambda route: route.abort())
    page.locator("[name=answer]").nth(2).check()
    expect(page.locator("#save")).to_have_attribute("data-state", "off")
    expect(page.locator("#save-text")).to_contain_text("kept on this device")
    page.locator("#next").click()
    expect(page.locator("#save-text")).to_contain_text("No connection")
    assert page.url == here
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.locator("[name=answer]").nth(2)).to_be_checked()
    page.unroute("**/answers")
    expect(page.locator("#save-text")).to_contain_text("Saved at", timeout=60_000)
    page.goto(here)
    expect(page.locator("[name=answer]").nth(2)).to_be_checked()
    window.flaws[:] = [flaw for flaw in window.flaws if "ERR_FAILED" not in flaw]


def test_the_exam_page_is_accessible_at_both_widths(visit: Open, taker: str) -> None:
    for scheme, width in (("light", 1280), ("dark", 390)):
        window = visit(color_scheme=scheme)
        page = started(window, taker)
        choice(page)
        assert walk.sideways(page, width) == []
        assert walk.axe(page) == []
        page.goto(page.url.split("?")[0] + "/review")
        assert walk.axe(page) == []
        expect(page.locator("[role=timer]")).to_have_attribute("aria-live", "off")


def test_tables_and_pictures_of_questions_fit_on_the_narrowest_phone(
    visit: Open, taker: str
) -> None:
    page = started(visit(), taker)
    address = page.url.split("?")[0]
    total = int(page.locator("form#sitting").get_attribute("data-total") or 0)
    wide = [
        number
        for number in range(1, total + 1)
        if re.search("<table|<image|<img", page.request.get(f"{address}?n={number}").text())
    ]
    assert wide
    for number in wide:
        page.goto(f"{address}?n={number}")
        assert walk.sideways(page, 320) == [], number


def test_numbered_areas_of_a_picture_answer_to_their_numbers(visit: Open, taker: str) -> None:
    page = started(visit(), taker)
    address = page.url.split("?")[0]
    total = int(page.locator("form#sitting").get_attribute("data-total") or 0)
    pages = (f"{address}?n={number}" for number in range(1, total + 1))
    page.goto(next(one for one in pages if "<image" in page.request.get(one).text()))
    options = page.locator("[name=answer]")
    said = f"1–{options.count()} answer, F flag"
    expect(page.locator(".keys > span")).to_have_text(re.compile(said))
    page.keyboard.press("2")
    expect(options.nth(1)).to_be_checked()


def test_the_first_answer_is_few_keys_away(visit: Open, taker: str) -> None:
    page = started(visit(), taker)
    choice(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    for _press in range(3):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('[name=answer]')"):
            return
    raise AssertionError("the first answer is more than 5 keys away")


def test_an_exam_without_scripts(visit: Open, taker: str) -> None:
    page = started(visit(java_script_enabled=False), taker)
    choice(page)
    number = page.url.split("n=")[1]
    page.locator("[name=answer]").nth(0).check()
    page.locator("#next").click()
    page.wait_for_url(re.compile(rf"n={int(number) + 1}$|review"))
    page.goto(re.sub(r"n=\d+$", f"n={number}", page.url))
    expect(page.locator("[name=answer]").nth(0)).to_be_checked()
