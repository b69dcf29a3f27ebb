"""Exams as their makers see them: the list, an overview, forms, cut scores."""

from typing import Any

from flask import Blueprint as Pages
from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from certification.exams import queries as exams
from certification.exams.access import exam_seen, exams_seen
from certification.exams.models import ExamPolicy
from certification.items import markup
from certification.items.content import ItemContent
from certification.items.reading import draft_from
from certification.items.showing import shown
from certification.papers import actions, forms, queries, queries_cap, queries_form, wording
from certification.papers.models import ExamForm, PaperState
from lms import clock, paging, slots
from lms.forms import accepted
from lms.i18n import language, ngettext
from lms.permissions import permit

blueprint = Pages("papers", __name__)


def today() -> Any:
    """The day in the issuer's zone."""
    return clock.today(clock.now(), current_app.extensions["settings"].issuer_zone)


@blueprint.get("/manage/exams")
@permit("items.see")
def index() -> ResponseReturnValue:
    """The exams that one may look into."""
    return render_template("papers/index.html", rows=exams_seen("items.see"))


@blueprint.get("/manage/exams/<code>")
@permit("items.see")
def exam(code: str) -> ResponseReturnValue:
    """What an exam consists of, and whether it can be taken today."""
    row = exam_seen(code, "items.see")
    policy = exams.policy_on(row.Exam.id, today())
    return render_template(
        "papers/exam.html",
        exam=row,
        policy=policy,
        cap=_cap(row, policy),
        newest=exams.newest_policy(row.Exam.id),
        blueprint=queries.published(row.Exam.id),
        draft=queries.draft(row.Exam.id),
        forms=queries.forms(row.Exam.id),
        stopped=queries_form.stopped(row.Exam.id),
        cuts=queries_form.cut_scores(row.Exam.id, size=1).rows,
        links=slots.ask("exam.links", [], code=code),
        state_badge=wording.state_badge,
    )


def _cap(row: Any, policy: ExamPolicy | None) -> queries_cap.Cap | None:
    """How the fixed forms stand to the exposure cap, where they are given."""
    is_fixed = policy is not None and policy.form_choice == "fixed"
    return queries_cap.cap_of(row.Exam.id) if is_fixed else None


@blueprint.get("/manage/exams/<code>/forms")
@permit("items.see")
def form_list(code: str) -> ResponseReturnValue:
    """The fixed forms, and the way to new ones."""
    return _forms(
        exam_seen(code, "items.see"), forms.AssembleForm(formdata=None, data={"count": 2})
    )


def _forms(row: Any, form: forms.AssembleForm) -> str:
    after = paging.id_after(request.args.get("after"))
    return render_template(
        "papers/forms.html",
        exam=row,
        form=form,
        page=queries.forms(row.Exam.id, after),
        blueprint=queries.published(row.Exam.id),
        cap=_cap(row, exams.policy_on(row.Exam.id, today())),
        state_badge=wording.state_badge,
    )


@blueprint.post("/manage/exams/<code>/forms")
@permit("certification.edit")
def assemble(code: str) -> ResponseReturnValue:
    """Assemble parallel forms: all of them, or what is short."""
    row, form = exam_seen(code, "certification.edit"), forms.AssembleForm()
    if form.validate() and accepted(
        form,
        lambda: actions.assemble_forms(
            row.Exam,
            exams.newest_policy(row.Exam.id),
            _seeds(form),
            by=current_user.person_id,
            now=clock.now(),
        ),
        form_code_taken="code",
    ):
        made = form.count.data or 1
        flash(ngettext("%(num)s form is assembled.", "%(num)s forms are assembled.", made))
        return redirect(url_for("papers.form_list", code=code), 303)
    return _forms(row, form), 422


def _seeds(form: forms.AssembleForm) -> dict[str, str]:
    """Codes in a row (C, D, E or X1, X2, X3), each with a seed of its own."""
    first, count = form.code.data or "", form.count.data or 1
    names = [first]
    for number in range(1, count):
        last = ord(first[-1]) + number
        follows = len(first) == 1 and first.isalpha() and last <= ord("Z")
        names.append(chr(last) if follows else f"{first}{number + 1}")
    return {name: f"{form.seed.data} {name}" for name in names}


def _form(code: str, form_code: str, permission: str) -> tuple[Any, ExamForm]:
    row = exam_seen(code, permission)
    return row, queries.form_by_code(row.Exam.id, form_code) or abort(404)


@blueprint.get("/manage/exams/<code>/forms/<form_code>")
@permit("items.see")
def form(code: str, form_code: str) -> ResponseReturnValue:
    """A form: its figures, and its items in order, as the candidate sees them."""
    row, found = _form(code, form_code, "items.see")
    places = queries.form_rows(found.id)
    blueprint_of = queries.blueprint_by_id(found.blueprint_id)
    at = request.args.get("place", 1, int)
    chosen = next((place for place in places if place.position == at), None)
    return render_template(
        "papers/form.html",
        exam=row,
        form=found,
        states=PaperState,
        blueprint=blueprint_of,
        places=places,
        at=at,
        view=_seen(draft_from(chosen.version.content), language()) if chosen else None,
        lines=queries_form.profile_of(found, blueprint_of, places),
        cut=queries.cut_of(found.id),
        enemies=queries_form.enemies(found.id),
        suspended=queries_form.stopped(found.exam_id).get(found.id, []),
        markup=markup,
        picture=lambda sha256: url_for("items.picture", sha256=sha256),
        state_badge=wording.state_badge,
    )


def _seen(content: ItemContent, tag: str) -> dict[str, Any]:
    return shown(content, content.language_for(tag), "form")


@blueprint.post("/manage/exams/<code>/forms/<form_code>/state")
@permit("certification.edit")
def move_form(code: str, form_code: str) -> ResponseReturnValue:
    """Publish a form, or retire it."""
    _row, found = _form(code, form_code, "certification.edit")
    wanted = request.form.get("state", "")
    if wanted not in (PaperState.PUBLISHED, PaperState.RETIRED):
        abort(422)
    actions.move(found, PaperState(wanted), by=current_user.person_id, now=clock.now())
    return redirect(url_for("papers.form", code=code, form_code=form_code), 303)
