"""Suspending an award, and lifting that again."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from certification.awards import actions, forms, queries
from certification.awards.views import today
from lms import clock, permissions
from lms.i18n import gettext as _
from lms.permissions import permit

blueprint = Blueprint("award_life", __name__)


def _award(award_id: int) -> Any:
    allowed = permissions.programmes(current_user, "certification.revoke")
    row = queries.award_by_id(award_id, None if allowed is None else list(allowed))
    if row is None:
        abort(404)
    return row


@blueprint.route("/manage/awards/<int:award_id>/suspension", methods=["GET", "POST"])
@permit("certification.revoke")
def suspend(award_id: int) -> ResponseReturnValue:
    """Suspend an award for a while: says what follows, acts once."""
    row, form = _award(award_id), forms.SuspendForm()
    if request.method == "POST" and form.validate():
        actions.suspend(
            row[0],
            public_reason=form.public_reason.data or "",
            internal_note=form.internal_note.data or "",
            today=today(),
            by=current_user.person_id,
            now=clock.now(),
        )
        flash(_("The award is suspended. Its certificates say so from now on."))
        return redirect(url_for("awards.award", award_id=award_id), 303)
    page = render_template(
        "awards/suspend.html", form=form, award=row[0], person=row[1], scheme=row[2]
    )
    return page, 422 if form.errors else 200


@blueprint.route("/manage/awards/<int:award_id>/suspension/lifting", methods=["GET", "POST"])
@permit("certification.revoke")
def lift(award_id: int) -> ResponseReturnValue:
    """Lift a suspension: from now on the award stands as it did before."""
    row, form = _award(award_id), forms.LiftForm()
    if request.method == "POST" and form.validate():
        actions.lift(
            row[0],
            reason=form.reason.data or "",
            today=today(),
            by=current_user.person_id,
            now=clock.now(),
        )
        flash(_("The suspension is lifted. The certificates stand as before."))
        return redirect(url_for("awards.award", award_id=award_id), 303)
    page = render_template(
        "awards/lift.html",
        form=form,
        award=row[0],
        person=row[1],
        scheme=row[2],
        suspension=row[5],
    )
    return page, 422 if form.errors else 200
