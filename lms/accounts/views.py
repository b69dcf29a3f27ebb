"""Signing in and out, passwords, the own profile."""

from urllib.parse import urlsplit

from flask import (
    Blueprint,
    abort,
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

from lms import audit, clock, wording
from lms.accounts import actions, credentials, forms, identity, passwords, queries
from lms.accounts.models import Account, AccountState, TokenKind
from lms.db import db
from lms.errors import Refusal
from lms.forms import Form
from lms.i18n import LANGUAGES, PSEUDO, language
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
        account = queries.account_by_email(form.email.data or "")
        known = account.password_hash if account else None
        fits = passwords.fits(known, form.password.data or "")
        if fits and account is not None and account.state == AccountState.ACTIVE:
            _begin(account, form.password.data or "")
            return redirect(safe_next(form.next.data), 303)
        form.form_errors.append(
            _("Address and password do not fit together. Try again, or set a new password.")
        )
    return render_template("accounts/sign_in.html", form=form), 422


def _begin(account: Account, password: str) -> None:
    """A fresh session and a fresh server-side sign-in."""
    now = clock.now()
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
    audit.record("signed_in", "person", account.person_id, by=account.person_id, now=now)


@blueprint.post("/sign-out")
@permit(SIGNED_IN)
def sign_out() -> ResponseReturnValue:
    """End this browser's sign-in, on the server too."""
    credentials.end_sign_in(current_user.account_id, current_user.sign_in_id, now=clock.now())
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
        credentials.request_reset(form.email.data or "", now=clock.now())
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
    person = queries.person_by_id(_account(found.account_id).person_id)
    form = forms.WelcomeForm(obj=person)
    if request.method == "POST" and form.validate() and _set(token, TokenKind.INVITATION, form):
        actions.change_profile(
            person,
            name=form.name.data or "",
            language=form.language.data,
            time_zone=form.time_zone.data,
            consents=person.consents_to_lookup_at is not None,
            now=clock.now(),
        )
        _begin(_account(found.account_id), form.password.data or "")
        return redirect("/me", 303)
    return _private_page("accounts/accept.html", form)


def _private_page(template: str, form: Form) -> ResponseReturnValue:
    page = current_app.make_response(render_template(template, form=form))
    page.headers["Referrer-Policy"] = "no-referrer"
    page.status_code = 422 if form.errors else 200
    return page


def _account(account_id: int) -> Account:
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


@blueprint.route("/account", methods=["GET", "POST"])
@permit(SIGNED_IN)
def profile() -> ResponseReturnValue:
    """The own profile and the own sign-ins."""
    person = queries.person_by_id(current_user.person_id)
    form = forms.ProfileForm(obj=person, data={"consents": bool(person.consents_to_lookup_at)})
    if request.method == "POST" and form.validate():
        actions.change_profile(
            person,
            name=form.name.data or "",
            language=form.language.data,
            time_zone=form.time_zone.data,
            consents=bool(form.consents.data),
            now=clock.now(),
        )
        flash(_("Your profile is saved."))
        return redirect(url_for("accounts.profile"), 303)
    page = render_template(
        "accounts/profile.html",
        form=form,
        person=person,
        sign_ins=queries.sign_ins_of([current_user.account_id]),
        memberships=queries.memberships_of(person.id),
        grants=queries.grants_with_scope(person.id),
    )
    return page, 422 if form.errors else 200


@blueprint.route("/account/password", methods=["GET", "POST"])
@limited(tries_of_account)
@permit(SIGNED_IN)
def change_password() -> ResponseReturnValue:
    """Change the password; every other browser is signed out."""
    form = forms.ChangePasswordForm()
    account = _account(current_user.account_id)
    if request.method == "POST" and form.validate():
        if not passwords.fits(account.password_hash, form.old.data or ""):
            form.old.errors = [_("This is not your current password.")]
        elif _change(account, form):
            flash(_("Your password is changed. Other browsers are signed out."))
            return redirect(url_for("accounts.profile"), 303)
    page = render_template("accounts/change_password.html", form=form)
    return page, 422 if form.errors else 200


def _change(account: Account, form: forms.ChangePasswordForm) -> bool:
    try:
        credentials.check_password(account, form.new.data or "")
    except Refusal as refusal:
        form.new.errors = [wording.word(reason) for reason in refusal.reasons]
        return False
    credentials.set_password(account, form.new.data or "", now=clock.now())
    _begin(account, form.new.data or "")
    return True


@blueprint.post("/account/sign-ins/<int:sign_in_id>/end")
@permit(SIGNED_IN)
def end_one(sign_in_id: int) -> ResponseReturnValue:
    """End one of the own sign-ins."""
    if sign_in_id not in {row.id for row in queries.sign_ins_of([current_user.account_id])}:
        abort(404)
    credentials.end_sign_in(current_user.account_id, sign_in_id, now=clock.now())
    return redirect(url_for("accounts.profile"), 303)


@blueprint.post("/account/sign-ins/end-others")
@permit(SIGNED_IN)
def end_others() -> ResponseReturnValue:
    """End all sign-ins but this one."""
    credentials.end_sign_ins(
        current_user.account_id, now=clock.now(), except_id=current_user.sign_in_id
    )
    flash(_("All other browsers are signed out."))
    return redirect(url_for("accounts.profile"), 303)


@blueprint.get("/preferences")
@permit(PUBLIC)
def preferences() -> ResponseReturnValue:
    """Appearance and language of this browser."""
    return render_template("accounts/preferences.html", languages=LANGUAGES, chosen=language())


@blueprint.post("/preferences")
@permit(PUBLIC)
def save_preferences() -> ResponseReturnValue:
    """Keep appearance and language in cookies."""
    response = redirect(safe_next(request.form.get("next")), 303)
    secure = current_app.extensions["settings"].https
    theme, tag = request.form.get("theme"), request.form.get("lang")
    if theme in {"auto", "light", "dark"}:
        response.set_cookie(
            "theme", theme, max_age=YEAR_SECONDS, httponly=True, samesite="Lax", secure=secure
        )
    if tag in LANGUAGES or tag == PSEUDO:
        response.set_cookie(
            "lang", str(tag), max_age=YEAR_SECONDS, httponly=True, samesite="Lax", secure=secure
        )
    return response
