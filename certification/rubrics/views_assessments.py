"""Assessors judge a person by an exam's rubric; what was recorded is seen and corrected here."""

from datetime import date
from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from certification.exams import queries as exams
from certification.rubrics import actions_assessments as actions
from certification.rubrics import (
    actions_sittings,
    queries,
    queries_sittings,
    queries_works,
    sheets,
    wording,
)
from certification.rubrics import forms_assessments as own_forms
from certification.rubrics import queries_assessments as found
from certification.rubrics.models import Assessment, AssessmentDraft, Kind
from certification.rubrics.rules import Rubric, notes_from, rubric_from
from lms import clock, paging, permissions, slots
from lms.accounts.lookup import find_person
from lms.errors import refuse
from lms.forms import accepted
from lms.i18n import gettext as _
from lms.permissions import permit

blueprint = Blueprint("assessments", __name__)


def exam_of(code: str, permission: str) -> Any:
    """(exam, course, title, programme) within the programmes of the reader's grants, else 404."""
    limits = permissions.programmes(current_user, permission)
    return exams.exam_by_code(code, None if limits is None else list(limits)) or abort(404)


def _today() -> date:
    return clock.today(clock.now(), current_app.extensions["settings"].issuer_zone)


def _begin_form(rubric: Rubric | None, **values: Any) -> own_forms.BeginForm:
    form = own_forms.BeginForm(**values)
    kinds = rubric.kinds if rubric else ()
    form.kind.choices = [(kind, wording.kind_text(kind)) for kind in kinds]
    return form


@blueprint.route("/teach/exams/<code>/assessments", methods=["GET", "POST"])
@permit("exams.record_result")
def begin(code: str) -> ResponseReturnValue:
    """Begin to judge somebody, or go on with what one began."""
    exam = exam_of(code, "exams.record_result")
    version = queries.published(exam.Exam.id)
    rubric = rubric_from(version.content) if version else None
    form = _begin_form(rubric, data={"taken_on": _today()})
    made: list[AssessmentDraft] = []
    fields = {"trained_by_you": "person", "work_missing": "person", "in_the_future": "taken_on"}
    fields |= dict.fromkeys(("work_judged", "nobody_there", "draft_open"), "person")
    fields |= dict.fromkeys(("judged_before", "result_exists"), "person")
    if form.validate_on_submit() and accepted(
        form, lambda: made.append(_begin(exam, form)), **fields
    ):
        return redirect(url_for("assessments.sheet", code=code, draft_id=made[0].id), 303)
    page = render_template(
        "rubrics/begin.html",
        exam=exam,
        form=form,
        version=version,
        waiting=queries_works.waiting(exam.Exam.id, current_user.person_id, _cursor("waiting")),
        sittings=queries_sittings.open_in(
            exam.Exam.id, current_user.person_id, _cursor("sittings")
        ),
        today=_today(),
        page=found.drafts(exam.Exam.id, current_user.person_id, _cursor("after")),
        wording=wording,
    )
    return page, 422 if form.errors else 200


def _cursor(name: str) -> int | None:
    """After which row a list goes on."""
    return paging.id_after(request.args.get(name))


def _begin(exam: Any, form: own_forms.BeginForm) -> AssessmentDraft:
    person = find_person(form.person.data or "")
    if person is None:
        raise refuse("nobody_there", status=422)
    return actions.begin(
        exam.Exam,
        person,
        Kind(form.kind.data),
        taken_on=form.taken_on.data or _today(),
        by=current_user.person_id,
        now=clock.now(),
    )


def _draft(exam: Any, draft_id: int) -> AssessmentDraft:
    return found.draft_by_id(draft_id, exam.Exam.id, current_user.person_id) or abort(404)


@blueprint.get("/teach/exams/<code>/assessments/<int:draft_id>")
@permit("exams.record_result")
def sheet(code: str, draft_id: int) -> ResponseReturnValue:
    """The sheet of one person: criteria, levels, comments."""
    exam = exam_of(code, "exams.record_result")
    draft = _draft(exam, draft_id)
    notes = notes_from(draft.notes)
    form = own_forms.SheetForm(
        formdata=None, data={"comment": notes.comment, "reason": notes.reason}
    )
    return _sheet(exam, draft, form, sheets.sheets(rubric_from(draft.rubric.content), notes))


def _sheet(
    exam: Any, draft: AssessmentDraft, form: own_forms.SheetForm, rows: list[sheets.CriterionSheet]
) -> str:
    two = queries_sittings.policy_of_two(exam.Exam.id, draft.taken_on)
    return render_template(
        "rubrics/sheet.html",
        two=None if draft.corrects_id else two,
        exam=exam,
        draft=draft,
        form=form,
        rows=rows,
        wrong=[(row, key, text) for row in rows for key, text in row.errors.items()],
        work=queries_works.by_id(draft.work_id, exam.Exam.id) if draft.work_id else None,
        revision=request.form.get("revision", draft.revision),
        number=sheets.number,
        wording=wording,
    )


