"""Courses in one's own time: started and given up from the course page, confirmed by trainers."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.exceptions import NotFound

from courses.catalog.models import CourseVersion
from courses.scheduling.actions import self_paced
from courses.scheduling.queries import courses
from courses.scheduling.views.blueprint import blueprint, limits_of, person_id
from lms import clock
from lms.i18n import gettext as _
from lms.paging import decode
from lms.permissions import SIGNED_IN, permit


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
