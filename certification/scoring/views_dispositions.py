"""Decisions on items found bad: what would change, row by row; then the run; the full history."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from certification.exams import queries as exams
from certification.items import markup
from certification.items.content import ItemContent
from certification.items.reading import draft_from
from certification.scoring import (
    actions_appeals,
    forms,
    keys,
    queries_appeals,
    queries_changes,
    queries_work,
    reach,
    wording,
)
from certification.scoring import actions_dispositions as actions
from certification.scoring.models import DispositionState, ItemDisposition, RunState
from certification.scoring.views import blueprint
from lms import clock, paging, slots
from lms.accounts.listfile import neutral
from lms.accounts.queries import person_by_id
from lms.forms import accepted
from lms.i18n import gettext as _
from lms.permissions import permit

COLUMNS = (
    *("attempt", "person", "raw_before", "raw_after", "score_before", "score_after"),
    *("passed_before", "passed_after", "certifications", "outcome"),
)


@blueprint.get("/manage/exams/<code>/dispositions")
@permit("certification.see")
def dispositions(code: str) -> ResponseReturnValue:
    """Every decision on an item of this exam, newest first."""
    row, after = reach.exam(code, "certification.see"), paging.id_after(request.args.get("after"))
    page = queries_changes.dispositions(row.Exam.id, after)
    return render_template("scoring/dispositions.html", exam=row, page=page, wording=wording)


@blueprint.route("/manage/exams/<code>/items/<item>/disposition", methods=["GET", "POST"])
@permit("exams.configure")
def dispose(code: str, item: str) -> ResponseReturnValue:
    """Say what is wrong with an item and see what a decision would change."""
    exam = reach.exam(code, "exams.configure")
    row = queries_work.asked_version(exam.Exam.id, exam.Course.programme_id, item) or abort(404)
    behind = _behind(exam, request.args.get("appeal", type=int))
    content, form, made = draft_from(row.ItemVersion.content), forms.DispositionForm(), []
    form.treatment.choices = forms.treatments(content.kind)
    if form.validate_on_submit() and accepted(
        form,
        lambda: made.append(_propose(exam, row, form, behind)),
        key_wrong="key",
        item_key_missing="key",
        item_field_unreadable="key",
        item_option_unknown="key",
    ):
        return redirect(url_for("scoring.disposition", code=code, disposition_id=made[0].id), 303)
    if form.key.data is None:
        form.key.data = keys.typed(content)
    texts = content.texts[content.languages[0]]
    page = render_template(
        "scoring/dispose.html",
        exam=exam,
        item=row.Item,
        version=row.ItemVersion,
        content=content,
        texts=texts,
        question=markup.html(_named_gaps(texts.body, content), reach.picture),
        form=form,
        hint=wording.key_hint(content.kind),
        behind=behind,
    )
    return page, 422 if form.errors else 200


def _named_gaps(body: str, content: ItemContent) -> str:
    """The text with the names of its gaps where it has them."""
    for place in content.places:
        body = body.replace("{{" + place.id + "}}", f"`{place.id}`")
    return body


def _behind(exam: Any, appeal_id: int | None) -> Any | None:
    """The appeal of this exam from which the decision follows, when the address names one."""
    if appeal_id is None:
        return None
    allowed = reach.programme_ids("exams.appeals")
    row = queries_work.appeal_by_id(appeal_id, allowed) or abort(404)
    return row if row.Appeal.attempt.exam_id == exam.Exam.id else abort(404)


def _propose(
    exam: Any, row: Any, form: forms.DispositionForm, behind: Any | None
) -> ItemDisposition:
    by, now = current_user.person_id, clock.now()
    made = actions.propose(
        exam.Exam,
        row.ItemVersion.id,
        draft_from(row.ItemVersion.content),
        treatment=form.treatment.data or "",
        typed=form.key.data or "",
        reason=form.reason.data or "",
        by=by,
        now=now,
    )
    if behind is not None:
        actions_appeals.link(behind.Appeal, made.id, by=by, now=now)
    return made


def _found(code: str, disposition_id: int, permission: str) -> Any:
    exam = reach.exam(code, permission)
    return queries_changes.disposition_by_id(disposition_id, exam.Exam.id) or abort(404)


@blueprint.get("/manage/exams/<code>/dispositions/<int:disposition_id>")
@permit("certification.see")
def disposition(code: str, disposition_id: int) -> ResponseReturnValue:
    """The preview, the run's progress, or what became of each result."""
    row = _found(code, disposition_id, "certification.see")
    shown = request.args.get("show", "changed")
    if shown not in queries_changes.SHOWN:
        abort(404)
    after = paging.id_after(request.args.get("after"))
    page = queries_changes.changes(disposition_id, shown, after)
    return render_template(
        "scoring/disposition.html",
        exam=reach.exam(code, "certification.see"),
        row=row,
        decision=row.ItemDisposition,
        decider=_name(row.ItemDisposition.decided_by),
        page=page,
        shown=shown,
        counts=queries_changes.counts(disposition_id),
        appeals=queries_appeals.appeals_behind(disposition_id),
        total=queries_work.count_asked(row.ItemDisposition),
        awards=_awards(page.rows),
        states=DispositionState,
        proposed=RunState.PROPOSED,
        form=forms.SettleForm(formdata=None),
        took_part=actions.took_part(row.ItemDisposition, current_user.person_id),
        wording=wording,
    )


