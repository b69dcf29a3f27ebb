"""An exam that asks for Safe Exam Browser: what other browsers read, and what proves it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from lms import revisions
from lms.db import unit
from tests.browser import people, walk
from tests.browser.conftest import PASSWORD, Site, Visit

Open = Callable[..., Visit]
PATIENCE = 20_000
KEY = "c" * 64
SHOWN = """
// As Safe Exam Browser 3 on macOS does: keys are there once it was asked, it calls back by name.
const at = location.href.split("#")[0];
window.SafeExamBrowser = { version: "3.5", security: { configKey: "", browserExamKey: "",
  updateKeys: async (back) => {
    const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(at + "%s"));
    const hex = [...new Uint8Array(bytes)].map((one) => one.toString(16).padStart(2, "0"));
    window.SafeExamBrowser.security.configKey = hex.join("");
    window[back.name]();
  } } };
"""


@pytest.fixture
def site(exams_site: Site) -> Site:
    """Where exams may be made up."""
    return exams_site


@pytest.mark.parametrize(("key", "said"), [(KEY, "Begin"), ("d" * 64, "another configuration")])
def test_safe_exam_browser_shows_its_key_to_the_page(
    visit: Open, site: Site, key: str, said: str
) -> None:
    with people.behind(site) as make:
        number = make.next()
        course = make.exam_course(make.programme(f"S{number}"), f"S{number}-300")
        make.takeable(course, kinds=("text",), browser_keys=[KEY])
        person = make.person("Sebastian", password=PASSWORD)
        with unit(writes=True):
            people.named(person, f"seb-{number}")
            revisions.bump("catalog")
    plain = visit()
    plain.sign_in(f"seb-{number}")
    page = plain.go(f"/exams/S{number}-300")
    expect(page.locator("main")).to_contain_text("Open the configuration file of this exam")
    assert page.evaluate(walk.RUN_AXE) == []
    page = plain.go(f"/exams/S{number}-300/browser")
    expect(page.locator("[data-no-browser]")).to_be_visible()
    assert page.evaluate(walk.RUN_AXE) == []
    own = visit()
    own.page.add_init_script(SHOWN % key)
    own.sign_in(f"seb-{number}")
    page = own.go(f"/exams/S{number}-300")
    expect(page.locator("main")).to_contain_text(said, timeout=PATIENCE)
    assert page.evaluate(walk.RUN_AXE) == []
