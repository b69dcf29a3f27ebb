"""A form that was refused because its sender is signed out, or signed in anew, comes back whole.

Only a form of ours is carried on, and only to whom it was drawn for: its CSRF token is signed and
names the person. A form that another site sends has no such token, so it never becomes a page on
which one click would send it.
"""

import secrets
from dataclasses import dataclass
from enum import StrEnum

from flask import current_app, g, render_template, request, session, url_for
from flask_login import current_user
from itsdangerous import BadSignature, URLSafeTimedSerializer

from lms import once
from lms.forms import PASSWORDS
from lms.i18n import gettext as _
from lms.permissions import PUBLIC, permission_of

TOKEN = "csrf_token"  # noqa: S105 -- a field's name
SALT = "wtf-csrf-token"
MARK = "for-"
UNTYPED = (TOKEN, once.FIELD, "revision", "digest", "seen-")
"""Beginnings of the names of fields that are no words of the sender's."""


class State(StrEnum):
    """Why the form did not count."""

    SIGNED_OUT = "signed_out"
    SIGNED_IN_ANEW = "signed_in_anew"
    SOMEBODY_ELSE = "somebody_else"
    NOT_OURS = "not_ours"


@dataclass(frozen=True, slots=True)
class Page:
    """What the sender is told, with the fields that may be sent again."""

    status: int
    title: str
    texts: list[str]
    is_carried: bool = False
    asks_to_sign_in: bool = False


def name_forms_of(person_id: int) -> None:
    """At sign-in: all forms of this sign-in carry a token that says whose they are."""
    session[TOKEN] = f"{MARK}{person_id}-{secrets.token_hex(20)}"


def _sender() -> int | None:
    """The person whose page held the form; None: no page of a signed-in person's did."""
    serializer = URLSafeTimedSerializer(str(current_app.secret_key), salt=SALT)
    try:
        raw = serializer.loads(request.form.get(TOKEN, ""))
    except BadSignature:
        return None
    number = str(raw).removeprefix(MARK).partition("-")[0]
    return int(number) if str(raw).startswith(MARK) and number.isdigit() else None


def state() -> State:
    """How the sender of this form stands to the reader of now."""
    sender = _sender()
    if sender is None:
        return State.NOT_OURS
    if not current_user.is_authenticated:
        return State.SIGNED_OUT
    is_same = sender == current_user.person_id
    return State.SIGNED_IN_ANEW if is_same else State.SOMEBODY_ELSE


def page() -> Page:
    """What to tell about a form that was refused before anything was done."""
    found = state()
    if found == State.SIGNED_OUT:
        return Page(401, _("You are signed out"), [_kept(), _how()], True, True)
    if found == State.SIGNED_IN_ANEW:
        text = _(
            "You signed in anew after this form was opened, so it was not taken. Nothing is lost: "
            "look at what you typed, then send it again."
        )
        return Page(400, _("Please send it again"), [text], True)
    if found == State.SOMEBODY_ELSE:
        text = _(
            "The form was filled in while another account was signed in. Nothing was changed: sign "
            "in to that account in another window, go back to the form and send it again."
        )
        return Page(400, _("Somebody else is signed in"), [text])
    if not current_user.is_authenticated and _needs_account():
        text = _("Nothing was changed: sign in, open the form and send it again.")
        return Page(400, _("You are signed out"), [text], asks_to_sign_in=True)
    text = _(
        "The form was open for too long or its page was copied. Nothing was changed: "
        "go back, reload the page and send it again."
    )
    return Page(400, _("This form has expired"), [text])


def _kept() -> str:
    return _("Nothing was saved yet, and nothing that you typed is lost: it is listed below.")


def _how() -> str:
    return _("Sign in, which opens a new window; then come back to this one and send it again.")


def _needs_account() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    return view is not None and permission_of(view) != PUBLIC


def drawn(told: Page) -> str:
    """The page, with what was typed in view and in a form that sends it again."""
    names = [name for name in request.form if name not in PASSWORDS] if told.is_carried else []
    fields = [(name, value) for name in names for value in request.form.getlist(name)]
    return render_template(
        "errors/resend.html",
        told=told,
        action=request.full_path.rstrip("?"),
        fields=[pair for pair in fields if pair[0] != TOKEN],
        shown=[pair for pair in fields if not pair[0].startswith(UNTYPED)],
        token=request.form.get(TOKEN, ""),
        is_short=told.is_carried and _has_secrets(),
        sign_in=url_for("accounts.sign_in", next=_came_from()),
        request_id=getattr(g, "request_id", ""),
    )


def _has_secrets() -> bool:
    files = any(file.filename for file in request.files.values())
    return files or not PASSWORDS.isdisjoint(request.form)


def _came_from() -> str:
    """The page of the form, as far as the browser says it."""
    referrer = request.referrer or ""
    is_ours = referrer.startswith(request.host_url)
    return "/" + referrer.removeprefix(request.host_url) if is_ours else "/"
