"""Beginning an assessment, the words on its sheet, ending a sitting."""

from wtforms import DateField, FileField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from certification.rubrics.rules import Notes
from certification.rubrics.sheets import CriterionSheet, noted
from lms.forms import Form
from lms.i18n import lazy as _l


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


class EndForm(Form):
    """Why a sitting ends without a result."""

    reason = StringField(_l("Reason"), [DataRequired(_l("Give the reason.")), Length(max=1000)])


def notes_of(rows: list[CriterionSheet], form: SheetForm) -> Notes:
    """What is kept."""
    return noted(rows, form.comment.data or "", form.reason.data or "")
