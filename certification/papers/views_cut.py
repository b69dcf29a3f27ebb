"""Cut scores: every decision on what passes, and the way to a new one without a study."""

from fractions import Fraction
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from certification.exams.access import exam_seen
from certification.papers import actions, forms, queries, queries_form, wording
from certification.papers.models import CutScore, ExamForm
from certification.papers.views import blueprint, today
from lms import clock, paging, slots
from lms.errors import refuse
from lms.forms import accepted
from lms.i18n import gettext as _
from lms.permissions import permit


@blueprint.get("/manage/exams/<code>/cut-score")
@permit("items.see")
def cut_scores(code: str) -> ResponseReturnValue:
    """Every decision on what passes, and the way to a new one."""
    return _cuts(exam_seen(code, "items.see"), forms.CutForm(formdata=None))


def _cuts(row: Any, form: forms.CutForm) -> str:
    after = paging.id_after(request.args.get("after"))
    nameable, count = queries_form.nameable(row.Exam.id)
    return render_template(
        "papers/cut_scores.html",
        exam=row,
        form=form,
        page=queries_form.cut_scores(row.Exam.id, after),
        nameable=nameable,
        seen=queries_form.newest_cut(row.Exam.id),
        count=count,
        state_badge=wording.state_badge,
        links=slots.ask("exam.links", [], code=row.Course.code),
    )


@blueprint.post("/manage/exams/<code>/cut-score")
@permit("certification.edit")
def decide_cut(code: str) -> ResponseReturnValue:
    """Decide a cut score without a study; results that were decided stay."""
    row, form = exam_seen(code, "certification.edit"), forms.CutForm()
    if form.validate() and accepted(
        form,
        lambda: _decide(row, form),
        cut_out_of_range="cut",
        form_unknown="form_code",
    ):
        flash(_("The cut score holds from now on. Results that were decided stay as they are."))
        return redirect(url_for("papers.cut_scores", code=code), 303)
    return _cuts(row, form), 422


def _decide(row: Any, form: forms.CutForm) -> CutScore:
    return actions.decide_cut(
        row.Exam.id,
        _named(row, (form.form_code.data or "").strip()),
        Fraction(form.cut.data or 0),
        reason=form.reason.data or "",
        today=today(),
        by=current_user.person_id,
        now=clock.now(),
        seen=request.form.get("seen", 0, int),
    )


def _named(row: Any, code: str) -> ExamForm | None:
    """The form of this code; none for all the others."""
    found = queries.form_by_code(row.Exam.id, code) if code else None
    if code and found is None:
        raise refuse("form_unknown", status=422, code=code)
    return found
