"""Forms of pages that cross slices."""

from datetime import date

from wtforms import DateField, Field, StringField
from wtforms.validators import Length, Optional, ValidationError

from lms.forms import Form
from lms.i18n import gettext as _
from lms.i18n import lazy as _l

YEARS = range(2000, 3000)


def sensible(_form: Form, day: Field) -> None:
    """The ends of the calendar have no midnight in every zone."""
    if isinstance(day.data, date) and day.data.year not in YEARS:
        raise ValidationError(_("Enter a day between 2000 and 2999."))


class AuditForm(Form):
    """A search of the audit log."""

    class Meta(Form.Meta):
        csrf = False  # a GET form that changes nothing and can be linked to

    act = StringField(_l("Act"), [Optional(), Length(max=60)])
    by = StringField(_l("Done by (e-mail address)"), [Optional(), Length(max=254)])
    about = StringField(_l("About (e-mail address)"), [Optional(), Length(max=254)])
    since = DateField(_l("From"), [Optional(), sensible])
    until = DateField(_l("To"), [Optional(), sensible])
    kind = StringField(_l("Kind of object"), [Optional(), Length(max=40)])
    id = StringField(_l("Its number or code"), [Optional(), Length(max=64)])

    def validate_id(self, number: Field) -> None:
        """Numbers are those of a kind."""
        if number.data and not self.kind.data:
            raise ValidationError(_("Name the kind of object, too."))
