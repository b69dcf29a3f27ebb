"""Forms of competencies."""

from wtforms import DateField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from lms.forms import Form
from lms.i18n import lazy as _l


class AskForm(Form):
    """A learner asks for a validation."""

    competency = SelectField(_l("Competency"), choices=[])
    level = SelectField(_l("Level"), coerce=int, choices=[])
    note = TextAreaField(_l("What you did, and who saw it"), [Optional(), Length(max=1000)])


class DecisionForm(Form):
    """An assessor decides."""

    decision = RadioField(_l("Decision"), validators=[InputRequired(_l("Choose one."))])
    level = SelectField(_l("Level observed"), coerce=int, choices=[])
    observed_on = DateField(_l("Observed on"), [InputRequired(_l("Enter the day."))])
    note = TextAreaField(_l("Note"), [Optional(), Length(max=1000)])


class ObservationForm(Form):
    """An assessor records what they saw."""

    person = StringField(
        _l("Person (e-mail address)"),
        [InputRequired(_l("Enter the person's e-mail address.")), Length(max=254)],
    )
    competency = SelectField(_l("Competency"), choices=[])
    level = SelectField(_l("Level observed"), coerce=int, choices=[])
    observed_on = DateField(_l("Observed on"), [InputRequired(_l("Enter the day."))])
    note = TextAreaField(_l("Note"), [Optional(), Length(max=1000)])
