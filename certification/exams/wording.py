"""The texts of this slice's reason codes."""

from lms import wording
from lms.i18n import gettext as _

wording.register(
    {
        "exam.result_recorded": lambda: _("Exam result recorded"),
        "exam.result_corrected": lambda: _("Exam result corrected"),
        "exam.result_voided": lambda: _("Exam result voided"),
        "score_out_of_range": lambda: _("Enter a score between 0 and %(full)s."),
        "in_the_future": lambda: _("The day lies in the future."),
        "result_exists": lambda: _("There is a result of this day already. Correct that one."),
        "policy_in_the_past": lambda: _("Choose today or a later day: what was is not changed."),
        "policy_before_the_newest": lambda: _(
            "The newest policy begins on %(day)s. Choose that day or a later one."
        ),
        "rules_missing": lambda: _(
            "Write the rules in every language of the exam; missing: %(languages)s."
        ),
        "scale_bottom_too_high": lambda: _(
            "The scale begins below the score that passes, which is %(cut)s."
        ),
        "result_of_rubric": lambda: _(
            "This result was judged by a rubric: open its assessment and correct it there."
        ),
        "result_of_attempt": lambda: _(
            "This exam was taken here: its result changes by an appeal or by a decision on an item."
        ),
    }
)
