"""What the report is asked for, in the address."""

from datetime import date

from wtforms import DateField, Field, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from lms.forms import Form
from lms.i18n import gettext as _
from lms.i18n import lazy as _l
from reporting.forms import sensible
from reporting.training.rules import MOST_DAYS


class ReportForm(Form):
    """A period and what it is narrowed to."""

    class Meta(Form.Meta):
        csrf = False  # a GET form that changes nothing and can be linked to

    since = DateField(_l("From"), [InputRequired(), sensible])
    until = DateField(_l("To"), [InputRequired(), sensible])
    programme = SelectField(_l("Programme"))
    course = SelectField(_l("Course"))
    organisation = StringField(_l("Organisation (code or name)"), [Optional(), Length(max=200)])
    region = SelectField(_l("Region of the organisation"))

    def validate_until(self, until: Field) -> None:
        """Days in their order, and no more than can be counted while somebody waits."""
        since = self.since.data
        if not isinstance(since, date) or not isinstance(until.data, date):
            return
        if until.data < since:
            raise ValidationError(_("The period ends before it begins."))
        if (until.data - since).days >= MOST_DAYS:
            raise ValidationError(_("Choose three years at most."))
