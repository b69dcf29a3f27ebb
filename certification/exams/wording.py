"""The texts of this slice's reason codes."""

from lms import wording
from lms.i18n import gettext as _

wording.register(
    {
        "score_out_of_range": lambda: _("Enter a score between 0 and %(full)s."),
        "in_the_future": lambda: _("The day lies in the future."),
        "result_exists": lambda: _("There is a result of this day already. Correct that one."),
        "result_of_attempt": lambda: _(
            "This exam was taken here: its result changes by an appeal or by a decision on an item."
        ),
    }
)
