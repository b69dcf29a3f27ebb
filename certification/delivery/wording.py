"""The texts of this slice's reason codes."""

from collections.abc import Callable

from lms import wording
from lms.i18n import gettext as _

wording.register(
    {
        "adjustment.granted": lambda: _("Got an adjustment for exams"),
        "adjustment.withdrawn": lambda: _("An adjustment for exams was withdrawn"),
        "exam_is_open": lambda: _("The exam is open."),
        "exam_not_open": lambda: _("This exam is not delivered here yet."),
        "exam_by_assessors": lambda: _(
            "Assessors judge this exam: there is nothing to begin here."
        ),
        "course_completed": lambda: _("“%(title)s” (%(code)s) is completed."),
        "attempt_is_open": lambda: _("An attempt at this exam is open."),
        "retake_allowed": lambda: _("The wait between two attempts is over."),
        "another_allowed": lambda: _("You may take it again."),
        "renewal_allowed": lambda: _("It counts for the next cycle of: %(titles)s."),
        "better_pass_allowed": lambda: _(
            "Your pass has fewer points than this asks for: %(titles)s. You may take it again."
        ),
        "renewal_wait": lambda: _("To renew %(titles)s, you may take it again from %(until)s."),
        "retake_wait": lambda: _("The next attempt is possible from %(until)s."),
        "tries_in_window": lambda: _(
            "Attempts used: %(most)s. The next one is possible from %(until)s."
        ),
        "tries_used": lambda: _("All attempts are used: %(most)s."),
        "passed_already": lambda: _("This exam is passed."),
        "result_open": lambda: _("The result of the last attempt is not there yet."),
        "no_such_language": lambda: _("Choose one of the exam's languages."),
        "rules_unread": lambda: _("Confirm that you read the rules and accept them."),
        "no_form": lambda: _("This exam has no form to deliver."),
        "booking_needed": lambda: _("Book the exam first."),
        "booked_already": lambda: _("This exam is booked already."),
        "not_booked": lambda: _("There is no booking to change."),
        "not_at_any_time": lambda: _("This exam is held at fixed times. Choose one of them."),
        "only_at_any_time": lambda: _("This exam has no fixed times."),
        "slot_full": lambda: _("No place is left at this time. Choose another one."),
        "slot_past": lambda: _("This time has begun. Choose a later one."),
        "slot_cancelled": lambda: _("This time was cancelled."),
        "slot_not_begun": lambda: _("You may begin at %(at)s."),
        "slot_over": lambda: _("The time for beginning is over; it was %(at)s."),
        "slot_has_begun": lambda: _("This time has begun: it is not changed any more."),
        "slot_too_small": lambda: _("More people are booked than that."),
        "identity_open": lambda: _("A proctor confirms your identity first."),
        "identity_unsaid": lambda: _("Confirm that you are the person named here."),
        "answer_unreadable": lambda: _("This answer cannot be read. Nothing was saved."),
        "attempt_ended": lambda: _("This attempt has ended. Nothing more can be saved in it."),
        "time_over": lambda: _("The time is over. Nothing more can be saved."),
        "attempt_paused": lambda: _("The clock stands. Nothing is lost: wait until it goes on."),
        "paused_already": lambda: _("The clock stands already."),
        "not_paused": lambda: _("The clock is running."),
        "no_rest_left": lambda: _("No time for breaks is left."),
        "note_missing": lambda: _("Say why."),
        "minutes_range": lambda: _("Enter 1 to 240 minutes."),
    }
)


_EVENTS = {
    "started": lambda: _("Begun"),
    "adjusted": lambda: _("Adjustment applied"),
    "paused": lambda: _("Paused"),
    "resumed": lambda: _("Clock goes on"),
    "extended": lambda: _("More time given"),
    "incident": lambda: _("Note"),
    "submitted": lambda: _("Handed in"),
    "voided": lambda: _("Ended without a result"),
}


def event_name(kind: str) -> str:
    """What happened, in words."""
    return _EVENTS[kind]()


_EFFECTS = {
    "place_lost": lambda: _("Loses the place, has a mail, may book another time"),
    "place_moved": lambda: _("Keeps the place at the new time, has a mail"),
}


def effect_text(what: str) -> str:
    """What a change of a time does to somebody."""
    return _EFFECTS[what]()


_SEATS = {
    "missed": lambda: _("Did not come"),
    "booked": lambda: _("Booked"),
    "open": lambda: _("Working"),
    "paused": lambda: _("Clock stands"),
    "submitted": lambda: _("Handed in"),
    "void": lambda: _("Ended without a result"),
}


def seat_state(state: str) -> str:
    """Where a candidate stands, in words."""
    return _SEATS[state]()


_OUTCOMES = {
    "running": lambda: _("Running"),
    "ended": lambda: _("Ended without a result"),
    "waiting": lambda: _("Handed in: result pending"),
    "void": lambda: _("Void"),
    "passed": lambda: _("Passed"),
    "failed": lambda: _("Not passed"),
}
_STANDS: dict[str, tuple[str, Callable[[], str]]] = {
    "untaken": ("", lambda: _("Not taken yet")),
    "pending": ("info", lambda: _("Result pending")),
    "passed": ("ok", lambda: _("Passed")),
    "failed": ("bad", lambda: _("Not passed")),
}


def stand_badge(outcome: str) -> tuple[str, str]:
    """(colour, word) of where somebody stands with an exam."""
    colour, text = _STANDS[outcome]
    return colour, text()


_COLOURS = {"waiting": "info", "void": "bad", "passed": "ok", "failed": "bad"}


def outcome_text(outcome: str) -> str:
    """What came of an attempt, in words."""
    return _OUTCOMES[outcome]()


def outcome_badge(outcome: str) -> tuple[str, str]:
    """(colour, word) of what came of an attempt."""
    return _COLOURS.get(outcome, "warn"), outcome_text(outcome)


def flaw_texts(flaw: str) -> tuple[str, str]:
    """What is wrong with an answer: a word for the list of questions, and a sentence beside the
    question. Somebody who is still filling places in needs no sentence."""
    return {
        "": ("", ""),
        "incomplete": (_("incomplete"), ""),
        "not_a_number": (_("not a number"), _("This is not a number. Write it in digits.")),
        "too_many": (_("too many chosen"), _("More is chosen than the question allows.")),
        "used_twice": (_("chosen twice"), _("Each choice may be used once, one is used twice.")),
    }[flaw]
