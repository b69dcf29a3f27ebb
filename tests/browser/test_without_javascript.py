"""The learner's and the partner's part without a single script."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("site", ["sqlite"], indirect=True),
]
Open = Callable[..., Visit]


def test_a_learner_finds_a_course_takes_a_seat_and_gives_it_back(visit: Open) -> None:
    window = visit(java_script_enabled=False)
    page = window.sign_in("lena")
    window.go("/catalog")
    page.get_by_label("Search courses").fill("performance tuning")
    page.get_by_role("button", name="Apply filters").click()
    page.get_by_role("link", name="Performance Optimization", exact=True).first.click()
    page.locator("main a[href^='/class-sessions/']").first.click()
    page.get_by_role("button", name="Take a seat").click()
    expect(page.get_by_text("You have a seat.", exact=True)).to_be_visible()
    page.get_by_role("button", name="Cancel my seat").click()
    expect(page.get_by_role("button", name="Take a seat")).to_be_visible()


def test_a_learner_downloads_a_certificate(visit: Open) -> None:
    page = visit(java_script_enabled=False).sign_in("learner")
    page.goto(page.url.rsplit("/", 1)[0] + "/me")
    for _ in range(60):
        if page.locator("a[href^='/certificates/']").count():
            break
        page.wait_for_timeout(500)
        page.reload()
    address = str(page.locator("a[href^='/certificates/']").first.get_attribute("href"))
    document = page.request.get(page.url.rsplit("/", 1)[0] + address)
    assert document.headers["content-type"] == "application/pdf"
    assert document.body().startswith(b"%PDF")


def test_a_partner_checks_a_code_and_sees_the_staff(visit: Open) -> None:
    window = visit(java_script_enabled=False)
    page = window.sign_in("partner")
    window.go("/partner")
    page.get_by_label("Verification code").fill("7F3K-9Q2M-XR4T-0C8V-A")
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Not found")
    window.go("/partner?expires=90")
    expect(page.get_by_role("heading", level=1)).to_have_text("Partner")


def test_a_trainer_marks_a_row_and_all_are_filled_as_present(visit: Open) -> None:
    window = visit(java_script_enabled=False)
    page = window.sign_in("trainer")
    window.go("/teach")
    page.locator("a[href^='/teach/']").filter(has_text="Basic User Training").first.click()
    page.get_by_role("button", name="Fill in: all present").click()
    expect(page.locator("select[name^='presence-']").first).to_have_value("present")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("select[name^='presence-']").first).to_have_value("present")