def _name(person_id: int | None) -> str:
    return person_by_id(person_id).name if person_id else ""


def _awards(rows: Sequence[Any]) -> dict[int, list[Any]]:
    """Attempt -> the awards that stand on its result, from the slot above."""
    found = exams.of_attempts([change.attempt_id for change, *_rest in rows])
    relying = slots.ask("result.awards", {}, results=list(found.values()))
    return {attempt: relying.get(result.id, []) for attempt, result in found.items()}


@blueprint.post("/manage/exams/<code>/dispositions/<int:disposition_id>/run")
@permit("exams.configure")
def run(code: str, disposition_id: int) -> ResponseReturnValue:
    """Carry out what was previewed."""
    row = _found(code, disposition_id, "exams.configure")
    actions.start(row.ItemDisposition, by=current_user.person_id, now=clock.now())
    return _back(code, disposition_id)


@blueprint.post("/manage/exams/<code>/dispositions/<int:disposition_id>/drop")
@permit("exams.configure")
def drop(code: str, disposition_id: int) -> ResponseReturnValue:
    """Leave all results as they are."""
    row = _found(code, disposition_id, "exams.configure")
    actions.drop(row.ItemDisposition, by=current_user.person_id, now=clock.now())
    flash(_("The preview is dropped. No result changed."))
    return redirect(url_for("scoring.dispositions", code=code), 303)


@blueprint.post("/manage/exams/<code>/dispositions/<int:disposition_id>/renewal")
@permit("exams.configure")
def preview_anew(code: str, disposition_id: int) -> ResponseReturnValue:
    """The same preview of today's results."""
    row = _found(code, disposition_id, "exams.configure")
    by = current_user.person_id
    fresh = actions.preview_anew(row.ItemDisposition, by=by, now=clock.now())
    return _back(code, fresh.id)


def _back(code: str, disposition_id: int) -> ResponseReturnValue:
    address = url_for("scoring.disposition", code=code, disposition_id=disposition_id)
    return redirect(address, 303)


@blueprint.post("/manage/exams/<code>/dispositions/<int:disposition_id>/changes/<int:change_id>")
@permit("exams.configure")
def settle(code: str, disposition_id: int, change_id: int) -> ResponseReturnValue:
    """Decide on a pass that would turn into a fail."""
    _found(code, disposition_id, "exams.configure")
    change = queries_changes.change_by_id(change_id, disposition_id) or abort(404)
    form, takes = forms.SettleForm(), "take" in request.form
    if not form.validate():
        flash(_("Give the reason of your decision."), "bad")
        return _back(code, disposition_id)
    by, now = current_user.person_id, clock.now()
    actions.settle(change, takes=takes, reason=form.reason.data or "", by=by, now=now)
    flash(_("Your decision is recorded."))
    return _back(code, disposition_id)


@blueprint.get("/manage/exams/<code>/dispositions/<int:disposition_id>/changes.csv")
@permit("certification.see")
def changes_file(code: str, disposition_id: int) -> ResponseReturnValue:
    """Every changed result as a file."""
    _found(code, disposition_id, "certification.see")
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(COLUMNS)
    for rows in queries_changes.in_batches(disposition_id):
        writer.writerows(_cells(rows))
    response = Response(written.getvalue(), mimetype="text/csv")
    name = f"{code}-disposition-{disposition_id}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _cells(rows: Sequence[Any]) -> Iterator[list[str]]:
    awards = _awards(rows)
    for change, attempt_code, person, made in rows:
        named = "; ".join(one.title for one in awards.get(change.attempt_id, []))
        values = (
            *(attempt_code, person.name, f"{float(change.raw_before):g}"),
            *(f"{float(change.raw_after):g}", change.scaled_before, change.scaled_after),
            *(change.passed_before, change.passed_after, named, made.state if made else ""),
        )
        yield [neutral(str(value)) for value in values]
