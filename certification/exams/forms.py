"""Forms of exam results."""

from wtforms import DateField, IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from lms.forms import Form
from lms.i18n import lazy as _l


class SittingForm(Form):
    """The day that all rows of a sheet share."""

    taken_on = DateField(_l("Day of the exam"), [InputRequired(_l("Enter the day of the exam."))])


class CorrectionForm(Form):
    """Correct one result."""

    score = IntegerField(
        _l("Score"), [InputRequired(_l("Enter the score.")), NumberRange(0, 10000)]
    )
    note = StringField(
        _l("Reason of the correction"), [InputRequired(_l("Say why.")), Length(max=1000)]
    )
