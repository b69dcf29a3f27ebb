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
        "draft_gone": lambda: _(
            "This draft was published or discarded in the meantime. Nothing was saved."
        ),
        "only_version": lambda: _(
            "This draft is the course's only version and cannot be discarded."
        ),
    }
)

BAND_NAMES = ("up-to-4", "up-to-8", "9-to-16", "over-16", "arranged")


def band_names() -> dict[str, str]:
    """The length filters in words."""
    return {
        "up-to-4": _("Up to 4 h"),
        "up-to-8": _("Up to 8 h"),
        "9-to-16": _("9 to 16 h"),
        "over-16": _("More than 16 h"),
        "arranged": _("By arrangement"),
    }
