"""Forms for new programmes and courses."""

from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, Regexp

from lms.forms import Form
from lms.i18n import lazy as _l

_code = [
    InputRequired(_l("Enter a code.")),
    Length(max=40),
    Regexp(r"^[A-Za-z0-9][A-Za-z0-9.-]*$", message=_l("Letters, digits, dots and hyphens.")),
]
_slug = [
    InputRequired(_l("Enter the word of the address.")),
    Length(max=80),
    Regexp(r"^[a-z0-9][a-z0-9-]*$", message=_l("Small letters, digits and hyphens.")),
]


class ProgrammeForm(Form):
    """A new programme."""

    code = StringField(_l("Code"), _code)
    slug = StringField(_l("Address"), _slug)
    title = StringField(_l("Title"), [InputRequired(_l("Enter the title.")), Length(max=200)])
    summary = TextAreaField(_l("Summary"), [Optional(), Length(max=1000)])


class CourseForm(Form):
    """A new course."""

    code = StringField(_l("Code"), _code)
    slug = StringField(_l("Address"), _slug)
    title = StringField(_l("Title"), [InputRequired(_l("Enter the title.")), Length(max=200)])
    kind = SelectField(_l("Kind"), choices=[("course", _l("Course")), ("exam", _l("Exam"))])
