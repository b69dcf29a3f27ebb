"""What a request and its session show of the browser that they come from."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app, request, session, url_for

from certification.delivery import browser
from certification.exams.browser_file import QUIT_PASSWORD, opening
from certification.exams.models import ExamPolicy

PROVED, ASKED = "exam_browser", "exam_browser_asked"
KEPT = 8


@dataclass(frozen=True, slots=True)
class BrowserFile:
    """Where the configuration of an exam's own browser is."""

    href: str
    opening: str
    """The same for Safe Exam Browser, which opens it by itself."""
    has_quit_password: bool
    """Whether it asks for a password before it ends in the middle of the exam."""


def file_of(code: str, policy: ExamPolicy | None) -> BrowserFile | None:
    """None when the policy has no configuration that is made here."""
    if policy is None or policy.browser_settings is None:
        return None
    href = url_for("delivery.browser_file", code=code, number=policy.number)
    address = current_app.extensions["settings"].public_url + href
    return BrowserFile(href, opening(address), QUIT_PASSWORD in policy.browser_settings)


def fits(keys: Sequence[str]) -> bool:
    """True for exams that any browser may show; else for a key that this request's headers prove,
    or that the page of this session proved before."""
    if not keys or browser.proved(request.url, _headers(), keys):
        return True
    return any(browser.token(key) in session.get(PROVED, []) for key in keys)


def _headers() -> list[str]:
    return [request.headers.get(name, "") for name in browser.HEADERS]


def ask() -> str:
    """A word for the address at which the page proves a key: a proof is of one address, so that
    one that was seen before is worth nothing."""
    session[ASKED] = secrets.token_urlsafe(16)
    return str(session[ASKED])


def is_asked(once: str) -> bool:
    """Whether this is the word that was given last."""
    return bool(once) and once == session.get(ASKED)


def keep(code: str, sent: Sequence[str], keys: Sequence[str]) -> bool:
    """Check what the page at the asked address proved, once, and keep it for this session."""
    once = session.pop(ASKED, "")
    address = url_for("delivery.browser_keys", code=code, once=once, _external=True)
    key = browser.proved(address, sent, keys) if once else ""
    if key:
        session[PROVED] = [*session.get(PROVED, []), browser.token(key)][-KEPT:]
    return bool(key)
