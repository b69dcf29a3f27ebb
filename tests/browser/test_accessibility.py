"""Every page for every role: axe, spacing, weight, focus order, zones, nothing inline."""

import re
from collections.abc import Callable

import pytest

from tests.browser.conftest import Visit
from tests.browser.walk import (
    AXE,
    RARE_ROLES,
    ROLES,
    ask,
    axe,
    pages_of,
    pattern_of,
    resize,
    sideways,
)

pytestmark = pytest.mark.parametrize("site", ["sqlite"], indirect=True)
Open = Callable[..., Visit]
INLINE = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", re.I)
WIDE, PHONE, NARROWEST = 1280, 390, 320


def flaws_at(window: Visit, width: int) -> list[str]:
    """What is wrong with the open page at one width."""
    page = window.page
    resize(page, width, 900)
    return axe(page) + ask(page, "[...sideways(), ...clipped()]")


def flaws_of(window: Visit, status: int, html: str, widths: tuple[int, ...]) -> list[str]:
    """What is wrong with the page that is open."""
    flaws = [f"answers {status}"] if status >= 400 else []
    flaws += ["holds something inline"] if INLINE.search(html) else []
    flaws += ask(window.page, "[...weight(), ...skipLinkFirst(), ...zones()]")
    for width in widths:
        flaws += flaws_at(window, width)
    flaws += sideways(window.page, NARROWEST) + ask(window.page, "spaced()")
    window.page.set_viewport_size({"width": WIDE, "height": 900})
    return flaws


def walked(
    window: Visit,
    role: str,
    widths: tuple[int, ...],
    per_kind: int,
    known: set[str] | None = None,
) -> list[str]:
    """All flaws of all pages of a role, but for kinds of pages that are `known`."""
    window.page.context.add_init_script(AXE)  # sending half a megabyte to each page takes longer
    if role != "visitor":
        window.sign_in(role)
    flaws = []
    for path, status, html in pages_of(window, per_kind, frozenset(known or ())):
        if known is not None:
            known.add(pattern_of(path.split("?")[0]))
        wanted = 404 if path == "/nothing-here" else 200
        shown = 200 if status == wanted else status
        flaws += [f"{path} {flaw}" for flaw in flaws_of(window, shown, html, widths)]
    return flaws


@pytest.fixture(scope="module")
def known() -> set[str]:
    """Kinds of pages that a role before this one was shown. Each counts once in an ordinary run;
    the full run looks at every one for every role."""
    return set()


@pytest.mark.parametrize("role", ROLES)
def test_every_page_of_a_role(role: str, visit: Open, known: set[str]) -> None:
    window = visit(viewport={"width": WIDE, "height": 900})
    flaws = walked(window, role, (WIDE,), 1, known)
    assert not flaws, "\n".join(flaws)


@pytest.mark.full
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("role", ROLES + RARE_ROLES)
def test_every_page_of_a_role_in_each_theme_and_width(role: str, scheme: str, visit: Open) -> None:
    window = visit(viewport={"width": WIDE, "height": 900}, color_scheme=scheme)
    flaws = walked(window, role, (WIDE, PHONE), 2)
    assert not flaws, "\n".join(flaws)
