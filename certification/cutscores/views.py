"""Studies for those who run them."""

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user

from certification.cutscores import actions, forms, outcomes, queries, report, wording
from certification.cutscores.models import CutStudy, StudyMethod, StudyState
from certification.exams.access import exam_seen
from certification.statistics.shown import number, why
from lms import clock, paging
from lms.accounts.lookup import find_person
from lms.forms import Form, accepted
from lms.i18n import gettext as _
from lms.i18n import ngettext
from lms.permissions import permit
from lms.wording import word

blueprint = Blueprint("cutscores", __name__)
LINE = re.compile(r"\s*([^\s,;]{4,40})[\s,;]+(\S.*?)\s*")
YES = frozenset({"qualified", "yes", "1", "+", "y"})
NO = frozenset({"unqualified", "not qualified", "no", "0", "-", "n"})
MOST_LINES = 5000


def _study(
    code: str, study_id: int, permission: str = "certification.edit"
) -> tuple[Any, CutStudy]:
    exam = exam_seen(code, permission)
    return exam, queries.by_id(study_id, exam.Exam.id) or abort(404)


@blueprint.get("/manage/exams/<code>/cut-score-studies")
@permit("certification.see")
def index(code: str) -> ResponseReturnValue:
    """The studies of an exam."""
    return _index(exam_seen(code, "certification.see"), forms.StudyForm())


def _index(exam: Any, form: forms.StudyForm) -> str:
    after = paging.id_after(request.args.get("after"))
    form.form_code.choices = [
        (one.code, _("Form %(code)s", code=one.code)) for one in queries.forms_of(exam.Exam.id)
    ]
    return render_template(
        "cutscores/index.html",
        exam=exam,
        form=form,
        page=queries.listed(exam.Exam.id, after),
        method_name=wording.method_name,
        state_badge=wording.state_badge,
    )


@blueprint.post("/manage/exams/<code>/cut-score-studies")
@permit("certification.edit")
def create(code: str) -> ResponseReturnValue:
    """Begin a study."""
    exam, form, made = exam_seen(code, "certification.edit"), forms.StudyForm(), []
    known = {one.code: one for one in queries.forms_of(exam.Exam.id)}
    form.form_code.choices = [(one, one) for one in known]
    if form.validate() and accepted(
        form,
        lambda: made.append(
            actions.create(
                known[form.form_code.data],
                StudyMethod(form.method.data),
                title=form.title.data or "",
                description=form.description.data or "",
                by=current_user.person_id,
                now=clock.now(),
            )
        ),
        form_is_draft="form_code",
    ):
        return _back(code, made[0].id)
    return _index(exam, form), 422


def _back(code: str, study_id: int) -> ResponseReturnValue:
    return redirect(url_for("cutscores.study", code=code, study_id=study_id), 303)


@blueprint.get("/manage/exams/<code>/cut-score-studies/<int:study_id>")
@permit("certification.see")
def study(code: str, study_id: int) -> ResponseReturnValue:
    """A study: panel, rounds, what it comes to, the decision."""
    exam, found = _study(code, study_id, "certification.see")
    return _page(exam, found)


def _page(exam: Any, found: CutStudy, **given: Form) -> str:
    outcome = found.outcome or outcomes.outcome(found)
    suggested = None if outcome["cut"] is None else round(outcome["cut"], 2)
    shown: dict[str, Form] = {
        "judge_form": forms.JudgeForm(),
        "groups_form": forms.GroupsForm(),
        "round_form": Form(),
        "end_form": Form(),
        "decision_form": forms.DecisionForm(formdata=None, data={"cut": suggested}),
    } | given
    wrong = next((form for form in given.values() if form.errors), shown["judge_form"])
    panel = queries.judges(found.id)
    return render_template(
        "cutscores/study.html",
        exam=exam,
        study=found,
        states=StudyState,
        methods=StudyMethod,
        outcome=outcome,
        lacks=[word(reason) for reason in outcomes.lacks(outcome)],
        plots=report.plots(outcome),
        panel=panel,
        names=outcomes.named(panel),
        rounds=queries.rounds(found.id),
        done=queries.ratings(found.id),
        bounds=queries.bounds(found.id),
        due=len(queries.rated_items(found.form_id)),
        titles=report.item_titles(found),
        decision=report.decision(found),
        why=why,
        number=number,
        method_name=wording.method_name,
        state_badge=wording.state_badge,
        error_form=wrong,
        **shown,
    )


@blueprint.post("/manage/exams/<code>/cut-score-studies/<int:study_id>/judges")
@permit("certification.edit")
def call(code: str, study_id: int) -> ResponseReturnValue:
    """Somebody joins the panel."""
    exam, found = _study(code, study_id)
    form = forms.JudgeForm()
    person = find_person(form.person.data or "") if form.validate() else None
    if form.person.data and person is None and not form.errors:
        form.person.errors = [_("Nobody has this address.")]
    if person is not None and accepted(
        form,
        lambda: actions.call(
            found, person, _programme(exam), by=current_user.person_id, now=clock.now()
        ),
        judge_teaches="person",
    ):
        return _back(code, study_id)
    return _page(exam, found, judge_form=form), 422


