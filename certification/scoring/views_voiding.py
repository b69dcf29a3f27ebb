"""Voiding a result: what rests on it, the proposal, and the second person's decision."""

from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from certification.exams import queries as exams
from certification.exams.models import ExamResult
from certification.scoring import actions_voiding as actions
from certification.scoring import forms, queries, queries_voiding, reach, wording
from certification.scoring.models_voiding import (
    REASONS,
    ReinstatementState,
    ResultVoiding,
    VoidingState,
)
from certification.scoring.views import blueprint
from lms import clock, slots
from lms.forms import accepted
from lms.i18n import gettext as _
from lms.permissions import permit
from lms.site import issuer_zone


@blueprint.route("/manage/exams/<code>/attempts/<attempt_code>/voiding", methods=["GET", "POST"])
@permit("exams.configure")
def propose_voiding(code: str, attempt_code: str) -> ResponseReturnValue:
    """What rests on a result, and why it should not hold."""
    exam = reach.exam(code, "exams.configure")
    row = queries.attempt_of(attempt_code, exam.Exam.id) or abort(404)
    result = exams.of_attempt(row.Attempt.id) or abort(404)
    form, made = forms.VoidingForm(), []
    form.reason.choices = [(one, wording.voiding_reason(one)) for one in REASONS]
    if form.validate_on_submit() and accepted(form, lambda: made.append(_propose(row, form))):
        flash(_("It is proposed. The result holds until a second person confirms."))
        return redirect(url_for("scoring.voiding", code=code, voiding_id=made[0].id), 303)
    page = render_template(
        "scoring/void.html",
        exam=exam,
        attempt=row.Attempt,
        result=result,
        form=form,
        waits=queries_voiding.has_open_appeal(row.Attempt.id),
        **_resting(result),
    )
    return page, 422 if form.errors else 200


def _propose(row: Any, form: forms.VoidingForm) -> ResultVoiding:
    return actions.propose(
        row.Attempt,
        reason=form.reason.data or "",
        text=form.text.data or "",
        counts=form.counts.data == "yes",
        by=current_user.person_id,
        now=clock.now(),
    )


def _resting(result: ExamResult) -> dict[str, Any]:
    """What rests on a result, for the page."""
    resting, day = queries_voiding.resting_on(result), clock.today(clock.now(), issuer_zone())
    certificates = {
        award.code: slots.ask("award.certificates", [], award_id=int(award.code), day=day)
        for award in resting.awards
    }
    return {"resting": resting, "certificates": certificates}


def _found(code: str, voiding_id: int, permission: str) -> tuple[Any, Any]:
    """The exam and its voiding."""
    exam = reach.exam(code, permission)
    return exam, queries_voiding.by_id(voiding_id, exam.Exam.id) or abort(404)


@blueprint.get("/manage/exams/<code>/voidings/<int:voiding_id>")
@permit("certification.see")
def voiding(code: str, voiding_id: int) -> ResponseReturnValue:
    """A voiding that waits for a second person, or what became of it."""
    exam, row = _found(code, voiding_id, "certification.see")
    decision, by = row.ResultVoiding, current_user.person_id
    attempt = decision.attempt
    return render_template(
        "scoring/voiding.html",
        exam=exam,
        row=row,
        decision=decision,
        attempt=attempt,
        result=decision.result,
        is_waiting=decision.state == VoidingState.PROPOSED,
        is_proposer=decision.proposed_by == by,
        had_part=by in {attempt.person_id, *queries_voiding.had_part(attempt.id, clock.now())},
        waits=queries_voiding.has_open_appeal(attempt.id),
        wording=wording,
        **_reinstating(decision),
        **_resting(decision.result),
    )


def _reinstating(decision: ResultVoiding) -> dict[str, Any]:
    """What was proposed about letting the result count again, and what of it waits."""
    rows = [
        row
        for row in queries_voiding.reinstatements(decision.attempt_id)
        if row.ResultReinstatement.voiding_id == decision.id
    ]
    waiting = [
        row.ResultReinstatement
        for row in rows
        if row.ResultReinstatement.state == ReinstatementState.PROPOSED
    ]
    return {"reinstatements": rows, "proposal": waiting[0] if waiting else None}


@blueprint.post("/manage/exams/<code>/voidings/<int:voiding_id>/confirmation")
@permit("exams.configure")
def confirm_voiding(code: str, voiding_id: int) -> ResponseReturnValue:
    """Void the result, as the second person."""
    _exam, row = _found(code, voiding_id, "exams.configure")
    actions.confirm(row.ResultVoiding, by=current_user.person_id, now=clock.now())
    flash(_("The result is void. The candidate has a mail."))
    return redirect(url_for("scoring.voiding", code=code, voiding_id=voiding_id), 303)


@blueprint.post("/manage/exams/<code>/voidings/<int:voiding_id>/drop")
@permit("exams.configure")
def drop_voiding(code: str, voiding_id: int) -> ResponseReturnValue:
    """Leave the result as it is."""
    _exam, row = _found(code, voiding_id, "exams.configure")
    actions.drop(row.ResultVoiding, by=current_user.person_id, now=clock.now())
    flash(_("The proposal is dropped. The result holds as before."))
    return redirect(url_for("scoring.voiding", code=code, voiding_id=voiding_id), 303)
