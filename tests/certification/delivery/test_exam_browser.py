"""Safe Exam Browser: by headers, or by what it shows to the page's script; else what to do."""

import hashlib
from datetime import datetime
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from certification.delivery.models import Attempt
from certification.exams import browser_file
from lms import clock
from lms.accounts.models import Person
from tests.factories import Factory
from tests.page import Page

pytestmark = [pytest.mark.thorough, pytest.mark.usefixtures("no_csrf")]

KEY, OTHER = "c" * 64, "d" * 64
CHECK = "/exams/ADM-300/browser"


@pytest.fixture
def attempt(make: Factory, candidate: Person) -> Attempt:
    return make.begun(make.takeable(kinds=("text",), browser_keys=[KEY]), candidate)


def proof(path: str, key: str = KEY) -> str:
    """What Safe Exam Browser makes of a page's address and its key."""
    return hashlib.sha256(f"http://localhost{path}{key}".encode()).hexdigest()


def asked(browser: FlaskClient) -> str:
    """The address at which the page is to prove its key."""
    answer = browser.get(CHECK)
    assert answer.status_code == 303
    parts = urlsplit(answer.location)
    return f"{parts.path}?{parts.query}"


def shown(browser: FlaskClient, place: str, **hashes: str) -> int:
    """What the page's script does: it sends what the browser shows to it."""
    form = Page(browser.get(place)).form("#browser-keys")
    return form.submit(browser, **hashes).status_code


def test_safe_exam_browser_or_a_clear_page(
    browser: FlaskClient, attempt: Attempt, now: datetime
) -> None:
    place = f"/exams/attempts/{attempt.code}"
    entry = {"answers": [{"position": 1, "seq": 1, "response": "Paris"}]}

    def sent(path: str) -> dict[str, str]:
        return {"X-SafeExamBrowser-ConfigKeyHash": proof(path)}

    with clock.frozen_at(now):
        refused = browser.get(place)
        assert refused.status_code == 403
        assert "Safe Exam Browser is needed" in Page(refused).text
        assert "Open the configuration file of this exam" in Page(refused).text
        assert browser.post(f"{place}/answers", json=entry).status_code == 403
        assert browser.get(place, headers=sent(place + "?n=2")).status_code == 403
        assert browser.get(place, headers=sent(place)).status_code == 200
        saved = browser.post(f"{place}/answers", json=entry, headers=sent(f"{place}/answers"))
        assert saved.status_code == 200


@pytest.mark.parametrize("field", ["config", "exam"])
def test_what_the_page_proves_opens_the_exam_for_its_session(
    app: Flask, make: Factory, candidate: Person, browser: FlaskClient, attempt: Attempt,
    now: datetime, field: str,
) -> None:  # fmt: skip
    place = f"/exams/attempts/{attempt.code}"
    entry = {"answers": [{"position": 1, "seq": 1, "response": "Paris"}]}
    with clock.frozen_at(now):
        assert (
            CHECK in Page(browser.get(place)).soup.select_one("[data-browser-keys]").attrs.values()
        )
        at = asked(browser)
        assert shown(browser, at, **{field: proof(at)}) == 303
        assert browser.get(place).status_code == 200
        assert browser.post(f"{place}/answers", json=entry).status_code == 200
        assert browser.get(CHECK).location == place
        elsewhere = make.sign_in(app.test_client(), candidate)
        assert elsewhere.get(place).status_code == 403


@pytest.mark.parametrize(
    ("path", "key"),
    [("", OTHER), (CHECK, KEY), ("/exams/ADM-300", KEY), (f"{CHECK}?once=another", KEY)],
)
def test_what_proves_no_key_of_the_exam_at_this_address_opens_nothing(
    browser: FlaskClient, attempt: Attempt, now: datetime, path: str, key: str
) -> None:
    with clock.frozen_at(now):
        at = asked(browser)
        assert shown(browser, at, config=proof(path or at, key)) == 403
        assert browser.get(f"/exams/attempts/{attempt.code}").status_code == 403


def test_another_configuration_is_told_from_none(
    browser: FlaskClient, attempt: Attempt, now: datetime
) -> None:
    said = "This is Safe Exam Browser with another configuration."
    with clock.frozen_at(now):
        for sent, is_said in ((OTHER, True), ("", False)):
            form = Page(browser.get(asked(browser))).form("#browser-keys")
            assert (said in Page(form.submit(browser, config=sent)).text) is is_said


def test_a_proof_counts_in_the_session_that_was_asked_and_no_other(
    app: Flask, make: Factory, candidate: Person, browser: FlaskClient, attempt: Attempt,
    now: datetime,
) -> None:  # fmt: skip
    with clock.frozen_at(now):
        at = asked(browser)
        form = Page(browser.get(at)).form("#browser-keys")
        other = make.sign_in(app.test_client(), candidate)
        own = asked(other)
        assert shown(other, own, config=proof(at)) == 403
        assert form.submit(browser, config=proof(at)).status_code == 303
        # A hash that was overheard is worth nothing at any later address.
        fresh = asked(other)
        assert shown(other, fresh, config=proof(at)) == 403
        assert asked(other) != fresh


