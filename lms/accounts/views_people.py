"""People for administrators and organisation managers."""

from datetime import date

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from lms import clock, paging, permissions
from lms import wording as words
from lms.accounts import actions, credentials, forms, queries, queries_lists
from lms.accounts.models import Account, AccountState, Person
from lms.accounts.views import blueprint
from lms.accounts.wording import act_name, role_name
from lms.db import db
from lms.errors import Refusal
from lms.i18n import gettext as _
from lms.permissions import Role, permit

NONE = ""


def own_organisations(permission: str) -> list[int] | None:
    """The organisations whose people the reader may see; None: all."""
    limits = permissions.organisations(current_user, permission)
    return None if limits is None else list(limits)


def person_or_404(public_id: str, permission: str) -> Person:
    """The person within reach; another organisation's is not found."""
    found = queries.person_by_public_id(public_id, own_organisations(permission))
    if found is None:
        abort(404)
    return found


def organisation_choices(permission: str, *, none: bool) -> list[tuple[str, str]]:
    """Organisations to choose from, by code."""
    limits = own_organisations(permission)
    rows = [row for row in queries.organisations() if limits is None or row.id in limits]
    empty = [(NONE, _("No organisation"))] if none else []
    return empty + [(row.code, row.name) for row in rows]


@blueprint.get("/manage/people")
@permit("people.see")
def people() -> ResponseReturnValue:
    """Everyone within reach, by name; searched by name or address."""
    cursor, text = request.args.get("after"), request.args.get("q", "").strip()[:100]
    page = queries_lists.people(
        text=text,
        organisation_ids=own_organisations("people.see"),
        cursor=paging.decode(cursor, (str, int)) if cursor else None,
    )
    return render_template("accounts/people.html", page=page, text=text)


@blueprint.route("/manage/people/new", methods=["GET", "POST"])
@permit("people.edit")
def new_person() -> ResponseReturnValue:
    """Invite a person."""
    form = forms.InviteForm(data={"time_zone": "UTC"})
    form.organisation.choices = organisation_choices(
        "people.edit", none=own_organisations("people.edit") is None
    )
    if request.method == "POST" and form.validate():
        person = _invite(form)
        if person is not None:
            flash(_("%(name)s is invited.", name=person.name))
            return redirect(url_for("accounts.person", public_id=person.public_id), 303)
    page = render_template("accounts/new_person.html", form=form)
    return page, 422 if form.errors else 200


def _invite(form: forms.InviteForm) -> Person | None:
    now, by = clock.now(), current_user.person_id
    email = form.email.data or ""
    if queries.account_by_email(email) is not None:
        form.email.errors = [_("There is an account with this address already.")]
        return None
    person = actions.create_person(
        form.name.data or "", by=by, now=now, email=email, time_zone=form.time_zone.data
    )
    account = actions.create_account(person, email, by=by, now=now)
    organisation = queries.organisation_by_code(form.organisation.data or "")
    if organisation is not None:
        actions.add_member(person, organisation, by=by, on=_today(), now=now)
    credentials.invite(account, person, by=by, now=now)
    return person


def _today() -> date:
    return clock.today(clock.now(), current_app.extensions["settings"].issuer_zone)


@blueprint.get("/manage/people/<public_id>")
@permit("people.see")
def person(public_id: str) -> ResponseReturnValue:
    """One person: accounts, memberships, roles, sign-ins, trail."""
    return _person_page(person_or_404(public_id, "people.see"))


def _person_page(found: Person, role_form: forms.RoleForm | None = None) -> str:
    accounts = queries.accounts_of(found.id)
    # Employers see neither other employers nor where and when somebody is signed in.
    sees_trail = current_user.may("audit.see")
    return render_template(
        "accounts/person.html",
        person=found,
        accounts=accounts,
        memberships=queries.memberships_of(found.id, own_organisations("people.see")),
        grants=queries.grants_with_scope(found.id),
        sign_ins=queries.sign_ins_of([row.id for row in accounts]) if sees_trail else [],
        trail=queries.trail_of(found.id) if sees_trail else [],
        sees_trail=sees_trail,
        act_name=act_name,
        role_form=role_form or _role_form(),
        member_form=_member_form(),
        states=AccountState,
    )


def _role_form() -> forms.RoleForm:
    form = forms.RoleForm()
    form.role.choices = [(role.value, role_name(role)) for role in Role]
    form.organisation.choices = organisation_choices("roles.grant", none=True)
    return form


def _member_form() -> forms.MembershipForm:
    form = forms.MembershipForm(prefix="member-")
    may = current_user.may("people.edit")
    form.organisation.choices = organisation_choices("people.edit", none=False) if may else []
    return form


