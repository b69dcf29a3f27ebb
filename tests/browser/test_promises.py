"""What the interface promises: errors that lead to their fields, few keys, a focus that is seen,
every word through the translation."""

import calendar
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD, Visit
from tests.browser.walk import RARE_ROLES, ROLES, ask, follow, pages_of, resize

pytestmark = pytest.mark.parametrize("site", ["sqlite"], indirect=True)
Open = Callable[..., Visit]
ROOT = Path(__file__).resolve().parents[2]
FORMS = [
    ("visitor", "/sign-in", "Sign in"),
    ("visitor", "/password-reset", "Send the link"),
    ("visitor", "/verify", "Check"),
    ("learner", "/account/password", "Change the password"),
    ("learner", "/account/tokens", "Make the token"),
    ("trainer", "/teach/observations/new", "Record"),
    ("partner", "/partner/checks", "Check the list"),
    ("partner", "/partner/access", "Make the token"),
    ("admin", "/manage/people/new", "Send the invitation"),
    ("admin", "/manage/people/import", "Show the preview"),
    ("admin", "/manage/organisations/new", "Save"),
    ("admin", "/manage/catalog/programmes/new", "Create"),
    ("admin", "/manage/class-sessions/new", "Schedule it"),
]
EMPTY = """() => document.querySelectorAll('main form .input').forEach(
    e => { if (e.type !== 'file' && e.tagName !== 'SELECT') e.value = ''; })"""
NAMES = ["English", "Deutsch", "Español", "Français", "Nederlands", "Chrome", "Moodle XML", "Aiken"]
NAMES += ["Tara Taker"]  # whom tests invite (people.py)
CODE = re.compile(r"^[A-Z]{2,4}[.-][A-Z0-9]+ ")
DATES = re.compile(
    "|".join([*calendar.day_name, *calendar.month_name[1:], "Sept"])
    + r"|\b("
    + "|".join([*calendar.day_abbr, *calendar.month_abbr[1:]])
    + r")\b|https?://\S+"
)
SEPARATORS = re.compile(r" [–·] |, | and |: |[()]")
WORDS = re.compile(r"(?<![\w/._-])[A-Za-z][a-z]{2,}(?![\w/._])")


@pytest.fixture(scope="module")
def known_words() -> str:
    """The words of the data, which are nobody's interface and stay as they are."""
    files = sorted((ROOT / "data").rglob("*.y*ml"))
    texts = [file.read_text(encoding="utf-8") for file in files]
    return squeezed(" ".join([*texts, *NAMES]))


def squeezed(text: str) -> str:
    """Letters alone: line breaks and quotes of a data file do not matter."""
    return re.sub(r"[\W\d_]+", "", text).casefold()


def enter(window: Visit, role: str) -> Page:
    """A window of this role."""
    return window.page if role == "visitor" else window.sign_in(role)


@pytest.mark.parametrize(("role", "path", "button"), FORMS)
def test_an_empty_form_leads_to_each_of_its_errors(
    role: str, path: str, button: str, visit: Open
) -> None:
    window = visit()
    page = enter(window, role)
    window.go(path)
    page.evaluate(EMPTY)
    follow(page.locator("main").get_by_role("button", name=button, exact=True).first)
    assert ask(page, "errors()") == []
    assert page.evaluate("document.activeElement.closest('#error-summary') !== null")


def presses(page: Page, wanted: str, most: int) -> int:
    """How many keys lead to an element, from the top by the first skip link that helps."""
    for count in range(1, most + 1):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return count
    raise AssertionError(f"{wanted} is more than {most} keys away on {page.url}")


def test_the_first_task_is_three_keys_from_the_skip_link(visit: Open) -> None:
    window = visit()
    page = window.sign_in("learner")
    window.go("/me")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert 1 + presses(page, ".todo a", 2) <= 3


def test_the_first_course_is_four_keys_away(visit: Open) -> None:
    page = visit().go("/catalog")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Skip to the results"
    page.keyboard.press("Enter")
    assert 3 + presses(page, "#results .row-link, #results h2 a", 1) <= 4


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(
    ("role", "path"), [("learner", "/me"), ("learner", "/catalog"), ("trainer", "/teach")]
)
def test_the_focus_is_seen_wherever_it_goes(role: str, path: str, width: int, visit: Open) -> None:
    window = visit(viewport={"width": width, "height": 760})
    page = enter(window, role)
    window.go(path)
    flaws = []
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break
        flaws += ask(page, "focused()")
    assert not flaws, "\n".join(flaws)


def test_the_focus_stays_on_a_filter_while_the_results_change(visit: Open) -> None:
    page = visit().go("/catalog")
    page.get_by_label("Virtual").first.focus()
    page.keyboard.press("Space")
    page.wait_for_url("**mode=virtual**")
    assert page.evaluate("document.activeElement.name") == "mode"


def untranslated(page: Page, known: str) -> list[str]:
    """Pieces of text without the marks of the pseudo-locale that are not data either."""
    found = set()
    for text in ask(page, "words()"):
        parts = [] if "ñòm" in text or "@" in text else SEPARATORS.split(DATES.sub("", text))
        named = {CODE.sub("", part) for part in parts}
        found |= {part for part in named if WORDS.search(part) and squeezed(part) not in known}
    return sorted(found)


def pseudo_flaws(window: Visit, known: str) -> list[str]:
    """What is not translated or does not fit when every text is longer."""
    page, flaws = window.page, []
    for path, _status, _html in pages_of(window):
        flaws += [f"{path} says “{text}”" for text in untranslated(page, known)]
        for width in (1280, 390):
            resize(page, width, 844)
            flaws += [f"{path} {flaw}" for flaw in ask(page, "[...sideways(), ...clipped()]")]
        page.set_viewport_size({"width": 1280, "height": 900})
    return flaws


@pytest.mark.parametrize(
    "role",
    [
        role if role in ("visitor", "learner") else pytest.param(role, marks=pytest.mark.full)
        for role in ROLES + RARE_ROLES
    ],
)
def test_every_text_is_translated_and_has_room(role: str, visit: Open, known_words: str) -> None:
    window = visit(viewport={"width": 1280, "height": 900})
    enter(window, role)
    cookie = {"name": "lang", "value": "en-XA", "url": window.site.url}
    window.page.context.add_cookies([cookie])
    flaws = pseudo_flaws(window, known_words)
    assert not flaws, "\n".join(flaws)


def test_printing_unfolds_what_is_folded_and_leaves_the_frame_out(visit: Open) -> None:
    window = visit()
    page = window.sign_in("learner")
    window.go("/me")
    page.emulate_media(media="print")
    assert page.locator("details.more .needs").first.is_visible()
    assert not page.locator(".top").is_visible()
    assert page.get_by_text("Completed").first.is_visible()


def test_a_wrong_password_says_so_and_keeps_the_address(visit: Open) -> None:
    page = visit().go("/sign-in")
    page.get_by_label("E-mail address").fill("learner@demo.example")
    page.get_by_label("Password").fill(PASSWORD + "!")
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_title(re.compile("^Error:"))
    expect(page.get_by_label("E-mail address")).to_have_value("learner@demo.example")
