"""The texts of this slice's reason codes."""

from lms import wording
from lms.i18n import gettext as _

wording.register(
    {
        "not_yourself": lambda: _("Nobody records or decides about themselves. Ask a colleague."),
        "level_unknown": lambda: _("Enter a level between 1 and %(top)s."),
        "observed_in_the_future": lambda: _("The day lies in the future."),
        "validation_waits": lambda: _("You asked for this already; an assessor will decide."),
    }
)
