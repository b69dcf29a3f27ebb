"""The texts of this slice's reason codes."""

from lms import wording
from lms.i18n import gettext as _

wording.register(
    {
        "scale_out_of_order": lambda: _(
            "The scale rises from its bottom over the pass to its top."
        ),
        "cut_out_of_range": lambda: _("The cut score lies above 0 and at most at %(full)s."),
    }
)
