"""Appeals against results by a rubric: a candidate makes them, somebody without a part answers."""

from datetime import datetime
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from certification.rubrics import queries_assessments, sheets
from certification.rubrics.queries_assessments import Record
from certification.rubrics.rules import Notes
from certification.scoring import actions_assessed as actions
from certification.scoring import forms, queries_assessed, reach, wording
from certification.scoring.actions_appeals import withdraw
from certification.scoring.views import blueprint
from lms import clock
from lms.forms import accepted
from lms.i18n import gettext as _
from lms.permissions import SIGNED_IN, permit


def _own(result_id: int) -> Any:
    return queries_assessed.own_result(result_id, current_user.person_id) or abort(404)


@blueprint.route("/exams/results/<int:result_id>/appeal", methods=["GET", "POST"])
@permit(SIGNED_IN)
def appeal_result(result_id: int) -> ResponseReturnValue:
    """Object to one's own result; earlier appeals with their answers."""
    row, form, now = _own(result_id), forms.AppealForm(), clock.now()
    text, by = form.text.data or "", current_user.person_id
    if form.validate_on_submit() and accepted(
        form, lambda: actions.appeal(row.ExamResult, text, by=by, now=now)
    ):
        flash(_("Your appeal has arrived. You have a mail with the day by which it is answered."))
        return redirect(url_for("scoring.appeal_result", result_id=result_id), 303)
    found = queries_assessed.objections(row.ExamResult, now=now)
    page = render_template(
        "scoring/appeal.html",
        title=row.title,
        back=(url_for("assessments.own", result_id=result_id), _("Result")),
        here=url_for("scoring.appeal_result", result_id=result_id),
        withdrawal=url_for("scoring.withdraw_result_appeal", result_id=result_id),
        until=found.until,
        zone=found.zone,
        can_appeal=found.is_in_time,
        hint=_("Say what went wrong: a criterion, a level, or what happened during the exam."),
        form=form,
        appeals=found.appeals,
        outcomes=wording.assessed_texts,
        is_open=found.is_open,
        appeal_state=wording.appeal_state,
    )
    return page, 422 if form.errors else 200


@blueprint.post("/exams/results/<int:result_id>/appeal/withdrawal")
@permit(SIGNED_IN)
def withdraw_result_appeal(result_id: int) -> ResponseReturnValue:
    """Take the open appeal back."""
    row = _own(result_id)
    waiting = queries_assessed.open_of(row.ExamResult.id) or abort(404)
    withdraw(waiting, by=current_user.person_id, now=clock.now())
    flash(_("Your appeal is withdrawn."))
    return redirect(url_for("assessments.own", result_id=result_id), 303)


@blueprint.route("/teach/appeals/assessments/<int:appeal_id>", methods=["GET", "POST"])
@permit("exams.appeals")
def answer_assessed(appeal_id: int) -> ResponseReturnValue:
    """One appeal with what was judged, and its answer."""
    allowed = reach.programme_ids("exams.appeals")
    row = queries_assessed.appeal_by_id(appeal_id, allowed) or abort(404)
    result = row.AssessmentAppeal.result
    judged = queries_assessments.record(result.id, result.exam_id) or abort(404)
    form, rows = forms.AssessedAnswerForm(), _rows(judged)
    if form.validate_on_submit() and _accepts(row, form, rows, clock.now()):
        flash(_("The appeal is answered. The candidate has a mail."))
        return redirect(url_for("scoring.answer_assessed", appeal_id=appeal_id), 303)
    return _page(row, judged, form, rows), 422 if request.method == "POST" else 200


def _rows(judged: Record) -> list[sheets.CriterionSheet]:
    """The criteria as they were sent, or with the levels of the result."""
    if request.method == "POST":
        return sheets.sent(judged.rubric, request.form)
    levels = {name: mark.level for name, mark in judged.marks.items()}
    return sheets.sheets(judged.rubric, Notes(levels))


def _accepts(
    row: Any, form: forms.AssessedAnswerForm, rows: list[sheets.CriterionSheet], now: datetime
) -> bool:
    if form.judges.data:
        sheets.ask_for_levels(rows)
    if any(one.errors for one in rows):
        return False
    return accepted(form, lambda: _decide(row, form, rows, now), appeal_would_fail="judges")


def _decide(
    row: Any, form: forms.AssessedAnswerForm, rows: list[sheets.CriterionSheet], now: datetime
) -> None:
    notes = sheets.noted(rows, form.comment.data or "")
    actions.decide(
        row.AssessmentAppeal,
        is_upheld=form.outcome.data == "upheld",
        notes=notes if form.judges.data else None,
        decision=form.decision.data or "",
        by=current_user.person_id,
        now=now,
    )


def _page(
    row: Any, judged: Record, form: forms.AssessedAnswerForm, rows: list[sheets.CriterionSheet]
) -> str:
    appeal = row.AssessmentAppeal
    objections = queries_assessed.objections(appeal.result, now=clock.now())
    return render_template(
        "scoring/answer_assessed.html",
        row=row,
        appeal=appeal,
        judged_row=judged,
        form=form,
        rows=rows,
        wrong=[(one, key, text) for one in rows for key, text in one.errors.items()],
        may_decide=actions.may_decide(appeal, current_user.person_id),
        outcomes=wording.assessed_texts,
        wording=wording,
        number=sheets.number,
        issuer_zone=objections.zone,
    )
