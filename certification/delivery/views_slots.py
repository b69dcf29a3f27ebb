"""Changes of a slot in two phases: a GET that shows whom they affect, a POST that makes them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from flask import abort, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from certification.delivery import actions_slots, forms, queries, queries_slots, wording
from certification.delivery.models import ExamSlot
from certification.delivery.queries_slots import Preview
from certification.delivery.rules_slots import Change, SlotEnd
from certification.delivery.views import go
from certification.delivery.views_plan import AT_START, blueprint, exam_or_404, slot_plan
from lms import clock
from lms.accounts.lookup import find_person
from lms.accounts.queries import mail_address
from lms.errors import Refusal
from lms.i18n import gettext as _
from lms.i18n import ngettext
from lms.once import FIELD
from lms.permissions import permit
from lms.wording import word

OURS = {"csrf_token", FIELD, "digest", "preview"}
RULE = "/manage/exams/<code>/slots/<int:slot_id>/<any(dates, cancellation):what>"
TITLES: dict[str, Callable[[], str]] = {
    "dates": lambda: _("Change the time"),
    "cancellation": lambda: _("Cancel the time"),
}


@dataclass(frozen=True, slots=True)
class Case:
    """What is to be changed, and how it was asked for."""

    what: str
    exam: Any
    slot: ExamSlot
    form: Any


def _case(code: str, slot_id: int, what: str, sent: Any, *, csrf: bool) -> Case:
    exam = exam_or_404(code)
    slot = queries.slot_by_id(slot_id, exam[0].id) or abort(404)
    kind = forms.SlotForm if what == "dates" else forms.SlotEndForm
    data = _as_planned(slot) if sent is None and what == "dates" else None
    return Case(what, exam, slot, kind(formdata=sent, data=data, meta={"csrf": csrf}))


def _as_planned(slot: ExamSlot) -> dict[str, Any]:
    to = mail_address(slot.proctor_person_id) if slot.proctor_person_id else None
    return {
        "starts": slot.local_start,
        "time_zone": slot.time_zone,
        "place": slot.place,
        "capacity": slot.capacity,
        "proctor": to.email if to else "",
    }


def _change(case: Case) -> Change | None:
    """What a form asks for; None while it has errors."""
    form = case.form
    if not form.validate():
        return None
    if case.what == "cancellation":
        return SlotEnd(form.reason.data or "")
    proctor = find_person(form.proctor.data) if form.proctor.data else None
    if form.proctor.data and proctor is None:
        form.proctor.errors = [_("Nobody has this address.")]
        return None
    return slot_plan(form, proctor)


def _page(
    case: Case,
    preview: Preview | None = None,
    sent: Iterable[tuple[str, str]] = (),
    *,
    is_outdated: bool = False,
) -> str:
    for reason in preview.objections if preview else ():
        field = case.form[AT_START[reason.code]] if reason.code in AT_START else None
        if field is None or case.what != "dates":
            case.form.form_errors.append(word(reason))
        else:
            field.errors = [*field.errors, word(reason)]
    return render_template(
        "delivery/slot_change.html",
        what=case.what,
        title=TITLES[case.what](),
        exam=case.exam,
        slot=case.slot,
        form=case.form,
        preview=preview if preview and not preview.objections else None,
        carried=[(name, value) for name, value in sent if name not in OURS],
        is_outdated=is_outdated,
        effect_text=wording.effect_text,
    )


@blueprint.get(RULE)
@permit("exams.configure")
def change_slot(code: str, slot_id: int, what: str) -> ResponseReturnValue:
    """The form; with `preview` in the address, whom the change would affect."""
    if "preview" not in request.args:
        return _page(_case(code, slot_id, what, None, csrf=False))
    case = _case(code, slot_id, what, request.args, csrf=False)
    wanted = _change(case)
    if wanted is None:
        return _page(case), 422
    preview = queries_slots.preview(case.slot, wanted, now=clock.now())
    page = _page(case, preview, request.args.items(multi=True))
    return page, 422 if preview.objections else 200


@blueprint.post(RULE)
@permit("exams.configure")
def run_slot_change(code: str, slot_id: int, what: str) -> ResponseReturnValue:
    """Do what the preview showed, or show the new preview when the situation changed."""
    case = _case(code, slot_id, what, request.form, csrf=True)
    wanted = _change(case)
    if wanted is None:
        return _page(case), 422
    digest, by, now = request.form.get("digest", ""), current_user.person_id, clock.now()
    try:
        effects = actions_slots.change(slot_id, wanted, digest, by=by, now=now)
    except Refusal as refusal:
        if refusal.reasons[0].code != "preview_outdated":
            raise
        preview = queries_slots.preview(case.slot, wanted, now=now)
        return _page(case, preview, request.form.items(multi=True), is_outdated=True), 409
    flash(
        ngettext(
            "Done. It affected %(num)s person.", "Done. It affected %(num)s people.", len(effects)
        )
    )
    return go(url_for("exam_plan.slots", code=code))
