"""The texts of this slice's reason codes."""

from lms import wording
from lms.i18n import gettext as _
from lms.i18n import ngettext

wording.register(
    {
        "too_few_answers": lambda: _("Not enough data: %(have)s of the %(need)s answers needed."),
        "no_variation": lambda: _("Everyone did alike: there is nothing to compare."),
        "forms_differ": lambda: _(
            "Nobody had all of these items: there is no figure across forms."
        ),
        "not_right_or_wrong": lambda: _("Only for items that are either right or wrong."),
        "item_too_hard": lambda: _("Very hard: p = %(p)s."),
        "item_too_easy": lambda: _("Very easy: p = %(p)s."),
        "item_separates_wrongly": lambda: _(
            "Those who do well on the rest do worse here (r = %(r)s): check the key."
        ),
        "item_separates_weakly": lambda: _("Hardly separates the able from the rest: r = %(r)s."),
        "distractor_draws_the_able": lambda: _(
            "Option %(option)s draws those who do well on the rest: is it right, too?"
        ),
        "distractor_idle": lambda: _("Option %(option)s is hardly ever chosen."),
        "item_differs_by_group": lambda: _(
            "Differs between equally able groups: class %(grade)s, delta %(delta)s."
        ),
        "item_overexposed": lambda: _("Shown in %(percent)s %% of the exams."),
        "groups_alike": lambda: _("Choose two different groups."),
        "item_guessed_rapidly": lambda: _(
            "Answered faster than one can read: %(count)s of the answers."
        ),
    }
)


def left_out(name: str, count: int) -> str:
    """What is not among the figures, and how often."""
    return {
        "repeat_attempts": lambda: ngettext(
            "%(num)s repeat attempt", "%(num)s repeat attempts", count
        ),
        "void_attempts": lambda: ngettext("%(num)s void attempt", "%(num)s void attempts", count),
        "pilot_items": lambda: ngettext(
            "%(num)s pilot item (not in totals)", "%(num)s pilot items (not in totals)", count
        ),
        "neutralised_items": lambda: ngettext(
            "%(num)s neutralised item", "%(num)s neutralised items", count
        ),
        "answers_not_reached": lambda: ngettext(
            "%(num)s answer that was not reached", "%(num)s answers that were not reached", count
        ),
    }[name]()


def use_name(use: str) -> str:
    """How an item counts."""
    return {"scored": _("Scored"), "pilot": _("Pilot"), "neutralised": _("Neutralised")}[use]
