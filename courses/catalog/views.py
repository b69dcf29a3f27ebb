"""The public catalogue: browse, search, filter; a programme; a course."""

import hashlib
from collections import OrderedDict
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from courses.catalog import queries, rules
from courses.catalog.queries import Filters
from courses.catalog.snapshot import Catalog, CourseCard, catalog
from courses.catalog.wording import BAND_NAMES, band_names
from lms import clock, i18n, site, slots
from lms.accounts.queries import NOBODY, Standing, standing_of
from lms.i18n import gettext as _
from lms.permissions import PUBLIC, permit
from lms.web import private

blueprint = Blueprint("catalog", __name__)
KEPT_PAGES = 200


def filters_of(args: Any) -> Filters:
    """The filters of the address; unknown values are dropped by matching nothing."""
    return Filters(
        text=(args.get("q") or "").strip()[:100],
        programmes=tuple(args.getlist("programme")[:20]),
        lengths=tuple(args.getlist("length")[:10]),
        modes=tuple(args.getlist("mode")[:10]),
        formats=tuple(args.getlist("format")[:20]),
        language=(args.get("language") or "")[:16],
        own_plan=args.get("plan") == "own",
    )


def _standing(now: datetime) -> Standing:
    if not current_user.is_authenticated:
        return NOBODY
    zone = current_app.extensions["settings"].issuer_zone
    return standing_of(current_user.person_id, clock.today(now, zone))


@blueprint.get("/catalog")
@permit(PUBLIC)
def index() -> ResponseReturnValue:
    """All courses, narrowed by the filters in the address."""
    now = clock.now()
    shown, filters, standing = catalog(), filters_of(request.args), _standing(now)
    found = queries.matching(shown, filters, standing.plan_id)
    dates = slots.ask("catalog.dates", {}, course_ids=[c.id for c in found], now=now)

    def draw() -> str:
        return render_template(
            "catalog/index.html",
            **_index_values(shown, found, filters),
            standing=standing,
            dates=dates,
            now=now,
        )

    if current_user.is_authenticated:
        return private(current_app.make_response(draw()))
    return _kept(("index", filters, tuple(c.id for c in found)), shown, dates, draw)


def _kept(key: tuple[Any, ...], shown: Catalog, dates: dict[int, Any], draw: Any) -> Response:
    """A visitor's page depends on the address, the catalogue's revision, the dates, language and
    appearance only: drawn once for each such combination and kept in this process."""
    pages: OrderedDict[Any, tuple[bytes, str]] = current_app.extensions.setdefault(
        "catalog_pages", OrderedDict()
    )
    full = (
        key,
        shown.revision,
        tuple(sorted(map(_plain, dates.values()))),
        i18n.language(),
        request.cookies.get("theme"),
        site.current().name,
    )
    page = pages.get(full)
    if page is None:
        body = str(draw()).encode()
        page = pages[full] = (body, hashlib.sha256(body).hexdigest()[:32])
        if len(pages) > KEPT_PAGES:
            pages.popitem(last=False)
    response = Response(page[0], mimetype="text/html")
    response.set_etag(page[1])
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Vary"] = "Cookie, Accept-Language"
    response.make_conditional(request)
    return response


def _plain(date: Any) -> Any:
    rows = date if isinstance(date, list) else [date]
    return tuple((row.code, row.starts_at, row.room_left, row.virtual_left) for row in rows)


def _index_values(shown: Catalog, found: list[CourseCard], filters: Filters) -> dict[str, Any]:
    marks = {}
    if current_user.is_authenticated:
        marks = slots.ask("catalog.marks", {}, person_id=current_user.person_id)
    ids = {course.id for course in found}
    groups = [
        (programme, [course for course in programme.courses if course.id in ids])
        for programme in shown.programmes
    ]
    return {
        "catalog": shown,
        "groups": [group for group in groups if group[1]],
        "found": len(found),
        "total": len(shown.courses),
        "filters": filters,
        "chips": _chips(shown, filters),
        "bands": band_names(),
        "counts": _counts(shown),
        "marks": marks,
        "awards": slots.ask("catalog.certifications", {}),
        "mode_of": {mode.code: mode for mode in shown.modes},
    }


