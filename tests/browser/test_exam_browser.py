"""An exam that asks for Safe Exam Browser: what other browsers read, and what proves it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from certification.exams import browser_file
from lms import revisions
from lms.db import unit
from tests.browser import people, walk
from tests.browser.conftest import PASSWORD, Site, Visit
from tests.factories import Factory

Open = Callable[..., Visit]
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


def _candidate(make: Factory, number: int) -> None:
    """Who may sit the exam that was just made, in the catalogue as it is now."""
    person = make.person("Sebastian", password=PASSWORD)
    with unit(writes=True):
        people.named(person, f"seb-{number}")
        revisions.bump("catalog")


@pytest.mark.parametrize(("key", "said"), [(KEY, "Begin"), ("d" * 64, "another configuration")])
def test_safe_exam_browser_shows_its_key_to_the_page(
    visit: Open, site: Site, key: str, said: str
) -> None:
    with people.behind(site) as make:
        number = make.next()
        course = make.exam_course(make.programme(f"S{number}"), f"S{number}-300")
        make.takeable(course, kinds=("text",), browser_keys=[KEY])
        _candidate(make, number)
    plain = visit()
    plain.sign_in(f"seb-{number}")
    page = plain.go(f"/exams/S{number}-300")
    expect(page.locator("main")).to_contain_text("Open the configuration file of this exam")
    assert walk.axe(page) == []
    page = plain.go(f"/exams/S{number}-300/browser")
    expect(page.locator("[data-no-browser]")).to_be_visible()
    assert walk.axe(page) == []
    own = visit()
    own.page.add_init_script(SHOWN % key)
    own.sign_in(f"seb-{number}")
    page = own.go(f"/exams/S{number}-300")
    expect(page.locator("main")).to_contain_text(said)
    assert walk.axe(page) == []


def test_a_configuration_that_is_made_here_opens_leads_in_and_out(visit: Open, site: Site) -> None:
    with people.behind(site) as make:
        number = make.next()
        code = f"T{number}-300"
        course = make.exam_course(make.programme(f"T{number}"), code)
        made = browser_file.settings(
            f"{site.url}/exams/{code}", f"{site.url}/exams/{code}/browser/end", ["/exams/*"]
        )
        key = browser_file.config_key(made)
        make.takeable(course, kinds=("text",), browser_keys=[key], browser_settings=made)
        _candidate(make, number)
    plain = visit()
    plain.sign_in(f"seb-{number}")
    page = plain.go(f"/exams/{code}")
    link = page.get_by_role("link", name="Open in Safe Exam Browser")
    address = f"{site.url}/exams/{code}/browser/1.seb".replace("http://", "seb://")
    expect(link).to_have_attribute("href", address)
    assert walk.axe(page) == []
    with page.expect_download() as download:
        page.get_by_role("link", name="Configuration file").click()
    assert download.value.suggested_filename == f"{code}.seb"
    assert download.value.path().read_bytes() == browser_file.packed(made)
    own = visit()
    own.page.add_init_script(SHOWN % key)
    own.sign_in(f"seb-{number}")
    page = own.go(f"/exams/{code}")
    page.get_by_label("I read these rules").check()
    page.get_by_label("nobody helps me").check()
    walk.follow(page.get_by_role("button", name="Begin the exam"))
    page.goto(f"{page.url.split('?')[0]}/review")
    walk.follow(page.get_by_role("button", name="Hand in").last)
    expect(page.locator("main")).to_contain_text("Leave Safe Exam Browser")
    assert walk.axe(page) == []
    walk.follow(page.get_by_role("link", name="Leave Safe Exam Browser"))
    expect(page.locator("h1")).to_have_text("You may close this window")
    assert walk.axe(page) == []
