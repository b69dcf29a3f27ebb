"""Taking an import back: what would end and what stays and why, then the run."""

from collections import Counter

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from lms import clock, paging
from lms.accounts import queries_imports, queries_undo, undoing
from lms.accounts.models import ImportState, PeopleImport
from lms.accounts.queries_undo import Undo
from lms.accounts.views import blueprint
from lms.accounts.wording import kept_text
from lms.db import db
from lms.errors import refuse
from lms.i18n import gettext as _
from lms.paging import SIZE
from lms.permissions import permit


def _batch(import_id: int) -> PeopleImport:
    found = queries_imports.by_id(import_id)
    if found is None:
        abort(404)
    if found.state != ImportState.DONE or found.undo_at is not None:
        raise refuse("changed_meanwhile")
    return found


@blueprint.get("/manage/people/import/<int:import_id>/undo")
@permit("people.import")
def undo_preview(import_id: int) -> ResponseReturnValue:
    """Row by row, what taking the import back does."""
    batch = _batch(import_id)
    rows = queries_undo.undo_of(db.session.scalars(queries_undo.done_rows(import_id)).all())
    counts = Counter(row.does or "kept" for row in rows)
    return render_template(
        "accounts/undo.html",
        batch=batch,
        page=_page(rows),
        counts=counts,
        due=counts["deactivated"] + counts["put_back"],
        kept_text=kept_text,
    )


def _page(rows: list[Undo]) -> paging.Page[Undo]:
    cursor = request.args.get("after")
    after = paging.id_after(cursor) or 0
    left = [row for row in rows if row.row.line > after][: SIZE + 1]
    return paging.page_of(
        left, size=SIZE, key=lambda undo: (undo.row.line,), is_first=cursor is None
    )


@blueprint.post("/manage/people/import/<int:import_id>/undo")
@permit("people.import")
def undo_import(import_id: int) -> ResponseReturnValue:
    """End what the preview showed; what is used meanwhile stays."""
    undoing.start(_batch(import_id), by=current_user.person_id, now=clock.now())
    flash(_("The import is being taken back. You may leave this page; it goes on."))
    return redirect(url_for("accounts.import_page", import_id=import_id), 303)