@blueprint.post("/teach/exams/<code>/assessments/<int:draft_id>")
@permit("exams.record_result")
def note(code: str, draft_id: int) -> ResponseReturnValue:
    """Keep what was noted, or record it; whatever is wrong, nothing typed is lost."""
    exam = exam_of(code, "exams.record_result")
    draft, form = _draft(exam, draft_id), own_forms.SheetForm()
    rows = sheets.sent(rubric_from(draft.rubric.content), request.form)
    submits = "submit" in request.form
    if submits:
        sheets.ask_for_levels(rows)
    is_right = form.validate() and not any(row.errors for row in rows)
    made: list[Assessment | None] = []
    if is_right and accepted(
        form,
        lambda: made.append(_act(draft, rows, form, submits=submits)),
        correction_reason_missing="reason",
    ):
        return _recorded(code, draft, made[0]) if submits else _kept(code, draft)
    return _sheet(exam, draft, form, rows), 422


def _recorded(code: str, draft: AssessmentDraft, made: Assessment | None) -> ResponseReturnValue:
    name = draft.person.name
    if made is None:
        flash(_("Your judgement of %(name)s is recorded. Another assessor judges next.", name=name))
        return redirect(url_for("assessments.begin", code=code), 303)
    flash(_("The assessment of %(name)s is recorded.", name=name))
    return redirect(url_for("exams.results", code=code), 303)


def _kept(code: str, draft: AssessmentDraft) -> ResponseReturnValue:
    flash(_("Your notes are kept. Nobody else sees them."))
    return redirect(url_for("assessments.sheet", code=code, draft_id=draft.id), 303)


def _act(
    draft: AssessmentDraft,
    rows: list[sheets.CriterionSheet],
    form: own_forms.SheetForm,
    *,
    submits: bool,
) -> Assessment | None:
    revision, by = request.form.get("revision", 0, int), current_user.person_id
    notes, now = own_forms.notes_of(rows, form), clock.now()
    if submits:
        return actions.submit(draft, notes, revision=revision, by=by, now=now)
    actions.save(draft, notes, revision=revision, by=by, now=now)
    return None


@blueprint.post("/teach/exams/<code>/assessments/<int:draft_id>/deletion")
@permit("exams.record_result")
def discard(code: str, draft_id: int) -> ResponseReturnValue:
    """Give the notes up."""
    draft = _draft(exam_of(code, "exams.record_result"), draft_id)
    revision = request.form.get("revision", 0, int)
    actions.discard(draft, revision=revision, by=current_user.person_id)
    flash(_("Your notes are given up. No result comes of them."))
    return redirect(url_for("assessments.begin", code=code), 303)


@blueprint.get("/teach/exams/<code>/results/<int:result_id>/assessment")
@permit("exams.see_results")
def record(code: str, result_id: int) -> ResponseReturnValue:
    """How a result was judged: levels, points, comments, by which version and rule, by whom."""
    exam = exam_of(code, "exams.see_results")
    row, now = found.record(result_id, exam.Exam.id) or abort(404), clock.now()
    return render_template(
        "rubrics/record.html",
        exam=exam,
        row=row,
        may_correct=actions.may_correct(row.assessment),
        objections=slots.ask("result.appeals", None, result=row.assessment.result, now=now),
        history=found.history(row.assessment),
        titles=queries.titles(sorted({one.competency for one in row.rubric.criteria} - {""})),
        number=sheets.number,
        wording=wording,
    )


@blueprint.post("/teach/exams/<code>/results/<int:result_id>/assessment")
@permit("exams.record_result")
def correct(code: str, result_id: int) -> ResponseReturnValue:
    """Begin a correction, which replaces the assessment by a new one."""
    exam = exam_of(code, "exams.record_result")
    row = found.record(result_id, exam.Exam.id) or abort(404)
    draft = actions.correct(row.assessment, by=current_user.person_id, now=clock.now())
    return redirect(url_for("assessments.sheet", code=code, draft_id=draft.id), 303)


@blueprint.route("/teach/exams/<code>/sittings/<int:sitting_id>/end", methods=["GET", "POST"])
@permit("exams.configure")
def end_sitting(code: str, sitting_id: int) -> ResponseReturnValue:
    """End a sitting that waits for an assessor without a result, with the reason."""
    exam, form = exam_of(code, "exams.configure"), own_forms.EndForm()
    row = queries_sittings.by_id(sitting_id, exam.Exam.id) or abort(404)
    by, now = current_user.person_id, clock.now()
    if form.validate_on_submit() and accepted(
        form, lambda: actions_sittings.end(row, form.reason.data or "", by=by, now=now)
    ):
        flash(_("The sitting of %(name)s ended without a result.", name=row.person.name))
        return redirect(url_for("assessments.begin", code=code), 303)
    page = render_template("rubrics/end.html", exam=exam, row=row, form=form, wording=wording)
    return page, 422 if form.errors else 200
