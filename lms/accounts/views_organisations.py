"""Organisations for administrators."""

from collections.abc import Sequence
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from lms import clock, paging
from lms import wording as words
from lms.accounts import actions, forms, queries, queries_lists
from lms.accounts.models import Organisation, SupportPlan
from lms.accounts.views import blueprint
from lms.errors import Refusal
from lms.i18n import gettext as _
from lms.paging import Page
from lms.permissions import permit

NONE = ""


@blueprint.get("/manage/organisations")
@permit("organisations.see")
def organisations() -> ResponseReturnValue:
    """Customers and partners, by name."""
    cursor, text = request.args.get("after"), request.args.get("q", "").strip()[:100]
    page = queries_lists.organisation_page(
        text=text, cursor=paging.decode(cursor, (str, int)) if cursor else None
    )
    return render_template("accounts/organisations.html", page=page, text=text)


@blueprint.route("/manage/organisations/new", methods=["GET", "POST"])
@permit("organisations.edit")
def new_organisation() -> ResponseReturnValue:
    """Add an organisation."""
    return _organisation_form(None)


@blueprint.get("/manage/organisations/<code>")
@permit("organisations.see")
def organisation(code: str) -> ResponseReturnValue:
    """An organisation: its plan, region and kind, and its people."""
    return _organisation_form(_organisation_or_404(code))


@blueprint.post("/manage/organisations/<code>")
@permit("organisations.edit")
def save_organisation(code: str) -> ResponseReturnValue:
    """Change an organisation's name, plan, region and kind."""
    return _organisation_form(_organisation_or_404(code))


def _organisation_or_404(code: str) -> Organisation:
    found = queries.organisation_by_code(code)
    if found is None:
        abort(404)
    return found


def _organisation_form(found: Organisation | None) -> ResponseReturnValue:
    form = forms.OrganisationForm(data=_organisation_values(found))
    plans = queries.plans()
    form.plan.choices = [(NONE, _("No plan")), *[(plan.code, plan.name) for plan in plans]]
    if found is not None:
        form.code.data = found.code
    if request.method == "POST" and form.validate() and (saved := _save(found, form, plans)):
        flash(_("The organisation is saved."))
        return redirect(url_for("accounts.organisation", code=saved.code), 303)
    page = render_template(
        "accounts/organisation.html", form=form, organisation=found, page=_members(found)
    )
    return page, 422 if form.errors else 200


def _save(
    found: Organisation | None, form: forms.OrganisationForm, plans: Sequence[SupportPlan]
) -> Organisation | None:
    plan = next((plan for plan in plans if plan.code == form.plan.data), None)
    try:
        return actions.save_organisation(
            found,
            code=form.code.data or "",
            name=form.name.data or "",
            support_plan_id=plan.id if plan else None,
            region_code=form.region.data or None,
            is_partner=bool(form.is_partner.data),
            by=current_user.person_id,
            now=clock.now(),
        )
    except Refusal as refusal:
        form.code.errors = [words.word(reason) for reason in refusal.reasons]
        return None


def _members(found: Organisation | None) -> Page[queries_lists.PersonRow] | None:
    if found is None:
        return None
    cursor = request.args.get("after")
    return queries_lists.people(
        organisation_ids=[found.id], cursor=paging.decode(cursor, (str, int)) if cursor else None
    )


def _organisation_values(found: Organisation | None) -> dict[str, Any]:
    if found is None:
        return {}
    plan = found.support_plan.code if found.support_plan else NONE
    return {
        "code": found.code,
        "name": found.name,
        "plan": plan,
        "region": found.region_code,
        "is_partner": found.is_partner,
    }
