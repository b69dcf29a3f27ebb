"""Forms of the catalogue's administration."""

from wtforms import (
    BooleanField,
    DecimalField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp

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


class DraftForm(Form):
    """A draft of a course version; modules are a table of inputs beside it."""

    title = StringField(_l("Title"), [InputRequired(_l("Enter the title.")), Length(max=200)])
    summary = StringField(_l("Summary"), [InputRequired(_l("Enter a summary.")), Length(max=1000)])
    description = TextAreaField(_l("Description"), [Optional(), Length(max=8000)])
    audience = TextAreaField(_l("For whom"), [Optional(), Length(max=2000)])
    outcomes = TextAreaField(
        _l("Afterwards you can (one per line)"), [Optional(), Length(max=4000)]
    )
    hours = DecimalField(
        _l("Hours"), [Optional(), NumberRange(0.1, 1000, _l("Between 0.1 and 1,000 hours."))]
    )
    length_note = StringField(_l("Or a note instead of hours"), [Optional(), Length(max=200)])
    languages = StringField(
        _l("Languages (codes, separated by commas)"),
        [
            InputRequired(_l("Name at least one language, such as en.")),
            Length(max=200),
            Regexp(
                r"^[a-z]{2,3}(-[A-Za-z]{2,4})?(\s*,\s*[a-z]{2,3}(-[A-Za-z]{2,4})?)*$",
                message=_l("Codes such as en, de, zh."),
            ),
        ],
    )
    formats = SelectMultipleField(_l("Formats offered"), coerce=int, choices=[])
    prerequisites = SelectMultipleField(_l("Courses to complete before"), coerce=int, choices=[])
    sample = BooleanField(_l("This is sample content"))
