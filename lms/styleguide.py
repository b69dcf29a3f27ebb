"""What the style guide shows: a form of each kind of field, a map of competencies."""

from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import InputRequired

from lms import charts
from lms.forms import Form
from lms.i18n import lazy as _l

LEVELS = (
    ("Security", 2, 3),
    ("Operation", 3, 3),
    ("Performance", 1, 3),
    ("Integration", 2, 2),
    ("Users", 4, 3),
    ("Recovery", 1, 2),
)


class SampleForm(Form):
    """One field of each kind."""

    class Meta(Form.Meta):
        csrf = False  # it is shown, never sent

    name = StringField(_l("Full name"), [InputRequired(_l("Enter the full name."))])
    email = EmailField(_l("E-mail address"), [InputRequired(_l("Enter an address."))])
    day = DateField(_l("Day"), [InputRequired(_l("Enter a day."))])
    start = TimeField(_l("From"), [InputRequired(_l("Enter a time."))])
    score = IntegerField(_l("Score"), [InputRequired(_l("Enter a score from 0 to 100."))])
    mode = SelectField(_l("Delivery"), [InputRequired(_l("Choose a delivery mode."))])
    outcome = RadioField(_l("Outcome"), [InputRequired(_l("Choose an outcome."))])
    note = TextAreaField(_l("Note"))
    consents = BooleanField(
        _l("Partners may find my certificates by my e-mail address"),
        [InputRequired(_l("Tick the box to go on."))],
    )


def _sample(prefix: str = "") -> SampleForm:
    form = SampleForm(formdata=None, prefix=prefix)
    form.mode.choices = [("", _l("Choose one")), ("on_site", _l("On site"))]
    form.outcome.choices = [("passed", _l("Passed")), ("failed", _l("Failed"))]
    return form


def samples() -> dict[str, Any]:
    """What the style guide shows; its second form is the first one sent empty."""
    flawed = _sample("flawed-")
    flawed.validate()
    spokes = [charts.Spoke(*level) for level in LEVELS]
    return {
        "form": _sample(),
        "flawed": flawed,
        "chart": charts.radar(spokes, 4),
        "competencies": spokes,
    }
