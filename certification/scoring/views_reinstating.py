"""Reinstating a void result: the proposal, and the decision on the page of the voiding."""

from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from certification.scoring import actions_reinstating as actions
from certification.scoring import forms, queries, queries_voiding, reach, wording
from certification.scoring.models_voiding import ResultReinstatement
from certification.scoring.views import blueprint
from lms import clock
from lms.forms import accepted
from lms.i18n import gettext as _
from lms.permissions import permit


@blueprint.route(
    "/manage/exams/<code>/voidings/<int:voiding_id>/reinstatement", methods=["GET", "POST"]
)
@permit("exams.configure")
def propose_reinstatement(code: str, voiding_id: int) -> ResponseReturnValue:
    """What counts again, and why."""
    exam = reach.exam(code, "exams.configure")
    row = queries_voiding.by_id(voiding_id, exam.Exam.id) or abort(404)
    form = forms.ReinstatementForm()
    if form.validate_on_submit() and accepted(form, lambda: _propose(row, form)):
        flash(_("It is proposed. The result is void until a second person confirms."))
        return _to(code, voiding_id)
    # Anew: the action read it afresh, without its attempt.
    row = queries_voiding.by_id(voiding_id, exam.Exam.id) or abort(404)
    decision = row.ResultVoiding
    page = render_template(
        "scoring/reinstate.html",
        exam=exam,
        decision=decision,
        attempt=decision.attempt,
        run=queries.deciding(decision.attempt_id),
        is_standing=queries_voiding.standing(decision.attempt_id) == decision,
        waits=queries_voiding.has_open_appeal(decision.attempt_id),
        form=form,
        wording=wording,
    )
    return page, 422 if form.errors else 200


def _propose(row: Any, form: forms.ReinstatementForm) -> None:
    actions.propose(
        row.ResultVoiding, text=form.text.data or "", by=current_user.person_id, now=clock.now()
    )


def _to(code: str, voiding_id: int) -> ResponseReturnValue:
    return redirect(url_for("scoring.voiding", code=code, voiding_id=voiding_id), 303)


def _found(code: str, reinstatement_id: int) -> ResultReinstatement:
    exam = reach.exam(code, "exams.configure")
    return queries_voiding.reinstatement(reinstatement_id, exam.Exam.id) or abort(404)


@blueprint.post("/manage/exams/<code>/reinstatements/<int:reinstatement_id>/confirmation")
@permit("exams.configure")
def confirm_reinstatement(code: str, reinstatement_id: int) -> ResponseReturnValue:
    """Let the result count again, as the second person."""
    row = _found(code, reinstatement_id)
    actions.confirm(row, by=current_user.person_id, now=clock.now())
    flash(_("The result counts again. The candidate has a mail."))
    return _to(code, row.voiding_id)


@blueprint.post("/manage/exams/<code>/reinstatements/<int:reinstatement_id>/drop")
@permit("exams.configure")
def drop_reinstatement(code: str, reinstatement_id: int) -> ResponseReturnValue:
    """Leave the result void."""
    row = _found(code, reinstatement_id)
    actions.drop(row, by=current_user.person_id, now=clock.now())
    flash(_("The proposal is dropped. The result stays void."))
    return _to(code, row.voiding_id)
