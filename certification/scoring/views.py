"""The candidate's score report, as a page and as a document, and the appeal against it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeAlias

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user

from certification.scoring import actions_appeals as actions
from certification.scoring import (
    forms,
    queries,
    queries_appeals,
    queries_voiding,
    queries_work,
    shown,
    wording,
)
from certification.scoring.models import Appeal, AppealState
from lms import clock
from lms.accounts.queries import person_by_id
from lms.errors import refuse
from lms.forms import accepted
from lms.i18n import gettext as _
from lms.permissions import SIGNED_IN, permit

blueprint = Blueprint("scoring", __name__)
Outcomes: TypeAlias = Callable[[Appeal], list[str]]


def own(code: str) -> Any:
    """The reader's own submitted attempt; anybody else's is not there."""
    return queries.own_attempt(code, current_user.person_id) or abort(404)


def _report(row: Any, now: datetime) -> shown.Report | None:
    run = queries.deciding(row.Attempt.id)
    if run is None:
        return None
    return shown.report(row, run, person_by_id(current_user.person_id), now=now)


@blueprint.get("/exams/attempts/<code>/result")
@permit(SIGNED_IN)
def result(code: str) -> ResponseReturnValue:
    """The decision, how it came about by competency, and what one can do next."""
    row, now = own(code), clock.now()
    found = _report(row, now)
    if found is None:
        return render_template("scoring/waiting.html", row=row)
    return render_template(
        "scoring/result.html",
        report=found,
        row=row,
        has_document=queries.report_of(found.run_id) is not None,
        appeals=queries_work.appeals_of(row.Attempt.id),
        outcomes=_outcomes(row.Attempt.id),
        appeal_state=wording.appeal_state,
        run_text=wording.run_text,
    )


def _outcomes(attempt_id: int) -> Outcomes:
    """What came of an appeal, in words."""
    followed = queries_appeals.followed(attempt_id)
    return lambda one: wording.outcome_texts(one.state, followed[one.id])


@blueprint.get("/exams/attempts/<code>/result.pdf")
@permit(SIGNED_IN)
def result_document(code: str) -> ResponseReturnValue:
    """The report as a document, once it is drawn."""
    row = own(code)
    run = queries.deciding(row.Attempt.id) or abort(404)
    if queries_voiding.standing(row.Attempt.id) is not None:
        raise refuse("result_is_void")
    digest = queries.report_of(run.id)
    if digest is None:
        flash(_("The document is being made. Come back in a minute."), "info")
        return redirect(url_for("scoring.result", code=code), 303)
    response = Response(current_app.extensions["storage"].get(digest), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="score-report-{code}.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.route("/exams/attempts/<code>/appeal", methods=["GET", "POST"])
@permit(SIGNED_IN)
def appeal(code: str) -> ResponseReturnValue:
    """Object to the result; earlier appeals with their answers."""
    row, form, now = own(code), forms.AppealForm(), clock.now()
    found = _report(row, now) or abort(404)
    if form.validate_on_submit() and accepted(form, lambda: _appeal(row, form, now)):
        flash(_("Your appeal has arrived. You have a mail with the day by which it is answered."))
        return redirect(url_for("scoring.appeal", code=code), 303)
    earlier = queries_work.appeals_of(row.Attempt.id)
    page = render_template(
        "scoring/appeal.html",
        title=found.title,
        back=(url_for("scoring.result", code=code), _("Score report")),
        here=url_for("scoring.appeal", code=code),
        withdrawal=url_for("scoring.withdraw", code=code),
        until=found.appeal_until,
        zone=found.issuer_zone,
        can_appeal=found.can_appeal,
        hint=_("Say what went wrong: an item, a mark, or what happened during the exam."),
        form=form,
        appeals=earlier,
        outcomes=_outcomes(row.Attempt.id),
        is_open=any(one.state == AppealState.OPEN for one in earlier),
        appeal_state=wording.appeal_state,
    )
    return page, 422 if form.errors else 200


def _appeal(row: Any, form: forms.AppealForm, now: datetime) -> Appeal:
    return actions.appeal(row.Attempt, form.text.data or "", by=current_user.person_id, now=now)


@blueprint.post("/exams/attempts/<code>/appeal/withdrawal")
@permit(SIGNED_IN)
def withdraw(code: str) -> ResponseReturnValue:
    """Take the open appeal back."""
    row = own(code)
    earlier = queries_work.appeals_of(row.Attempt.id)
    waiting = next((one for one in earlier if one.state == AppealState.OPEN), None) or abort(404)
    actions.withdraw(waiting, by=current_user.person_id, now=clock.now())
    flash(_("Your appeal is withdrawn."))
    return redirect(url_for("scoring.result", code=code), 303)
