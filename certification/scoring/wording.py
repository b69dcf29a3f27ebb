"""The texts of this slice's reason codes, and the names of states, kinds and treatments."""

from collections.abc import Sequence

from certification.scoring.models import AppealState
from certification.scoring.models_assessed import AssessmentAppeal
from certification.scoring.queries_appeals import Step
from lms import wording
from lms.i18n import gettext as _

wording.register(
    {
        "scale_out_of_order": lambda: _(
            "The scale rises from its bottom over the pass to its top."
        ),
        "cut_out_of_range": lambda: _("The cut score lies above 0 and at most at %(full)s."),
        "marked_before": lambda: _(
            "You marked this answer already: another person has to mark it now."
        ),
        "mark_out_of_range": lambda: _(
            "Give each criterion points between 0 and what it is worth."
        ),
        "mark_decided": lambda: _(
            "The exam is decided: from now on a mark changes by an appeal only."
        ),
        "marks_missing": lambda: _("An answer still waits for its mark."),
        "not_yours": lambda: _("This belongs to somebody else."),
        "no_result_yet": lambda: _("There is no result yet."),
        "appeal_late": lambda: _("The time for an appeal is over."),
        "appeal_open": lambda: _("Your appeal is being looked at: one at a time."),
        "appeal_decided": lambda: _("An appeal against this result was decided already."),
        "appeal_by_part": lambda: _(
            "You had a part in this exam or its result: somebody who had none has to decide."
        ),
        "appeal_settled": lambda: _(
            "An appeal settled this result: it changes by another appeal only."
        ),
        "appeal_would_fail": lambda: _(
            "An appeal takes no pass away. By these levels the exam would not be passed: answer "
            "the appeal without judging anew."
        ),
        "appeal_without_effect": lambda: _(
            "This appeal was rejected or withdrawn: nothing follows from it."
        ),
        "decision_elsewhere": lambda: _(
            "This decision is not on an item that the attempt was asked, or it was dropped."
        ),
        "answer_the_appeal": lambda: _(
            "An appeal against this result is open. Answer it first: it may settle the matter."
        ),
        "result_is_void": lambda: _("This result is void already."),
        "result_not_void": lambda: _("This result is not void."),
        "voiding_open": lambda: _(
            "It is proposed already that this result is void. Confirm that or drop it first."
        ),
        "voiding_second_person": lambda: _(
            "You proposed that the result is void: a second person has to confirm it."
        ),
        "voiding_by_part": lambda: _(
            "You had a part in this exam or its result: somebody who had none has to confirm it."
        ),
        "voiding_outdated": lambda: _(
            "The result changed since this was proposed. Drop the proposal and look at it anew."
        ),
        "reinstatement_open": lambda: _(
            "It is proposed already that this result counts again. Confirm that or drop it first."
        ),
        "reinstatement_second_person": lambda: _(
            "You proposed that the result counts again: a second person has to confirm it."
        ),
        "nothing_left": lambda: _("Without this item a form would have nothing that counts."),
        "key_wrong": lambda: _("This cannot be the item's key."),
        "disposition_open": lambda: _(
            "There is an unfinished decision on this item. Carry it out or drop it first."
        ),
        "second_person": lambda: _(
            "You proposed this decision: a second person has to carry it out."
        ),
        "third_person": lambda: _(
            "You proposed the decision on the item or carried it out: somebody else settles what "
            "becomes of a pass."
        ),
        "preview_unfinished": lambda: _("The preview is still being computed."),
        "disposition_running": lambda: _(
            "Another decision on an item of this exam is being carried out. Wait until it is done."
        ),
    }
)


def standing_text(standing: str) -> str:
    """How a competency stands against what passing takes."""
    return {
        "above": _("Above what passing takes"),
        "about": _("About what passing takes"),
        "below": _("Below what passing takes"),
        "few": _("Too few items to say"),
    }[standing]


def run_text(kind: str) -> str:
    """Why a score run was made."""
    return {
        "initial": _("First score"),
        "regrade": _("After a decision on an item"),
        "appeal": _("After an appeal"),
    }.get(kind, kind)


def run_state(state: str) -> tuple[str, str]:
    """(colour, word) of a run."""
    return {
        "proposed": ("warn", _("Proposed, decides nothing")),
        "deciding": ("ok", _("Decides")),
        "past": ("", _("Decided before")),
        "dropped": ("", _("Dropped")),
    }.get(state, ("", state))


def treatment_text(treatment: str) -> str:
    """What is done about an item."""
    return {
        "none": "",
        "neutral": _("No longer counts"),
        "credit": _("Everyone gets its points"),
        "rekey": _("Another key decides"),
    }.get(treatment, treatment)


