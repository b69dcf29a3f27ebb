"""The start page, the learner's page and the administrators' entrance: pages that cross slices."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup

from certification.awards.progress import Learner, Progress, learner, question_of_learner
from certification.awards.rules import HELD, Status
from certification.awards.wording import reason_text
from certification.certificates import queries as certificates
from certification.competency.snapshot import FrameworkCard, frameworks
from certification.delivery import queries_mine as sitting
from certification.delivery.queries_mine import Sitting, newest
from certification.delivery.wording import outcome_text
from courses.catalog.snapshot import catalog
from courses.scheduling import queries as scheduling
from lms import charts, clock, i18n, pages
from lms.i18n import gettext as _
from lms.i18n import short_date
from lms.permissions import PUBLIC, SIGNED_IN, permit
from lms.prepared import ahead
from lms.web import private
from reporting.todos import todos_of

blueprint = Blueprint("home", __name__)
UNDER_WAY = frozenset({"running", "waiting", "failed"})
"""What of an attempt says more of an open step than that it is the next; a passed one whose step is
open is of an earlier cycle."""
COMPLETED = 8
"""The newest completions that the page lists."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the pathway."""

    title: str
    state: str
    is_exam: bool
    href: str | None
    note: str


@blueprint.get("/")
@permit(PUBLIC)
def start() -> ResponseReturnValue:
    """The front door; a signed-in reader goes on to their own page."""
    if current_user.is_authenticated:
        return redirect(url_for("home.me"), 303)
    page = render_template("reporting/start.html", catalog=catalog())
    return private(current_app.make_response(page))


@blueprint.get("/me")
@permit(SIGNED_IN)
def me() -> ResponseReturnValue:
    """The learner's page: what is next, what is done, what is missing."""
    now = clock.now()
    today = clock.today(now, current_app.extensions["settings"].issuer_zone)
    person_id = current_user.person_id
    ahead(
        question_of_learner(person_id, today),
        certificates.question_of_person(person_id, today),
        sitting.question(person_id),
        scheduling.question_of_mine(person_id, now=now),
    )
    known = learner(person_id, today)
    held = certificates.of_person(person_id, today)
    mine = scheduling.mine(person_id, now=now)
    sittings = newest(sitting.sittings_of(person_id))
    focus = focus_of(known.progress, set(known.facts.courses))
    page = render_template(
        "reporting/me.html",
        now=now,
        today=today,
        mine=mine,
        done=known.completed[:COMPLETED],
        held=held,
        focus=focus,
        others=_others([p for p in known.progress if p is not focus]),
        path=_path(_steps(focus, mine, sittings)) if focus else "",
        todos=todos_of(known.progress, mine, sittings, focus, now=now, today=today),
        needs=_needs(focus) if focus else [],
        map=_map(known, focus),
    )
    return private(current_app.make_response(page))


def focus_of(progress: Sequence[Progress], completed: set[str]) -> Progress | None:
    """The scheme that the page shows first: under way, else the one with the least missing."""
    open_ones = [p for p in progress if p.status not in HELD and p.assessment.needs]
    started = [p for p in open_ones if p.met or completed & {n.code for n in p.assessment.needs}]
    ranked = sorted(started or open_ones, key=lambda p: (p.assessment.short, -p.met))
    return ranked[0] if ranked else (progress[0] if progress else None)


def _steps(focus: Progress, mine: Any, sittings: Sequence[Sitting]) -> list[Step]:
    told = [one for one in sittings if one.outcome in UNDER_WAY]
    notes = {one.course_code: outcome_text(one.outcome) for one in told}
    notes |= {seat.course_code: _("Result pending") for seat in mine.pending}
    notes |= {seat.course_code: _("Enrolled") for seat in mine.upcoming}
    steps, is_first_open = [], True
    for need in focus.assessment.needs:
        state, note = "open", ""
        if need.is_met:
            state, note = "done", _("Completed")
        elif is_first_open:
            state, is_first_open, note = "now", False, _("Next")
        if not need.is_met:
            note = notes.get(need.code, note)
        steps.append(Step(focus.name(need), state, need.kind == "exam", focus.href(need), note))
    return steps


def _path(steps: list[Step]) -> Markup:
    """The pathway as a picture: many learners stand at the same step, so it is kept."""
    key = ("pathway", tuple(steps))
    return pages.part(key, lambda _marks: pages.macro("components/ui.html", "pathway")(steps), {})


def _others(progress: list[Progress]) -> Markup | None:
    """How far the learner is with the other certifications, kept for all who are as far."""
    rows = tuple(
        (
            p.version.scheme.code,
            p.version.scheme.title,
            p.status is Status.VALID,
            p.met,
            len(p.assessment.needs),
        )
        for p in progress
    )
    if not rows:
        return None
    key = ("others", rows)
    return pages.part(key, lambda _marks: pages.macro("reporting/_others.html", "others")(rows), {})


def _needs(focus: Progress) -> list[tuple[bool, str, str, str | None, str]]:
    rows = []
    for need in focus.assessment.needs:
        name = focus.name(need)
        note = reason_text(need, name) if need.reason else _fact_note(need)
        rows.append((need.is_met, name, note, focus.href(need), _("Open")))
    return rows


def _fact_note(need: Any) -> str:
    if need.fact is None:
        return ""
    if need.kind == "exam":
        return _("%(score)s points on %(day)s", score=need.fact.value, day=short_date(need.fact.on))
    return _("on %(day)s", day=short_date(need.fact.on))


def _map(known: Learner, focus: Progress | None) -> Markup | None:
    """The competency map of the programme that matters most to the learner now."""
    if focus is None:
        return None
    framework = frameworks().by_programme.get(focus.version.scheme.programme_id)
    if framework is None or not framework.competencies:
        return None
    levels = known.levels()
    own = tuple(levels.get(row.code, 0) for row in framework.competencies)
    return _drawn_map(framework, own, i18n.language())


@lru_cache(maxsize=2000)
def _drawn_map(framework: FrameworkCard, own: tuple[int, ...], _language: str) -> Markup:
    """The map as a picture: learners who completed the same have the same, so it is kept."""
    spokes = [
        charts.Spoke(row.title, level, row.goal)
        for row, level in zip(framework.competencies, own, strict=True)
    ]
    radar = pages.macro("components/radar.html", "radar")
    drawn = radar(charts.radar(spokes, len(framework.levels)), spokes, framework.levels)
    return Markup(drawn)  # noqa: S704  # a macro's, which escapes every value


@blueprint.get("/manage")
@permit("manage.see")
def manage() -> ResponseReturnValue:
    """The administrators' entrance: what one may manage."""
    return render_template("reporting/manage.html")