def _counts(shown: Catalog) -> dict[str, dict[str, int]]:
    courses = shown.courses
    return {
        "mode": {m.code: sum(m.code in c.modes for c in courses) for m in shown.modes},
        "format": {f.code: sum(f.code in c.formats for c in courses) for f in shown.formats},
        "length": {
            band: sum(rules.in_band(c.minutes, band) for c in courses) for band in BAND_NAMES
        },
        "programme": {p.code: len(p.courses) for p in shown.programmes},
    }


def _chips(shown: Catalog, filters: Filters) -> list[tuple[str, str]]:
    """(address without it, text) of each filter that is set."""
    names = {
        "programme": {p.code: p.title for p in shown.programmes},
        "length": band_names(),
        "mode": {m.code: m.title for m in shown.modes},
        "format": {f.code: f.title for f in shown.formats},
    }
    chips = []
    for key, value in request.args.items(multi=True):
        if key in names and value in names[key]:
            chips.append((_without(key, value), names[key][value]))
    if filters.language:
        chips.append((_without("language", filters.language), i18n.language_name(filters.language)))
    if filters.text:
        chips.append((_without("q", request.args["q"]), f"“{filters.text}”"))
    if filters.own_plan:
        chips.append((_without("plan", "own"), _("Covered by my plan")))
    return chips


def _without(key: str, value: str) -> str:
    rest = [(k, v) for k, v in request.args.items(multi=True) if v and (k, v) != (key, value)]
    return f"/catalog?{urlencode(rest)}" if rest else "/catalog"


@blueprint.get("/catalog/<programme>")
@permit(PUBLIC)
def programme(programme: str) -> ResponseReturnValue:
    """One programme: its courses in order and what they lead to."""
    now, shown = clock.now(), catalog()
    found = next((p for p in shown.programmes if p.slug == programme), None)
    if found is None:
        abort(404)
    dates = slots.ask("catalog.dates", {}, course_ids=[c.id for c in found.courses], now=now)
    marks = {}
    if current_user.is_authenticated:
        marks = slots.ask("catalog.marks", {}, person_id=current_user.person_id)

    def draw() -> str:
        return render_template(
            "catalog/programme.html",
            programme=found,
            dates=dates,
            marks=marks,
            now=now,
            awards=slots.ask("catalog.certifications", {}),
            mode_of={mode.code: mode for mode in shown.modes},
        )

    if current_user.is_authenticated:
        return private(current_app.make_response(draw()))
    return _kept(("programme", programme), shown, dates, draw)


@blueprint.get("/catalog/<programme>/<course>")
@permit(PUBLIC)
def course(programme: str, course: str) -> ResponseReturnValue:
    """One course: what, for whom, how long, how, what before, what after, when."""
    now, shown = clock.now(), catalog()
    card = next((c for c in shown.courses if c.href == f"/catalog/{programme}/{course}"), None)
    if card is None:
        abort(404)
    dates = slots.ask("course.dates", {}, course_ids=[card.id], now=now)

    def draw() -> str:
        return render_template("catalog/course.html", **_course_values(shown, card, dates, now))

    if current_user.is_authenticated:
        return private(current_app.make_response(draw()))
    return _kept(("course", card.id), shown, dates, draw)


def _course_values(
    shown: Catalog, card: CourseCard, dates: dict[int, Any], now: datetime
) -> dict[str, Any]:
    version = queries.published(*card.href.split("/")[2:4])
    by_id, standing = shown.by_id(), _standing(now)
    owner = next(p for p in shown.programmes if p.code == card.programme_code)
    person_id = current_user.person_id
    return {
        "card": card,
        "version": version,
        "programme": owner,
        "modules": queries.modules_of(card.version_id),
        "formats": [f for f in shown.formats if f.code in card.formats],
        "mode_of": {mode.code: mode for mode in shown.modes},
        "before": [by_id[id] for id in card.prerequisites if id in by_id],
        "after": [c for c in shown.courses if card.id in c.prerequisites],
        "dates": dates.get(card.id, []),
        "standing": standing,
        "now": now,
        "certifications": slots.ask("course.certifications", [], kind=card.kind, code=card.code),
        "exam": slots.ask("course.exam", None, course_id=card.id) if card.kind == "exam" else None,
        "mark": slots.ask("catalog.marks", {}, person_id=person_id).get(card.id)
        if person_id
        else None,
        "self_paced": slots.ask("course.self_paced", None, course_id=card.id, person_id=person_id),
    }