def test_before_the_start_the_page_proves_it_too(
    make: Factory, browser: FlaskClient, now: datetime
) -> None:
    make.takeable(kinds=("text",), browser_keys=[KEY])
    start = {"rules": "1", "identity": "1", "language": "en"}
    with clock.frozen_at(now):
        page = Page(browser.get("/exams/ADM-300"))
        assert not page.has_form("/exams/ADM-300/attempt")
        at = asked(browser)
        assert shown(browser, at, config=proof(at)) == 303
        form = Page(browser.get("/exams/ADM-300")).form("/exams/ADM-300/attempt")
        assert form.submit(browser, **start).status_code == 303


def test_an_exam_for_any_browser_asks_for_nothing(
    make: Factory, browser: FlaskClient, now: datetime
) -> None:
    make.takeable(kinds=("text",))
    with clock.frozen_at(now):
        assert browser.get(CHECK).location == "/exams/ADM-300"


SETTINGS = browser_file.settings(
    "http://localhost/exams/ADM-300",
    "http://localhost/exams/ADM-300/browser/end",
    ["/exams/ADM-300", "/exams/attempts/*"],
)


def test_a_configuration_that_is_made_here_opens_the_exam_and_leads_out_of_it(
    make: Factory, candidate: Person, browser: FlaskClient, now: datetime
) -> None:
    key = browser_file.config_key(SETTINGS)
    attempt = make.begun(
        make.takeable(kinds=("text",), browser_keys=[key], browser_settings=SETTINGS), candidate
    )
    place, file = f"/exams/attempts/{attempt.code}", "/exams/ADM-300/browser/1.seb"
    with clock.frozen_at(now):
        refused = Page(browser.get(place))
        assert refused.status == 403
        assert file in refused.links
        assert any(link.startswith("seb://") and link.endswith(file) for link in refused.links)
        sent = {"X-SafeExamBrowser-ConfigKeyHash": proof(place, key)}
        assert browser.get(place, headers=sent).status_code == 200
        other = {"X-SafeExamBrowser-ConfigKeyHash": proof(place, OTHER)}
        assert browser.get(place, headers=other).status_code == 403
        sent = {"X-SafeExamBrowser-ConfigKeyHash": proof(f"{place}/submission", key)}
        assert browser.post(f"{place}/submission", headers=sent).status_code == 303
        sent = {"X-SafeExamBrowser-ConfigKeyHash": proof(place, key)}
        assert "/exams/ADM-300/browser/end" in Page(browser.get(place, headers=sent)).links
        assert "You may close this window" in Page(browser.get("/exams/ADM-300/browser/end")).text


def test_before_the_start_the_file_and_its_link_are_on_the_exams_page(
    make: Factory, browser: FlaskClient, now: datetime
) -> None:
    key = browser_file.config_key(SETTINGS)
    make.takeable(kinds=("text",), browser_keys=[key], browser_settings=SETTINGS)
    with clock.frozen_at(now):
        page = Page(browser.get("/exams/ADM-300"))
        assert "/exams/ADM-300/browser/1.seb" in page.links
        assert "that you were sent" not in page.text


@pytest.mark.parametrize("digest", ["", "a" * 64])
def test_candidates_are_told_that_leaving_takes_a_password(
    make: Factory, browser: FlaskClient, now: datetime, digest: str
) -> None:
    settings = {**SETTINGS, **({"hashedQuitPassword": digest} if digest else {})}
    key = browser_file.config_key(settings)
    make.takeable(kinds=("text",), browser_keys=[key], browser_settings=settings)
    with clock.frozen_at(now):
        text = Page(browser.get("/exams/ADM-300")).text
    assert ("Leaving it before takes a password" in text) is bool(digest)


def test_the_file_is_there_for_the_exam_browser_before_anybody_signed_in(
    app: Flask, make: Factory, now: datetime
) -> None:
    make.takeable(
        kinds=("text",), browser_keys=[browser_file.config_key(SETTINGS)], browser_settings=SETTINGS
    )
    visitor = app.test_client()
    answer = visitor.get("/exams/ADM-300/browser/1.seb")
    assert answer.mimetype == "application/seb"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="ADM-300.seb"'
    assert answer.data == browser_file.packed(SETTINGS)
    for address in ("/exams/ADM-300/browser/2.seb", "/exams/NONE/browser/1.seb"):
        assert visitor.get(address).status_code == 404
    assert visitor.post("/exams/ADM-300/browser/1.seb").status_code == 405
    assert visitor.get("/exams/ADM-300/browser/end").status_code == 303
