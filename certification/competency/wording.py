"""The texts of this slice's reason codes."""

from lms import wording
from lms.i18n import gettext as _

wording.register(
    {
        "not_yourself": lambda: _("Nobody records or decides about themselves. Ask a colleague."),
        "validation_waits": lambda: _("You asked for this already; an assessor will decide."),
    }
)
