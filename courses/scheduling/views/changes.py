"""Changes of a class session in two phases: a GET that shows whom they affect, a POST that runs."""

from collections.abc import Callable, Iterable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from courses.scheduling.actions import changes
from courses.scheduling.forms import (
    CancellationForm,
    CapacityForm,
    ChangeForm,
    DatesForm,
    TrainerForm,
)
from courses.scheduling.models import ClassSession
from courses.scheduling.queries import people, previews
from courses.scheduling.views.blueprint import blueprint, despite, person_id
from courses.scheduling.views.manage import managed_or_404
from courses.scheduling.wording import word
from lms import clock
from lms.errors import Refusal
from lms.i18n import gettext as _
from lms.i18n import ngettext
from lms.once import FIELD
from lms.permissions import permit

FORMS: dict[str, type[ChangeForm]] = {
    "dates": DatesForm,
    "capacity": CapacityForm,
    "trainer": TrainerForm,
    "cancellation": CancellationForm,
}
TITLES: dict[str, Callable[[], str]] = {
    "dates": lambda: _("Move the class session"),
    "capacity": lambda: _("Change the number of seats"),
    "trainer": lambda: _("Replace the trainer"),
    "cancellation": lambda: _("Cancel the class session"),
}
OURS = {"csrf_token", FIELD, "digest", "preview", "despite"}
RULE = "/manage/class-sessions/<code>/<any(dates, capacity, trainer, cancellation):what>"


def _form(what: str, session: ClassSession, sent: Any, *, csrf: bool) -> ChangeForm:
    form = FORMS[what](formdata=sent, meta={"csrf": csrf})
    if isinstance(form, TrainerForm):
        own = session.trainer_person_id
        form.trainer.choices = [one for one in people.trainers() if one[0] != own]
    if sent is None and isinstance(form, DatesForm):
        form.fill(session)
    if sent is None and isinstance(form, CapacityForm):
        form.room.data, form.virtual.data = session.room_capacity, session.virtual_capacity
    return form


def _page(
    what: str,
    session: ClassSession,
    form: ChangeForm,
    *,
    preview: previews.Preview | None = None,
    sent: Iterable[tuple[str, str]] = (),
    is_outdated: bool = False,
    is_refused: bool = False,
) -> str:
    if preview is not None:
        form.form_errors.extend(word(reason) for reason in preview.objections)
    if isinstance(form, DatesForm):
        form.prepare()
    return render_template(
        "scheduling/change.html",
        what=what,
        title=TITLES[what](),
        session=session,
        form=form,
        preview=preview if preview and not preview.objections else None,
        carried=[(name, value) for name, value in sent if name not in OURS],
        is_outdated=is_outdated,
        is_refused=is_refused,
    )


@blueprint.get(RULE)
@permit("sessions.edit")
def change(code: str, what: str) -> ResponseReturnValue:
    """The form; with `preview` in the address, whom the change would affect."""
    session = managed_or_404(code, "sessions.edit")
    if "preview" not in request.args:
        return _page(what, session, _form(what, session, None, csrf=False))
    form = _form(what, session, request.args, csrf=False)
    if not form.validate():
        return _page(what, session, form), 422
    preview = previews.preview(session, form.change(), now=clock.now())
    page = _page(what, session, form, preview=preview, sent=request.args.items(multi=True))
    return page, 422 if preview.objections else 200


@blueprint.post(RULE)
@permit("sessions.edit")
def run_change(code: str, what: str) -> ResponseReturnValue:
    """Do what the preview showed, or show the new preview when the situation changed."""
    session = managed_or_404(code, "sessions.edit")
    form = _form(what, session, request.form, csrf=True)
    if not form.validate():
        return _page(what, session, form), 422
    digest, now = request.form.get("digest", ""), clock.now()
    try:
        effects = changes.run(
            session, form.change(), digest, despite=despite(), by=person_id(), now=now
        )
    except Refusal as refusal:
        why = refusal.reasons[0].code
        if why not in {"preview_outdated", "trainer_is_booked"}:
            raise
        session, is_refused = managed_or_404(code, "sessions.edit"), why == "trainer_is_booked"
        page = _page(
            what,
            session,
            form,
            preview=previews.preview(session, form.change(), now=now),
            sent=request.form.items(multi=True),
            is_outdated=why == "preview_outdated",
            is_refused=is_refused,
        )
        return page, 422 if is_refused else 409
    flash(
        ngettext(
            "Done. It affected %(num)s person.", "Done. It affected %(num)s people.", len(effects)
        )
    )
    return redirect(url_for("scheduling.managed_one", code=code), 303)
