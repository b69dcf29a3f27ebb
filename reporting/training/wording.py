"""What figures are called, and what each of them counts."""

from courses.scheduling.models import Outcome, Presence, SeatEnd
from lms.i18n import gettext as _
from reporting.training.rules import Figure, Preset


def preset_names() -> dict[Preset, str]:
    """Periods by name."""
    return {
        Preset.THIS_MONTH: _("This month"),
        Preset.LAST_MONTH: _("Last month"),
        Preset.THIS_QUARTER: _("This quarter"),
        Preset.LAST_QUARTER: _("Last quarter"),
        Preset.THIS_YEAR: _("This year"),
        Preset.LAST_YEAR: _("Last year"),
    }


def figure_names() -> dict[Figure, str]:
    """Figures in a word or two."""
    return {
        Figure.SEATS: _("Seats taken"),
        Figure.ATTENDED: _("Attended"),
        Figure.ABSENT: _("No-shows"),
        Figure.UNMARKED: _("Attendance not recorded"),
        Figure.CANCELLED: _("Seats cancelled"),
        Figure.PASSED: _("Passed"),
        Figure.FAILED: _("Failed"),
        Figure.COMPLETED: _("Completed"),
        Figure.AWARDED: _("Certifications awarded"),
        Figure.REVOKED: _("Certifications revoked"),
        Figure.EXPIRED: _("Certifications expired"),
    }


def definitions(zone: str) -> list[tuple[str, str]]:
    """What each figure of class sessions and courses counts, and by which day."""
    return [
        (
            _("Period"),
            _(
                "All that belongs to a class session counts on the day on which its last meeting "
                "ended, in the time zone %(zone)s. Class sessions that are not over are left out.",
                zone=zone,
            ),
        ),
        (
            _("What stands"),
            _(
                "Attendance, results and completions as they stand today: what was corrected or "
                "taken back later counts as it was corrected."
            ),
        ),
        (
            _("Class sessions"),
            _(
                "Those that took place. By organisation: those in which it had a seat, so that one "
                "class session may stand in several rows; the total counts it once."
            ),
        ),
        (
            _("Seats filled"),
            _(
                "Seats taken, of all seats that these class sessions offered. Not said where only "
                "some organisations are counted."
            ),
        ),
        (
            _("Seats taken"),
            _(
                "Seats that people had in the end, each once, room or virtual; for the "
                "organisation that the seat was taken for."
            ),
        ),
        (
            _("Attended, no-shows"),
            _(
                "Seats marked as present or partly present, and those marked as absent. The rest "
                "is not recorded."
            ),
        ),
        (
            _("Seats cancelled"),
            _(
                "People who gave their seat back or lost it, also with a class session that was "
                "cancelled, and had no other one there in the end. Each counts once for a class "
                "session."
            ),
        ),
        (
            _("Passed, failed, pass rate"),
            _("The trainer's result for each seat. The rate is that of seats with a result."),
        ),
        (
            _("Learning hours"),
            _(
                "The course's published length for each seat marked as present; where it is "
                "agreed, the time of the meetings. How long people were there who were partly "
                "present is not recorded, so nothing is counted for them."
            ),
        ),
        (
            _("Completed"),
            _(
                "Courses that people completed, in class or in their own time, by the day of "
                "completion, which is one of the issuer's zone. Withdrawn ones are left out."
            ),
        ),
    ]


def award_definitions() -> list[tuple[str, str]]:
    """What the figures of certifications count."""
    return [
        (
            _("Certifications"),
            _(
                "By their programme, never by a course. For organisations: of people who worked "
                "there on that day; of who worked for two, in both rows and once in the total."
            ),
        ),
        (
            _("Awarded, revoked"),
            _("By the day of the award and of the revocation; renewals are awards."),
        ),
        (
            _("Expired"),
            _(
                "By the last day on which it was valid, once that day is over; without those that "
                "were revoked before or renewed in time."
            ),
        ),
    ]


def presence_name(presence: Presence | None) -> str:
    """An attendance in a word."""
    return {
        Presence.PRESENT: _("Present"),
        Presence.PARTIAL: _("Partly present"),
        Presence.ABSENT: _("Absent"),
        None: "–",
    }[presence]


def outcome_name(outcome: Outcome | None) -> str:
    """A result in a word."""
    return {Outcome.PASSED: _("Passed"), Outcome.FAILED: _("Failed"), None: "–"}[outcome]


def end_name(end: SeatEnd | None) -> str:
    """How a seat ended."""
    return {
        SeatEnd.CANCELLED: _("Given back"),
        SeatEnd.SESSION_CANCELLED: _("Class session cancelled"),
        SeatEnd.CAPACITY_LOWERED: _("Seats were fewer"),
        SeatEnd.SWITCHED: _("Switched"),
        None: "–",
    }[end]
