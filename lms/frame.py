"""What stands around every page: drawn once for all readers who see the same, then filled in.

The head, the navigation and the footer are a third of the time that a reader's own page takes to
draw, and differ only by language, appearance, entries and the reader's own words.
"""

from functools import lru_cache

from flask import Flask, current_app, g, request, session, url_for
from flask_login import current_user
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from lms import once, pages, site
from lms.i18n import gettext as _
from lms.navigation import navigation

FILE = "components/frame.html"
MARKED = ("accounts.profile", "accounts.sign_in")
"""Pages that their own link in the frame tells apart."""


def init_app(app: Flask) -> None:
    """Register what `base.html` calls."""
    app.jinja_env.globals.update(
        frame_assets=assets, frame_top=top, frame_foot=foot, csrf_token=csrf_token
    )


def assets() -> Markup:
    """Style sheets, fonts and scripts of every page."""
    return pages.part("assets", lambda _marks: pages.macro(FILE, "assets")(), {})


def top() -> Markup:
    """The header: brand, navigation, the reader's menu."""
    entries = navigation()
    here = request.endpoint if request.endpoint in MARKED else None
    reader = current_user._get_current_object()
    values: dict[str, str | None] = {}
    if reader.is_authenticated:
        values = {
            "name": reader.name,
            "initials": reader.initials,
            "email": reader.email,
            "csrf": csrf_token(),
            "once": once.fresh_key(),
        }

    def draw(marks: pages.Marks) -> str:
        return pages.macro(FILE, "top")(site.current(), entries, marks or None, here)

    return pages.part(("top", entries, here), draw, values)


def foot() -> Markup:
    """The footer and its links."""
    return pages.part(
        "foot", lambda _marks: pages.macro(FILE, "foot")(site.current(), _links()), {}
    )


def csrf_token() -> str:
    """Flask-WTF's token for this session, signed once and not again for each page."""
    raw = session.get("csrf_token")
    if raw is not None and "csrf_token" not in g:
        g.csrf_token = _token_of(raw, current_app.secret_key)
    token: str = generate_csrf()
    return token


@lru_cache(maxsize=10_000)
def _token_of(_raw: str, _secret: str | bytes | None) -> str:
    token: str = generate_csrf()
    return token


def _links() -> list[tuple[str, str]]:
    return [
        (url_for("certificates.verify_form"), _("Check a certificate")),
        (url_for("directory.plans"), _("Support plans")),
        (url_for("directory.contacts"), _("Contacts")),
        (url_for("accounts.preferences"), _("Appearance and language")),
    ]
