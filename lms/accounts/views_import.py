"""Importing people: upload, preview, run, watch, take the failed rows away."""

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from lms import clock, i18n, paging
from lms import wording as words
from lms.accounts import (
    forms,
    import_preview,
    importing,
    listfile,
    queries_imports,
    queries_lists,
)
from lms.accounts import jobs as _jobs  # noqa: F401 -- registers the handlers
from lms.accounts.models import ImportState, PeopleImport, RowVerdict
from lms.accounts.views import blueprint
from lms.accounts.wording import flaw_text, kept_text, role_name
from lms.errors import Refusal
from lms.i18n import LANGUAGES
from lms.i18n import gettext as _
from lms.permissions import Role, permit


@blueprint.route("/manage/people/import", methods=["GET", "POST"])
@permit("people.import")
def imports() -> ResponseReturnValue:
    """Upload a list; earlier imports."""
    form = forms.ImportForm()
    if request.method == "POST" and form.validate():
        batch = _preview(form)
        if batch is not None:
            return redirect(url_for("accounts.import_page", import_id=batch.id), 303)
    page = render_template(
        "accounts/imports.html",
        form=form,
        rows=queries_imports.newest(),
        columns=listfile.COLUMNS,
        roles=[(role, role_name(role)) for role in Role if role in import_preview.ROLES],
        languages=LANGUAGES,
        organisations=queries_lists.organisation_page(),
    )
    return page, 422 if form.errors else 200


@blueprint.get("/manage/people/import/sample.csv")
@permit("people.import")
def import_sample() -> ResponseReturnValue:
    """A list as it should be, to fill in: somebody with everything, somebody with what must be."""
    first = next(iter(queries_lists.organisation_page(size=1).rows), None)
    code, zone = first.code if first else "", current_user.time_zone
    rows = [
        ["Ada Lovelace", "ada@example.com", code, Role.TRAINER, i18n.SOURCE, zone, "no"],
        ["Grace Hopper", "grace@example.com", "", "", "", "", ""],
    ]
    return _csv(listfile.write(rows, listfile.COLUMNS), "people.csv")


def _csv(text: str, name: str) -> Response:
    response = Response(text, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _preview(form: forms.ImportForm) -> PeopleImport | None:
    upload = form.file.data
    if upload is None:
        abort(400)
    name, by = upload.filename or "people.csv", current_user.person_id
    try:
        return importing.preview(name, upload.read(), by=by, now=clock.now())
    except Refusal as refusal:
        form.file.errors = [words.word(reason) for reason in refusal.reasons]
        return None


def _batch(import_id: int) -> PeopleImport:
    found = queries_imports.by_id(import_id)
    if found is None:
        abort(404)
    return found


@blueprint.get("/manage/people/import/<int:import_id>")
@permit("people.import")
def import_page(import_id: int) -> ResponseReturnValue:
    """The preview row by row; once it runs, the progress."""
    batch, only = _batch(import_id), request.args.get("only", "")
    cursor = request.args.get("after")
    page = queries_imports.rows_page(
        import_id,
        only=RowVerdict(only) if only in set(RowVerdict) else None,
        after_line=paging.id_after(cursor),
    )
    return render_template(
        "accounts/import.html",
        batch=batch,
        page=page,
        only=only,
        counts=queries_imports.counts(import_id),
        states=ImportState,
        yes=import_preview.YES,
        flaw=flaw_text,
        kept_text=kept_text,
    )


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
    rows = [
        [
            *(row.values.get(name, "") for name in listfile.COLUMNS),
            row.line,
            " ".join(flaw_text(code, row.values) for code in row.reasons),
        ]
        for row in queries_imports.failed(import_id)
    ]
    return _csv(listfile.write(rows), f"import-{import_id}-errors.csv")
