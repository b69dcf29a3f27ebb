"""The own API tokens."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from lms import clock, wording
from lms.accounts.forms_tokens import TokenForm, scope_name
from lms.accounts.views import blueprint
from lms.api import tokens
from lms.errors import Refusal
from lms.i18n import gettext as _
from lms.permissions import SIGNED_IN, permit


@blueprint.route("/account/tokens", methods=["GET", "POST"])
@permit(SIGNED_IN)
def api_tokens() -> ResponseReturnValue:
    """The own tokens; a fresh one shows its secret once."""
    form = TokenForm.of(tokens.PERSONAL_SCOPES)
    secret = _make(form) if request.method == "POST" and form.validate() else None
    page = render_template(
        "accounts/tokens.html", form=form, secret=secret, scope_name=scope_name,
        tokens=tokens.live(
            person_id=current_user.person_id, organisation_id=None, now=clock.now()
        ),
    )  # fmt: skip
    return page, 422 if form.errors else 200


def _make(form: TokenForm) -> str | None:
    try:
        return tokens.make(
            form.name.data or "", form.scopes.data or [], days=int(form.days.data),
            person_id=current_user.person_id, by=current_user.person_id, now=clock.now(),
        )  # fmt: skip
    except Refusal as refusal:
        form.scopes.errors = [wording.word(reason) for reason in refusal.reasons]
        return None


@blueprint.post("/account/tokens/<int:token_id>/end")
@permit(SIGNED_IN)
def end_token(token_id: int) -> ResponseReturnValue:
    """Revoke an own token; it stops working at once."""
    person_id = current_user.person_id
    ended = tokens.revoke(
        token_id, person_id=person_id, organisation_id=None, by=person_id, now=clock.now()
    )
    if not ended:
        abort(404)
    flash(_("The token is revoked."))
    return redirect(url_for("accounts.api_tokens"), 303)
