"""API tokens of an organisation."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from lms import clock, wording
from lms.accounts import queries as people
from lms.accounts.forms_tokens import TokenForm
from lms.accounts.models import Organisation
from lms.api import tokens
from lms.errors import Refusal
from lms.i18n import gettext as _
from lms.permissions import permit
from reporting.partner.views import blueprint, organisations


@blueprint.route("/partner/access", methods=["GET", "POST"])
@permit("partner.edit")
def access() -> ResponseReturnValue:
    """The organisation's tokens; a fresh one shows its secret once."""
    own, now = organisations("partner.edit"), clock.now()
    chosen = _chosen(own, request.args.get("organisation"))
    form = TokenForm.of(tokens.SCOPES)
    if request.method == "POST" and chosen and form.validate() and (secret := _make(form, chosen)):
        return render_template(
            "reporting/partner_secret.html", title=_("The token's secret"), secret=secret,
            back=url_for("partner.access", organisation=chosen.code),
        )  # fmt: skip
    rows = tokens.live(person_id=None, organisation_id=chosen.id, now=now) if chosen else []
    page = render_template(
        "reporting/partner_access.html", form=form, organisations=own, chosen=chosen, tokens=rows
    )
    return page, 422 if form.errors else 200


def _chosen(own: list[Organisation], code: str | None) -> Organisation | None:
    """An own organisation, the first without a code; administrators come to any of them."""
    if code is None:
        return next(iter(own), None)
    found = next((row for row in own if row.code == code), None)
    if found is None and current_user.may("organisations.edit"):
        found = people.organisation_by_code(code)
    if found is None:
        abort(404)
    return found


def _make(form: TokenForm, organisation: Organisation) -> str | None:
    try:
        return tokens.make(
            form.name.data or "", form.scopes.data or [], days=int(form.days.data),
            organisation=organisation, by=current_user.person_id, now=clock.now(),
        )  # fmt: skip
    except Refusal as refusal:
        form.scopes.errors = [wording.word(reason) for reason in refusal.reasons]
        return None


@blueprint.post("/partner/access/<organisation>/<int:token_id>/end")
@permit("partner.edit")
def end_token(organisation: str, token_id: int) -> ResponseReturnValue:
    """Revoke a token of an own organisation; it stops working at once."""
    found = _chosen(organisations("partner.edit"), organisation)
    if found is None or not tokens.revoke(
        token_id, person_id=None, organisation_id=found.id, by=current_user.person_id,
        now=clock.now(),
    ):  # fmt: skip
        abort(404)
    flash(_("The token is revoked."))
    return redirect(url_for("partner.access", organisation=organisation), 303)
