"""Plans side by side, and whom to call when."""

from collections.abc import Sequence
from itertools import groupby
from typing import TypeVar

from flask import Blueprint, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from courses.catalog.snapshot import catalog
from lms import clock
from lms.accounts import queries as people
from lms.accounts.queries import NOBODY, Standing
from lms.i18n import gettext
from lms.permissions import PUBLIC, permit
from lms.web import private
from support.directory import queries, rules
from support.directory.models import Channel, Contact, Region

blueprint = Blueprint("directory", __name__)
Row = TypeVar("Row", Channel, Contact)


def _standing() -> Standing:
    if not current_user.is_authenticated:
        return NOBODY
    zone = current_app.extensions["settings"].issuer_zone
    return people.standing_of(current_user.person_id, clock.today(clock.now(), zone))


@blueprint.get("/plans")
@permit(PUBLIC)
def plans() -> ResponseReturnValue:
    """The support plans side by side, and what the own organisation has."""
    rows = people.plans()
    keys = {feature["key"]: feature["title"] for plan in rows for feature in plan.features}
    table = [
        (title, [next((f for f in plan.features if f["key"] == key), None) for plan in rows])
        for key, title in keys.items()
    ]
    coverage = [
        (programme, [sum(plan.id in course.plans for course in programme.courses) for plan in rows])
        for programme in catalog().programmes
    ]
    page = render_template(
        "support/plans.html", plans=rows, table=table, coverage=coverage, standing=_standing()
    )
    return private(current_app.make_response(page))


@blueprint.get("/contacts")
@permit(PUBLIC)
def contacts() -> ResponseReturnValue:
    """The directory: channels, teams, regions with "open now", the escalation chain."""
    now, standing, blocks = clock.now(), _standing(), queries.blocks()
    centres = [
        (row, rules.opening_at(row.opening, row.time_zone, now)) for row in queries.regions()
    ]
    wanted = request.args.get("region", "")
    groups = [
        (title, [row for row in rows if not wanted or row.region_code in {wanted, None}])
        for title, rows in _grouped(queries.contacts())
    ]
    sun = blocks.get("follow_the_sun")
    page = render_template(
        "support/contacts.html",
        now=now,
        standing=standing,
        centres=centres,
        blocks=blocks,
        duty=rules.duty_at(sun["duty"], _hours([row for row, _ in centres]), now) if sun else None,
        wanted=wanted,
        regions={row.code: row for row, _ in centres},
        groups=[g for g in groups if g[1]],
        channels=[
            (title, [(row, rules.may_use(row.plan_codes, standing.plan_code)) for row in rows])
            for title, rows in _grouped(queries.channels())
        ],
        region_tabs=_region_tabs(wanted, [row for row, _ in centres]),
        plan_names={plan.code: plan.name for plan in people.plans()},
    )
    return current_app.make_response(page)


def _hours(rows: Sequence[Region]) -> list[rules.Centre]:
    return [rules.Centre(row.code, row.opening, row.time_zone) for row in rows]


def _grouped(rows: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    return [(title, list(group)) for title, group in groupby(rows, key=lambda row: row.group_title)]


def _region_tabs(wanted: str, rows: Sequence[Region]) -> list[tuple[str, str, bool]]:
    """(address, text, is current) of the list's narrowing by region."""
    every = (url_for("directory.contacts"), gettext("All regions"), not wanted)
    return [every] + [
        (url_for("directory.contacts", region=row.code), row.title, row.code == wanted)
        for row in rows
    ]
