"""Enrolling people together in two phases: a GET that shows what becomes of each, a POST."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from courses.scheduling.actions.groups import enrol_group
from courses.scheduling.forms import GroupForm
from courses.scheduling.models import ClassSession, SeatKind
from courses.scheduling.queries import people, standing
from courses.scheduling.queries.groups import group_plan
from courses.scheduling.rules.groups import GroupPlan
from courses.scheduling.views.blueprint import blueprint, class_session_or_404, person_id
from courses.scheduling.wording import name_of, word
from lms import clock
from lms.errors import Refusal
from lms.i18n import gettext as _
from lms.i18n import ngettext
from lms.permissions import organisations, permit
from lms.reasons import Reason

SHOWN_AGAIN = {"preview_outdated", "not_all_may", "group_of_one", "group_too_large"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A form that was sent, with the people whom it names."""

    form: GroupForm
    names: dict[int, str]
    wanted: SeatKind | None


def _form(session: ClassSession, sent: Any, *, csrf: bool) -> GroupForm:
    form = GroupForm(formdata=sent, meta={"csrf": csrf})
    kinds = standing.offer(session).kinds
    form.kind.choices = [
        ("either", _("Either: whichever is free first")),
        *[(kind.value, name_of(kind)) for kind in kinds],
    ]
    limits = organisations(current_user, "people.edit")
    if limits is None:
        del form.people
    else:
        del form.addresses
        colleagues = people.colleagues(session, list(limits))
        form.people.choices = [(public_id, name) for public_id, name in colleagues]
    return form


def _asked(form: GroupForm) -> Asked | None:
    """Whom the form names; None, with the errors in their places, when it cannot be read."""
    if not form.validate():
        return None
    if "people" in form:
        found = people.by_public_ids(form.people.data or [])
    else:
        found, unknown = people.by_addresses((form.addresses.data or "").split())
        if unknown:
            reasons = [Reason("no_such_address", {"address": one}) for one in unknown]
            form.addresses.errors = [*form.addresses.errors, *map(word, reasons)]
            return None
    kind = form.kind.data
    return Asked(form, found, None if kind == "either" else SeatKind(kind))


def _page(
    session: ClassSession,
    form: GroupForm,
    plan: GroupPlan | None = None,
    names: dict[int, str] | None = None,
    *,
    is_outdated: bool = False,
) -> str:
    shown = plan if plan and not plan.objections else None
    field = form["people" if "people" in form else "addresses"]
    if plan and plan.objections:
        field.errors = [*field.errors, *[word(reason) for reason in plan.objections]]
    return render_template(
        "scheduling/group.html",
        session=session,
        form=form,
        people=field,
        free=standing.free(session),
        plan=shown,
        rows=_rows(shown, names or {}),
        is_outdated=is_outdated,
    )


def _rows(plan: GroupPlan | None, names: dict[int, str]) -> Sequence[tuple[str, str, bool]]:
    """Each person: the name, what happens or why not, and whether it is possible."""
    if plan is None:
        return []
    happens = [_("gets a seat (%(kind)s)", kind=name_of(kind)) for kind in plan.kinds]
    happens = happens or [_("waits with the group")] * len(plan.places)
    return [
        (
            names[place.person_id],
            " ".join(word(reason) for reason in plan.refused.get(place.person_id, ())) or what,
            place.person_id not in plan.refused,
        )
        for place, what in zip(plan.places, happens, strict=True)
    ]


@blueprint.get("/class-sessions/<code>/group")
@permit("people.edit")
def group(code: str) -> ResponseReturnValue:
    """The form; with `preview` in the address, what becomes of each."""
    session = class_session_or_404(code)
    if "preview" not in request.args:
        return _page(session, _form(session, None, csrf=False))
    form = _form(session, request.args, csrf=False)
    asked = _asked(form)
    if asked is None:
        return _page(session, form), 422
    plan = group_plan(session, list(asked.names), asked.wanted, now=clock.now())
    return _page(session, form, plan, asked.names), 200 if plan.is_possible else 422


@blueprint.post("/class-sessions/<code>/group")
@permit("people.edit")
def enrol_together(code: str) -> ResponseReturnValue:
    """Do what the preview showed, for all of them; else show the new preview."""
    session, now = class_session_or_404(code), clock.now()
    form = _form(session, request.form, csrf=True)
    asked = _asked(form)
    if asked is None:
        return _page(session, form), 422
    digest, ids = request.form.get("digest", ""), list(asked.names)
    try:
        plan = enrol_group(session, ids, asked.wanted, digest, by=person_id(), now=now)
    except Refusal as refusal:
        if refusal.reasons[0].code not in SHOWN_AGAIN:
            raise
        session = class_session_or_404(code)
        plan = group_plan(session, ids, asked.wanted, now=now)
        return _page(session, form, plan, asked.names, is_outdated=True), 409
    flash(_told(plan))
    return redirect(url_for("scheduling.enrol_page", code=code), 303)


def _told(plan: GroupPlan) -> str:
    count = len(plan.places)
    if plan.kinds:
        return ngettext("%(num)s person has a seat.", "%(num)s people have seats.", count)
    return ngettext(
        "%(num)s person is on the waiting list.",
        "%(num)s people are on the waiting list together.",
        count,
    )
