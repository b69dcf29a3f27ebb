"""The designer in a real browser: the picture follows what is typed, nothing else moves."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit

pytestmark = pytest.mark.parametrize("site", ["sqlite"], indirect=True)
Open = Callable[..., Visit]


def test_the_picture_follows_the_typing_and_the_focus_stays(visit: Open) -> None:
    window = visit()
    window.sign_in("admin")
    page = window.go("/manage/designs/pathway")
    page.get_by_role("button", name="New version").click()
    page.wait_for_url("**/draft/edit", wait_until="load")
    lead = page.get_by_role("textbox", name="Lead-in").first
    lead.fill("We are glad to say that")
    expect(page.locator("#preview img[src^='data:image/png']")).to_be_visible()
    expect(lead).to_be_focused()
    first = page.locator("#preview img").get_attribute("src")
    lead.fill("Dear {nobody}")
    expect(page.locator("#preview")).to_contain_text("There is no placeholder {nobody}")
    lead.fill("This certifies that")
    expect(page.locator("#preview img[src^='data:image/png']")).to_be_visible()
    assert page.locator("#preview img").get_attribute("src") != first
    page.get_by_role("button", name="Save the draft").click()
    expect(page.get_by_text("The draft is saved.")).to_be_visible()


def test_a_design_is_composed_without_a_script(visit: Open) -> None:
    window = visit(java_script_enabled=False)
    window.sign_in("admin")
    page = window.go("/manage/designs/ceremony")
    page.get_by_role("button", name="New version").click()
    page.get_by_label("Edge").select_option("band")
    page.get_by_role("button", name="Preview").last.click()
    expect(page.locator("#preview img[src^='data:image/png']")).to_be_visible()
    expect(page.get_by_label("Edge")).to_have_value("band")
    page.get_by_role("button", name="Save, review and publish").click()
    page.get_by_role("button", name="Publish for ever").click()
    expect(page.get_by_text("is published. It never changes again.")).to_be_visible()
