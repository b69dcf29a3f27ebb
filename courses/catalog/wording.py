"""The texts of this slice's reason codes."""

from lms import wording
from lms.i18n import gettext as _

wording.register(
    {
        "draft_needs_title": lambda: _("The draft has no title."),
        "draft_needs_summary": lambda: _("The draft has no summary."),
        "draft_needs_module": lambda: _("The draft has no module."),
        "draft_needs_format": lambda: _("Choose at least one delivery format."),
        "draft_needs_language": lambda: _("Choose at least one language."),
        "draft_minutes_differ": lambda: _(
            "The modules add up to %(modules)s minutes, the course to %(minutes)s. Make them equal."
        ),
        "prerequisite_circle": lambda: _(
            "With these prerequisites the course would need itself. Take one of them out."
        ),
        "only_version": lambda: _("This draft is the course's only version and cannot be discarded."),
    }
)

BAND_NAMES = {
    "up-to-4": lambda: _("Up to 4 h"),
    "up-to-8": lambda: _("Up to 8 h"),
    "9-to-16": lambda: _("9 to 16 h"),
    "over-16": lambda: _("More than 16 h"),
    "arranged": lambda: _("By arrangement"),
}
