"""The rows of an assessor's sheet: a criterion each, as it was chosen and written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from certification.rubrics.rules import Criterion, Notes, Rubric
from lms.i18n import gettext as _

LONGEST_COMMENT = 2000


def number(points: Fraction) -> str:
    """Points as one writes them: at most two decimals were typed, the mean of two has three."""
    return f"{float(points):.3f}".rstrip("0").rstrip(".")


@dataclass(slots=True)
class CriterionSheet:
    """A criterion with what was chosen and written, and what is wrong with either."""

    criterion: Criterion
    level: int = 0
    comment: str = ""
    errors: dict[str, str] = field(default_factory=dict)


def sheets(rubric: Rubric, notes: Notes) -> list[CriterionSheet]:
    """A row for each criterion."""
    return [
        CriterionSheet(one, notes.levels.get(one.id, 0), notes.comments.get(one.id, ""))
        for one in rubric.criteria
    ]


def sent(rubric: Rubric, said: Mapping[str, Any]) -> list[CriterionSheet]:
    """The rows as they were sent; a level that there is not counts as none."""
    found = []
    for one in rubric.criteria:
        level = str(said.get(f"level-{one.id}", ""))
        comment = str(said.get(f"comment-{one.id}", "")).replace("\r\n", "\n").strip()
        known = {str(number): number for number in range(1, len(one.levels) + 1)}
        row = CriterionSheet(one, known.get(level, 0), comment)
        if len(comment) > LONGEST_COMMENT:
            row.errors["comment"] = _("Use %(most)s characters at most.", most=LONGEST_COMMENT)
        found.append(row)
    return found


def ask_for_levels(rows: list[CriterionSheet]) -> None:
    """Name the criteria that have no level yet."""
    for row in rows:
        if not row.level:
            row.errors["level"] = _("Choose a level.")


def noted(rows: list[CriterionSheet], comment: str, reason: str = "") -> Notes:
    """What the rows say, with what is said on the whole."""
    return Notes(
        {row.criterion.id: row.level for row in rows if row.level},
        {row.criterion.id: row.comment for row in rows if row.comment},
        comment,
        reason,
    )
