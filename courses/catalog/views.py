"""The public catalogue: browse, search, filter; a programme; a course."""

from collections.abc import Hashable, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from flask import Blueprint, abort, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from courses.catalog import browsing, drawn, queries
from courses.catalog.queries import Filters
from courses.catalog.snapshot import Catalog, CourseCard, ProgrammeCard, catalog
from lms import clock, pages, permissions, slots
from lms.accounts.queries import NOBODY, Standing, standing_of
from lms.permissions import PUBLIC, permit

blueprint = Blueprint("catalog", __name__)


def _today(now: datetime) -> date:
    return clock.today(now, current_app.extensions["settings"].issuer_zone)


def _standing(now: datetime) -> Standing:
    if not current_user.is_authenticated:
        return NOBODY
    return standing_of(current_user.person_id, _today(now))


def _marks() -> dict[int, str]:
    """What the reader has to do with each course: completed, enrolled."""
    if not current_user.is_authenticated:
        return {}
    marks: dict[int, str] = slots.ask("catalog.marks", {}, person_id=current_user.person_id)
    return marks


def _key(shown: Catalog, now: datetime, dates: Iterable[Any], *what: Hashable) -> Hashable:
    """What a visitor's page depends on: its subject, the catalogue, the day, the seats left."""
    seats = [(row.code, row.starts_at, row.room_left, row.virtual_left) for row in dates]
    return what, shown.revision, _today(now), tuple(seats)


@blueprint.get("/catalog")
@permit(PUBLIC)
def index() -> ResponseReturnValue:
    """All courses, narrowed by the filters in the address."""
    now, shown, filters = clock.now(), catalog(), browsing.filters_of(request.args)
    standing = _standing(now)
    found = queries.matching(shown, filters, standing.plan_id)
    ids = [course.id for course in found]
    dates = slots.ask("catalog.dates", {}, course_ids=ids, now=now)

    def draw() -> str:
        values = _index_values(shown, set(ids), filters)
        return render_template(
            "catalog/index.html",
            **values,
            standing=standing,
            panel=drawn.panel(shown, filters, standing),
            row=drawn.rows(shown, dates, _marks()),
        )

    return pages.answer(_key(shown, now, dates.values(), "index", filters, tuple(ids)), draw)


def _index_values(shown: Catalog, ids: set[int], filters: Filters) -> dict[str, Any]:
    groups = [
        (programme, [course for course in programme.courses if course.id in ids])
        for programme in shown.programmes
    ]
    return {
        "catalog": shown,
        "groups": [group for group in groups if group[1]],
        "found": len(ids),
        "total": len(shown.courses),
        "filters": filters,
        "chips": browsing.chips(shown, filters),
        "awards": slots.ask("catalog.certifications", {}),
    }


@blueprint.get("/catalog/<programme>")
@permit(PUBLIC)
def programme(programme: str) -> ResponseReturnValue:
    """One programme: its courses in order and what they lead to."""
    now, shown = clock.now(), catalog()
    found = next((p for p in shown.programmes if p.slug == programme), None)
    if found is None:
        abort(404)
    ids = [course.id for course in found.courses]
    dates = slots.ask("catalog.dates", {}, course_ids=ids, now=now)

    def draw() -> str:
        return render_template(
            "catalog/programme.html",
            programme=found,
            row=drawn.rows(shown, dates, _marks()),
            awards=slots.ask("catalog.certifications", {}),
        )

    return pages.answer(_key(shown, now, dates.values(), "programme", programme), draw)


@blueprint.get("/catalog/<programme>/<course>")
@permit(PUBLIC)
def course(programme: str, course: str) -> ResponseReturnValue:
    """One course: what, for whom, how long, how, what before, what after, when."""
    now, shown = clock.now(), catalog()
    owner = next((p for p in shown.programmes if p.slug == programme), None)
    address = f"/catalog/{programme}/{course}"
    card = next((c for c in owner.courses if c.href == address), None) if owner else None
    if owner is None or card is None:
        abort(404)
    dates = slots.ask("course.dates", [], course_id=card.id, now=now)

    def draw() -> str:
        values = _course_values(shown, owner, card)
        return render_template(
            "catalog/course.html",
            **values,
            dates=dates,
            standing=_standing(now),
            again_for=_again_for(card.id, values["mark"], now),
            may_edit=_may_edit(owner.code),
        )

    return pages.answer(_key(shown, now, dates, "course", card.id), draw)


def _again_for(course_id: int, mark: str | None, now: datetime) -> Sequence[str]:
    """What the course counts for once more, for a reader who completed it."""
    if mark != "completed":
        return ()
    person_id: int = current_user.person_id
    found: dict[int, Sequence[str]] = slots.ask(
        "course.counts_again", {}, course_id=course_id, person_ids=[person_id], on=_today(now)
    )
    return found.get(person_id, ())


def _may_edit(programme_code: str) -> bool:
    limits = permissions.programmes(current_user, "catalog.edit")
    return limits is None or programme_code in limits


def _course_values(shown: Catalog, owner: ProgrammeCard, card: CourseCard) -> dict[str, Any]:
    by_id, is_exam = shown.by_id(), card.kind == "exam"
    person_id = current_user.person_id
    return {
        "card": card,
        "version": queries.version(card.version_id),
        "programme": owner,
        "modules": queries.modules_of(card.version_id),
        "formats": [f for f in shown.formats if f.code in card.formats],
        "mode_of": shown.mode_of,
        "before": [by_id[id] for id in card.prerequisites if id in by_id],
        "after": [c for c in shown.courses if card.id in c.prerequisites],
        "certifications": slots.ask("course.certifications", [], kind=card.kind, code=card.code),
        "exam": slots.ask("course.exam", None, course_id=card.id) if is_exam else None,
        "mark": _marks().get(card.id),
        "self_paced": slots.ask("course.self_paced", None, course_id=card.id, person_id=person_id),
    }
