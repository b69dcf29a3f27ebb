"""Walks every kind of page that a role can reach, and what may not be wrong with any of them."""

import re
from collections import Counter
from collections.abc import Collection, Iterator
from html import unescape
from pathlib import Path

from playwright.sync_api import Locator, Page

from tests.browser.conftest import Visit

ROLES = ["visitor", "learner", "trainer", "partner", "admin"]
RARE_ROLES = ["proctor", "manager", "auditor", "author", "support"]
SKIPPED = re.compile(r"\.(pdf|ics|csv|zip|svg|json|jwt|png|crt|crl|seb)$|^//")
STARTS = ("/", "/catalog", "/verify", "/account", "/nothing-here")
LINK = re.compile(r'<a\s[^>]*?\bhref="([^"]*)"')
SCRIPT = (Path(__file__).parent / "checks.js").read_text(encoding="utf-8")
AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
DRAWN = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
AXE_RUN = """axe.run(document, {resultTypes: ['violations'], rules: {
    'target-size': {enabled: true}}}).then(found => found.violations.map(
    v => v.id + ': ' + v.nodes.slice(0, 2).map(n => n.html.slice(0, 120))))"""


def pattern_of(path: str) -> str:
    """The kind of page: codes, numbers and names are alike."""
    path = re.sub(
        r"/[0-9a-f]{8}-[0-9a-f-]{27}|/\d+|/[A-Z0-9]{17}|/[A-Z]{2,4}(-[\w-]+)?", "/X", path
    )
    path = re.sub(r"/catalog/[a-z-]+/[a-z-]+$", "/catalog/P/C", path)
    path = re.sub(r"/catalog/(?!courses|programmes)[a-z-]+$", "/catalog/P", path)
    return re.sub(r"/organisations/(?!new)[a-z-]+$", "/organisations/O", path)


def pages_of(
    window: Visit, per_kind: int = 1, known: Collection[str] = ()
) -> Iterator[tuple[str, int, str]]:
    """Open each kind of page in turn: its address, status and HTML. Of those that are `known` only
    the links are read, unless one does not answer as it should."""
    waiting, seen, kinds = list(STARTS), set[str](), Counter[str]()
    while waiting:
        path = waiting.pop(0)
        kind = pattern_of(path.split("?")[0])
        if path in seen or kinds[kind] >= per_kind:
            continue
        seen.add(path)
        kinds[kind] += 1
        links = _links_unopened(window, path) if kind in known else None
        if links is None:
            answer = window.page.goto(window.site.url + path)
            assert answer is not None
            if "html" not in answer.headers.get("content-type", ""):
                continue
            links = window.page.eval_on_selector_all(
                "a[href]", "all => all.map(a => a.getAttribute('href'))"
            )
            yield path, answer.status, answer.text()
        waiting += [
            link.split("#")[0]
            for link in links
            if link.startswith("/") and not SKIPPED.search(link.split("?")[0])
        ]
    assert len(kinds) >= 10


def _links_unopened(window: Visit, path: str) -> list[str] | None:
    """Where a page leads, without drawing it; nothing if it does not answer."""
    answer = window.page.request.get(window.site.url + path)
    if not answer.ok or "html" not in answer.headers.get("content-type", ""):
        return None
    return [unescape(link) for link in LINK.findall(answer.text())]


def follow(link: Locator) -> None:
    """Click what opens another page and wait until that one is there: a check right after a bare
    click may look at the page before."""
    with link.page.expect_navigation():
        link.click()


def certificate_on(page: Page) -> str:
    """The address of the first certificate on the page that is open, once a worker has made it."""
    for _ in range(240):
        links = page.locator("a[href^='/certificates/']")
        if links.count():
            return str(links.first.get_attribute("href"))
        page.wait_for_timeout(500)
        page.reload()
    raise AssertionError("no certificate appeared")


def resize(page: Page, width: int, height: int) -> None:
    """Give the page another size and wait until its scripts have heard of it."""
    if page.viewport_size == {"width": width, "height": height}:
        return
    page.set_viewport_size({"width": width, "height": height})
    page.evaluate(DRAWN)


def ask(page: Page, check: str) -> list[str]:
    """What a check of checks.js finds on the page that is open."""
    found: list[str] = page.evaluate(f"() => {{ {SCRIPT}\n return {check}; }}")
    return found


def axe(page: Page) -> list[str]:
    """What axe finds on the page that is open, which keeps axe until it is left."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(f"{AXE}; 0")
    found: list[str] = page.evaluate(AXE_RUN)
    return found


def sideways(page: Page, width: int) -> list[str]:
    """Whether the page scrolls sideways at a width, which stays set."""
    resize(page, width, 844)
    return ask(page, "sideways()")
