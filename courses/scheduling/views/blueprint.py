"""The slice's blueprint, and what its pages share."""

from datetime import datetime

from flask import Blueprint, request
from flask_login import current_user
from werkzeug.exceptions import NotFound

from courses.scheduling import wording
from courses.scheduling.models import ClassSession
from courses.scheduling.queries import sessions
from courses.scheduling.queries.standing import is_open
from lms.permissions import programmes

blueprint = Blueprint("scheduling", __name__)
blueprint.add_app_template_filter(wording.name_of, "scheduling_name")
blueprint.add_app_template_filter(wording.word, "reason")


def class_session_or_404(code: str) -> ClassSession:
    """The class session with its names and meetings."""
    found = sessions.by_code(code)
    if found is None:
        raise NotFound()
    return found


def person_id() -> int:
    """The signed-in person's id."""
    return int(current_user.person_id)


@blueprint.app_template_test("open_for_enrolment")
def is_open_now(class_session: ClassSession, now: datetime) -> bool:
    """Whether people may still take seats."""
    return is_open(class_session, now=now)


def reaches(class_session: ClassSession, permission: str) -> bool:
    """Whether a permission of the reader covers the class session's programme."""
    limits = programmes(current_user, permission)
    code = class_session.course_version.course.programme.code
    return limits is None or code in limits


def despite() -> frozenset[str]:
    """The class sessions that a scheduler saw in the warning and goes ahead in spite of."""
    return frozenset(request.form.get("despite", "").split())


def limits_of(permission: str) -> list[str] | None:
    """The programmes to which the reader's permission is limited; None: all."""
    found = programmes(current_user, permission)
    return None if found is None else list(found)
