"""The texts of this slice's reason codes, and the names of kinds and states."""

from lms import wording
from lms.i18n import gettext as _

wording.register(
    {
        "item_field_unreadable": lambda: _("“%(field)s” cannot be read."),
        "item_field_unknown": lambda: _("There is no field “%(field)s”."),
        "item_without_text": lambda: _("The item has no text in any language."),
        "item_language_unknown": lambda: _("The language “%(language)s” is not known."),
        "item_text_missing": lambda: _("The text of “%(part)s” is missing in “%(language)s”."),
        "item_marks_differ": lambda: _(
            "The marks {{…}} in the text in “%(language)s” are not those of the gaps: each gap "
            "stands there once."
        ),
        "item_part_twice": lambda: _("Two parts have the same name."),
        "item_options_too_few": lambda: _("There are too few options to choose from."),
        "item_places_missing": lambda: _("There is nothing to fill in."),
        "item_option_unknown": lambda: _("The key names an option that is not there."),
        "item_picture_missing": lambda: _("The picture is missing."),
        "item_area_missing": lambda: _("An area has no place on the picture."),
        "item_area_outside": lambda: _("The area “%(part)s” does not lie on the picture."),
        "item_area_unreadable": lambda: _(
            "Area “%(part)s”: write whole pixels, four numbers for a rectangle, three for a "
            "circle, x and y of three or more corners for a polygon."
        ),
        "item_alt_missing": lambda: _(
            "A picture in “%(part)s” (%(language)s) has no words: write what it shows between "
            "the brackets."
        ),
        "item_alt_wanted": lambda: _("Say what the picture shows, for those who cannot see it."),
        "item_picture_strange": lambda: _(
            "The picture %(sha256)s… is none of this programme's bank. Upload it first."
        ),
        "item_picture_used": lambda: _(
            "The picture stays: the item %(item)s shows it, or did in an earlier version."
        ),
        "item_number_unreadable": lambda: _("“%(typed)s” is no number. Write it as 1 or 0.5."),
        "item_whole_unreadable": lambda: _(
            "“%(typed)s” is no whole number from %(least)s to %(most)s."
        ),
        "item_code_missing": lambda: _("Write a code of up to 60 characters."),
        "item_in_the_way": lambda: _("%(code)s: %(why)s"),
        "item_note_missing": lambda: _("Write the comment first."),
        "items_changed": lambda: _(
            "The items are no longer as the page showed them. Nothing was moved: look at what "
            "would be moved now."
        ),
        "item_none_chosen": lambda: _("Select items first."),
        "item_enemy_unknown": lambda: _("This programme has no item “%(code)s”."),
        "item_key_missing": lambda: _("The key is incomplete: say what is right."),
        "item_key_exceeds_choices": lambda: _("More options are right than may be chosen."),
        "item_option_used_twice": lambda: _("An option is right twice but may be used once."),
        "item_credit_out_of_range": lambda: _("A share of the points is out of range."),
        "item_rubric_missing": lambda: _("An assessor needs a rubric: name the criteria."),
        "item_rubric_sum": lambda: _("The criteria do not add up to %(points)s points."),
        "item_points_out_of_range": lambda: _("Points or penalty are out of range."),
        "item_code_taken": lambda: _("The code %(code)s belongs to another item."),
        "item_has_open_version": lambda: _(
            "Somebody works on a draft of this item. Approve or retire it first."
        ),
        "item_link_missing": lambda: _("Say which competency the item shows."),
        "item_needs_second_person": lambda: _(
            "Whoever wrote in an item cannot approve it: a second person has to."
        ),
        "item_enemy_wrong": lambda: _("Choose another item of the same programme."),
        "import_structure": lambda: _("The structure of this question cannot be read."),
        "import_no_question": lambda: _("This is text without a question."),
        "import_no_key": lambda: _("No answer is marked as the right one."),
        "import_weight": lambda: _("A weight is not between -100 and 100 per cent."),
        "import_number": lambda: _(
            "A number cannot be read, or has more than 15 digits before or 9 after its point."
        ),
        "import_category": lambda: _("The category “%(name)s” is not taken over."),
        "import_markup_as_text": lambda: _("HTML is kept as it was typed and shown as text."),
        "import_rubric_assumed": lambda: _(
            "There was no rubric: one criterion for the whole answer is assumed."
        ),
        "import_feedback_dropped": lambda: _("The feedback of single answers is left out."),
        "import_wildcard": lambda: _(
            "An answer with an asterisk for any text is not possible: list the right texts."
        ),
        "import_too_many": lambda: _("A file may hold %(most)s items at most."),
        "item_weights_wrong": lambda: _(
            "Weights belong to the options of a choice, and the right ones add up to 1."
        ),
    }
)


def kind_name(kind: str) -> str:
    """A kind in words."""
    return {
        "choice": _("Choice"),
        "text": _("Text entry"),
        "number": _("Numeric entry"),
        "inline": _("Inline choice"),
        "match": _("Match"),
        "order": _("Order"),
        "gaps": _("Gap match"),
        "hotspot": _("Hotspot"),
        "essay": _("Extended text"),
    }.get(kind, kind)


def state_name(state: str) -> str:
    """A state in words."""
    return {
        "draft": _("Draft"),
        "review": _("In review"),
        "pilot": _("Pilot"),
        "active": _("Active"),
        "suspended": _("Suspended"),
        "retired": _("Retired"),
    }.get(state, state)


def state_badge(state: str) -> str:
    """The look of a state's badge."""
    looks = {"active": "ok", "pilot": "info", "review": "warn", "suspended": "bad"}
    return looks.get(state, "info")
