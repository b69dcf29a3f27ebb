"""Forms of the partners' pages."""

from flask_wtf.file import FileField
from wtforms import EmailField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from lms.forms import Form
from lms.i18n import lazy as _l

LONGEST_LIST = 4_000_000


class ListForm(Form):
    """A list to check, pasted or as a file."""

    entries = TextAreaField(_l("Codes or e-mail addresses"), [Length(max=LONGEST_LIST)])
    file = FileField(_l("Or a CSV file"))
    organisation = SelectField(_l("For"), validators=[Optional()], validate_choice=True)


class MailForm(Form):
    """News by mail."""

    email = EmailField(
        _l("E-mail address"), [InputRequired(_l("Enter the address.")), Length(max=254)]
    )
    organisation = SelectField(_l("For"))


class WebhookForm(Form):
    """News to a program."""

    url = StringField(
        _l("https address"), [InputRequired(_l("Enter the address.")), Length(max=500)]
    )
    organisation = SelectField(_l("For"))
