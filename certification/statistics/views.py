"""An exam's statistics: figures, items to look at, plots, leads, exports."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from certification.exams.access import exam_seen
from certification.statistics import actions, forms, queries, shown
from certification.statistics import wording as words
from certification.statistics.shown import Scope
from lms import clock
from lms.accounts.listfile import neutral
from lms.forms import accepted
from lms.i18n import gettext as _
from lms.permissions import permit

blueprint = Blueprint("statistics", __name__)
ITEM_COLUMNS = (
    *("item", "use", "people", "p", "r", "shown", "exposure", "seconds", "dif", "delta"),
    "doubts",
)
OPTION_COLUMNS = ("item", "option", "right", "people", "share", "point_biserial")


@blueprint.get("/manage/exams/<code>/statistics")
@permit("items.see")
def index(code: str) -> ResponseReturnValue:
    """The newest figures."""
    row = exam_seen(code, "items.see")
    return _page(row, _ask_form(row.Exam.id, request.args))


@blueprint.post("/manage/exams/<code>/statistics")
@permit("items.edit")
def ask(code: str) -> ResponseReturnValue:
    """Have the figures computed from all that was submitted until now."""
    row = exam_seen(code, "items.edit")
    form = _ask_form(row.Exam.id, request.form)
    if not form.validate() or not accepted(form, lambda: _ask(row, form), groups_alike="focal"):
        return _page(row, form), 422
    flash(_("The figures are being computed. This page shows them when they are there."))
    return redirect(url_for("statistics.index", code=code), 303)


def _page(row: Any, form: forms.AskForm) -> str:
    run, scope = _newest(row.Exam.id)
    return render_template(
        "statistics/index.html",
        exam=row,
        form=form,
        run=run,
        waits=queries.waiting(row.Exam.id),
        scope=scope,
        scopes=shown.scopes(run.report) if run else [],
        shown=shown,
        sort=_sort(),
        left_out=words.left_out,
        use_name=words.use_name,
    )


def _ask_form(exam_id: int, given: MultiDict[str, str]) -> forms.AskForm:
    form = forms.AskForm(given)
    form.grouping.data = form.grouping.data or ""
    if form.grouping.data in queries.GROUPINGS:
        found = queries.groups(exam_id, form.grouping.data)
        form.reference.choices = [(name, f"{name} ({count})") for name, count in found]
        form.focal.choices = form.reference.choices
    return form


def _ask(row: Any, form: forms.AskForm) -> None:
    actions.ask(
        row.Exam,
        grouping=form.grouping.data or "",
        reference=form.reference.data or "",
        focal=form.focal.data or "",
        by=current_user.person_id,
        now=clock.now(),
    )


def _sort() -> str:
    sort = request.args.get("sort", "doubts")
    return sort if sort in shown.SORTS else "doubts"


def _newest(exam_id: int) -> tuple[Any, Scope | None]:
    """The newest run and the part that the address asks for."""
    run = queries.newest(exam_id)
    if run is None or run.report is None:
        return None, None
    found = {scope.code: scope for scope in shown.scopes(run.report)}
    return run, found.get(request.args.get("form", "")) or abort(404)


def _there(code: str) -> tuple[Any, Any, Scope]:
    row = exam_seen(code, "items.see")
    run, scope = _newest(row.Exam.id)
    return (row, run, scope) if scope else abort(404)


@blueprint.get("/manage/exams/<code>/statistics/items/<int:version_id>")
@permit("items.see")
def item(code: str, version_id: int) -> ResponseReturnValue:
    """One item's figures as plots and tables."""
    row, run, scope = _there(code)
    figures = scope.item(version_id) or abort(404)
    return render_template(
        "statistics/item.html",
        exam=row,
        run=run,
        scope=scope,
        row=figures,
        doubts=[shown.why(doubt) for doubt in figures["doubts"]],
        shown=shown,
        use_name=words.use_name,
    )


@blueprint.get("/manage/exams/<code>/statistics/pairs")
@permit("items.see")
def pairs(code: str) -> ResponseReturnValue:
    """Pairs of attempts that share unusually many errors: leads for a person, never a penalty."""
    row, run, scope = _there(code)
    return render_template("statistics/pairs.html", exam=row, run=run, pairs=scope.report["pairs"])


@blueprint.get("/manage/exams/<code>/statistics/<any(items, options):table>.csv")
@permit("items.see")
def export(code: str, table: str) -> ResponseReturnValue:
    """The figures of the items, or of their options."""
    _row, _run, scope = _there(code)
    items = scope.items("code")
    if table == "items":
        return _csv(f"{code}-items", ITEM_COLUMNS, map(_item_cells, items))
    return _csv(f"{code}-options", OPTION_COLUMNS, _option_rows(items))


def _item_cells(row: Mapping[str, Any]) -> Sequence[Any]:
    dif = row["dif"] if row["dif"] and "grade" in row["dif"] else {}
    doubts = " ".join(str(shown.why(doubt)) for doubt in row["doubts"])
    return (
        row["code"],
        row["use"],
        row["people"],
        shown.number(row["p"], 4),
        shown.number(row["r"], 4),
        row["exposure"]["shown"],
        shown.number(row["exposure"]["rate"], 4),
        shown.number(row["times"].get("middle"), 1),
        dif.get("grade", ""),
        shown.number(dif.get("delta"), 3),
        doubts,
    )


def _option_rows(items: Iterable[Mapping[str, Any]]) -> Iterable[Sequence[Any]]:
    for row in items:
        for one in [] if shown.why(row["options"]) else row["options"]:
            share, rest = shown.number(one["share"], 4), shown.number(one["rest"], 4)
            right = "yes" if one["is_key"] else ""
            yield row["code"], one["name"], right, one["people"], share, rest


def _csv(name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(columns)
    writer.writerows([neutral(str(cell)) for cell in row] for row in rows)
    response = Response(written.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response
