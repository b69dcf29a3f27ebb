"""An exam's rubric: the version in force, those before it, and the editor of the next one."""

from typing import Any

from flask import Blueprint as Pages
from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from certification.exams.access import exam_seen
from certification.rubrics import actions, forms, queries, sheets, wording
from certification.rubrics.models import RubricVersion
from certification.rubrics.rules import MOST_CRITERIA, MOST_LEVELS, Rubric, flaws, rubric_from
from lms import clock, paging
from lms.forms import accepted
from lms.i18n import gettext as _
from lms.permissions import permit
from lms.wording import word

blueprint = Pages("rubrics", __name__)


@blueprint.get("/manage/exams/<code>/rubric")
@permit("items.see")
def show(code: str) -> ResponseReturnValue:
    """The rubric in force, the draft, and the versions before."""
    exam = exam_seen(code, "items.see")
    after = paging.id_after(request.args.get("after"))
    draft, found = queries.draft(exam.Exam.id), queries.published(exam.Exam.id)
    return render_template(
        "rubrics/rubric.html",
        exam=exam,
        draft=draft,
        version=found,
        page=queries.versions(exam.Exam.id, after),
        flaws=[word(flaw) for flaw in flaws(rubric_from(draft.content))] if draft else [],
        **_shown([draft, found]),
    )


def _shown(versions: list[RubricVersion | None]) -> dict[str, Any]:
    """What a template needs to draw versions."""
    rubrics = {row.id: rubric_from(row.content) for row in versions if row is not None}
    codes = {one.competency for rubric in rubrics.values() for one in rubric.criteria}
    return {
        "rubrics": rubrics,
        "titles": queries.titles(sorted(codes - {""})),
        "number": sheets.number,
        "wording": wording,
    }


@blueprint.get("/manage/exams/<code>/rubric/<int:number>")
@permit("items.see")
def version(code: str, number: int) -> ResponseReturnValue:
    """A version as it was."""
    exam = exam_seen(code, "items.see")
    found = queries.numbered(exam.Exam.id, number) or abort(404)
    return render_template("rubrics/version.html", exam=exam, version=found, **_shown([found]))


def _draft(exam: Any) -> RubricVersion:
    return queries.draft(exam.Exam.id) or abort(404)


@blueprint.post("/manage/exams/<code>/rubric/draft")
@permit("exams.configure")
def start(code: str) -> ResponseReturnValue:
    """Begin a draft, or go on with the one that is there."""
    exam = exam_seen(code, "exams.configure")
    actions.start_draft(exam.Exam, by=current_user.person_id, now=clock.now())
    return redirect(url_for("rubrics.edit", code=code), 303)


@blueprint.get("/manage/exams/<code>/rubric/draft")
@permit("exams.configure")
def edit(code: str) -> ResponseReturnValue:
    """The draft's editor."""
    exam = exam_seen(code, "exams.configure")
    draft = _draft(exam)
    rubric = rubric_from(draft.content)
    form = forms.RubricForm(formdata=None, data={"kinds": list(rubric.kinds)})
    return _editor(exam, draft, form, [forms.row_of(one) for one in rubric.criteria])


def _editor(
    exam: Any, draft: RubricVersion, form: forms.RubricForm, rows: list[forms.CriterionRow]
) -> str:
    spare = [forms.CriterionRow()] if len(rows) < MOST_CRITERIA else []
    return render_template(
        "rubrics/edit.html",
        exam=exam,
        draft=draft,
        form=form,
        rows=[*rows, *spare],
        wrong=[(n, key, text) for n, row in enumerate(rows) for key, text in row.errors.items()],
        competencies=queries.competencies(exam.Course.id),
        most_levels=MOST_LEVELS,
        revision=request.form.get("revision", draft.revision),
    )


@blueprint.post("/manage/exams/<code>/rubric/draft/criteria")
@permit("exams.configure")
def save(code: str) -> ResponseReturnValue:
    """Keep the draft, or order its criteria anew; nothing typed is lost."""
    exam = exam_seen(code, "exams.configure")
    draft, form, rows = _draft(exam), forms.RubricForm(), forms.typed(request.form)
    if "more" in request.form or "up" in request.form:
        return _editor(exam, draft, form, _moved(rows, request.form.get("up", 0, int)))
    known = {one.id for one in rubric_from(draft.content).criteria}
    codes = {one.code for one in queries.competencies(exam.Course.id)}
    rubric = forms.read(rows, form.kinds.data or [], known, codes)
    is_right = form.validate() and not any(row.errors for row in rows)
    if is_right and accepted(form, lambda: _save(draft, rubric)):
        flash(_("The draft is saved."))
        return redirect(url_for("rubrics.show", code=code), 303)
    return _editor(exam, draft, form, rows), 422


def _moved(rows: list[forms.CriterionRow], place: int) -> list[forms.CriterionRow]:
    """The criteria with the one of a place before the one above it."""
    if 0 < place < len(rows):
        rows[place - 1], rows[place] = rows[place], rows[place - 1]
    return rows


def _save(draft: RubricVersion, rubric: Rubric) -> None:
    revision = request.form.get("revision", 0, int)
    actions.save(draft, rubric, revision=revision, by=current_user.person_id, now=clock.now())


@blueprint.post("/manage/exams/<code>/rubric/publication")
@permit("exams.configure")
def publish(code: str) -> ResponseReturnValue:
    """Freeze the draft: people are judged by it from now on."""
    draft, seen = _draft(exam_seen(code, "exams.configure")), request.form.get("revision", 0, int)
    actions.publish(draft, revision=seen, by=current_user.person_id, now=clock.now())
    flash(_("The rubric is published. It never changes again."))
    return redirect(url_for("rubrics.show", code=code), 303)


@blueprint.post("/manage/exams/<code>/rubric/draft/deletion")
@permit("exams.configure")
def discard(code: str) -> ResponseReturnValue:
    """Give the draft up."""
    draft, seen = _draft(exam_seen(code, "exams.configure")), request.form.get("revision", 0, int)
    actions.discard(draft, revision=seen, by=current_user.person_id, now=clock.now())
    flash(_("The draft is given up."))
    return redirect(url_for("rubrics.show", code=code), 303)
