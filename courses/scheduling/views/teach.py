"""The trainer's class sessions, and the roster: thirty people marked on one page, one save."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.exceptions import NotFound

from courses.scheduling.actions.roster import save_roster
from courses.scheduling.models import ClassSession, Outcome, Presence
from courses.scheduling.queries.roster import history, roster, taught
from courses.scheduling.rules.times import Span
from courses.scheduling.views import roster_form
from courses.scheduling.views.blueprint import (
    blueprint,
    class_session_or_404,
    limits_of,
    person_id,
    reaches,
)
from lms import clock
from lms.i18n import ngettext
from lms.permissions import permit
from lms.web import Uncommitted


def today(now: datetime, zone: str) -> Span:
    """The reader's day as two instants."""
    here = ZoneInfo(zone)
    first = datetime.combine(now.astimezone(here).date(), time(), here)
    last = datetime.combine(first.date() + timedelta(days=1), time(), here)
    return Span(first.astimezone(UTC), last.astimezone(UTC))


@blueprint.get("/teach")
@permit("teach.see")
def teach() -> ResponseReturnValue:
    """The own class sessions: today, to be marked, upcoming, past."""
    now = clock.now()
    day = today(now, current_user.time_zone)
    lists = {
        when: taught(
            when,
            trainer_person_id=person_id(),
            programmes=limits_of("sessions.see_all"),
            day=day,
            now=now,
        )
        for when in ("today", "unmarked", "upcoming", "past")
    }
    return render_template("teach/index.html", lists=lists)


def _taught_or_404(code: str, permission: str) -> ClassSession:
    """The class session, for its trainer and for who manages its programme."""
    session = class_session_or_404(code)
    if session.trainer_person_id != person_id() and not reaches(session, permission):
        raise NotFound()
    return session


def _page(session: ClassSession, rows: list[roster_form.Row]) -> str:
    return render_template(
        "teach/roster.html",
        session=session,
        rows=rows,
        presences=list(Presence),
        outcomes=list(Outcome),
        may_record=current_user.may("teach.record"),
        has_started=session.starts_at <= clock.now(),
        flawed=[row for row in rows if row.errors],
        overtaken=[row for row in rows if row.theirs],
        unsaved=request.method == "POST",
    )


@blueprint.get("/teach/<code>")
@permit("teach.see")
def roster_page(code: str) -> ResponseReturnValue:
    """The roster with what is recorded."""
    session = _taught_or_404(code, "sessions.see_all")
    return _page(session, roster_form.recorded(roster(session.id)))


@blueprint.post("/teach/<code>")
@permit("teach.record")
def save(code: str) -> ResponseReturnValue:
    """Record every changed row, or nothing while a cell is wrong or was changed meanwhile."""
    session = _taught_or_404(code, "sessions.edit")
    rows = roster_form.typed(roster(session.id), request.form)
    if request.form.get("fill") == "present":
        roster_form.all_present(rows)
        raise Uncommitted(make_response(_page(session, rows)))
    if any(row.errors for row in rows):
        return _page(session, rows), 422
    outcomes = save_roster(session, roster_form.to_save(rows), by=person_id(), now=clock.now())
    roster_form.show(rows, outcomes)
    if outcomes.flaws or outcomes.conflicts:
        session = _taught_or_404(code, "sessions.edit")
        return _page(session, rows), 409 if outcomes.conflicts else 422
    flash(ngettext("Saved: %(num)s row.", "Saved: %(num)s rows.", outcomes.written))
    return redirect(url_for("scheduling.roster_page", code=code), 303)


@blueprint.get("/teach/<code>/history")
@permit("teach.see")
def roster_history(code: str) -> ResponseReturnValue:
    """All facts of the roster, corrected ones too, with who and when."""
    session = _taught_or_404(code, "sessions.see_all")
    facts = history(session.id)
    replaced = {(type(fact).__name__, fact.replaces_id) for fact in facts if fact.replaces_id}
    return render_template("teach/history.html", session=session, facts=facts, replaced=replaced)
