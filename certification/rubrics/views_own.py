"""A candidate's own assessments, and the work that they hand in."""

import io
from typing import Any

from flask import (
    Response,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user

from certification.exams import queries as exams
from certification.rubrics import actions_works, files, queries, queries_works, sheets, wording
from certification.rubrics import queries_assessments as found
from certification.rubrics.forms_assessments import WorkForm
from certification.rubrics.models import SubmittedWork
from certification.rubrics.views_assessments import blueprint, exam_of
from lms import clock, slots
from lms.errors import refuse
from lms.forms import accepted
from lms.i18n import gettext as _
from lms.permissions import SIGNED_IN, permit


@blueprint.get("/exams/results/<int:result_id>")
@permit(SIGNED_IN)
def own(result_id: int) -> ResponseReturnValue:
    """One's own result: what was judged, at which level, and what the assessor says."""
    row = found.own(result_id, current_user.person_id) or abort(404)
    return render_template(
        "rubrics/own.html",
        row=row,
        objections=slots.ask("result.appeals", None, result=row.assessment.result, now=clock.now()),
        title=found.title_of(row.assessment.result.exam_id),
        titles=queries.titles(sorted({one.competency for one in row.rubric.criteria} - {""})),
        number=sheets.number,
        wording=wording,
    )


@blueprint.route("/exams/<code>/work", methods=["GET", "POST"])
@permit(SIGNED_IN)
def work(code: str) -> ResponseReturnValue:
    """What one handed in for an exam, and the next file until an assessor has begun."""
    exam = exams.exam_by_code(code) or abort(404)
    form, is_asked = WorkForm(), queries_works.are_asked(exam.Exam.id)
    mine = queries_works.works(exam.Exam.id, current_user.person_id)
    if not is_asked and not mine:
        abort(404)
    if form.validate_on_submit() and accepted(form, lambda: _hand_in(exam), **_AT_THE_FILE):
        flash(_("Your work is handed in."))
        return redirect(url_for("assessments.work", code=code), 303)
    page = render_template(
        "rubrics/work.html",
        exam=exam,
        form=form,
        works=mine,
        is_asked=is_asked,
        is_judged=bool(mine) and queries_works.is_judged(mine[0].id),
        is_begun=queries_works.is_begun(exam.Exam.id, current_user.person_id),
        most=files.MOST_BYTES >> 20,
    )
    return page, 422 if form.errors else 200


_AT_THE_FILE = dict.fromkeys(("work_too_large", "work_unknown", "work_empty"), "file")


def _hand_in(exam: Any) -> None:
    """The kind of the file is that of its content; it is stored under its hash."""
    upload = request.files.get("file")
    content = upload.read(files.MOST_BYTES + 1) if upload else b""
    if not content:
        raise refuse("work_empty", status=422)
    if len(content) > files.MOST_BYTES:
        raise refuse("work_too_large", status=422, size=files.MOST_BYTES >> 20)
    media = files.media_of(content)
    if media is None:
        raise refuse("work_unknown", status=422)
    sha256 = current_app.extensions["storage"].put(content)
    name = files.named((upload.filename if upload else None) or "", media)
    file = actions_works.File(sha256, name, media, len(content))
    actions_works.hand_in(exam.Exam, current_user.person_id, file, now=clock.now())


@blueprint.get("/exams/<code>/work/<int:number>")
@permit(SIGNED_IN)
def own_file(code: str, number: int) -> ResponseReturnValue:
    """One of one's own files."""
    exam = exams.exam_by_code(code) or abort(404)
    return _file(queries_works.numbered(exam.Exam.id, current_user.person_id, number) or abort(404))


@blueprint.get("/teach/exams/<code>/works/<int:work_id>")
@permit("exams.see_results")
def file(code: str, work_id: int) -> ResponseReturnValue:
    """A candidate's file, for those who judge it or see how it was judged."""
    exam = exam_of(code, "exams.see_results")
    return _file(queries_works.by_id(work_id, exam.Exam.id) or abort(404))


def _file(row: SubmittedWork) -> Response:
    """Always to be saved, never shown here: whatever it holds, no browser runs it as ours."""
    content = current_app.extensions["storage"].get(row.sha256)
    response = send_file(
        io.BytesIO(content),
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=row.name,
    )
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
