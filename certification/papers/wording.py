"""The texts of this slice's reason codes, and its words."""

from lms import wording
from lms.i18n import gettext as _

wording.register(
    {
        "no_blueprint": lambda: _("Publish a blueprint first: it says what a form consists of."),
        "form_code_taken": lambda: _("There is a form %(code)s already."),
        "form_has_enemies": lambda: _(
            "Items of this form are enemies by now: %(pairs)s. Assemble another one."
        ),
        "form_items_unusable": lambda: _(
            "Items of this form are no longer in use: %(items)s. Retire the form and assemble "
            "another one."
        ),
        "form_unknown": lambda: _("This exam has no form “%(code)s”."),
        "cells_do_not_add_up": lambda: _(
            "The cells add up to %(least)s to %(most)s items, the form has %(total)s."
        ),
        "cell_is_short": lambda: _("%(cells)s: %(need)s items wanted, %(have)s there."),
        "form_impossible": lambda: _(
            "No choice of items meets everything at once: enemies, points or the overlap with "
            "other forms stand in the way, at the latest in %(cell)s. Write more items, or ask "
            "for less."
        ),
        "form_not_found": lambda: _(
            "No form was found within the time that the search has; it came no further than "
            "%(cell)s. There may be one: try another seed, write more items, or ask for less."
        ),
    }
)


def state_badge(state: str) -> tuple[str, str]:
    """The badge of a blueprint's or form's state: kind and words."""
    return {
        "draft": ("info", _("Draft")),
        "published": ("ok", _("Published")),
        "retired": ("", _("Retired")),
    }[state]
