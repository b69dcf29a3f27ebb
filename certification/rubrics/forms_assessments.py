"""Beginning an assessment, and the sheet on which it is noted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from wtforms import DateField, FileField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from certification.rubrics.rules import Criterion, Notes, Rubric
from lms.forms import Form
from lms.i18n import gettext as _
from lms.i18n import lazy as _l

LONGEST_COMMENT = 2000


class BeginForm(Form):
    """Whom one judges, in which form of the exam, on which day."""

    person = StringField(
        _l("Person (e-mail address)"), [InputRequired(_l("Enter the person's address."))]
    )
    kind = SelectField(_l("Form of the exam"))
    taken_on = DateField(_l("Day of the exam"), [InputRequired(_l("Enter the day of the exam."))])


class SheetForm(Form):
    """What is said on the whole; the criteria are rows of their own."""

    comment = TextAreaField(_l("To the candidate, on the whole"), [Length(max=4000)])
    reason = StringField(_l("Reason of the correction"), [Length(max=1000)])


class WorkForm(Form):
    """A file that is handed in."""

    file = FileField(_l("File"))


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


def notes_of(rows: list[CriterionSheet], form: SheetForm) -> Notes:
    """What is kept."""
    return Notes(
        {row.criterion.id: row.level for row in rows if row.level},
        {row.criterion.id: row.comment for row in rows if row.comment},
        form.comment.data or "",
        form.reason.data or "",
    )
