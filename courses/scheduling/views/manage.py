"""Administration of class sessions: the list, making one, its people, opening and closing."""

from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.exceptions import NotFound

from courses.catalog.snapshot import catalog
from courses.scheduling.actions import changes, classes, seats
from courses.scheduling.forms import CreateForm, NarrowingForm
from courses.scheduling.models import ClassSession, Seat, SeatKind, SessionState
from courses.scheduling.queries import courses, log, people, previews, sessions, standing
from courses.scheduling.views.blueprint import (
    blueprint,
    class_session_or_404,
    despite,
    limits_of,
    person_id,
    reaches,
)
from courses.scheduling.views.filters import centres, offer, zones
from courses.scheduling.wording import word
from lms import clock
from lms.accounts.queries import plans
from lms.errors import Refusal
from lms.i18n import LANGUAGES, language_name
from lms.i18n import gettext as _
from lms.paging import decode
from lms.permissions import permit
from lms.reasons import Reason

TABS = ("upcoming", "past", "cancelled")


def managed_or_404(code: str, permission: str) -> ClassSession:
    """The class session, for who manages its programme."""
    session = class_session_or_404(code)
    if not reaches(session, permission):
        raise NotFound()
    return session


@blueprint.get("/manage/class-sessions")
@permit("sessions.see_all")
def managed() -> ResponseReturnValue:
    """All class sessions by state, narrowed by programme and region, one page."""
    form, after, now = _narrowing(), request.args.get("after"), clock.now()
    when = request.args.get("when", "upcoming")
    when = when if when in TABS else "upcoming"
    chosen = {name: value for name, value in form.data.items() if value}
    page = sessions.managed(
        sessions.Filters(
            course=request.args.get("course", ""),
            programme=form.programme.data,
            zones=zones(form.region.data),
        ),
        when=when,
        now=now,
        programmes=limits_of("sessions.see_all"),
        cursor=decode(after, [int, int]) if after else None,
    )
    return render_template(
        "scheduling/manage.html", page=page, when=when, form=form, chosen=chosen, now=now
    )


def _narrowing() -> NarrowingForm:
    """The list's filters with their values; another value counts as none."""
    form, limits = NarrowingForm(request.args), limits_of("sessions.see_all")
    programmes = {p.code: p.title for p in catalog().programmes}
    mine = {c: t for c, t in programmes.items() if limits is None or c in limits}
    offer(form.programme, mine)
    offer(form.region, {centre.code: centre.title for centre in centres()})
    return form


@blueprint.get("/manage/class-sessions/<code>")
@permit("sessions.see_all")
def managed_one(code: str) -> ResponseReturnValue:
    """A class session's seats, queue and the queue's decisions."""
    session, now = managed_or_404(code, "sessions.see_all"), clock.now()
    return render_template(
        "scheduling/managed_session.html",
        session=session,
        now=now,
        seats=log.seats_with_names(session.id),
        queue=log.queue_with_names(session.id),
        decisions=log.decisions(session.id),
        free=standing.free(session),
        only_kind=_only_kind(session),
        plan_names={plan.rank: plan.name for plan in plans()},
        is_over=session.ends_at <= now,
        may_cancel=_may_cancel(session, now=now),
    )


def _only_kind(session: ClassSession) -> SeatKind | None:
    """The kind of all seats, if they are of one: then nobody waits for “either kind”."""
    kinds = standing.offer(session).kinds
    return kinds[0] if len(kinds) == 1 else None


def _may_cancel(session: ClassSession, *, now: datetime) -> bool:
    """Whether the reader may cancel other people's seats here."""
    is_before = session.starts_at > now and session.state != SessionState.CANCELLED
    return is_before and reaches(session, "sessions.edit")


@blueprint.get("/manage/class-sessions/<code>/seats/<int:seat_id>/cancellation")
@permit("sessions.edit")
def ask_cancel_of(code: str, seat_id: int) -> ResponseReturnValue:
    """Whose seat it is and who gets it, before it is done."""
    session, seat = _seat_or_404(code, seat_id)
    return render_template(
        "scheduling/give_back.html",
        session=session,
        name=seat.person.name,
        gets=previews.next_for(session, seat.kind, now=clock.now()),
        action=url_for("scheduling.cancel_seat_of", code=code, seat_id=seat_id),
        back=url_for("scheduling.managed_one", code=code),
    )


