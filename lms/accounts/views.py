"""Signing in and out, reset links, invitations."""

from collections.abc import Callable
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    Response,
    after_this_request,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user

from lms import audit, clock, resending, wording
from lms.accounts import actions, credentials, forms, identity, passwords, queries
from lms.accounts.models import Account, TokenKind
from lms.db import db, run
from lms.errors import Refusal
from lms.forms import Form
from lms.i18n import gettext as _
from lms.limits import (
    limited,
    mails_from_address,
    mails_to_account,
    tries_from_address,
    tries_of_account,
)
from lms.permissions import PUBLIC, SIGNED_IN, permit

blueprint = Blueprint("accounts", __name__)
blueprint.after_app_request(identity.note_seen)
YEAR_SECONDS = 365 * 24 * 3600


def safe_next(target: str | None) -> str:
    """A path of this site; anything else leads to the start page."""
    parts = urlsplit(target or "")
    fine = bool(target) and not parts.netloc and not parts.scheme and parts.path.startswith("/")
    return str(target) if fine and not str(target).startswith(("//", "/\\")) else "/"


@blueprint.route("/sign-in", methods=["GET", "POST"])
@limited(tries_of_account, tries_from_address)
@permit(PUBLIC)
def sign_in() -> ResponseReturnValue:
    """A plain form with address and password."""
    form = forms.SignInForm()
    if request.method == "GET":
        form.next.data = safe_next(request.args.get("next"))
        return render_template("accounts/sign_in.html", form=form)
    if form.validate():
        email, password = form.email.data or "", form.password.data or ""
        account = credentials.authenticated(email, password)
        if account is not None:
            begin(account, password)
            return redirect(safe_next(form.next.data), 303)
        after_this_request(_denial_of(email))
        form.form_errors.append(
            _("Address and password do not fit together. Try again, or set a new password.")
        )
    return render_template("accounts/sign_in.html", form=form), 422


def _denial_of(email: str) -> Callable[[Response], Response]:
    """Notes the denial in a unit of its own: that of the refused request is rolled back."""

    def note(response: Response) -> Response:
        run(lambda: credentials.note_denial(email, now=clock.now()))
        return response

    return note


def begin(account: Account, password: str) -> None:
    """A fresh session and a fresh server-side sign-in; the browser's earlier one ends."""
    now = clock.now()
    if current_user.is_authenticated:
        end(current_user.sign_in_id)
    if account.password_hash and passwords.needs_rehash(account.password_hash):
        account.password_hash = passwords.hash_of(password)
    token = identity.start(
        account,
        now=now,
        address=request.remote_addr or "",
        agent=request.headers.get("User-Agent", ""),
    )
    session.clear()
    person = identity.load(token)
    if person is not None:
        login_user(person)
        resending.name_forms_of(person.person_id)
    audit.record("signed_in", "person", account.person_id, by=account.person_id, now=now)


def end(sign_in_id: int) -> None:
    """End one of the reader's own sign-ins."""
    me = current_user
    credentials.end_sign_in(me.person_id, me.account_id, sign_in_id, now=clock.now())


@blueprint.post("/sign-out")
@permit(SIGNED_IN)
def sign_out() -> ResponseReturnValue:
    """End this browser's sign-in, on the server too."""
    end(current_user.sign_in_id)
    logout_user()
    session.clear()
    flash(_("You are signed out."))
    return redirect("/", 303)


@blueprint.route("/password-reset", methods=["GET", "POST"])
@limited(mails_to_account, mails_from_address)
@permit(PUBLIC)
def ask_reset() -> ResponseReturnValue:
    """The same answer for known and unknown addresses."""
    form = forms.ResetForm()
    if request.method == "POST" and form.validate():
        credentials.request_reset(form.email.data or "")
        flash(_("If this address has an account, a mail with a link is on its way."))
        return redirect(url_for("accounts.sign_in"), 303)
    page = render_template("accounts/ask_reset.html", form=form)
    return page, 422 if form.errors else 200


@blueprint.route("/password-reset/<token>", methods=["GET", "POST"])
@limited(tries_from_address)
@permit(PUBLIC)
def reset(token: str) -> ResponseReturnValue:
    """Set a new password by a link from a mail."""
    form = forms.NewPasswordForm()
    if credentials.find_token(token, TokenKind.PASSWORD, now=clock.now()) is None:
        return render_template("accounts/link_expired.html"), 410
    if request.method == "POST" and form.validate() and _set(token, TokenKind.PASSWORD, form):
        flash(_("Your password is changed. Sign in with it now."))
        return redirect(url_for("accounts.sign_in"), 303)
    return _private_page("accounts/reset.html", form)


@blueprint.route("/invitation/<token>", methods=["GET", "POST"])
@limited(tries_from_address)
@permit(PUBLIC)
def accept(token: str) -> ResponseReturnValue:
    """Accept an invitation: confirm the name, set a password."""
    found = credentials.find_token(token, TokenKind.INVITATION, now=clock.now())
    if found is None:
        return render_template("accounts/link_expired.html"), 410
    person = queries.person_by_id(account_by_id(found.account_id).person_id)
    form = forms.WelcomeForm(obj=person)
    if request.method == "POST" and form.validate() and _set(token, TokenKind.INVITATION, form):
        actions.change_profile(
            person,
            name=form.name.data or "",
            language=form.language.data,
            time_zone=form.time_zone.data,
            by=person.id,
            now=clock.now(),
        )
        begin(account_by_id(found.account_id), form.password.data or "")
        return redirect("/me", 303)
    return _private_page("accounts/accept.html", form)


def _private_page(template: str, form: Form) -> ResponseReturnValue:
    page = current_app.make_response(render_template(template, form=form))
    page.headers["Referrer-Policy"] = "no-referrer"
    page.status_code = 422 if form.errors else 200
    return page


def account_by_id(account_id: int) -> Account:
    """The account; it exists, since a token or a sign-in names it."""
    return db.session.get_one(Account, account_id)


def _set(token: str, kind: TokenKind, form: forms.NewPasswordForm | forms.WelcomeForm) -> bool:
    """Use the link; a refused password is shown beside its field."""
    try:
        credentials.use_token(token, kind, form.password.data or "", now=clock.now())
    except Refusal as refusal:
        if refusal.status != 422:
            raise
        form.password.errors = [wording.word(reason) for reason in refusal.reasons]
        return False
    return True
