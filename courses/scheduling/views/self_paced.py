"""Courses in one's own time: started and given up from the course page, confirmed by trainers."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.exceptions import NotFound

from courses.catalog.models import CourseVersion
from courses.scheduling.actions import self_paced
from courses.scheduling.forms import ReasonForm
from courses.scheduling.queries import courses
from courses.scheduling.views.blueprint import blueprint, limits_of, person_id
from lms import clock, slots
from lms.i18n import gettext as _
from lms.paging import decode
from lms.permissions import SIGNED_IN, permit

NO_EFFECTS: dict[str, list[str]] = {"evidence": [], "progress": [], "awards": []}


def _version(programme: str, course: str) -> CourseVersion:
    found = courses.published(programme, course)
    if found is None:
        raise NotFound()
    return found


@blueprint.post("/catalog/<programme>/<course>/enrolment")
@permit(SIGNED_IN)
def start_course(programme: str, course: str) -> ResponseReturnValue:
    """Start a course in one's own time."""
    version, me = _version(programme, course), person_id()
    self_paced.start_self_paced(version, me, by=me, now=clock.now())
    flash(_("You have started this course. A trainer confirms when you have completed it."))
    return redirect(f"/catalog/{programme}/{course}", 303)


@blueprint.post("/catalog/<programme>/<course>/enrolment/cancellation")
@permit(SIGNED_IN)
def give_course_up(programme: str, course: str) -> ResponseReturnValue:
    """Give a self-paced course up."""
    version, me = _version(programme, course), person_id()
    self_paced.cancel_self_paced(version.course_id, me, by=me, now=clock.now())
    flash(_("You gave this course up. You can start it again at any time."))
    return redirect(f"/catalog/{programme}/{course}", 303)


@blueprint.get("/teach/self-paced")
@permit("teach.record")
def self_paced_list() -> ResponseReturnValue:
    """Learners who take courses in their own time, longest first."""
    after = request.args.get("after")
    cursor = int(decode(after, [int])[0]) if after else 0
    page = courses.open_enrolments(limits_of("teach.record"), after=cursor)
    return render_template("teach/self_paced.html", page=page)


@blueprint.post("/teach/self-paced/<int:enrolment_id>/completion")
@permit("teach.record")
def confirm_completion(enrolment_id: int) -> ResponseReturnValue:
    """Record that somebody completed a course in their own time."""
    enrolment = courses.enrolment_of(enrolment_id, limits_of("teach.record"))
    if enrolment is None:
        raise NotFound()
    name = enrolment.person.name
    self_paced.complete_self_paced(
        enrolment, current_user.time_zone, by=person_id(), now=clock.now()
    )
    flash(_("The completion of %(name)s is recorded.", name=name))
    return redirect(url_for("scheduling.self_paced_list"), 303)


@blueprint.get("/teach/self-paced/completed")
@permit("teach.record")
def self_paced_completed() -> ResponseReturnValue:
    """Completions in people's own time, newest first."""
    after = request.args.get("after")
    before = int(decode(after, [int])[0]) if after else None
    page = courses.recorded_completions(limits_of("teach.record"), before=before)
    return render_template("teach/completed.html", page=page)


@blueprint.route("/teach/self-paced/completed/<int:completion_id>", methods=["GET", "POST"])
@permit("teach.record")
def take_back(completion_id: int) -> ResponseReturnValue:
    """Take a completion back: says what follows, acts once."""
    row, form = courses.recorded_completion(completion_id, limits_of("teach.record")), ReasonForm()
    if row is None:
        raise NotFound()
    if request.method == "POST" and form.validate():
        reason, now = form.reason.data or "", clock.now()
        self_paced.take_back(row.id, reason, by=person_id(), now=now)
        flash(_("The completion of %(name)s is taken back. A mail says so.", name=row.name))
        return redirect(url_for("scheduling.self_paced_completed"), 303)
    effects = slots.ask(
        "completion.effects", NO_EFFECTS, completion_id=row.id, person_id=row.person_id
    )
    page = render_template("teach/take_back.html", form=form, row=row, effects=effects)
    return page, 422 if form.errors else 200