def _seat_or_404(code: str, seat_id: int) -> tuple[ClassSession, Seat]:
    session = managed_or_404(code, "sessions.edit")
    seat = log.seat_of(session.id, seat_id)
    if seat is None:
        raise NotFound()
    return session, seat


@blueprint.post("/manage/class-sessions/<code>/seats/<int:seat_id>/cancellation")
@permit("sessions.edit")
def cancel_seat_of(code: str, seat_id: int) -> ResponseReturnValue:
    """Cancel somebody's seat, for instance on a call; the next that fits gets it."""
    session, seat = _seat_or_404(code, seat_id)
    name = seat.person.name
    seats.cancel_seat(session, seat.person_id, by=person_id(), now=clock.now())
    flash(_("The seat of %(name)s is cancelled. A mail says so.", name=name))
    return redirect(url_for("scheduling.managed_one", code=code), 303)


@blueprint.post("/manage/class-sessions/<code>/enrolment")
@permit("sessions.edit")
def set_open(code: str) -> ResponseReturnValue:
    """Close enrolment, or open it again."""
    session = managed_or_404(code, "sessions.edit")
    is_open = request.form.get("open") == "yes"
    changes.set_open(session, is_open=is_open, by=person_id(), now=clock.now())
    flash(_("Enrolment is open again.") if is_open else _("Enrolment is closed."))
    return redirect(url_for("scheduling.managed_one", code=code), 303)


def _form() -> CreateForm:
    form = CreateForm()
    limits = limits_of("sessions.edit")
    form.course.choices = [
        (version.course.code, f"{version.course.code} {version.title}")
        for version in courses.schedulable(limits)
    ]
    form.delivery_format.choices = [
        (row.code, f"{row.mode.title}: {row.title}") for row in courses.formats()
    ]
    form.trainer.choices = people.trainers()
    form.language.choices = [(tag, language_name(tag)) for tag in _languages()]
    return form


def _languages() -> list[str]:
    """The interface's languages and those that the framework teaches in."""
    return [
        *LANGUAGES,
        *[tag for tag in ("es", "de", "fr", "nl", "zh", "ja") if tag not in LANGUAGES],
    ]


@blueprint.get("/manage/class-sessions/new")
@permit("sessions.edit")
def new() -> ResponseReturnValue:
    """An empty form, or a copy of another class session's plan."""
    form = _form()
    form.time_zone.data = current_user.time_zone
    copied = request.args.get("copy")
    if copied:
        _copy(form, managed_or_404(copied, "sessions.edit"))
    elif request.args.get("course"):
        form.course.data = request.args["course"]
    form.prepare()
    return render_template("scheduling/new.html", form=form)


def _copy(form: CreateForm, session: ClassSession) -> None:
    form.fill(session)
    form.course.data = session.course_version.course.code
    form.delivery_format.data = session.format.code
    form.language.data, form.trainer.data = session.language, session.trainer_person_id
    form.room_capacity.data = session.room_capacity
    form.virtual_capacity.data = session.virtual_capacity


@blueprint.post("/manage/class-sessions/new")
@permit("sessions.edit")
def create() -> ResponseReturnValue:
    """Schedule a class session."""
    form, clashes = _form(), list[Reason]()
    if form.validate():
        try:
            session = classes.create(_plan(form), by=person_id(), now=clock.now())
        except Refusal as refusal:
            form.form_errors.extend(word(reason) for reason in refusal.reasons)
            clashes = [r for r in refusal.reasons if r.code == "trainer_is_booked"]
        else:
            flash(_("The class session %(code)s is scheduled.", code=session.code))
            return redirect(url_for("scheduling.managed_one", code=session.code), 303)
    form.prepare()
    return render_template("scheduling/new.html", form=form, clashes=clashes), 422


def _plan(form: CreateForm) -> classes.Plan:
    version = courses.version_by_code(form.course.data)
    chosen = next(row for row in courses.formats() if row.code == form.delivery_format.data)
    if version is None:
        raise NotFound()
    return classes.Plan(
        version=version,
        delivery_format=chosen,
        language=form.language.data,
        trainer_person_id=form.trainer.data,
        room_capacity=form.room_capacity.data or 0,
        virtual_capacity=form.virtual_capacity.data or 0,
        when=form.change(),
        despite=despite(),
    )
