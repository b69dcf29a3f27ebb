"""The texts of this package's reason codes."""

from certification.awards.rules import Need
from lms import wording
from lms.i18n import gettext as _

wording.register(
    {
        "needs_course": lambda: _("Complete the course %(code)s."),
        "needs_exam": lambda: _("Sit the exam and reach %(wanted)s points."),
        "exam_below": lambda: _("Your best result is %(best)s points; %(wanted)s are required. Sit the exam again."),
        "needs_competency": lambda: _("Have this competency confirmed at level %(level)s by an assessor."),
        "needs_certification": lambda: _("Hold the certification %(code)s."),
        "already_revoked": lambda: _("This award was revoked already."),
    }
)


def reason_text(need: Need, name: str) -> str:
    """Why a requirement is open, in words."""
    del name
    return wording.word(need.reason) if need.reason else ""
