"""The texts of this package's reason codes."""

from certification.awards.rules import Need, Status
from lms import wording
from lms.i18n import gettext as _

wording.register(
    {
        "award.made": lambda: _("Certification awarded"),
        "award.revoked": lambda: _("Certification revoked"),
        "award.suspended": lambda: _("Certification suspended"),
        "award.lifted": lambda: _("Suspension of a certification lifted"),
        "needs_course": lambda: _("Complete the course %(code)s."),
        "needs_exam": lambda: _("Sit the exam and reach %(wanted)s points."),
        "exam_below": lambda: _(
            "Your best result is %(best)s points; %(wanted)s are required. Sit the exam again."
        ),
        "needs_competency": lambda: _(
            "Have this competency confirmed at level %(level)s by an assessor."
        ),
        "needs_certification": lambda: _("Hold the certification %(code)s."),
        "requirement_unreadable": lambda: _(
            "Line %(line)s cannot be read. Write “course CODE”, “exam CODE points” or "
            "“competency CODE level”."
        ),
        "requirement_unknown": lambda: _("Line %(line)s names a code that does not exist."),
        "requirement_missing": lambda: _("A scheme needs at least one requirement."),
        "version_in_the_past": lambda: _(
            "A version cannot be in force from a day that has passed. Choose today or a later day."
        ),
        "already_revoked": lambda: _("This award was revoked already."),
        "already_suspended": lambda: _("This award is suspended already."),
        "not_suspended": lambda: _("This award is not suspended any more."),
    }
)


def reason_text(need: Need, name: str) -> str:
    """Why a requirement is open, in words."""
    del name
    return wording.word(need.reason) if need.reason else ""


def effect_text(code: str, missing: int) -> str:
    """What a new version means for a person."""
    return {
        "would_be_awarded": _("would be awarded the certification"),
        "would_wait": _("would wait: %(missing)s requirements missing", missing=missing),
        "needs_more": _("would need more than today: %(missing)s missing", missing=missing),
        "needs_less": _("would need less than today: %(missing)s missing", missing=missing),
    }[code]


def status_text(status: Status) -> tuple[str, str]:
    """(colour, word) of an award's status."""
    return {
        Status.NOT_YET: ("info", _("Not yet")),
        Status.VALID: ("ok", _("Valid")),
        Status.EXPIRED: ("warn", _("Expired")),
        Status.REVOKED: ("bad", _("Revoked")),
        Status.SUSPENDED: ("warn", _("Suspended")),
    }[status]
