"""The proctor's console: who is in, how far, and what a proctor may do about it."""

from datetime import timedelta
from functools import partial
from typing import Any

from flask import Blueprint, abort, flash, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from certification.delivery import (
    actions,
    actions_bookings,
    forms,
    queries,
    queries_console,
    wording,
)
from certification.delivery.models import Attempt
from certification.delivery.queries_console import Held, Seat
from certification.delivery.views import go
from lms import clock, permissions
from lms.forms import accepted
from lms.i18n import clock_time, moment, ngettext
from lms.i18n import gettext as _
from lms.permissions import permit

blueprint = Blueprint("proctor", __name__)
SHOWN = timedelta(hours=12)
"""For how long an attempt that ended stays in the console."""
UNSEEN = timedelta(seconds=90)


def _exams() -> dict[str, Any]:
    limits = permissions.programmes(current_user, "exams.deliver")
    rows = queries_console.exams(None if limits is None else list(limits))
    return {row.code: row for row in rows}


def _held(code: str) -> Held:
    """The exam or slot of this address within reach, else 404."""
    known = _exams()
    if not code.startswith("slot-"):
        row = known.get(code) or abort(404)
        return Held(row.id, None, row.code, row.title, None)
    number = code.removeprefix("slot-")
    slot = queries.slot_by_id(int(number)) if number.isdecimal() and len(number) < 16 else None
    row = next((one for one in known.values() if slot and one.id == slot.exam_id), None)
    return Held(row.id, slot.id, row.code, row.title, slot) if slot and row else abort(404)


@blueprint.get("/teach/proctor")
@permit("exams.deliver")
def index() -> ResponseReturnValue:
    """Exams and slots to watch."""
    rows = list(_exams().values())
    since = clock.now() - SHOWN
    return render_template(
        "delivery/proctor.html",
        rows=rows,
        slots=queries_console.slots([row.id for row in rows], since=since),
        titles={row.id: row.title for row in rows},
    )


@blueprint.get("/teach/proctor/<code>")
@permit("exams.deliver")
def console(code: str) -> ResponseReturnValue:
    """The candidates of an exam or of one slot."""
    return _console(_held(code), forms.TimeForm())


def _console(held: Held, form: forms.TimeForm) -> str:
    now = clock.now()
    seats = queries_console.seats(held, since=now - SHOWN)
    lines = {seat.code or str(seat.booking_id): _line(seat) for seat in seats}
    return render_template(
        "delivery/console.html", held=held, seats=seats, lines=lines, form=form, now=now
    )


def _line(seat: Seat) -> dict[str, Any]:
    """What changes while one watches, in words."""
    now = clock.now()
    left = (seat.due_at - now).total_seconds() if seat.due_at and seat.state == "open" else None
    return {
        "state": wording.seat_state(seat.state),
        "kind": seat.state,
        "left": _minutes(left),
        "ends": clock_time(seat.due_at) if left is not None and seat.due_at else "",
        "progress": _("%(done)s of %(total)s", done=seat.answered, total=seat.total)
        if seat.total
        else "",
        "done": seat.answered,
        "seen": clock_time(seat.seen_at) if seat.seen_at else "",
        "unseen": bool(seat.state == "open" and seat.seen_at and now - seat.seen_at > UNSEEN),
        "confirmed": moment(seat.confirmed_at) if seat.confirmed_at else "",
    }


