"""The trainer's class sessions, and the roster: thirty people marked on one page, one save."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.exceptions import NotFound

from courses.scheduling.actions.roster import Outcomes, save_roster
from courses.scheduling.forms import ReasonForm
from courses.scheduling.models import ClassSession, Outcome, Presence
from courses.scheduling.queries.history import history, standing_of
from courses.scheduling.queries.roster import completions_of, roster, taught
from courses.scheduling.queries.standing import join_url
from courses.scheduling.rules.times import Span
from courses.scheduling.views import roster_form
from courses.scheduling.views.blueprint import (
    blueprint,
    class_session_or_404,
    limits_of,
    person_id,
    reaches,
)
from lms import clock, slots
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


def _page(
    session: ClassSession,
    rows: list[roster_form.Row],
    written: int = 0,
    mistake: ReasonForm | None = None,
) -> str:
    emptied, now = [row for row in rows if row.emptied], clock.now()
    return render_template(
        "teach/roster.html",
        session=session,
        rows=rows,
        presences=list(Presence),
        outcomes=list(Outcome),
        may_record=current_user.may("teach.record"),
        has_started=session.starts_at <= now,
        join_url=join_url(session, now=now),
        flaws=roster_form.summary(rows),
        overtaken=[row for row in rows if row.theirs],
        emptied=emptied,
        follows=_follows(session, [row.line.person_id for row in emptied if row.loses_result]),
        mistake=mistake or ReasonForm(),
        unsaved=any(row.is_changed for row in rows),
        written=written,
    )


def _follows(session: ClassSession, people: list[int]) -> dict[int, list[tuple[str, date]]]:
    """By person whose completion goes with the result, (title, day) of the awards that rest on it:
    they stay."""
    if not people:
        return {}
    completions = completions_of(session.id, people)
    awards = slots.ask("completions.awards", {}, completions=completions)
    return {person: awards.get(completion, []) for completion, person in completions.items()}


@blueprint.get("/teach/<code>")
@permit("teach.see")
def roster_page(code: str) -> ResponseReturnValue:
    """The roster with what is recorded."""
    session = _taught_or_404(code, "sessions.see_all")
    return _page(session, roster_form.recorded(roster(session.id)))


@blueprint.post("/teach/<code>")
@permit("teach.record")
def save(code: str) -> ResponseReturnValue:
    """Record every changed row; one with a wrong cell, or changed meanwhile, comes again as it was
    typed and says why. So does one that was emptied, until the reason is given."""
    session = _taught_or_404(code, "sessions.edit")
    rows = roster_form.typed(roster(session.id), request.form)
    if request.form.get("fill") in roster_form.FILLS:
        roster_form.fill(rows, request.form["fill"])
        raise Uncommitted(make_response(_page(session, rows)))
    form = ReasonForm()
    is_explained = any(row.emptied for row in rows) and form.validate()
    to_save = roster_form.to_save(rows, (form.reason.data or "") if is_explained else "")
    outcomes = save_roster(session, to_save, by=person_id(), now=clock.now())
    rows = roster_form.show(rows, outcomes, roster(session.id))
    if any(row.is_unsaved for row in rows):
        session = _taught_or_404(code, "sessions.edit")
        return _page(session, rows, outcomes.written, form), _status(outcomes)
    flash(ngettext("Saved: %(num)s row.", "Saved: %(num)s rows.", outcomes.written))
    return redirect(url_for("scheduling.roster_page", code=code), 303)


def _status(outcomes: Outcomes) -> int:
    """That of a refusal takes everything back, so it is for a save that wrote nothing."""
    if outcomes.written:
        return 200
    return 409 if outcomes.conflicts else 422


@blueprint.get("/teach/<code>/history")
@permit("teach.see")
def roster_history(code: str) -> ResponseReturnValue:
    """All facts of the roster, those corrected or taken back too, with who, when and why."""
    session = _taught_or_404(code, "sessions.see_all")
    facts = history(session.id)
    return render_template("teach/history.html", session=session, rows=list(standing_of(facts)))
