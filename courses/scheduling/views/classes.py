"""The public list of class sessions, one class session's page, its calendar file."""

from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from flask import Response, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from courses.scheduling import calendar
from courses.scheduling.models import ClassSession, Seat, WaitingEntry
from courses.scheduling.queries import log, people, sessions, standing
from courses.scheduling.rules import enrolment, places
from courses.scheduling.views.blueprint import blueprint, class_session_or_404
from courses.scheduling.views.filters import chips, chosen, filters_form, filters_of
from courses.scheduling.views.waiting_groups import groups_of_reader
from lms import clock
from lms.accounts.queries import plans
from lms.i18n import gettext as _
from lms.paging import decode
from lms.permissions import PUBLIC, organisations, permit
from lms.reasons import Reason


@blueprint.get("/class-sessions")
@permit(PUBLIC)
def index() -> ResponseReturnValue:
    """Upcoming class sessions, filtered by the address."""
    now = clock.now()
    form = filters_form(sessions.choices(now=now))
    after = request.args.get("after")
    page = sessions.upcoming(
        filters_of(form), now=now, cursor=decode(after, [int, int]) if after else None
    )
    return render_template(
        "scheduling/index.html", form=form, page=page, chips=chips(form), args=chosen(form)
    )


@dataclass(slots=True)
class Reader:
    """How a class session stands to the person who looks at its page."""

    seat: Seat | None = None
    entry: WaitingEntry | None = None
    closed: WaitingEntry | None = None
    position: int | None = None
    is_stranded: bool = False
    """Whether they wait for more seats, or another kind, than the class session has."""
    reasons: list[Reason] = field(default_factory=list)
    warnings: list[Reason] = field(default_factory=list)
    met: tuple[enrolment.CourseName, ...] = ()
    again_for: tuple[str, ...] = ()
    """What the course, completed before, counts for once more."""


def reader_of(session: ClassSession, queue: list[places.Place], *, now: datetime) -> Reader:
    """What the page tells this reader: seat, place in the queue, or why not yet."""
    offer = standing.offer(session)
    if not current_user.is_authenticated:
        return Reader(reasons=enrolment.why_closed(offer, now=now))
    who = int(current_user.person_id)
    candidate = standing.candidate(session, who, now=now)
    seat = standing.live_seat(session.id, who)
    lost = places.stranded(offer.capacity, queue)
    return Reader(
        seat=seat,
        closed=log.closed_entry(session.id, who) if seat is None else None,
        entry=standing.waiting_entry(session.id, who),
        position=places.position(queue, who),
        is_stranded=any(place.person_id == who for party in lost for place in party),
        reasons=enrolment.why_not(offer, candidate, now=now),
        warnings=enrolment.warnings(candidate),
        met=candidate.met,
        again_for=candidate.again_for,
    )


@blueprint.get("/class-sessions/<code>")
@permit(PUBLIC)
def enrol_page(code: str) -> ResponseReturnValue:
    """A class session: when, where, seats, queue, and the way in or why not."""
    session, now = class_session_or_404(code), clock.now()
    entries = standing.waiting(session.id)
    queue = [standing.place_of(entry) for entry in entries]
    return render_template(
        "scheduling/class_session.html",
        session=session,
        reader=reader_of(session, queue, now=now),
        free=standing.free(session),
        kinds=standing.offer(session).kinds,
        queue_length=len(queue),
        is_open=standing.is_open(session, now=now),
        has_started=session.starts_at <= now,
        join_url=standing.join_url(session, now=now),
        plans=plans(),
        colleagues=_colleagues(session),
        may_enrol_anybody=_limits() is None,
        groups=groups_of_reader(entries),
    )


def _limits() -> list[int] | None:
    """Organisations whose people the reader may enrol; None: anybody's."""
    found = organisations(current_user, "people.edit")
    return None if found is None else list(found)


def _colleagues(session: ClassSession) -> list[tuple[str, str]]:
    limits = _limits()
    return [(row[0], row[1]) for row in people.colleagues(session, limits)] if limits else []


@blueprint.get("/class-sessions/<code>/calendar.ics")
@permit(PUBLIC)
def calendar_file(code: str) -> ResponseReturnValue:
    """The class session for a calendar program: the same UID for ever, a rising sequence."""
    session = class_session_or_404(code)
    host = urlsplit(current_app.extensions["settings"].public_url).hostname or "academy"
    entries = [
        calendar.Entry(
            uid=f"{session.code}-{meeting.position}@{host}",
            sequence=session.revision,
            title=session.course_version.title,
            description=_("Class session %(code)s", code=session.code),
            place=", ".join(part for part in (session.venue, session.room) if part),
            url=_public_url(session),
            starts_at=meeting.starts_at,
            ends_at=meeting.ends_at,
            is_cancelled=session.state == "cancelled",
        )
        for meeting in session.meetings
    ]
    body = calendar.feed(session.course_version.title, session.time_zone, entries, now=clock.now())
    return Response(
        body,
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{session.code}.ics"'},
    )


def _public_url(session: ClassSession) -> str:
    base = str(current_app.extensions["settings"].public_url).rstrip("/")
    return base + url_for("scheduling.enrol_page", code=session.code)
