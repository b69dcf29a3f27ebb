"""Taking a seat, giving it back, waiting: each a form on a class session's page."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.exceptions import NotFound

from courses.scheduling.actions import seats
from courses.scheduling.models import ClassSession, Seat, SeatKind, WaitingEntry
from courses.scheduling.queries import previews, standing
from courses.scheduling.views.blueprint import blueprint, class_session_or_404, person_id
from courses.scheduling.wording import name_of
from lms import clock
from lms.accounts.models import Person
from lms.accounts.queries import account_by_email, person_by_id, person_by_public_id
from lms.errors import refuse
from lms.i18n import gettext as _
from lms.permissions import SIGNED_IN, organisations, permit


def wanted_kind() -> SeatKind | None:
    """The kind of seat that the form asks for; None: either."""
    text = request.form.get("kind", "")
    if text in ("", "either"):
        return None
    try:
        return SeatKind(text)
    except ValueError:
        raise refuse("kind_not_offered", status=422) from None


def _back(session: ClassSession, text: str) -> ResponseReturnValue:
    flash(text)
    return redirect(url_for("scheduling.enrol_page", code=session.code), 303)


def _told(given: Seat | WaitingEntry, name: str | None = None) -> str:
    if isinstance(given, Seat):
        kind = name_of(given.kind)
        if name:
            return _("%(name)s has a seat (%(kind)s).", name=name, kind=kind)
        return _("You have a seat (%(kind)s). A mail confirms it.", kind=kind)
    if name:
        return _("%(name)s is on the waiting list.", name=name)
    return _("You are on the waiting list. As soon as a seat is yours, we mail you.")


@blueprint.post("/class-sessions/<code>/seat")
@permit(SIGNED_IN)
def enrol(code: str) -> ResponseReturnValue:
    """Take a seat or a place in the queue for oneself."""
    session, me = class_session_or_404(code), person_id()
    given = seats.enrol(session, me, wanted_kind(), by=me, now=clock.now())
    return _back(session, _told(given))


@blueprint.get("/class-sessions/<code>/seat/cancellation")
@permit(SIGNED_IN)
def ask_cancel(code: str) -> ResponseReturnValue:
    """What giving the own seat back means, before it is done."""
    session = class_session_or_404(code)
    seat = standing.live_seat(session.id, person_id())
    if seat is None:
        raise refuse("not_seated")
    return render_template(
        "scheduling/give_back.html",
        session=session,
        name=None,
        gets=previews.next_for(session, seat.kind, now=clock.now()),
        action=url_for("scheduling.cancel", code=code),
        back=url_for("scheduling.enrol_page", code=code),
    )


@blueprint.post("/class-sessions/<code>/seat/cancellation")
@permit(SIGNED_IN)
def cancel(code: str) -> ResponseReturnValue:
    """Give the own seat back."""
    session, me = class_session_or_404(code), person_id()
    seats.cancel_seat(session, me, by=me, now=clock.now())
    return _back(session, _("Your seat is cancelled. A mail confirms it."))


@blueprint.post("/class-sessions/<code>/seat/kind")
@permit(SIGNED_IN)
def switch(code: str) -> ResponseReturnValue:
    """Switch the own seat between room and virtual."""
    session, me = class_session_or_404(code), person_id()
    kind = wanted_kind()
    if kind is None:
        raise refuse("kind_not_offered", status=422)
    seats.switch(session, me, kind, by=me, now=clock.now())
    return _back(session, _("Your seat is now of the kind “%(kind)s”.", kind=name_of(kind)))


@blueprint.post("/class-sessions/<code>/queue/departure")
@permit(SIGNED_IN)
def leave(code: str) -> ResponseReturnValue:
    """Leave the queue."""
    session, me = class_session_or_404(code), person_id()
    seats.leave_queue(session, me, by=me, now=clock.now())
    return _back(session, _("You are no longer on the waiting list."))


@blueprint.post("/class-sessions/<code>/queue/wish")
@permit(SIGNED_IN)
def change_wish(code: str) -> ResponseReturnValue:
    """Wait for another kind of seat."""
    session, me = class_session_or_404(code), person_id()
    seats.change_wish(session, me, wanted_kind(), by=me, now=clock.now())
    return _back(session, _("Your wish is noted; your place in the queue stays."))


@blueprint.post("/class-sessions/<code>/colleagues")
@permit("people.edit")
def enrol_colleague(code: str) -> ResponseReturnValue:
    """An organisation's manager enrols one of its people; an administrator anybody."""
    session = class_session_or_404(code)
    person = _colleague()
    given = seats.enrol(session, person.id, wanted_kind(), by=person_id(), now=clock.now())
    return _back(session, _told(given, person.name))


def _colleague() -> Person:
    limits = organisations(current_user, "people.edit")
    email = request.form.get("email", "").strip()
    if limits is None and email:
        account = account_by_email(email)
        if account is None:
            raise refuse("no_such_address", status=422, address=email)
        return person_by_id(account.person_id)
    allowed = None if limits is None else list(limits)
    person = person_by_public_id(request.form.get("person", ""), allowed)
    if person is None:
        raise NotFound()
    return person