def _minutes(seconds: float | None) -> str:
    if seconds is None:
        return ""
    whole = max(int(seconds), 0)
    return _("%(minutes)s min %(seconds)s s", minutes=whole // 60, seconds=f"{whole % 60:02}")


@blueprint.get("/teach/proctor/<code>/state")
@permit("exams.deliver")
def state(code: str) -> ResponseReturnValue:
    """The same, for the page that looks every few seconds."""
    held = _held(code)
    seats = queries_console.seats(held, since=clock.now() - SHOWN)
    return jsonify({seat.code or str(seat.booking_id): _line(seat) for seat in seats})


@blueprint.post("/teach/proctor/<code>/extension")
@permit("exams.deliver")
def extend_all(code: str) -> ResponseReturnValue:
    """More time for everybody who is in."""
    held, form = _held(code), forms.TimeForm()
    ids = list(queries_console.open_in(held))
    if not form.validate() or not accepted(form, lambda: _extend(ids, form)):
        return _console(held, form), 422
    flash(
        ngettext("%(num)s candidate got more time.", "%(num)s candidates got more time.", len(ids))
    )
    return go(url_for("proctor.console", code=code))


def _extend(ids: list[int], form: forms.TimeForm) -> None:
    by, now = current_user.person_id, clock.now()
    for attempt_id in ids:
        actions.extend(attempt_id, form.minutes.data or 0, form.note.data or "", by=by, now=now)


@blueprint.post("/teach/proctor/<code>/bookings/<int:booking_id>/identity")
@permit("exams.deliver")
def confirm(code: str, booking_id: int) -> ResponseReturnValue:
    """The proctor saw who it is."""
    held = _held(code)
    if queries_console.booking_in(held, booking_id) is None:
        abort(404)
    by, now = current_user.person_id, clock.now()
    actions_bookings.confirm_identity(booking_id, held.exam_id, by=by, now=now)
    return go(url_for("proctor.console", code=code))


def _attempt(held: Held, attempt: str) -> Attempt:
    return queries_console.attempt_in(held, attempt) or abort(404)


@blueprint.get("/teach/proctor/<code>/attempts/<attempt>")
@permit("exams.deliver")
def candidate(code: str, attempt: str) -> ResponseReturnValue:
    """One candidate: what happened, and what can be done."""
    held = _held(code)
    return _candidate(held, _attempt(held, attempt), forms.TimeForm(), forms.NoteForm())


def _candidate(held: Held, row: Attempt, more: forms.TimeForm, note: forms.NoteForm) -> str:
    seats = queries_console.seats(held, since=clock.now() - SHOWN)
    seat = next((one for one in seats if one.attempt_id == row.id), None)
    return render_template(
        "delivery/candidate.html",
        held=held,
        attempt=row,
        seat=seat,
        line=_line(seat) if seat else {},
        standing=queries.standing_of(row.id),
        story=queries_console.story(row.id),
        event_name=wording.event_name,
        time_form=more,
        note_form=note,
    )


@blueprint.post("/teach/proctor/<code>/attempts/<attempt>/extension")
@permit("exams.deliver")
def extend(code: str, attempt: str) -> ResponseReturnValue:
    """More time for one candidate."""
    held, form = _held(code), forms.TimeForm()
    row = _attempt(held, attempt)
    if not form.validate() or not accepted(form, lambda: _extend([row.id], form)):
        return _candidate(held, row, form, forms.NoteForm(formdata=None)), 422
    return _back(code, attempt)


def _back(code: str, attempt: str) -> ResponseReturnValue:
    return go(url_for("proctor.candidate", code=code, attempt=attempt))


@blueprint.post("/teach/proctor/<code>/attempts/<attempt>/pause")
@permit("exams.deliver")
def pause(code: str, attempt: str) -> ResponseReturnValue:
    """Stop the clock of one candidate."""
    row = _attempt(_held(code), attempt)
    note = request.form.get("note", "").strip()[:500]
    actions.pause(row.id, note, by=current_user.person_id, now=clock.now())
    return _back(code, attempt)


@blueprint.post("/teach/proctor/<code>/attempts/<attempt>/pause/end")
@permit("exams.deliver")
def resume(code: str, attempt: str) -> ResponseReturnValue:
    """Let the clock go on."""
    row = _attempt(_held(code), attempt)
    actions.resume(row.id, by=current_user.person_id, now=clock.now())
    return _back(code, attempt)


@blueprint.post("/teach/proctor/<code>/attempts/<attempt>/notes")
@permit("exams.deliver")
def report(code: str, attempt: str) -> ResponseReturnValue:
    """Keep what happened; or end the attempt because of it."""
    held, form = _held(code), forms.NoteForm()
    row = _attempt(held, attempt)
    act = actions.report
    if ends := request.form.get("void"):
        act = partial(actions.void, counts=ends == "rules")
    by, now = current_user.person_id, clock.now()
    if not form.validate() or not accepted(
        form, lambda: act(row.id, form.note.data or "", by=by, now=now)
    ):
        return _candidate(held, row, forms.TimeForm(formdata=None), form), 422
    return _back(code, attempt)
