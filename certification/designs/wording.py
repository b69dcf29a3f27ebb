"""The texts of this slice's reason codes, and the names of blocks and choices."""

from certification.designs.languages import LOCALES
from lms import wording
from lms.i18n import gettext as _
from lms.i18n import language_name

wording.register(
    {
        "placeholder_unknown": lambda: _(
            "There is no placeholder {%(name)s}. “Placeholders” above lists all of them."
        ),
        "placeholder_unfinished": lambda: _(
            "A brace has no partner. Placeholders are written like {holder}."
        ),
        "colour_unreadable": lambda: _("Write the colour as # and six digits, such as #0b5a58."),
        "colour_too_pale": lambda: _(
            "Too pale to be read: the contrast is %(found)s, and %(wanted)s is needed. "
            "Choose a darker colour."
        ),
        "block_missing": lambda: _("A certificate needs its title and its holder."),
        "block_twice": lambda: _("Each block has its place once."),
        "language_unknown": lambda: _("This language is not known."),
        "image_not_here": lambda: _("One of the pictures does not belong to this design."),
        "image_too_many": lambda: _("A design keeps %(most)s pictures at most."),
        "design_code_taken": lambda: _("The code %(code)s belongs to another design."),
        "design_does_not_fit": lambda: _(
            "With the longest names and titles the words do not fit on one page. Leave out a "
            "block, shorten a text or choose a smaller size."
        ),
        "design_only_version": lambda: _("This is the design's only version; it stays."),
        "design_not_published": lambda: _("Publish the design first."),
        "drawing_too_long": lambda: _(
            "Drawing took too long and was stopped. Nothing was changed; make the design simpler."
        ),
        "drawing_busy": lambda: _(
            "The machine is busy, so this was not drawn in time. Nothing was changed; try again in "
            "a moment."
        ),
        "drawing_failed": lambda: _("This design could not be drawn. Nothing was changed."),
    }
)


def block_name(kind: str) -> str:
    """A block in words."""
    return {
        "brand": _("Logo or issuer"),
        "kind": _("Kind of certificate"),
        "title": _("Title"),
        "lead": _("Lead-in"),
        "holder": _("Holder"),
        "statement": _("Statement"),
        "text": _("Free text"),
        "steps": _("Completed steps"),
    }[kind]


def tongue(tag: str) -> str:
    """A language in its reader's words."""
    return str(language_name(tag)) if tag in LOCALES else tag