def disposition_state(state: str) -> tuple[str, str]:
    """(colour, word) of a decision on an item."""
    return {
        "preview": ("info", _("Preview")),
        "running": ("warn", _("Running")),
        "done": ("ok", _("Done")),
        "dropped": ("", _("Dropped")),
    }[state]


def appeal_state(state: str) -> tuple[str, str]:
    """(colour, word) of an appeal."""
    return {
        "open": ("warn", _("Open")),
        "upheld": ("ok", _("Upheld")),
        "rejected": ("bad", _("Rejected")),
        "withdrawn": ("", _("Withdrawn")),
    }[state]


def voiding_reason(reason: str) -> str:
    """Why a result is void."""
    return {
        "identity": _("Somebody else took the exam, or took part in it"),
        "aids": _("Aids or help that were not allowed"),
        "collusion": _("Answers that were copied or agreed on"),
        "content": _("Knowledge of the items before the exam, or passing them on"),
        "procedure": _("The exam was not held as its rules say"),
        "other": _("Another irregularity"),
    }[reason]


def voiding_state(state: str) -> tuple[str, str]:
    """(colour, word) of a voiding."""
    return {
        "proposed": ("warn", _("Proposed")),
        "confirmed": ("bad", _("Void")),
        "dropped": ("", _("Dropped")),
        "lifted": ("ok", _("No longer void")),
    }[state]


def reinstatement_state(state: str) -> tuple[str, str]:
    """(colour, word) of a reinstatement."""
    return {
        "proposed": ("warn", _("Reinstatement proposed")),
        "confirmed": ("ok", _("Reinstated")),
        "dropped": ("", _("Reinstatement dropped")),
    }[state]


def outcome_texts(state: str, steps: Sequence[Step]) -> list[str]:
    """What came of an appeal, in words for whom it concerns: never which item."""
    if steps:
        return [_step_text(step) for step in steps]
    return [_("Your result stays as it is.")] if state in ("upheld", "rejected") else []


def _step_text(step: Step) -> str:
    if step.lifted is not None:
        return _("Your result is no longer void: it counts again.")
    if step.disposition is None:
        return _("Your exam was scored once more.") + " " + _score_text(step)
    if step.disposition.state in ("preview", "running"):
        return _("A decision on an item is under way. You have a mail if your result changes.")
    what = {
        "neutral": _("An item no longer counts, for anybody."),
        "credit": _("Everyone gets the points of an item."),
        "rekey": _("Another key decides on an item."),
    }[step.disposition.treatment]
    return f"{what} {_score_text(step)}"


def _score_text(step: Step) -> str:
    before, run = step.before, step.run
    if before is None or run is None or run.state in ("proposed", "dropped"):
        return _("Your result stays as it is.")
    return _change_text((before.scaled, before.passed), (run.scaled, run.passed))


def _change_text(before: tuple[int, bool], after: tuple[int, bool]) -> str:
    """What became of a score and whether it passed."""
    if before == after:
        return _("Your score stays %(score)s.", score=after[0])
    result = _("passed") if after[1] else _("not passed")
    return _(
        "Your score was %(before)s and became %(after)s: %(result)s.",
        before=before[0], after=after[0], result=result,
    )  # fmt: skip


def assessed_texts(appeal: AssessmentAppeal) -> list[str]:
    """What came of an appeal against a result by a rubric, in words for the candidate."""
    old, new = appeal.result, appeal.new_result
    if new is not None:
        what = _("Somebody who had no part in it judged your exam anew.")
        return [f"{what} {_change_text((old.score, old.passed), (new.score, new.passed))}"]
    is_answered = appeal.state in (AppealState.UPHELD, AppealState.REJECTED)
    return [_("Your result stays as it is.")] if is_answered else []


def round_text(round: int) -> str:
    """Which mark is needed."""
    return {1: _("First mark"), 2: _("Second mark"), 3: _("Moderation")}[round]


def method_text(method: str) -> str:
    """How a cut score was found."""
    return {
        "fixed": _("Fixed, with its reason"),
        "angoff": _("Modified Angoff study"),
        "hofstee": _("Hofstee study"),
        "contrasting": _("Contrasting groups"),
    }.get(method, method)


def key_hint(kind: str) -> str:
    """How a new key is typed."""
    return {
        "choice": _("The ids of the right options, one in each line."),
        "hotspot": _("The ids of the right areas, one in each line."),
        "order": _("The ids in the right order, one in each line."),
        "text": _("The accepted answers, one in each line."),
        "number": _("The accepted numbers, one in each line: value ; tolerance"),
    }.get(kind, _("One line for each place: place = option"))
