"""A blueprint's editor, and supply against demand."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from certification.exams import queries as exams
from certification.exams.access import exam_seen
from certification.items import queries as items
from certification.papers import actions_blueprint as actions
from certification.papers import feasibility, queries, wording
from certification.papers.actions_blueprint import BlueprintPlan, CellPlan
from certification.papers.forms import MORE_ROWS, MOST_CELLS, SPARE_ROWS, BlueprintForm, CellRow
from certification.papers.models import Blueprint, BlueprintCell
from certification.papers.views import blueprint
from lms import clock
from lms.forms import accepted
from lms.i18n import gettext as _
from lms.permissions import permit
from lms.wording import word


@blueprint.get("/manage/exams/<code>/blueprint")
@permit("items.see")
def show_blueprint(code: str) -> ResponseReturnValue:
    """The published blueprint and the draft: cells, and what the bank has for them."""
    row = exam_seen(code, "items.see")
    newest, found = exams.newest_policy(row.Exam.id), queries.published(row.Exam.id)
    draft = queries.draft(row.Exam.id)
    bank = queries.bank(row.Exam.id, newest.languages if newest else ())
    return render_template(
        "papers/blueprint.html",
        exam=row,
        blueprint=found,
        draft=draft,
        supply=feasibility.supply(found, bank) if found else None,
        draft_supply=feasibility.supply(draft, bank) if draft else None,
        state_badge=wording.state_badge,
        word=word,
    )


@blueprint.post("/manage/exams/<code>/blueprint/draft")
@permit("certification.edit")
def start_blueprint(code: str) -> ResponseReturnValue:
    """Begin a draft, or go on with the one that is there."""
    row = exam_seen(code, "certification.edit")
    actions.start_draft(row.Exam, by=current_user.person_id, now=clock.now())
    return redirect(url_for("papers.edit_blueprint", code=code), 303)


def _draft(row: Any) -> Blueprint:
    return queries.draft(row.Exam.id) or abort(404)


@blueprint.get("/manage/exams/<code>/blueprint/draft")
@permit("certification.edit")
def edit_blueprint(code: str) -> ResponseReturnValue:
    """The draft's editor."""
    row = exam_seen(code, "certification.edit")
    draft = _draft(row)
    rows = [_row_of(cell) for cell in draft.cells]
    return _editor(row, draft, BlueprintForm(formdata=None, obj=draft), rows)


def _row_of(cell: BlueprintCell) -> CellRow:
    texts = {name: getattr(cell, name) for name in CellRow.NAMES if name != "competency"}
    return CellRow(
        competency=cell.competency.code,
        is_marked="yes" if cell.is_marked else "",
        **{name: "" if value is None else str(value) for name, value in texts.items()},
    )


def _editor(
    row: Any, draft: Blueprint, form: BlueprintForm, rows: list[CellRow], more: int = SPARE_ROWS
) -> str:
    return render_template(
        "papers/edit_blueprint.html",
        exam=row,
        draft=draft,
        form=form,
        rows=[*rows, *(CellRow() for _ in range(more))],
        wrong=[(n, key, text) for n, r in enumerate(rows) for key, text in r.errors.items()],
        competencies=items.competencies_of([row.Course.programme_id]),
        revision=request.form.get("revision", draft.revision),
    )


def _typed() -> list[CellRow]:
    lists = {name: request.form.getlist(f"cell_{name}") for name in CellRow.NAMES}
    lists["is_marked"] = request.form.getlist("cell_is_marked")
    count = min(*(len(one) for one in lists.values()), MOST_CELLS)
    rows = [
        CellRow(**{name: one[place].strip()[:40] for name, one in lists.items()})
        for place in range(count)
    ]
    return [one for one in rows if not one.is_empty]


def _plan(row: CellRow, known: dict[str, int]) -> CellPlan:
    if row.competency not in known:
        row.errors["competency"] = _("Choose one of the list.")
    hardest, easiest = row.number("hardest", 0, 100, 0), row.number("easiest", 0, 100, 100)
    least = row.number("least", 0, 500, 0)
    most = row.number("most", 0, 500, max(least, 1))
    if hardest > easiest and not row.errors:
        row.errors["easiest"] = _("The band ends at or above where it begins.")
    if least > most and not row.errors:
        row.errors["most"] = _("At most is not less than at least.")
    low, high = row.points("least_points"), row.points("most_points")
    if low is not None and high is not None and low > high and not row.errors:
        row.errors["most_points"] = _("At most is not less than at least.")
    competency = known.get(row.competency, 0)
    return CellPlan(competency, hardest, easiest, least, most, low, high, row.is_marked)


@blueprint.post("/manage/exams/<code>/blueprint/draft/cells")
@permit("certification.edit")
def save_blueprint(code: str) -> ResponseReturnValue:
    """Keep the draft, or ask for more lines; nothing typed is lost."""
    row = exam_seen(code, "certification.edit")
    draft, form, rows = _draft(row), BlueprintForm(), _typed()
    known = {one.code: one.id for one in items.competencies_of([row.Course.programme_id])}
    cells = [_plan(one, known) for one in rows]
    if "more" in request.form:
        return _editor(row, draft, form, rows, MORE_ROWS)
    is_right = form.validate() and not any(one.errors for one in rows)
    if is_right and not cells:
        form.form_errors.append(_("Fill at least one cell."))
    elif is_right and accepted(form, lambda: _save(draft, form, cells)):
        flash(_("The draft is saved."))
        return redirect(url_for("papers.show_blueprint", code=code), 303)
    return _editor(row, draft, form, rows), 422


def _save(draft: Blueprint, form: BlueprintForm, cells: list[CellPlan]) -> None:
    plan = BlueprintPlan(
        scored_items=form.scored_items.data or 1,
        pilot_items=form.pilot_items.data or 0,
        exposure_cap=form.exposure_cap.data or 100,
        most_shared=form.most_shared.data or 0,
        note=form.note.data or "",
        cells=cells,
    )
    revision = request.form.get("revision", 0, int)
    actions.save(draft, plan, revision=revision, by=current_user.person_id, now=clock.now())


@blueprint.post("/manage/exams/<code>/blueprint/publication")
@permit("certification.edit")
def publish_blueprint(code: str) -> ResponseReturnValue:
    """Freeze the draft: forms are assembled by it from now on."""
    row = exam_seen(code, "certification.edit")
    seen = request.form.get("revision", 0, int)
    actions.publish(_draft(row), revision=seen, by=current_user.person_id, now=clock.now())
    flash(_("The blueprint is published. It never changes again."))
    return redirect(url_for("papers.show_blueprint", code=code), 303)