def _back(found: Person) -> ResponseReturnValue:
    return redirect(url_for("accounts.person", public_id=found.public_id), 303)


@blueprint.post("/manage/people/<public_id>/roles")
@permit("roles.grant")
def grant_role(public_id: str) -> ResponseReturnValue:
    """Give a role, perhaps limited."""
    found = person_or_404(public_id, "roles.grant")
    form = _role_form()
    if not form.validate() or not _grant(found, form):
        return _person_page(found, form), 422
    flash(_("The role is given."))
    return _back(found)


def _grant(found: Person, form: forms.RoleForm) -> bool:
    """Give the role; limits that do not fit it are shown beside their fields."""
    organisation = queries.organisation_by_code(form.organisation.data or "")
    try:
        actions.grant_role(
            found,
            form.chosen(),
            by=current_user.person_id,
            now=clock.now(),
            organisation_id=organisation.id if organisation else None,
            programme_code=form.programme.data or None,
            region_code=form.region.data or None,
        )
    except Refusal as refusal:
        for reason in refusal.reasons:
            form[reason.code.rpartition("_")[2]].errors = [words.word(reason)]
        return False
    return True


@blueprint.post("/manage/people/<public_id>/roles/<int:grant_id>/end")
@permit("roles.grant")
def end_role(public_id: str, grant_id: int) -> ResponseReturnValue:
    """Take a role back."""
    found = person_or_404(public_id, "roles.grant")
    if grant_id not in {row.id for row in queries.grants_with_scope(found.id)}:
        abort(404)
    actions.end_role(found, grant_id, by=current_user.person_id, now=clock.now())
    flash(_("The role is taken back."))
    return _back(found)


@blueprint.post("/manage/people/<public_id>/memberships")
@permit("people.edit")
def add_membership(public_id: str) -> ResponseReturnValue:
    """The person works for an organisation from today."""
    found = person_or_404(public_id, "people.edit")
    form = _member_form()
    organisation = queries.organisation_by_code(form.organisation.data or "")
    if not form.validate() or organisation is None:
        return _person_page(found), 422
    actions.add_member(found, organisation, by=current_user.person_id, on=_today(), now=clock.now())
    flash(_("The membership is recorded."))
    return _back(found)


@blueprint.post("/manage/people/<public_id>/memberships/<int:membership_id>/end")
@permit("people.edit")
def end_membership(public_id: str, membership_id: int) -> ResponseReturnValue:
    """The person leaves an organisation today."""
    found = person_or_404(public_id, "people.edit")
    limits = own_organisations("people.edit")
    row = next((m for m in queries.memberships_of(found.id) if m.id == membership_id), None)
    if row is None or (limits is not None and row.organisation_id not in limits):
        abort(404)
    actions.end_membership(
        found, membership_id, by=current_user.person_id, on=_today(), now=clock.now()
    )
    flash(_("The membership is ended."))
    return _back(found) if limits is None else redirect(url_for("accounts.people"), 303)


def _account_or_404(found: Person, account_id: int) -> Account:
    row = db.session.get(Account, account_id)
    if row is None or row.person_id != found.id:
        abort(404)
    return row


@blueprint.post("/manage/people/<public_id>/accounts/<int:account_id>/invitation")
@permit("people.edit")
def invite_again(public_id: str, account_id: int) -> ResponseReturnValue:
    """Send a fresh invitation; earlier links stop working."""
    found = person_or_404(public_id, "people.edit")
    account = _account_or_404(found, account_id)
    if account.state != AccountState.INVITED:
        abort(404)
    credentials.invite(account, found, by=current_user.person_id, now=clock.now())
    flash(_("A new invitation is on its way."))
    return _back(found)


@blueprint.post("/manage/people/<public_id>/accounts/<int:account_id>/state")
@permit("roles.grant")
def account_state(public_id: str, account_id: int) -> ResponseReturnValue:
    """Disable or enable an account."""
    found = person_or_404(public_id, "roles.grant")
    account = _account_or_404(found, account_id)
    if found.id == current_user.person_id:
        abort(403)
    credentials.set_account_state(
        account,
        disabled=request.form.get("disabled") == "yes",
        by=current_user.person_id,
        now=clock.now(),
    )
    return _back(found)


@blueprint.post("/manage/people/<public_id>/accounts/<int:account_id>/sign-ins/end")
@permit("roles.grant")
def end_all_sign_ins(public_id: str, account_id: int) -> ResponseReturnValue:
    """Sign an account out everywhere."""
    found = person_or_404(public_id, "roles.grant")
    account = _account_or_404(found, account_id)
    credentials.sign_out_everywhere(account, by=current_user.person_id, now=clock.now())
    flash(_("All browsers of this account are signed out."))
    return _back(found)
