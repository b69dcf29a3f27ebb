"""Recording the results of certification exams: several people on one page with one save."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from certification.exams import actions, forms, queries, wording  # noqa: F401 -- texts
from certification.exams.models import Exam, ExamResult
from lms import clock, paging, permissions
from lms import wording as words
from lms.accounts.lookup import find_person
from lms.accounts.models import Person
from lms.errors import Refusal
from lms.forms import accepted
from lms.i18n import gettext as _
from lms.i18n import ngettext
from lms.permissions import permit

blueprint = Blueprint("exams", __name__)
EMPTY_ROWS = 8


@dataclass(slots=True)
class SheetRow:
    """A line of the sheet as it was typed, with what is wrong in it."""

    index: int
    person: str = ""
    score: str = ""
    note: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    found: Person | None = None
    points: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed."""
        return not (self.person or self.score or self.note)


def _exam(code: str, permission: str) -> Any:
    limits = permissions.programmes(current_user, permission)
    row = queries.exam_by_code(code, None if limits is None else list(limits))
    if row is None:
        abort(404)
    return row


def _today() -> date:
    return clock.today(clock.now(), current_app.extensions["settings"].issuer_zone)


@blueprint.get("/teach/exams")
@permit("exams.see_results")
def index() -> ResponseReturnValue:
    """The exams whose results one may see."""
    limits = permissions.programmes(current_user, "exams.see_results")
    rows = queries.exams(None if limits is None else list(limits))
    return render_template("exams/index.html", rows=rows)


@blueprint.get("/teach/exams/<code>")
@permit("exams.see_results")
def results(code: str) -> ResponseReturnValue:
    """An exam's results, and the sheet for new ones."""
    row = _exam(code, "exams.see_results")
    return _sheet(
        row,
        [SheetRow(i) for i in range(EMPTY_ROWS)],
        forms.SittingForm(data={"taken_on": _today()}),
    )


def _sheet(row: Any, rows: list[SheetRow], form: forms.SittingForm) -> str:
    cursor = request.args.get("after")
    page = queries.results(row[0].id, cursor=paging.decode(cursor, (int,)) if cursor else None)
    return render_template(
        "exams/results.html",
        exam=row[0],
        course=row[1],
        title=row[2],
        page=page,
        rows=rows,
        form=form,
    )


@blueprint.post("/teach/exams/<code>")
@permit("exams.record_result")
def record(code: str) -> ResponseReturnValue:
    """Save every filled line or none; wrong lines are named and nothing typed is lost."""
    row = _exam(code, "exams.record_result")
    form = forms.SittingForm()
    rows = _typed(row[0])
    filled = [line for line in rows if not line.is_empty]
    if form.validate() and filled and not any(line.errors for line in filled):
        _save(row[0], filled, form.taken_on.data or _today())
    if form.errors or not filled or any(line.errors for line in filled):
        if not filled:
            form.form_errors.append(_("Fill at least one line."))
        return _sheet(row, rows, form), 422
    flash(ngettext("%(num)s result is recorded.", "%(num)s results are recorded.", len(filled)))
    return redirect(url_for("exams.results", code=code), 303)


def _typed(exam: Exam) -> list[SheetRow]:
    rows = []
    count = min(len(request.form.getlist(name)) for name in ("person", "score", "note"))
    for index in range(min(count, 100)):
        person, score, note = (
            request.form.getlist(name)[index].strip() for name in ("person", "score", "note")
        )
        line = SheetRow(index, person, score, note)
        if not line.is_empty:
            _check(line, exam)
        rows.append(line)
    return rows


def _check(line: SheetRow, exam: Exam) -> None:
    line.found = find_person(line.person) if line.person else None
    if line.found is None:
        line.errors["person"] = _("Nobody has this address.")
    if not line.score.isdecimal() or not 0 <= int(line.score) <= exam.full_marks:
        line.errors["score"] = _("Enter a score between 0 and %(full)s.", full=exam.full_marks)
    else:
        line.points = int(line.score)
    if len(line.note) > 1000:
        line.errors["note"] = _("Use 1,000 characters at most.")


def _save(exam: Exam, filled: list[SheetRow], taken_on: date) -> None:
    """Record line by line; a refused one is named, and then none is kept (422 rolls back)."""
    for line in filled:
        person = line.found
        if person is None:
            continue
        try:
            actions.record_result(
                exam,
                person,
                taken_on=taken_on,
                score=line.points,
                note=line.note,
                by=current_user.person_id,
                now=clock.now(),
            )
        except Refusal as refusal:
            line.errors["person"] = words.word(refusal.reasons[0])


@blueprint.route("/teach/exams/<code>/results/<int:result_id>", methods=["GET", "POST"])
@permit("exams.record_result")
def correct(code: str, result_id: int) -> ResponseReturnValue:
    """Correct a result by a new fact; the old one stays in the history."""
    row = _exam(code, "exams.record_result")
    result = queries.result_by_id(result_id, row[0].id)
    if result is None:
        abort(404)
    form = forms.CorrectionForm(data={"score": result.score})
    sent = request.method == "POST" and form.validate()
    if sent and accepted(form, lambda: _correct(row[0], result, form), score_out_of_range="score"):
        flash(_("The result of %(name)s is corrected.", name=result.person.name))
        return redirect(url_for("exams.results", code=code), 303)
    page = render_template(
        "exams/correct.html",
        exam=row[0],
        course=row[1],
        title=row[2],
        result=result,
        form=form,
        history=queries.history_of(result),
    )
    return page, 422 if form.errors else 200


def _correct(exam: Exam, result: ExamResult, form: forms.CorrectionForm) -> None:
    actions.record_result(
        exam,
        result.person,
        taken_on=result.taken_on,
        score=form.score.data or 0,
        note=form.note.data or "",
        by=current_user.person_id,
        now=clock.now(),
        replaces=result,
    )
