"""Assessors mark extended answers: whose they are is not shown, nor how others marked them."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from certification.delivery.models import AttemptResponse
from certification.items import markup
from certification.items.content import ItemContent
from certification.items.reading import draft_from
from certification.rubrics import queries_sittings
from certification.rubrics.wording import round_text as judged_round
from certification.scoring import (
    actions_marks,
    forms,
    queries_marking,
    queries_work,
    reach,
    wording,
)
from certification.scoring.views import blueprint
from lms import clock, paging, permissions
from lms.forms import accepted
from lms.i18n import gettext as _
from lms.paging import Page
from lms.permissions import permit


@blueprint.get("/teach/marking")
@permit("exams.mark")
def marking() -> ResponseReturnValue:
    """The answers that wait, oldest first, and one's own marks that may still be corrected."""
    cursor = request.args.get("after")
    return render_template(
        "scoring/marking.html",
        page=queries_work.marking_queue(
            reach.programme_ids("exams.mark"),
            current_user.person_id,
            paging.id_after(cursor),
        ),
        own=queries_work.own_marks(current_user.person_id),
        round_text=wording.round_text,
        sittings=_sittings(),
        judged_round=judged_round,
    )


def _sittings() -> Page[Any]:
    """People who wait for another assessor of a practical exam, an interview or their work."""
    limits = permissions.programmes(current_user, "exams.record_result")
    after = paging.id_after(request.args.get("sittings"))
    codes = None if limits is None else list(limits)
    return queries_sittings.to_judge(codes, current_user.person_id, after)


@blueprint.route("/teach/marking/<int:attempt_id>/<int:position>", methods=["GET", "POST"])
@permit("exams.mark")
def mark(attempt_id: int, position: int) -> ResponseReturnValue:
    """Mark one answer by its rubric, or correct one's own mark."""
    place = queries_marking.place(
        attempt_id, position, reach.programme_ids("exams.mark"), current_user.person_id
    )
    if place is None:
        abort(404)
    content, form = draft_from(place.version.content), forms.MarkForm()
    fields = _fields(place, content)
    if request.method == "GET" and place.own is not None:
        form.comment.data = place.own.comment
    if form.validate_on_submit() and _accepts(place, content, form, fields):
        flash(_("Your mark is recorded."))
        return redirect(url_for("scoring.marking"), 303)
    return _page(place, content, form, fields), 422 if request.method == "POST" else 200


def _fields(place: queries_marking.Place, content: ItemContent) -> list[forms.PointsField]:
    titles = content.texts[content.language_for(place.language)].criteria
    kept = place.own.points if place.own is not None else {}
    sent = {f"points-{name}": str(value) for name, value in kept.items()}
    return forms.points_of(content.criteria, titles, request.form if request.form else sent)


def _accepts(
    place: queries_marking.Place,
    content: ItemContent,
    form: forms.MarkForm,
    fields: list[forms.PointsField],
) -> bool:
    points = forms.read_points(fields, _("Enter points between 0 and %(most)s."))
    if any(field.error for field in fields):
        return False
    return accepted(form, lambda: _act(place, content, points, form, clock.now()))


def _act(
    place: queries_marking.Place,
    content: ItemContent,
    points: Mapping[str, Decimal],
    form: forms.MarkForm,
    now: datetime,
) -> None:
    comment, by = form.comment.data or "", current_user.person_id
    if place.own is not None:
        version_id = place.version.id
        actions_marks.correct(
            place.own, content, points, version_id=version_id, comment=comment, by=by, now=now
        )
    elif place.task is not None:
        actions_marks.mark(place.task, content, points, comment=comment, by=by, now=now)


def _page(
    place: queries_marking.Place,
    content: ItemContent,
    form: forms.MarkForm,
    fields: list[forms.PointsField],
) -> str:
    texts = content.texts[content.language_for(place.language)]
    return render_template(
        "scoring/mark.html",
        place=place,
        form=form,
        fields=fields,
        question=markup.html(texts.body, reach.picture),
        answer=_answer(place.response),
        html=lambda text: markup.html(text, reach.picture),
        words=content.words,
        round_text=wording.round_text,
    )


def _answer(response: AttemptResponse | None) -> str:
    return str(response.response or "") if response is not None else ""
