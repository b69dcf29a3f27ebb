"""The own profile, password, sign-ins, and this browser's preferences."""

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from lms import clock, wording
from lms.accounts import actions, credentials, forms, passwords, queries
from lms.accounts.models import Account
from lms.accounts.views import account_by_id, begin, blueprint, end, safe_next
from lms.errors import Refusal
from lms.i18n import LANGUAGES, PSEUDO, language
from lms.i18n import gettext as _
from lms.limits import limited, tries_of_person
from lms.permissions import PUBLIC, SIGNED_IN, permit

YEAR_SECONDS = 365 * 24 * 3600


@blueprint.route("/account", methods=["GET", "POST"])
@permit(SIGNED_IN)
def profile() -> ResponseReturnValue:
    """The own profile and the own sign-ins."""
    person = queries.person_by_id(current_user.person_id)
    given = {
        "consents": bool(person.consents_to_lookup_at),
        "compares": bool(person.consents_to_statistics_at),
    }
    form = forms.ProfileForm(obj=person, data=given)
    if request.method == "POST" and form.validate():
        now = clock.now()
        actions.change_profile(
            person,
            name=form.name.data or "",
            language=form.language.data,
            time_zone=form.time_zone.data,
            by=person.id,
            now=now,
        )
        actions.set_consent(person, consents=bool(form.consents.data), now=now)
        actions.set_consent(
            person, consents=bool(form.compares.data), now=now, purpose="statistics"
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
@limited(tries_of_person)
@permit(SIGNED_IN)
def change_password() -> ResponseReturnValue:
    """Change the password; every other browser is signed out."""
    form = forms.ChangePasswordForm()
    account = account_by_id(current_user.account_id)
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
    begin(account, form.new.data or "")
    return True


@blueprint.post("/account/sign-ins/<int:sign_in_id>/end")
@permit(SIGNED_IN)
def end_one(sign_in_id: int) -> ResponseReturnValue:
    """End one of the own sign-ins."""
    if sign_in_id not in {row.id for row in queries.sign_ins_of([current_user.account_id])}:
        abort(404)
    end(sign_in_id)
    return redirect(url_for("accounts.profile"), 303)


@blueprint.post("/account/sign-ins/end-others")
@permit(SIGNED_IN)
def end_others() -> ResponseReturnValue:
    """End all sign-ins but this one."""
    credentials.sign_out_everywhere(
        account_by_id(current_user.account_id),
        by=current_user.person_id,
        now=clock.now(),
        except_id=current_user.sign_in_id,
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
