"""The texts of this slice's reason codes."""

from lms import wording
from lms.i18n import gettext as _

wording.register(
    {
        "cut_study.called": lambda: _("Called to judge a cut score"),
        "cut_study.dismissed": lambda: _("No longer judges a cut score"),
        "too_few_judges": lambda: _(
            "Not enough judges: %(have)s judged everything, %(need)s are needed."
        ),
        "panel_too_small": lambda: _(
            "Call the panel first. Judges on it: %(have)s, needed: %(need)s."
        ),
        "no_round_yet": lambda: _("No round has been held yet."),
        "cuts_out_of_order": lambda: _(
            "The lowest cut comes before the highest, both between 0 and %(full)s."
        ),
        "fails_out_of_order": lambda: _(
            "The lowest fail rate comes before the highest, both between 0 and 100 %%."
        ),
        "fail_curve_above": lambda: _(
            "No crossing: at the lowest tolerable cut of %(cut)s, %(fail)s %% would fail already, "
            "more than the panel tolerates."
        ),
        "fail_curve_below": lambda: _(
            "No crossing: even at the highest tolerable cut of %(cut)s, only %(fail)s %% would "
            "fail, fewer than the panel expects."
        ),
        "group_too_small": lambda: _(
            "Not enough data: the smaller group has %(have)s of the %(need)s people needed."
        ),
        "groups_reversed": lambda: _("The unqualified do as well as the qualified, or better."),
        "groups_apart": lambda: _(
            "The groups do not overlap: every cut above %(low)s and up to %(high)s parts them."
        ),
        "no_scores_yet": lambda: _("Nobody has a score with this form yet."),
        "form_is_draft": lambda: _("Publish the form first: a panel judges what will be asked."),
        "study_is_closed": lambda: _("This study is closed: nothing is judged any more."),
        "judge_teaches": lambda: _(
            "This person teaches the programme and never sees its questions. Ask somebody else."
        ),
        "judge_has_judged": lambda: _("This judge has judged already and stays on the panel."),
        "round_is_open": lambda: _("Close the open round first."),
        "round_is_closed": lambda: _(
            "This round was closed meanwhile. Your last ratings were not taken over."
        ),
    }
)


def method_name(method: str) -> str:
    """What a method is called."""
    return {
        "angoff": _("Modified Angoff"),
        "hofstee": _("Hofstee"),
        "contrasting": _("Contrasting groups"),
        "fixed": _("Decided without a study"),
    }[method]


def state_badge(state: str) -> tuple[str, str]:
    """The badge of a study's state: kind and words."""
    return {
        "open": ("info", _("Open")),
        "closed": ("warn", _("Waits for a decision")),
        "decided": ("ok", _("Decided")),
        "dropped": ("", _("Dropped")),
    }[state]
