"""Planning: the slots of an exam, and what a person gets in every exam."""

from typing import Any

from flask import Blueprint, abort, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from certification.delivery import actions_adjustments, actions_slots, forms, queries
from certification.delivery.actions_adjustments import Grant
from certification.delivery.rules_slots import SlotPlan
from certification.delivery.views import go
from certification.exams import queries as exams
from lms import clock, permissions
from lms.accounts import queries as accounts
from lms.accounts.lookup import find_person
from lms.accounts.models import Person
from lms.forms import accepted
from lms.i18n import gettext as _
from lms.permissions import permit

blueprint = Blueprint("exam_plan", __name__)
AT_START = dict.fromkeys(("time_missing", "time_twice", "slot_past"), "starts")
"""Reasons that belong beside the field of the time."""


def exam_or_404(code: str) -> Any:
    limits = permissions.programmes(current_user, "exams.configure")
    return exams.exam_by_code(code, None if limits is None else list(limits)) or abort(404)


@blueprint.get("/manage/exams/<code>/slots")
@permit("exams.configure")
def slots(code: str) -> ResponseReturnValue:
    """The times at which the exam is held."""
    return _slots(exam_or_404(code), forms.SlotForm(data={"time_zone": current_user.time_zone}))


def _slots(row: Any, form: forms.SlotForm) -> str:
    return render_template(
        "delivery/slots.html",
        exam=row,
        form=form,
        slots=queries.slots(row[0].id, since=clock.now()),
    )


@blueprint.post("/manage/exams/<code>/slots")
@permit("exams.configure")
def plan(code: str) -> ResponseReturnValue:
    """Plan a time."""
    row, form = exam_or_404(code), forms.SlotForm()
    proctor = find_person(form.proctor.data) if form.proctor.data else None
    if form.validate() and form.proctor.data and proctor is None:
        form.proctor.errors = [_("Nobody has this address.")]
    if form.errors or not accepted(form, lambda: _plan(row, form, proctor), **AT_START):
        return _slots(row, form), 422
    flash(_("The time is planned."))
    return go(url_for("exam_plan.slots", code=code))


def _plan(row: Any, form: forms.SlotForm, proctor: Person | None) -> None:
    wanted = slot_plan(form, proctor)
    actions_slots.make_slot(row[0], wanted, by=current_user.person_id, now=clock.now())


def slot_plan(form: forms.SlotForm, proctor: Person | None) -> SlotPlan:
    """What a valid form plans."""
    if form.starts.data is None:
        abort(422)
    return SlotPlan(
        form.starts.data, form.time_zone.data, form.place.data or "", form.capacity.data or 1,
        proctor.id if proctor else None,
    )  # fmt: skip


def _person(public_id: str) -> Person:
    return accounts.person_by_public_id(public_id, None) or abort(404)


@blueprint.get("/manage/people/<public_id>/adjustment")
@permit("exams.adjust")
def adjustment(public_id: str) -> ResponseReturnValue:
    """What a person gets in every exam, with the reasons."""
    return _adjustment(_person(public_id), forms.AdjustmentForm())


def _adjustment(person: Person, form: forms.AdjustmentForm) -> str:
    rows = queries.adjustments_of(person.id)
    return render_template(
        "delivery/adjustment.html",
        person=person,
        form=form,
        rows=rows,
        reasons=queries.reasons_of([row.id for row in rows]),
    )


@blueprint.post("/manage/people/<public_id>/adjustment")
@permit("exams.adjust")
def grant(public_id: str) -> ResponseReturnValue:
    """Grant it, once, for every exam."""
    person, form = _person(public_id), forms.AdjustmentForm()
    if not form.validate() or not accepted(form, lambda: _grant(person, form)):
        return _adjustment(person, form), 422
    flash(_("The adjustment holds from now on, also in an exam that is running."))
    return go(url_for("exam_plan.adjustment", public_id=public_id))


def _grant(person: Person, form: forms.AdjustmentForm) -> None:
    wanted = Grant(
        form.extra_percent.data or 0, form.break_minutes.data or 0, form.has_reader.data,
        form.has_large_print.data, form.valid_until.data,
    )  # fmt: skip
    by, now = current_user.person_id, clock.now()
    actions_adjustments.grant(person.id, wanted, form.reason.data or "", by=by, now=now)


@blueprint.post("/manage/people/<public_id>/adjustment/withdrawal")
@permit("exams.adjust")
def withdraw(public_id: str) -> ResponseReturnValue:
    """Later exams are without it."""
    person = _person(public_id)
    actions_adjustments.withdraw(person.id, by=current_user.person_id, now=clock.now())
    flash(_("The adjustment is withdrawn. A running exam keeps what it got."))
    return go(url_for("exam_plan.adjustment", public_id=public_id))
