"""The texts of this slice's reason codes, and its words for kinds, states and effects."""

from lms import wording
from lms.i18n import gettext as _
from lms.reasons import Reason

wording.register(
    {
        "session_cancelled": lambda: _("This class session was cancelled. %(reason)s"),
        "session_cancelled_before": lambda: _("This class session was cancelled."),
        "session_started": lambda: _("This class session has started."),
        "session_closed": lambda: _("Enrolment for this class session is closed."),
        "session_over": lambda: _("This class session is over."),
        "already_seated": lambda: _("There is a seat for this person already."),
        "already_waiting": lambda: _("This person is on the waiting list already."),
        "already_completed": lambda: _("This course is completed already."),
        "is_trainer": lambda: _("The trainer of a class session cannot be its learner."),
        "kind_not_offered": lambda: _("This class session has no seats of that kind."),
        "kind_not_free": lambda: _("No seat of that kind is free."),
        "has_this_kind": lambda: _("The seat is of that kind already."),
        "needs_prerequisite": lambda: _("First complete “%(title)s” (%(code)s)."),
        "overlaps": lambda: _("At the same time: “%(title)s” (%(code)s)."),
        "not_seated": lambda: _("There is no seat to change."),
        "not_waiting": lambda: _("This person is not on the waiting list."),
        "waits_in_a_group": lambda: _(
            "A group's wish stays as it is. To ask on your own, leave the waiting list first."
        ),
        "group_too_large": lambda: _(
            "%(people)s people never fit: choose at most %(most)s for this kind of seat."
        ),
        "group_gone": lambda: _("This group does not wait any more."),
        "group_of_one": lambda: _("Choose at least two people."),
        "not_all_may": lambda: _(
            "Nobody is enrolled, because not everybody may be. See the reasons below."
        ),
        "not_self_paced": lambda: _("This course cannot be taken in one's own time."),
        "already_started": lambda: _("This course is started already."),
        "not_started_yet": lambda: _("This course was not started, or it is finished."),
        "own_completion": lambda: _("Nobody confirms their own completion: ask a colleague."),
        "time_missing": lambda: _(
            "%(time)s does not exist in %(zone)s: the clocks go forward that night. "
            "Choose another time."
        ),
        "time_twice": lambda: _(
            "%(time)s comes twice in %(zone)s: the clocks go back that night. Choose another time."
        ),
        "ends_before_start": lambda: _("A meeting ends after it starts."),
        "meeting_too_long": lambda: _("A meeting lasts 16 hours at most: split it into days."),
        "meetings_disordered": lambda: _("Meetings follow one another without overlapping."),
        "starts_in_the_past": lambda: _("The first meeting starts in the past."),
        "no_capacity": lambda: _("A class session has at least one seat."),
        "kind_not_in_mode": lambda: _("“%(mode)s” has no seats of that kind: enter 0 there."),
        "trainer_is_booked": lambda: _(
            "The trainer is booked at the same time: “%(title)s” (%(code)s)."
        ),
        "same_trainer": lambda: _("This person is the trainer already."),
        "trainer_is_learner": lambda: _("This person has a seat or waits for one here."),
        "seats_are_in_use": lambda: _("Seats cannot be taken away once it has started."),
        "not_a_choice": lambda: _("Choose one of the values."),
        "score_range": lambda: _("A score is a whole number from 0 to 100."),
        "note_too_long": lambda: _("A note has 1,000 characters at most."),
        "outcome_missing": lambda: _(
            "Choose passed or failed, so that score and note can be kept, or empty them too."
        ),
        "absent_passed": lambda: _("Marked absent and passed: one of the two is wrong."),
        "no_such_address": lambda: _("Nobody here has the address %(address)s."),
        "has_left": lambda: _("There is no seat any more: nothing new is recorded here."),
        "own_result": lambda: _("Nobody records facts about themselves."),
        "attendance.recorded": lambda: _("Attendance recorded"),
        "attendance.withdrawn": lambda: _("Attendance taken back: recorded by mistake"),
        "result.recorded": lambda: _("Result recorded"),
        "result.withdrawn": lambda: _("Result taken back: recorded by mistake"),
        "completion.recorded": lambda: _("Completed a course"),
        "completion.withdrawn": lambda: _("A completion was taken back"),
        "self_paced.started": lambda: _("Started a course in their own time"),
        "self_paced.cancelled": lambda: _("Gave up a course in their own time"),
    }
)

_WORDS = {
    "room": lambda: _("Room"),
    "virtual": lambda: _("Virtual"),
    "present": lambda: _("Present"),
    "partial": lambda: _("Partly"),
    "absent": lambda: _("Absent"),
    "passed": lambda: _("Passed"),
    "failed": lambda: _("Failed"),
    "scheduled": lambda: _("Scheduled"),
    "closed": lambda: _("Enrolment closed"),
    "cancelled": lambda: _("Cancelled"),
    "loses_seat": lambda: _("loses the seat and gets a mail"),
    "leaves_queue": lambda: _("leaves the waiting list and gets a mail"),
    "teaches_no_more": lambda: _("no longer teaches it and gets a mail"),
    "new_dates": lambda: _("keeps the seat, gets a mail with the new dates and place"),
    "new_dates_waiting": lambda: _("keeps the place in the queue, gets a mail"),
    "new_dates_teaching": lambda: _("teaches at the new dates and gets a mail"),
    "teaches_now": lambda: _("teaches it from now on and gets a mail"),
    "other_trainer": lambda: _("gets a mail about the new trainer"),
    "back_to_queue": lambda: _("loses the seat, goes back to the same place in the queue"),
    "group_too_large_now": lambda: _(
        "waits in a group that is larger than the class session then; whoever enrolled the group "
        "gets a mail, to split it or give up"
    ),
    "kind_is_gone": lambda: _("waits for a kind of seat that is gone then, and gets a mail"),
    "gets_seat": lambda: _("gets a seat from the waiting list and a mail"),
}
"""Words for values of this slice's enumerations and for what a change does to people."""


def name_of(value: str) -> str:
    """The word for a kind, presence, outcome, state or effect."""
    return _WORDS[str(value)]()


def words() -> set[str]:
    """All values that have a word."""
    return set(_WORDS)


def word(reason: Reason) -> str:
    """The sentence for a reason."""
    return wording.word(reason).strip()
