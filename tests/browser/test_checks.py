"""The checks find what they are for: each is shown a page with its flaw and one without."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.walk import ask, axe

HEAD = "<!doctype html><html lang=en><title>Page</title><body>"
SKIP = "<a class=skip href='#main'>Skip</a><main id=main>"
ERROR = (
    "<div id=error-summary><a href='#{target}'>Name</a></div>"
    "<p id=e>Error: Enter a name.</p><input id=n aria-invalid=true aria-describedby={by}>"
)
CASES = {
    "sideways()": ("<p style='width:2000px'>wide", "<p>narrow", "scrolls sideways"),
    "clipped()": (
        "<p style='width:4em;overflow:hidden;white-space:nowrap'>much too long for it",
        "<p style='width:4em;overflow:hidden'>fits",
        "clips",
    ),
    "spaced()": (
        "<p style='width:8em;overflow:hidden;white-space:nowrap'>just fits as it is",
        "<p style='overflow:hidden'>wraps as it may",
        "with wide spacing",
    ),
    "weight()": ("<i></i>" * 1600, "<i></i>", "elements"),
    "skipLinkFirst()": ("<main id=main><a href='/'>Home</a>", SKIP, "begins with"),
    "zones()": (
        SKIP + "On 2 Dec at 09:00 in room 1",
        SKIP + "09:00–17:00 CET, 10:30 GMT+8, 00:30 UTC<p data-quoted>At 10:00 by rail.</p>",
        "without its zone",
    ),
}


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page of its own, without the product."""
    page = chromium.new_page(viewport={"width": 600, "height": 500})
    yield page
    page.close()


@pytest.mark.parametrize("check", CASES)
def test_a_check_finds_its_flaw_and_no_other(check: str, page: Page) -> None:
    flawed, sound, words = CASES[check]
    page.set_content(HEAD + flawed)
    assert any(words in flaw for flaw in ask(page, check))
    page.set_content(HEAD + sound)
    assert ask(page, check) == []


@pytest.mark.parametrize(
    ("title", "target", "by", "words"),
    [
        ("Page", "n", "e", "the title is"),
        ("Error: Page", "x", "e", "no link in the summary"),
        ("Error: Page", "n", "x", "no error named"),
    ],
)
def test_an_error_that_leads_nowhere_is_found(
    title: str, target: str, by: str, words: str, page: Page
) -> None:
    body = "<main>" + ERROR.format(target=target, by=by)
    page.set_content(HEAD.replace("Page", title) + body)
    assert any(words in flaw for flaw in ask(page, "errors()"))
    page.set_content(
        HEAD.replace("Page", "Error: Page") + "<main>" + ERROR.format(target="n", by="e")
    )
    assert ask(page, "errors()") == []


@pytest.mark.parametrize(
    ("body", "flaw"),
    [
        ("<button>Go</button>", ""),
        ("<button style='outline:none'>Go</button>", "no ring"),
        ("<button>Go</button><div style='position:fixed;inset:0;background:#fff'>", "covered"),
    ],
)
def test_a_focus_that_nobody_sees_is_found(body: str, flaw: str, page: Page) -> None:
    page.set_content(HEAD + "<style>:focus{outline:3px solid}</style>" + body)
    page.keyboard.press("Tab")
    found = ask(page, "focused()")
    assert any(flaw in one for one in found) if flaw else found == []


def test_a_target_under_24_pixels_is_found(page: Page) -> None:
    small = "<button style='width:12px;height:12px;padding:0'>A</button>"
    page.set_content(f"{HEAD}<main><h1>Page</h1>{small * 2}")
    assert any("target-size" in flaw for flaw in axe(page))
