"""Every page for every role: axe, no sideways scrolling, nothing inline."""

import os
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Visit

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("site", ["sqlite"], indirect=True),
]
Open = Callable[..., Visit]
AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
CHECK = f"""{AXE}; axe.run(document, {{resultTypes: ['violations']}}).then(found =>
    found.violations.map(v => v.id + ': ' + v.nodes.slice(0, 2).map(n => n.html.slice(0, 120))))"""
FULL = bool(os.environ.get("RUN_FULL"))
ROLES = ["visitor", "learner", "trainer", "proctor", "partner", "manager", "admin"]
ROLES += ["auditor", "author", "support"] if FULL else []
NARROW = (390, 320) if FULL else (390,)
PER_PATTERN = 2 if FULL else 1
SKIPPED = re.compile(r"\.(pdf|ics|csv|svg|json|jwt|png|crt|crl)$|^//")
INLINE = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", re.I)


def pattern_of(path: str) -> str:
    """The kind of page: codes, numbers and names are alike."""
    path = re.sub(
        r"/[0-9a-f]{8}-[0-9a-f-]{27}|/\d+|/[A-Z0-9]{17}|/[A-Z]{2,4}(-[\w-]+)?", "/X", path
    )
    path = re.sub(r"/catalog/[a-z-]+/[a-z-]+$", "/catalog/P/C", path)
    path = re.sub(r"/catalog/(?!courses|programmes)[a-z-]+$", "/catalog/P", path)
    return re.sub(r"/organisations/(?!new)[a-z-]+$", "/organisations/O", path)


def flaws_of(page: Page, path: str) -> list[str]:
    """What is wrong with the page that is open."""
    found = [f"{path} {flaw}" for flaw in page.evaluate(CHECK)]
    for width in NARROW:
        page.set_viewport_size({"width": width, "height": 844})
        over = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        found += [f"{path} scrolls sideways by {over} at {width}"] if over > 0 else []
    page.set_viewport_size({"width": 1280, "height": 900})
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"] if FULL else ["light"])
@pytest.mark.parametrize("role", ROLES)
def test_every_page_of_a_role(role: str, scheme: str, visit: Open) -> None:
    window = visit(viewport={"width": 1280, "height": 900}, color_scheme=scheme)
    if role != "visitor":
        window.sign_in(role)
    waiting = ["/", "/catalog", "/verify", "/account", "/nothing-here"]
    seen: set[str] = set()
    kinds: Counter[str] = Counter()
    flaws: list[str] = []
    while waiting:
        path = waiting.pop(0)
        kind = pattern_of(path.split("?")[0])
        if path in seen or kinds[kind] >= PER_PATTERN:
            continue
        seen.add(path)
        kinds[kind] += 1
        answer = window.page.goto(window.site.url + path)
        assert answer is not None
        if "html" not in answer.headers.get("content-type", ""):
            continue
        if answer.status >= 400 and path != "/nothing-here":
            flaws.append(f"{path} answers {answer.status}")
        if INLINE.search(answer.text()):
            flaws.append(f"{path} holds something inline")
        flaws += flaws_of(window.page, path)
        hrefs = window.page.eval_on_selector_all(
            "a[href]", "all => all.map(a => a.getAttribute('href'))"
        )
        waiting += [
            href.split("#")[0]
            for href in hrefs
            if href.startswith("/") and not SKIPPED.search(href.split("?")[0])
        ]
    assert flaws == []
    assert sum(kinds.values()) >= 10
