"""The learner's competency map, and the assessors' queue of validations."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from certification.competency import actions, forms, queries
from certification.competency import wording as _wording  # noqa: F401 -- registers the texts
from certification.competency.models import Competency, Validation, ValidationState
from lms import charts, clock, paging, permissions, slots
from lms.accounts.lookup import find_person
from lms.accounts.models import Person
from lms.accounts.queries import person_by_public_id
from lms.forms import accepted
from lms.i18n import gettext as _
from lms.permissions import SIGNED_IN, permit

blueprint = Blueprint("competency", __name__)
FIELDS = {"level_unknown": "level", "observed_in_the_future": "observed_on"}
"""Where a refusal is shown."""
USUAL = 3
"""The level that a form offers first."""


def _today() -> date:
    return clock.today(clock.now(), current_app.extensions["settings"].issuer_zone)


def _reachable(programme_code: str) -> bool:
    limits = permissions.programmes(current_user, "competency.validate")
    return limits is None or programme_code in limits


def _maps(person_id: int) -> list[dict[str, Any]]:
    found = []
    for framework, programme in queries.frameworks():
        shown = queries.map_of(person_id, framework.programme_id, _today())
        if shown is None:
            continue
        spokes = [charts.Spoke(row.title, row.own, row.goal) for row in shown.rows]
        found.append(
            {
                "programme": programme,
                "framework": framework,
                "rows": shown.rows,
                "levels": shown.levels,
                "chart": charts.radar(spokes, len(shown.levels)),
                "evidence": sum(len(row.evidence) for row in shown.rows),
            }
        )
    return sorted(found, key=lambda item: item["evidence"] == 0)


@blueprint.get("/me/competencies")
@permit(SIGNED_IN)
def own_map() -> ResponseReturnValue:
    """What one can, at which level, by which evidence, and what is missing."""
    person_id = current_user.person_id
    form = _ask_form()
    return render_template(
        "competency/map.html",
        maps=_maps(person_id),
        person=None,
        form=form,
        asked=queries.asked_by(person_id),
    )


def _ask_form() -> forms.AskForm:
    form = forms.AskForm(data={"level": USUAL})
    _offer(form)
    return form


def _offer(form: forms.AskForm | forms.ObservationForm) -> None:
    """All competencies, and the levels of all their scales; the action knows each one's own."""
    rows = queries.all_competencies()
    form.competency.choices = _choices(rows)
    form.level.choices = _levels([row.framework.levels for row in rows])


def _levels(scales: Iterable[list[Any]]) -> list[tuple[int, str]]:
    """Each level's number and name; where scales differ, all its names."""
    names: dict[int, dict[str, None]] = {}
    for scale in scales:
        for number, level in enumerate(scale, 1):
            names.setdefault(number, {})[level["title"]] = None
    return [(number, f"{number}: {' / '.join(found)}") for number, found in sorted(names.items())]


def _choices(rows: Any) -> list[tuple[str, str]]:
    return [(row.code, f"{row.framework.title}: {row.title}") for row in rows]


@blueprint.post("/me/competencies")
@permit(SIGNED_IN)
def ask() -> ResponseReturnValue:
    """Ask an assessor to confirm a competency."""
    form = _ask_form()
    if form.validate() and accepted(form, lambda: _ask(form), **FIELDS):
        flash(_("Your request is in the assessors' queue."))
        return redirect(url_for("competency.own_map"), 303)
    page = render_template(
        "competency/map.html",
        maps=_maps(current_user.person_id),
        person=None,
        form=form,
        asked=queries.asked_by(current_user.person_id),
    )
    return page, 422


def _ask(form: forms.AskForm) -> None:
    actions.ask(
        current_user.person_id,
        _competency(form.competency.data),
        form.level.data or 1,
        note=form.note.data or "",
        now=clock.now(),
    )


def _competency(code: str) -> Competency:
    found = queries.competency_by_code(code)
    if found is None:
        abort(404)
    return found


@blueprint.get("/teach/people/<public_id>/competencies")
@permit("competency.see")
def map_of_person(public_id: str) -> ResponseReturnValue:
    """Somebody's map, for trainers and assessors."""
    limits = permissions.organisations(current_user, "competency.see")
    person = person_by_public_id(public_id, None if limits is None else list(limits))
    if person is None:
        abort(404)
    return render_template(
        "competency/map.html",
        maps=_maps(person.id),
        person=person,
        form=None,
        asked=[],
        adjustment=slots.ask("person.adjustment", None, person_id=person.id),
    )


@blueprint.get("/teach/validations")
@permit("competency.see")
def validations() -> ResponseReturnValue:
    """The queue of requests, oldest first."""
    cursor = request.args.get("after")
    page = queries.validations(
        ValidationState.WAITING, cursor=paging.decode(cursor, (int,)) if cursor else None
    )
    return render_template("competency/validations.html", page=page)


@blueprint.route("/teach/validations/<int:validation_id>", methods=["GET", "POST"])
@permit("competency.validate")
def decide(validation_id: int) -> ResponseReturnValue:
    """Confirm or decline one request."""
    row = _validation(validation_id)
    form = forms.DecisionForm(data={"level": row.level, "observed_on": _today()})
    form.level.choices = _levels([row.competency.framework.levels])
    form.decision.choices = [("confirm", _("Confirm the competency")), ("decline", _("Decline"))]
    asked = request.method == "POST" and form.validate()
    if asked and accepted(form, lambda: _decide(row, form), **FIELDS):
        flash(_("Your decision is recorded."))
        return redirect(url_for("competency.validations"), 303)
    page = render_template("competency/decide.html", row=row, form=form)
    return page, 422 if form.errors else 200


def _decide(row: Validation, form: forms.DecisionForm) -> None:
    actions.decide(
        row,
        confirmed=form.decision.data == "confirm",
        level=form.level.data or row.level,
        on=form.observed_on.data or _today(),
        note=form.note.data or "",
        by=current_user.person_id,
        now=clock.now(),
    )


def _validation(validation_id: int) -> Validation:
    row = queries.validation_by_id(validation_id)
    if row is None or row.state != ValidationState.WAITING:
        abort(404)
    if not _reachable(queries.programme_code_of(row.competency)):
        abort(404)
    return row


@blueprint.route("/teach/observations/new", methods=["GET", "POST"])
@permit("competency.validate")
def observe() -> ResponseReturnValue:
    """Record an observed competency without a request."""
    form = forms.ObservationForm(data={"observed_on": _today(), "level": USUAL})
    form.person.data = form.person.data or request.args.get("person", "")
    _offer(form)
    if request.method == "POST" and form.validate():
        person = _person(form)
        if person and accepted(form, lambda: _observe(person, form), **FIELDS):
            flash(_("The observation of %(name)s is recorded.", name=person.name))
            return redirect(url_for("competency.map_of_person", public_id=person.public_id), 303)
    page = render_template("competency/observe.html", form=form)
    return page, 422 if form.errors else 200


def _observe(person: Person, form: forms.ObservationForm) -> None:
    actions.observe(
        person,
        _competency(form.competency.data),
        form.level.data or 1,
        on=form.observed_on.data or _today(),
        note=form.note.data or "",
        by=current_user.person_id,
        now=clock.now(),
    )


def _person(form: forms.ObservationForm) -> Person | None:
    limits = permissions.organisations(current_user, "competency.validate")
    found = find_person(form.person.data or "", None if limits is None else list(limits))
    if found is None:
        form.person.errors = [
            _("Nobody has this address. Check it, or ask for the person's account.")
        ]
    return found
