"""The texts of this slice's codes, kinds and states."""

from certification.rubrics.rules import RULE
from certification.rubrics.rules_sittings import MEAN
from lms import wording
from lms.i18n import gettext as _


def kind_text(kind: str) -> str:
    """A form of an exam."""
    return {
        "practical": _("Practical exam"),
        "interview": _("Interview"),
        "work": _("Submitted work"),
    }[kind]


def state_badge(state: str) -> tuple[str, str]:
    """(kind, word) of a version's state."""
    return {
        "draft": ("info", _("Draft")),
        "published": ("ok", _("In force")),
        "retired": ("", _("Retired")),
    }[state]


def round_text(round: int) -> str:
    """Whose judgement is needed."""
    return {1: _("First assessor"), 2: _("Second assessor"), 3: _("Moderation")}[round]


def rule_text(rule: str) -> str:
    """How points became a score."""
    texts = {
        RULE: _(
            "Points of the levels, as a share of the highest possible, of the exam's full marks, "
            "rounded down. Below the level of a criterion that has to be passed, the score stays "
            "under the cut."
        ),
        MEAN: _(
            "Two assessors judged, each alone; for each criterion the mean of their points counts. "
            "The sum, as a share of the highest possible, of the exam's full marks, rounded down. "
            "Below the level of a criterion that has to be passed, the score stays under the cut."
        ),
    }
    return texts[rule]


wording.register(
    {
        "rubric.drafted": lambda: _("Draft of a rubric begun"),
        "rubric.saved": lambda: _("Draft of a rubric saved"),
        "rubric.published": lambda: _("Rubric published"),
        "rubric.discarded": lambda: _("Draft of a rubric given up"),
        "rubric.loaded": lambda: _("Rubric loaded from a file"),
        "exam.assessed": lambda: _("Exam judged by a rubric"),
        "exam.assessment_corrected": lambda: _("Assessment corrected"),
        "exam.work_submitted": lambda: _("Work handed in"),
        "exam.judged": lambda: _("Judged as one of several assessors"),
        "exam.sitting_ended": lambda: _("Sitting ended without a result"),
        "judged_before": lambda: _(
            "You judged this sitting already: another person has to judge it now."
        ),
        "sitting_other_rubric": lambda: _(
            "Another assessor recorded this sitting by another version of the rubric or about "
            "another file. Give your notes up and begin again."
        ),
        "decided_by_two": lambda: _(
            "Several assessors decided this result: it changes by an appeal only."
        ),
        "rubric_empty": lambda: _("The rubric has no criterion yet."),
        "rubric_too_long": lambda: _("A rubric has %(most)s criteria at most."),
        "rubric_without_kind": lambda: _("Choose what is judged by the rubric."),
        "rubric_criterion_twice": lambda: _("A criterion stands there twice."),
        "rubric_name_missing": lambda: _("“%(criterion)s” or one of its levels has no name."),
        "rubric_levels_count": lambda: _("“%(criterion)s” needs %(least)s to %(most)s levels."),
        "rubric_levels_order": lambda: _(
            "Each level of “%(criterion)s” has more points than the one before it."
        ),
        "rubric_needed_level": lambda: _(
            "The level that “%(criterion)s” needs is none of its levels above the lowest."
        ),
        "rubric_missing": lambda: _("This exam has no published rubric."),
        "rubric_other_kind": lambda: _("The rubric of this exam is not meant for that."),
        "trained_by_you": lambda: _("You taught this person: somebody else has to judge them."),
        "nobody_there": lambda: _("Nobody has this address."),
        "draft_open": lambda: _(
            "You have begun another assessment of this person in this exam. "
            "Record it or give it up first."
        ),
        "levels_missing": lambda: _("Choose a level for every criterion."),
        "correction_reason_missing": lambda: _("Say why the assessment is corrected."),
        "work_missing": lambda: _("This person has handed in no work."),
        "work_judged": lambda: _(
            "This person's newest work was judged already. Correct that assessment, "
            "or wait until they hand in another one."
        ),
        "work_started": lambda: _(
            "An assessor has begun to look at your work: it cannot be replaced now."
        ),
        "work_not_asked": lambda: _("This exam asks for no work."),
        "work_too_large": lambda: _("The file is larger than %(size)s MB."),
        "work_unknown": lambda: _(
            "This is none of the kinds of file that can be handed in: PDF, PNG, JPEG, ZIP "
            "(also of office programs) or plain text in UTF-8."
        ),
        "work_empty": lambda: _("The file is empty."),
    }
)
