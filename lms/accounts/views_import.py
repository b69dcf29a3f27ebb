"""Importing people: upload, preview, run, watch, take the failed rows away."""

import csv
import io
from typing import Any

import sqlalchemy as sa
from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from lms import clock, paging
from lms import wording as words
from lms.accounts import forms, importing
from lms.accounts import jobs as _jobs  # noqa: F401 -- registers the handlers
from lms.accounts.models import ImportState, PeopleImport, PeopleImportRow, RowVerdict
from lms.accounts.views import blueprint
from lms.db import db
from lms.errors import Refusal
from lms.i18n import gettext as _
from lms.paging import SIZE, page_of
from lms.permissions import permit

RISKY = ("=", "+", "-", "@", "\t", "\r")


@blueprint.route("/manage/people/import", methods=["GET", "POST"])
@permit("people.import")
def imports() -> ResponseReturnValue:
    """Upload a list; earlier imports."""
    form = forms.ImportForm()
    if request.method == "POST" and form.validate():
        upload = form.file.data
        if upload is None:
            abort(400)
        try:
            batch = importing.preview(
                upload.filename or "people.csv",
                upload.read(),
                by=current_user.person_id,
                now=clock.now(),
            )
            return redirect(url_for("accounts.import_page", import_id=batch.id), 303)
        except Refusal as refusal:
            form.file.errors = [words.word(reason) for reason in refusal.reasons]
    rows = db.session.scalars(sa.select(PeopleImport).order_by(PeopleImport.id.desc()).limit(20))
    page = render_template(
        "accounts/imports.html", form=form, rows=rows.all(), columns=importing.COLUMNS
    )
    return page, 422 if form.errors else 200


def _batch(import_id: int) -> PeopleImport:
    found = db.session.get(PeopleImport, import_id)
    if found is None:
        abort(404)
    return found


def _counts(import_id: int) -> dict[str, Any]:
    rows = db.session.execute(
        sa.select(PeopleImportRow.verdict, sa.func.count(), sa.func.count(PeopleImportRow.done_at))
        .where(PeopleImportRow.people_import_id == import_id)
        .group_by(PeopleImportRow.verdict)
    ).all()
    counts = {verdict.value: count for verdict, count, _done in rows}
    counts["done"] = sum(done for _v, _c, done in rows)
    counts["due"] = sum(count for verdict, count, _d in rows if verdict != RowVerdict.ERROR)
    return counts


@blueprint.get("/manage/people/import/<int:import_id>")
@permit("people.import")
def import_page(import_id: int) -> ResponseReturnValue:
    """The preview row by row; once it runs, the progress."""
    batch, cursor = _batch(import_id), request.args.get("after")
    only = request.args.get("only", "")
    wanted = (
        sa.select(PeopleImportRow)
        .where(PeopleImportRow.people_import_id == import_id)
        .order_by(PeopleImportRow.line)
        .limit(SIZE + 1)
    )
    if only in set(RowVerdict):
        wanted = wanted.where(PeopleImportRow.verdict == RowVerdict(only))
    if cursor:
        wanted = wanted.where(PeopleImportRow.line > paging.decode(cursor, (int,))[0])
    rows = db.session.scalars(wanted).all()
    page = page_of(rows, size=SIZE, key=lambda row: (row.line,), is_first=not cursor)
    return render_template(
        "accounts/import.html",
        batch=batch,
        page=page,
        only=only,
        counts=_counts(import_id),
        states=ImportState,
        flaw=flaw_text,
    )


def flaw_text(code: str) -> str:
    """What is wrong in a row."""
    return {
        "name": _("The name is missing or too long."),
        "email": _("The e-mail address is not valid."),
        "duplicate": _("The same address stands in an earlier row."),
        "organisation": _("There is no organisation with this code."),
        "language": _("This language is not available."),
        "time_zone": _("This is no IANA time zone, such as Europe/Berlin."),
    }[code]


@blueprint.post("/manage/people/import/<int:import_id>/run")
@permit("people.import")
def run_import(import_id: int) -> ResponseReturnValue:
    """Run exactly what was previewed."""
    importing.start(_batch(import_id), by=current_user.person_id, now=clock.now())
    flash(_("The import runs. You may leave this page; it goes on."))
    return redirect(url_for("accounts.import_page", import_id=import_id), 303)


@blueprint.get("/manage/people/import/<int:import_id>/errors.csv")
@permit("people.import")
def import_errors(import_id: int) -> ResponseReturnValue:
    """The rows that were refused, with the reasons, to correct and upload again."""
    _batch(import_id)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*importing.COLUMNS, "line", "reason"])
    for row in db.session.scalars(
        sa.select(PeopleImportRow)
        .where(
            PeopleImportRow.people_import_id == import_id,
            PeopleImportRow.verdict == RowVerdict.ERROR,
        )
        .order_by(PeopleImportRow.line)
    ):
        values = [neutral(row.values.get(name, "")) for name in importing.COLUMNS]
        writer.writerow([*values, row.line, " ".join(flaw_text(code) for code in row.reasons)])
    response = Response("\ufeff" + out.getvalue(), mimetype="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = (
        f'attachment; filename="import-{import_id}-errors.csv"'
    )
    return response


def neutral(cell: str) -> str:
    """A cell that a spreadsheet cannot take for a formula."""
    return f"'{cell}" if cell.startswith(RISKY) else cell
