"""The texts of this slice's reason codes."""

from lms import wording
from lms.i18n import gettext as _

wording.register(
    {
        "validation.asked": lambda: _("Asked to have a competency confirmed"),
        "validation.confirmed": lambda: _("A competency was confirmed"),
        "validation.declined": lambda: _("A competency was not confirmed"),
        "not_yourself": lambda: _("Nobody records or decides about themselves. Ask a colleague."),
        "level_unknown": lambda: _("This competency has the levels 1 to %(top)s."),
        "observed_in_the_future": lambda: _("The day lies in the future."),
        "validation_waits": lambda: _("You asked for this already; an assessor will decide."),
    }
)
