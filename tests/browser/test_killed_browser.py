"""`kill -9` of the browser in the middle of an exam: what was acknowledged is there in any browser,
what was not yet sent comes back where the same profile is opened again, and only there."""

import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect

from tests.browser import people
from tests.browser.conftest import ARGUMENTS, CHROMIUM, Site, Visit
from tests.browser.test_exam import started

pytestmark = pytest.mark.parametrize("site", ["sqlite"], indirect=True)
ANSWERED = 3
SENT = """() => !Object.entries(localStorage).some(
    ([key, kept]) => key.startsWith("exam-queue:") && kept.includes("position"))"""
AT_ONCE = "--enable-aggressive-domstorage-flushing"
"""What a page keeps is on the disk within a second. Chromium waits for up to a minute otherwise."""
Open = Callable[..., Visit]


class Profile:
    """A browser with a folder of its own, which can be killed and opened again."""

    def __init__(self, chromium: Browser, site: Site, folder: Path) -> None:
        self.site, self.folder = site, folder
        self.context: BrowserContext = chromium.browser_type.launch_persistent_context(
            str(folder), executable_path=CHROMIUM, args=[*ARGUMENTS, AT_ONCE]
        )
        self.context.set_default_timeout(20_000)

    def exam(self, who: str) -> Page:
        """Sign in and open the exam, begun now or before."""
        return started(Visit(self.context, self.site), who)

    def kill(self) -> None:
        """SIGKILL for every process of this folder, whatever they do right now."""
        ours = [pid for pid in _processes() if str(self.folder) in _command(pid)]
        assert ours
        for pid in ours:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.close()

    def close(self) -> None:
        with suppress(Error):
            self.context.close()

    def has_on_disk(self, words: str) -> bool:
        """Whether the local store reached the disk with these words: Chromium takes its time."""
        files = (self.folder / "Default" / "Local Storage" / "leveldb").glob("*.log")
        return any(words.encode() in file.read_bytes() for file in files)


def _processes() -> list[int]:
    return [int(one.name) for one in Path("/proc").iterdir() if one.name.isdecimal()]


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""


@pytest.fixture
def open_profile(
    chromium: Browser, site: Site, tmp_path: Path
) -> Iterator[Callable[[str], Profile]]:
    opened: list[Profile] = []

    def open_one(name: str) -> Profile:
        opened.append(Profile(chromium, site, tmp_path / name))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


@pytest.fixture
def taker(site: Site) -> str:
    return people.new_taker(site)


def choices(page: Page, most: int) -> list[str]:
    """Addresses of the first questions with options."""
    address, found = page.url.split("?")[0], list[str]()
    for number in range(1, 40):
        page.goto(f"{address}?n={number}")
        if page.locator("input[type=radio][name=answer]").count() >= 3:
            found.append(f"?n={number}")
        if len(found) == most:
            return found
    raise AssertionError("too few questions with options")


def test_a_killed_browser_loses_nothing_that_was_acknowledged(
    open_profile: Callable[[str], Profile], visit: Open, taker: str
) -> None:
    first = open_profile("first")
    page = first.exam(taker)
    address = page.url.split("?")[0]
    *answered, unsent = choices(page, ANSWERED + 1)
    for number, at in enumerate(answered):
        page.goto(address + at)
        page.locator("[name=answer]").nth(number % 3).check()
        expect(page.locator("#save-text")).to_contain_text("Saved at")

    page.goto(address + unsent)
    page.route("**/answers", lambda route: route.abort())
    page.locator("[name=answer]").nth(1).check()
    expect(page.locator("#save-text")).to_contain_text("kept on this device")
    position = re.sub(r"\D", "", unsent)
    deadline = time.monotonic() + 90
    while not first.has_on_disk(f'"position":{position},'):
        assert time.monotonic() < deadline, "the local store did not reach the disk"
        page.wait_for_timeout(200)
    first.kill()

    other = open_profile("other")
    page = other.exam(taker)
    is_kept(page, address, answered)
    page.goto(address + unsent)
    expect(page.locator("[name=answer]:checked")).to_have_count(0)
    other.close()

    again = open_profile("first")
    page = again.exam(taker)
    page.goto(address + unsent)
    expect(page.locator("[name=answer]").nth(1)).to_be_checked()
    page.wait_for_function(SENT)
    is_kept(page, address, answered)
    # The page sent it by itself: now it is there in any browser.
    page = started(visit(), taker)
    page.goto(address + unsent)
    expect(page.locator("[name=answer]").nth(1)).to_be_checked()


def is_kept(page: Page, address: str, answered: list[str]) -> None:
    for number, at in enumerate(answered):
        page.goto(address + at)
        expect(page.locator("[name=answer]").nth(number % 3)).to_be_checked()
