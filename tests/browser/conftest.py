"""The real product on a port of its own, and a real browser that forgives nothing."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests import postgres
from tests.ports import free_port
from tests.scheduling import group_of

PASSWORD = "correct-horse-battery"
CHROMIUM = "/usr/bin/chromium-headless-shell"
"""Chromium's engine without the window around it. A new window costs 0.1 s of CPU instead of 0.35;
all in all a test takes a fifth less."""
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--font-render-hinting=none",
    # Pages live too short for code to earn what compiling it well costs: a quarter of their CPU.
    "--js-flags=--single-threaded --no-opt --no-maglev",
]
# Chromium drops the view transition of a page that is left early, and says so as a page error.
DROPPED_TRANSITION = re.compile(r"Transition was (aborted|skipped)")
PATIENCE = 20_000
"""Milliseconds that a page may take where several tests share the machine."""
HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All that lies here is marked `browser`."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)


_running: list[subprocess.Popen[bytes]] = []


def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Where groups stay together, a site ends with the last test of its own: workers that nobody
    needs any more go on looking for work, beside all the tests that are still to come."""
    if not getattr(item.config, "workerinput", {}).get("in_groups"):
        return
    if nextitem is None or group_of(nextitem.nodeid) != group_of(item.nodeid):
        while _running:
            _end(_running.pop())


@dataclass(frozen=True)
class Site:
    """Where the product answers."""

    url: str
    folder: Path
    database_url: str = ""
    """Empty: SQLite's, in the folder."""


def _wait(url: str, process: subprocess.Popen[bytes], seconds: float = 600) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert process.poll() is None, "the server ended"
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise AssertionError("the product did not become ready")


@contextmanager
def _served(folder: Path, database_url: str = "") -> Iterator[Site]:
    """`python -m lms.serve` with demonstration people."""
    port = free_port()
    environ = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environ |= {
        "DATA_DIR": str(folder),
        "PORT": str(port),
        "HOST": "127.0.0.1",
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "DEMO_PASSWORD": PASSWORD,
    }
    if database_url:
        environ["DATABASE_URL"] = database_url
    process = subprocess.Popen([sys.executable, "-m", "lms.serve"], cwd=ROOT, env=environ)
    _running.append(process)
    try:
        _wait(f"http://127.0.0.1:{port}", process)
        yield Site(f"http://127.0.0.1:{port}", folder, database_url)
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    process.wait(30)


@pytest.fixture(scope="session")
def sqlite_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The product as it is shipped."""
    with _served(tmp_path_factory.mktemp("sqlite")) as found:
        yield found


@pytest.fixture(scope="session")
def postgres_site(
    tmp_path_factory: pytest.TempPathFactory, postgres_url: str, worker_name: str
) -> Iterator[Site]:
    """The same on a PostgreSQL database of its own."""
    name = f"site_{worker_name}"
    postgres.execute(postgres_url, f"CREATE DATABASE {name}")
    url = postgres.in_database(postgres_url, name)
    with _served(tmp_path_factory.mktemp("postgres"), url) as found:
        yield found


@pytest.fixture(params=["sqlite", "postgres"])
def site(request: pytest.FixtureRequest) -> Site:
    """The product on the parameter's database. Once started it answers until the last test, so
    that none is made twice."""
    found: Site = request.getfixturevalue(f"{request.param}_site")
    return found


@pytest.fixture(scope="session")
def exams_site(postgres_site: Site) -> Site:
    """The one to which tests add programmes and exams of their own. They would stand on every page
    that the other is walked for."""
    return postgres_site


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


class Visit:
    """A browser window whose console, addresses and answers are watched."""

    def __init__(self, context: BrowserContext, site: Site) -> None:
        self.site = site
        self.page: Page = context.new_page()
        self.flaws: list[str] = []
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self._error(str(error)))
        self.page.on("request", lambda request: self._request(request.url))

    def _console(self, message: object) -> None:
        kind, text = getattr(message, "type", ""), getattr(message, "text", "")
        if kind in ("error", "warning") and not re.search(r"status of 4\d\d", text):
            self.flaws.append(text)

    def _error(self, text: str) -> None:
        if not DROPPED_TRANSITION.search(text):
            self.flaws.append(text)

    def _request(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https") and parts.netloc != urlsplit(self.site.url).netloc:
            self.flaws.append(f"foreign request {url}")

    def go(self, path: str) -> Page:
        """Open an address of the site."""
        self.page.goto(f"{self.site.url}{path}")
        return self.page

    def sign_in(self, who: str) -> Page:
        """Sign in with the form."""
        self.go("/sign-in")
        self.page.get_by_label("E-mail address").fill(f"{who}@demo.example")
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(re.compile(r"/(me)?$"))
        return self.page


@pytest.fixture
def visit(chromium: Browser, site: Site) -> Iterator[object]:
    """Opens windows; every one of them must end without a flaw. Nothing moves in them unless a test
    asks for it: drawing each step of a page that slides in is a tenth of a test's time."""
    contexts: list[BrowserContext] = []
    visits: list[Visit] = []

    def open_window(**options: object) -> Visit:
        context = chromium.new_context(**{"reduced_motion": "reduce", **options})  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        visits.append(Visit(context, site))
        return visits[-1]

    yield open_window
    for context in contexts:
        context.close()
    assert [flaw for one in visits for flaw in one.flaws] == []