def _programme(exam: Any) -> str:
    return queries.programme_code(exam.Course.programme_id)


@blueprint.post("/manage/exams/<code>/cut-score-studies/<int:study_id>/judges/<int:judge_id>/end")
@permit("certification.edit")
def dismiss(code: str, study_id: int, judge_id: int) -> ResponseReturnValue:
    """A judge leaves the panel before judging."""
    _exam_row, found = _study(code, study_id)
    actions.dismiss(found, judge_id, by=current_user.person_id, now=clock.now())
    return _back(code, study_id)


@blueprint.post("/manage/exams/<code>/cut-score-studies/<int:study_id>/rounds")
@permit("certification.edit")
def open_round(code: str, study_id: int) -> ResponseReturnValue:
    """Begin the next round."""
    return _pressed(code, study_id, "round_form", actions.open_round)


def _pressed(
    code: str, study_id: int, name: str, act: Callable[..., object]
) -> ResponseReturnValue:
    """Do what a button asks for; a refusal is told beside it."""
    exam, found = _study(code, study_id)
    form = Form()
    if accepted(form, lambda: act(found, by=current_user.person_id, now=clock.now())):
        return _back(code, study_id)
    return _page(exam, found, **{name: form}), 422


@blueprint.post("/manage/exams/<code>/cut-score-studies/<int:study_id>/rounds/end")
@permit("certification.edit")
def close_round(code: str, study_id: int) -> ResponseReturnValue:
    """End the open round: its ratings stand."""
    _exam_row, found = _study(code, study_id)
    actions.close_round(found, by=current_user.person_id, now=clock.now())
    return _back(code, study_id)


@blueprint.post("/manage/exams/<code>/cut-score-studies/<int:study_id>/groups")
@permit("certification.edit")
def group(code: str, study_id: int) -> ResponseReturnValue:
    """Paste of which candidates other evidence tells: all lines or none."""
    exam, found = _study(code, study_id)
    form = forms.GroupsForm()
    if form.validate():
        judged = _judged(form)
        unknown = (
            []
            if form.errors
            else actions.group(found, judged, by=current_user.person_id, now=clock.now())
        )
        if unknown:
            text = ", ".join(unknown[:5])
            form.listed.errors = [_("No scored attempt of this form: %(codes)s", codes=text)]
        elif not form.errors:
            flash(
                ngettext("%(num)s candidate is kept.", "%(num)s candidates are kept.", len(judged))
            )
            return _back(code, study_id)
    return _page(exam, found, groups_form=form), 422


def _judged(form: forms.GroupsForm) -> dict[str, bool]:
    """Attempt's code → whether qualified; a wrong line is named by its number."""
    found: dict[str, bool] = {}
    lines = [line for line in (form.listed.data or "").splitlines() if line.strip()]
    for count, line in enumerate(lines[:MOST_LINES], 1):
        match = LINE.fullmatch(line)
        word = match[2].casefold() if match else ""
        if match is None or word not in YES | NO:
            form.listed.errors = [
                _(
                    "Line %(number)s: write the attempt's code, then qualified or unqualified.",
                    number=count,
                )
            ]
            break
        found[match[1]] = word in YES
    return found


@blueprint.post("/manage/exams/<code>/cut-score-studies/<int:study_id>/end")
@permit("certification.edit")
def close(code: str, study_id: int) -> ResponseReturnValue:
    """End the judging; the recommendation stands."""
    return _pressed(code, study_id, "end_form", actions.close)


@blueprint.post("/manage/exams/<code>/cut-score-studies/<int:study_id>/drop")
@permit("certification.edit")
def drop(code: str, study_id: int) -> ResponseReturnValue:
    """Leave the study without a decision."""
    _exam_row, found = _study(code, study_id)
    actions.drop(found, by=current_user.person_id, now=clock.now())
    return _back(code, study_id)


@blueprint.post("/manage/exams/<code>/cut-score-studies/<int:study_id>/decision")
@permit("certification.edit")
def decide(code: str, study_id: int) -> ResponseReturnValue:
    """The cut score from now on, with its reason."""
    exam, found = _study(code, study_id)
    form, now = forms.DecisionForm(), clock.now()
    if form.validate() and accepted(
        form,
        lambda: actions.decide(
            found,
            Fraction(form.cut.data or 0),
            reason=form.reason.data or "",
            today=clock.today(now, current_app.extensions["settings"].issuer_zone),
            by=current_user.person_id,
            now=now,
        ),
        cut_out_of_range="cut",
    ):
        flash(_("The cut score holds from now on. Results that were decided stay as they are."))
        return _back(code, study_id)
    return _page(exam, found, decision_form=form), 422


@blueprint.get("/manage/exams/<code>/cut-score-studies/<int:study_id>/report.pdf")
@permit("certification.see")
def document(code: str, study_id: int) -> ResponseReturnValue:
    """The report, once it is drawn."""
    _exam_row, found = _study(code, study_id, "certification.see")
    if not found.report_sha256:
        abort(404)
    content = current_app.extensions["storage"].get(found.report_sha256)
    answer = Response(content, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="study-{study_id}.pdf"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
