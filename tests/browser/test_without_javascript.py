"""The learner's and the partner's part without a single script."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.walk import certificate_on

pytestmark = pytest.mark.parametrize("site", ["sqlite"], indirect=True)
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


@pytest.mark.parametrize("scripts", [True, False])
def test_a_trainer_is_asked_why_a_roster_was_emptied_and_leaves_it(
    visit: Open, scripts: bool
) -> None:
    window = visit(java_script_enabled=scripts)
    page = window.sign_in("trainer")
    window.go("/teach")
    past = page.locator("section").filter(has=page.locator("#past"))
    past.locator("a[href^='/teach/']").first.click()
    first = page.locator("select[name^='outcome-']").first
    expect(first).not_to_have_value("")
    recorded = first.input_value()
    page.get_by_role("button", name="Empty all recorded rows").press("Enter")
    expect(first).to_have_value("")
    page.get_by_role("button", name="Save", exact=True).press("Enter")
    expect(page.get_by_role("heading", name="Nothing was saved")).to_be_visible()
    page.get_by_label("Reason").press_sequentially("The roster of another day")
    page.get_by_role("button", name="Leave it as it is").press("Enter")
    expect(first).to_have_value(recorded)
    page.get_by_role("link", name="History").click()
    expect(page.get_by_text("Taken back")).to_have_count(0)


def test_a_learner_downloads_a_certificate(visit: Open) -> None:
    page = visit(java_script_enabled=False).sign_in("learner")
    page.goto(page.url.rsplit("/", 1)[0] + "/me")
    address = certificate_on(page)
    document = page.request.get(page.url.rsplit("/", 1)[0] + address)
    assert document.headers["content-type"] == "application/pdf"
    assert document.body().startswith(b"%PDF")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_file_of_each_kind_is_chosen_and_checked(visit: Open, scripts: bool) -> None:
    window = visit(java_script_enabled=scripts)
    page = window.page
    for ending, content in files_of_a_certificate(visit).items():
        window.go("/verify")
        page.set_input_files("#file", {**content, "name": f"certificate.{ending}"})
        page.get_by_role("button", name="Check the file").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Valid")
        expect(page.get_by_text("It was not withdrawn.")).to_be_visible()


def test_a_dropped_file_is_checked_at_once(visit: Open) -> None:
    window = visit()
    page = window.page
    token = files_of_a_certificate(visit)["jwt"]["buffer"].decode()
    window.go("/verify")
    transfer = page.evaluate_handle(
        """text => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([text], "certificate.jwt"));
          return transfer;
        }""",
        token,
    )
    page.dispatch_event("[data-drop]", "dragover", {"dataTransfer": transfer})
    expect(page.locator("[data-drop][data-over]")).to_be_visible()
    page.dispatch_event("[data-drop]", "drop", {"dataTransfer": transfer})
    expect(page.get_by_role("heading", level=1)).to_have_text("Valid")


def files_of_a_certificate(visit: Open) -> dict[str, Any]:
    """The learner's PDF, credential and token, as they were issued."""
    window = visit(java_script_enabled=False)
    page = window.sign_in("learner")
    window.go("/me")
    address = certificate_on(page)
    base = page.url.rsplit("/", 1)[0] + address.removesuffix(".pdf")
    kinds = {"pdf": "application/pdf", "json": "application/json", "jwt": "text/plain"}
    return {
        ending: {"mimeType": kind, "buffer": page.request.get(f"{base}.{ending}").body()}
        for ending, kind in kinds.items()
    }


def test_a_partner_checks_a_code_and_sees_the_staff(visit: Open) -> None:
    window = visit(java_script_enabled=False)
    page = window.sign_in("partner")
    window.go("/partner")
    page.get_by_label("Verification code").fill("7F3K-9Q2M-XR4T-0C8V-A")
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mistyped")
    window.go("/partner?expires=90")
    expect(page.get_by_role("heading", level=1)).to_have_text("Partner")


def test_a_trainer_marks_a_row_and_all_are_filled_as_present(visit: Open) -> None:
    window = visit(java_script_enabled=False)
    page = window.sign_in("trainer")
    window.go("/teach")
    page.locator("a[href^='/teach/']").filter(has_text="Basic User Training").first.click()
    page.get_by_role("button", name="All present").click()
    expect(page.locator("select[name^='presence-']").first).to_have_value("present")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text(re.compile("^Saved: "))).to_be_visible()
    expect(page.locator("select[name^='presence-']").first).to_have_value("present")
