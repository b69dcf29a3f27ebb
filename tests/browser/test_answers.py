"""What an exam's page says of an answer that is unfinished, unreadable or one too many."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import people, walk
from tests.browser.conftest import Site, Visit

Open = Callable[..., Visit]


@pytest.fixture
def site(exams_site: Site) -> Site:
    """Exams of their own."""
    return exams_site


def sitting(window: Visit, who: str, address: str) -> Page:
    """The first question of an attempt."""
    window.sign_in(who)
    return window.go(address)


def test_an_unfinished_answer_is_not_called_answered(visit: Open, site: Site) -> None:
    page = sitting(visit(), *people.new_attempt(site, "match", "number"))
    mark = page.locator(".places [aria-current] [data-words]")
    places = page.locator("#sitting fieldset select")
    places.nth(0).select_option(index=1)
    expect(page.locator("#save-text")).to_contain_text("Saved at")
    expect(mark).to_have_text(", incomplete")
    assert page.locator(".places .answered").count() == 0
    for number in range(1, places.count()):
        places.nth(number).select_option(index=number + 1)
    expect(mark).to_have_text(", answered")

    page.locator("#next").click()
    number = page.locator("#answer")
    number.fill("abc")
    expect(mark).to_have_text(", not a number")
    expect(page.locator("#flaw")).to_be_visible()
    expect(number).to_have_attribute("aria-invalid", "true")
    page.reload()
    expect(number).to_have_value("abc")
    expect(mark).to_have_text(", not a number")
    assert walk.axe(page) == []
    page.goto(page.url.split("?")[0] + "/review")
    expect(page.locator("main")).to_contain_text("1 answer needs another look.")
    assert walk.axe(page) == []
    page.locator(".alert a").click()
    page.locator("#answer").fill("12")
    expect(mark).to_have_text(", answered")
    expect(page.locator("#flaw")).to_be_hidden()


def test_a_gap_in_an_order_stays_where_it_is(visit: Open, site: Site) -> None:
    page = sitting(visit(), *people.new_attempt(site, "order"))
    places = page.locator("#sitting fieldset select")
    mark = page.locator(".places [aria-current] [data-words]")
    for number in (1, 3):
        with page.expect_response("**/answers"):
            places.nth(number).select_option(index=number)
    expect(page.locator("#save-text")).to_contain_text("Saved at")
    wanted = [one.input_value() for one in places.all()]
    assert [bool(one) for one in wanted] == [False, True, False, True]
    page.reload()
    expect(mark).to_have_text(", incomplete")
    assert [one.input_value() for one in places.all()] == wanted
    for number in (1, 3):
        with page.expect_response("**/answers"):
            places.nth(number).select_option(index=0)
    expect(mark).to_have_text(", not answered")
    page.reload()
    expect(mark).to_have_text(", not answered")


def test_a_tick_beyond_the_limit_says_why_it_is_not_taken(visit: Open, site: Site) -> None:
    page = sitting(visit(), *people.new_attempt(site, "choice", most=2))
    boxes = page.locator("[name=answer]")
    for number in range(2):
        boxes.nth(number).check()
    expect(page.locator("#save-text")).to_contain_text("Saved at")
    expect(page.locator("#flaw")).to_be_hidden()
    boxes.nth(2).click()
    expect(boxes.nth(2)).not_to_be_checked()
    expect(page.locator("#flaw")).to_be_visible()
    expect(page.locator("#flaw")).to_have_text("2 answers at most: take one back first.")
    expect(page.locator("#alert")).to_have_text("2 answers at most: take one back first.")
    assert walk.axe(page) == []
    boxes.nth(0).uncheck()
    expect(page.locator("#flaw")).to_be_hidden()
    boxes.nth(2).check()
    page.reload()
    expect(boxes.nth(2)).to_be_checked()


FOUR = {
    "options": [{"id": one} for one in "abcd"],
    "texts": {
        "en": {"body": "Which are prime?", "options": dict(zip("abcd", "2345", strict=True))}
    },
}


def test_ticks_that_came_without_scripts_are_taken_back_one_by_one(visit: Open, site: Site) -> None:
    who, address = people.new_attempt(site, "choice", most=2, **FOUR)
    page = sitting(visit(java_script_enabled=False), who, address)
    for number in range(4):
        page.locator("[name=answer]").nth(number).check()
    page.locator("#next").click()
    page.wait_for_url("**/review")
    expect(page.locator("main")).to_contain_text("Question 1: too many chosen")

    page = sitting(visit(), who, address)
    boxes, hint = page.locator("[name=answer]"), page.locator("#flaw")
    expect(hint).to_have_text("More is chosen than the question allows.")
    boxes.nth(0).uncheck()
    expect(page.locator("#save-text")).to_contain_text("Saved at")
    expect(hint).to_be_visible()
    boxes.nth(1).uncheck()
    expect(hint).to_be_hidden()
    page.reload()
    assert [number for number in range(4) if boxes.nth(number).is_checked()] == [2, 3]


def unsent(page: Page) -> None:
    """The second option of this question, chosen where nothing can be sent."""
    page.route("**/answers", lambda route: route.abort())
    page.locator("[name=answer]").nth(1).check()
    expect(page.locator("#save-text")).to_contain_text("kept on this device")
    page.on("dialog", lambda dialog: dialog.accept())


def forgiven(window: Visit) -> None:
    """What could not be sent was meant so."""
    window.flaws[:] = [flaw for flaw in window.flaws if "ERR_FAILED" not in flaw]


def test_a_page_made_before_the_answer_had_arrived_still_shows_it(visit: Open, site: Site) -> None:
    window = visit()
    page = sitting(window, *people.new_attempt(site, "choice"))
    unsent(page)
    made = page.request.get(page.url)
    page.unroute("**/answers")
    expect(page.locator("#save-text")).to_contain_text("Saved at", timeout=60_000)
    # That page was on its way while the one before it sent the answer.
    page.route("**/attempts/*", lambda route: route.fulfill(response=made), times=1)
    page.goto(page.url)
    expect(page.locator("[name=answer]").nth(1)).to_be_checked()
    expect(page.locator(".places [aria-current] [data-words]")).to_have_text(", answered")
    page.locator("[name=answer]").nth(2).check()
    expect(page.locator("#save-text")).to_contain_text("Saved at")
    page.reload()
    expect(page.locator("[name=answer]").nth(2)).to_be_checked()
    forgiven(window)


@pytest.mark.parametrize("at", ["?n=2", "/review"])
def test_places_are_marked_anew_once_what_an_earlier_page_left_has_arrived(
    visit: Open, site: Site, at: str
) -> None:
    window = visit()
    page = sitting(window, *people.new_attempt(site, "choice", "number"))
    unsent(page)
    page.goto(page.url + at)
    answered = page.locator(".places .answered")
    expect(answered).to_have_count(0)
    page.unroute("**/answers")
    expect(answered).to_have_text(re.compile("1.*, answered"), timeout=60_000)
    if at == "/review":
        expect(page.locator("main")).to_contain_text("1 question is not answered")
    else:
        expect(page.locator("#answered")).to_have_text("1 of 2 answered")
        page.locator("#answer").fill("12")
        expect(page.locator("#answered")).to_have_text("2 of 2 answered")
    forgiven(window)
