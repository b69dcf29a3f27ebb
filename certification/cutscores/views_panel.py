"""Studies for the judges: rating items in a round, or saying what is tolerable."""

from decimal import Decimal
from typing import Any

from flask import Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from certification.cutscores import actions, forms, outcomes, queries, wording
from certification.cutscores.models import CutStudy, Judge, RatingRound, StudyMethod, StudyState
from certification.cutscores.rules import Bounds
from certification.cutscores.views import blueprint
from certification.items import markup
from certification.items.showing import shown
from lms import clock
from lms.forms import accepted
from lms.i18n import gettext as _
from lms.i18n import language
from lms.permissions import SIGNED_IN, permit

SEED = "panel"


@blueprint.get("/panel")
@permit(SIGNED_IN)
def panels() -> ResponseReturnValue:
    """The open studies on whose panel one is."""
    return render_template(
        "cutscores/panels.html",
        rows=queries.of_judge(current_user.person_id),
        method_name=wording.method_name,
    )


def _seat(study_id: int) -> tuple[CutStudy, Judge]:
    """A study and oneself on its panel, else 404."""
    judge = queries.judge_of(study_id, current_user.person_id)
    study = queries.by_id(study_id) if judge else None
    if judge is None or study is None or study.state == StudyState.DROPPED:
        abort(404)
    return study, judge


@blueprint.get("/panel/<int:study_id>")
@permit(SIGNED_IN)
def panel(study_id: int) -> ResponseReturnValue:
    """What one is asked to judge now."""
    study, judge = _seat(study_id)
    if study.method == StudyMethod.HOFSTEE:
        return _bounds_page(study, judge, _bounds_form(judge, study))
    return _rating_page(study, judge, {})


@blueprint.post("/panel/<int:study_id>/ratings")
@permit(SIGNED_IN)
def rate(study_id: int) -> ResponseReturnValue:
    """Keep what was typed in the open round; a wrong number is named and nothing is lost."""
    study, judge = _seat(study_id)
    items = {place for place, _version, _content in queries.rated_items(study.form_id)}
    typed = {place: request.form.get(f"r{place}", "").strip() for place in items}
    wrong = {p: text for p, text in typed.items() if text and not _is_percent(text)}
    if wrong:
        return _rating_page(study, judge, typed, wrong), 422
    given = {place: int(text) for place, text in typed.items() if text}
    number = request.form.get("round", 0, int)
    actions.rate(study, number, judge, given, now=clock.now())
    flash(_("Saved: %(have)s of %(all)s items are rated.", have=len(given), all=len(items)))
    return redirect(url_for("cutscores.panel", study_id=study_id), 303)


def _is_percent(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 3 and int(text) <= 100


def _rating_page(
    study: CutStudy, judge: Judge, typed: dict[int, str], wrong: dict[int, str] | None = None
) -> str:
    rounds, given = queries.rounds(study.id), queries.ratings(study.id)
    current = next((one for one in rounds if one.closed_at is None), None)
    own = given.get(current.id, {}).get(judge.id, {}) if current else {}
    past = [one for one in rounds if one.closed_at is not None]
    return render_template(
        "cutscores/rate.html",
        study=study,
        current=current,
        rows=_rows(study) if current else [],
        typed=typed or {place: str(percent) for place, percent in own.items()},
        wrong=wrong or {},
        before=_before(study, judge, past[-1], given) if past and current else None,
        markup=markup,
        picture=lambda sha256: url_for("cutscores.picture", study_id=study.id, sha256=sha256),
    )


def _rows(study: CutStudy) -> list[dict[str, Any]]:
    rows = []
    for place, _version, content in queries.rated_items(study.form_id):
        tag = content.language_for(language())
        view = shown(content, tag, SEED)
        texts = content.texts[tag]
        key = [texts.options.get(one, one) for one in content.key_choices]
        key += [
            f"{texts.places.get(p) or p}: {texts.options.get(o, o)}"
            for p, o in content.key_places.items()
        ]
        key += [one.text or format(one.value, "f") for one in content.answers if one.credit == 1]
        rows.append({"place": place, "view": view, "key": key, "points": content.scoring.points})
    return rows


def _before(
    study: CutStudy, judge: Judge, last: RatingRound, given: dict[int, Any]
) -> dict[str, Any]:
    """What the panel said in the round before: the own rating, the panel's mean and span, how many
    candidates got it right, and how many would reach the panel's cut."""
    found = outcomes.outcome(study)
    one = next((r for r in found["rounds"] if r["number"] == last.number), None)
    items = {row["place"]: row for row in (one or {}).get("items", [])}
    return {
        "number": last.number,
        "own": given.get(last.id, {}).get(judge.id, {}),
        "items": items,
        "observed": outcomes.difficulties(study),
        "cut": (one or {}).get("cut"),
        "passing": found["passing"],
    }


@blueprint.post("/panel/<int:study_id>/bounds")
@permit(SIGNED_IN)
def tolerate(study_id: int) -> ResponseReturnValue:
    """Keep what one finds tolerable."""
    study, judge = _seat(study_id)
    form = forms.BoundsForm()
    if form.validate() and accepted(
        form,
        lambda: actions.tolerate(study, judge, _bounds(form), now=clock.now()),
        cuts_out_of_order="most_cut",
        fails_out_of_order="most_fail",
    ):
        flash(_("Your answer is saved. You can change it until the study is closed."))
        return redirect(url_for("cutscores.panel", study_id=study_id), 303)
    return _bounds_page(study, judge, form), 422


def _bounds(form: forms.BoundsForm) -> Bounds:
    return Bounds(
        float(form.least_cut.data or 0),
        float(form.most_cut.data or 0),
        (form.least_fail.data or 0) / 100,
        (form.most_fail.data or 0) / 100,
    )


def _bounds_form(judge: Judge, study: CutStudy) -> forms.BoundsForm:
    row = queries.bounds(study.id).get(judge.id)
    if row is None:
        return forms.BoundsForm(formdata=None)
    data = {
        "least_cut": Decimal(str(float(row.least_cut))),
        "most_cut": Decimal(str(float(row.most_cut))),
        "least_fail": round(row.least_fail),
        "most_fail": round(row.most_fail),
    }
    return forms.BoundsForm(formdata=None, data=data)


def _bounds_page(study: CutStudy, judge: Judge, form: forms.BoundsForm) -> str:
    return render_template(
        "cutscores/bounds.html",
        study=study,
        form=form,
        full=float(study.form.full_points),
        is_answered=judge.id in queries.bounds(study.id),
        states=StudyState,
    )


@blueprint.get("/panel/<int:study_id>/pictures/<sha256>.png")
@permit(SIGNED_IN)
def picture(study_id: int, sha256: str) -> ResponseReturnValue:
    """A picture of an item of the study's form."""
    study, _judge = _seat(study_id)
    shown_there = {
        name
        for _place, _version, content in queries.rated_items(study.form_id)
        for name in content.pictures()
    }
    if sha256 not in shown_there:
        abort(404)
    answer = Response(current_app.extensions["storage"].get(sha256), mimetype="image/png")
    answer.headers["Cache-Control"] = "private, max-age=86400"
    return answer
