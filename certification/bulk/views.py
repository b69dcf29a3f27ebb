"""Mass acts: choose, preview, run, watch, pause, take away the report, take back."""

import csv
import io
import re
from datetime import date, datetime

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from certification.awards import queries as awards
from certification.awards.models import Scheme
from certification.bulk import actions, forms, queries, rules, wording
from certification.bulk.models import BulkAct, BulkItem, BulkKind, BulkState
from lms import clock, paging, permissions
from lms import wording as words
from lms.accounts.listfile import neutral
from lms.errors import refuse
from lms.forms import accepted
from lms.i18n import gettext as _
from lms.permissions import permit
from lms.reasons import Reason
from lms.site import issuer_zone

blueprint = Blueprint("bulk", __name__)
SEPARATORS = re.compile(r"[\r\n,;\t]+")
COLUMNS = ("line", "entry", "holder", "certification", "outcome", "done_at")


def _limits() -> list[str] | None:
    found = permissions.programmes(current_user, "certification.revoke")
    return None if found is None else list(found)


def _whose() -> int | None:
    """Who may act in one programme only sees the own acts: others' may name anybody."""
    return None if _limits() is None else int(current_user.person_id)


def _act(act_id: int) -> BulkAct:
    found = queries.by_id(act_id, _whose())
    if found is None:
        abort(404)
    return found


@blueprint.route("/manage/bulk", methods=["GET", "POST"])
@permit("certification.revoke")
def index() -> ResponseReturnValue:
    """Choose certificates for a new act; earlier acts."""
    form, made = forms.BulkForm(), []
    form.scheme.choices = [("", "–"), *((scheme.code, scheme.title) for scheme in _schemes())]
    if (
        request.method == "POST"
        and form.validate()
        and accepted(
            form, lambda: made.append(_preview(form)), bulk_empty="listed", bulk_no_scheme="scheme"
        )
    ):
        return redirect(url_for("bulk.show", act_id=made[0].id), 303)
    page = render_template(
        "bulk/index.html",
        form=form,
        acts=queries.newest(_whose()),
        kind_text=wording.kind_text,
        state_text=wording.state_text,
    )
    return page, 422 if form.errors else 200


def _schemes() -> list[Scheme]:
    """What this manager may issue."""
    limits = _limits()
    return [s for s in awards.schemes() if awards.scheme_by_code(s.code, limits) is not None]


def _scheme(form: forms.BulkForm) -> Scheme | None:
    if form.kind.data != BulkKind.ISSUE:
        return None
    found = awards.scheme_by_code(form.scheme.data or "", _limits())
    if found is None:
        raise refuse("bulk_no_scheme", status=422)
    return found


def _today(now: datetime) -> date:
    return clock.today(now, issuer_zone())


def _preview(form: forms.BulkForm) -> BulkAct:
    now = clock.now()
    return actions.preview(
        BulkKind(form.kind.data),
        SEPARATORS.split(form.listed.data or ""),
        title=form.title.data or "",
        reason=form.reason.data or "",
        programmes=_limits(),
        by=current_user.person_id,
        today=_today(now),
        now=now,
        scheme=_scheme(form),
    )


@blueprint.get("/manage/bulk/<int:act_id>")
@permit("certification.revoke")
def show(act_id: int) -> ResponseReturnValue:
    """The preview row by row; once it runs, the progress."""
    return _page(_act(act_id), forms.RunForm())


def _page(act: BulkAct, form: forms.RunForm) -> str:
    cursor, now = request.args.get("after"), clock.now()
    after = paging.id_after(cursor)
    only_flaws = request.args.get("only") == "errors"
    total, flaws, done, lately = queries.counts(act.id, act.run_at)
    seconds = (now - act.run_at).total_seconds() if act.run_at else 0.0
    rate = lately / seconds if lately and seconds > 0 else 0.0
    return render_template(
        "bulk/act.html",
        act=act,
        form=form,
        page=queries.items(act.id, only_flaws=only_flaws, after_line=after),
        only_flaws=only_flaws,
        total=total,
        flaws=flaws,
        done=done,
        due=total - flaws,
        per_minute=round(rate * 60),
        minutes_left=round((total - flaws - done) / rate / 60) if rate else None,
        is_final=act.kind in rules.IRREVERSIBLE,
        needs_other=act.kind == BulkKind.REVOKE and act.created_by == current_user.person_id,
        states=BulkState,
        kinds=BulkKind,
        kind_text=wording.kind_text,
        state_text=wording.state_text,
        way_back=wording.way_back,
        flaw_text=wording.flaw_text,
    )


@blueprint.post("/manage/bulk/<int:act_id>/run")
@permit("certification.revoke")
def run(act_id: int) -> ResponseReturnValue:
    """Run exactly what was previewed; what cannot be undone is typed first."""
    act, form = _act(act_id), forms.RunForm()
    if act.kind in rules.IRREVERSIBLE and form.confirm.data != act.title:
        form.validate()
        form.confirm.errors = [words.word(Reason("bulk_confirm", {}))]
        return _page(act, form), 422
    actions.start(act, by=current_user.person_id, now=clock.now())
    return _back(act)


@blueprint.post("/manage/bulk/<int:act_id>/pause")
@permit("certification.revoke")
def pause(act_id: int) -> ResponseReturnValue:
    """Stop for a while."""
    act = _act(act_id)
    actions.pause(act, by=current_user.person_id, now=clock.now())
    return _back(act)


@blueprint.post("/manage/bulk/<int:act_id>/resumption")
@permit("certification.revoke")
def resume(act_id: int) -> ResponseReturnValue:
    """Go on."""
    act = _act(act_id)
    actions.resume(act, by=current_user.person_id, now=clock.now())
    return _back(act)


@blueprint.post("/manage/bulk/<int:act_id>/cancellation")
@permit("certification.revoke")
def cancel(act_id: int) -> ResponseReturnValue:
    """Leave alone what is not done yet."""
    act = _act(act_id)
    actions.cancel(act, by=current_user.person_id, now=clock.now())
    return _back(act)


@blueprint.post("/manage/bulk/<int:act_id>/recall")
@permit("certification.revoke")
def recall(act_id: int) -> ResponseReturnValue:
    """Preview the act that takes this one back."""
    act = _act(act_id)
    title = _("Taken back: %(title)s", title=act.title)
    now, by = clock.now(), current_user.person_id
    limits, today = _limits(), _today(now)
    return _back(actions.recall(act, title=title, programmes=limits, by=by, today=today, now=now))


def _back(act: BulkAct) -> ResponseReturnValue:
    return redirect(url_for("bulk.show", act_id=act.id), 303)


@blueprint.get("/manage/bulk/<int:act_id>/report.csv")
@permit("certification.revoke")
def report(act_id: int) -> ResponseReturnValue:
    """Every row with what became of it."""
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(COLUMNS)
    writer.writerows(_cells(item) for item in queries.all_items(_act(act_id).id))
    response = Response(written.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="bulk-{act_id}.csv"'
    return response


def _cells(item: BulkItem) -> list[str]:
    outcome = wording.flaw_text(item) if item.flaw else "done" if item.done_at else "open"
    when = item.done_at.isoformat() if item.done_at else ""
    texts = [item.text, item.holder, item.achievement, outcome]
    return [str(item.line), *(neutral(text) for text in texts), when]
