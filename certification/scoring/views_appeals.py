"""Appeals as they are looked at and answered."""

from datetime import datetime
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from certification.scoring import actions_appeals as actions
from certification.scoring import (
    forms,
    queries,
    queries_appeals,
    queries_assessed,
    queries_due,
    queries_voiding,
    queries_work,
    reach,
    wording,
)
from certification.scoring.models import Appeal, AppealState
from certification.scoring.views import blueprint
from lms import clock, paging
from lms.forms import accepted
from lms.i18n import gettext as _
from lms.i18n import ngettext
from lms.permissions import permit
from lms.site import issuer_zone


@blueprint.get("/teach/appeals")
@permit("exams.appeals")
def appeals() -> ResponseReturnValue:
    """Appeals by state; those that wait come first due first."""
    state = request.args.get("state", "open")
    if state not in list(AppealState):
        abort(404)
    cursor = request.args.get("after")
    return render_template(
        "scoring/appeals.html",
        page=queries_work.appeals(
            reach.programme_ids("exams.appeals"),
            AppealState(state),
            paging.id_after(cursor),
        ),
        assessed=queries_assessed.appeals(
            reach.programme_ids("exams.appeals"),
            AppealState(state),
            paging.id_after(request.args.get("assessed")),
        ),
        state=state,
        states=list(AppealState),
        appeal_state=wording.appeal_state,
        issuer_zone=issuer_zone(),
        today=clock.today(clock.now(), issuer_zone()),
        standing=queries_due.standing,
    )


def _found(appeal_id: int) -> Any:
    allowed = reach.programme_ids("exams.appeals")
    return queries_work.appeal_by_id(appeal_id, allowed) or abort(404)


@blueprint.route("/teach/appeals/<int:appeal_id>", methods=["GET", "POST"])
@permit("exams.appeals")
def answer(appeal_id: int) -> ResponseReturnValue:
    """One appeal with the attempt's scores, and its answer."""
    row, form = _found(appeal_id), forms.AnswerForm()
    if form.validate_on_submit() and accepted(form, lambda: _answer(row, form, clock.now())):
        flash(_("The appeal is answered. The candidate has a mail."))
        return redirect(url_for("scoring.answer", appeal_id=appeal_id), 303)
    return _page(row, form), 422 if form.errors else 200


def _answer(row: Any, form: forms.AnswerForm, now: datetime) -> None:
    actions.decide_appeal(
        row.Appeal,
        is_upheld=form.outcome.data == "upheld",
        scores=bool(form.scores.data),
        lifts=bool(form.lifts.data),
        decision=form.decision.data or "",
        by=current_user.person_id,
        now=now,
    )


def _page(row: Any, form: forms.AnswerForm, followed: forms.FollowedForm | None = None) -> str:
    attempt = row.Appeal.attempt
    run = queries.deciding(attempt.id)
    return render_template(
        "scoring/answer.html",
        row=row,
        appeal=row.Appeal,
        form=form,
        runs=queries.runs_of(attempt.id),
        lines=queries.lines_of(run.id) if run else [],
        may_decide=current_user.person_id
        not in {row.Appeal.by, *queries_appeals.took_part(row.Appeal)},
        voiding=queries_voiding.standing(attempt.id),
        is_marked=bool(queries_work.markers_of(attempt.id)),
        steps=queries_appeals.followed(attempt.id)[row.Appeal.id],
        followed=followed or _followed(row.Appeal, None),
        wording=wording,
        issuer_zone=issuer_zone(),
    )


def _followed(row: Appeal, sent: Any) -> forms.FollowedForm:
    """Which of the decisions on items followed; those of items that the attempt was asked."""
    form = forms.FollowedForm(formdata=sent)
    form.disposition.choices = [
        (decision.id, f"{code} v{number}: {wording.treatment_text(decision.treatment)}")
        for decision, code, number in queries_appeals.linkable(row)
    ]
    return form


@blueprint.post("/teach/appeals/<int:appeal_id>/decisions")
@permit("exams.appeals")
def follow(appeal_id: int) -> ResponseReturnValue:
    """Name a decision on an item as what followed."""
    row = _found(appeal_id)
    form = _followed(row.Appeal, request.form)
    by, now = current_user.person_id, clock.now()
    if not form.validate() or not accepted(
        form, lambda: actions.link(row.Appeal, form.disposition.data, by=by, now=now)
    ):
        return _page(row, forms.AnswerForm(formdata=None), form), 422
    flash(_("The decision is named as what followed."))
    return redirect(url_for("scoring.answer", appeal_id=appeal_id), 303)


@blueprint.post("/teach/appeals/<int:appeal_id>/marking")
@permit("exams.appeals")
def mark_again(appeal_id: int) -> ResponseReturnValue:
    """Have a third person mark the extended answers."""
    row = _found(appeal_id)
    count = actions.mark_again(row.Appeal, by=current_user.person_id, now=clock.now())
    flash(ngettext("%(num)s answer waits for a mark.", "%(num)s answers wait for marks.", count))
    return redirect(url_for("scoring.answer", appeal_id=appeal_id), 303)
