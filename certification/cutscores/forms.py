"""Forms of studies, of panels and of the decision."""

from decimal import Decimal

from wtforms import DecimalField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange

from lms.forms import Form
from lms.i18n import lazy as _l

METHODS = [
    ("angoff", _l("Modified Angoff: a panel rates each item, in rounds")),
    ("hofstee", _l("Hofstee: a panel says which cuts and fail rates it tolerates")),
    ("contrasting", _l("Contrasting groups: scores of people known to be qualified, or not")),
]


class StudyForm(Form):
    """A new study."""

    title = StringField(_l("Title"), [InputRequired(_l("Enter a title.")), Length(max=200)])
    form_code = SelectField(_l("Form"))
    method = SelectField(_l("Method"), choices=METHODS)
    description = TextAreaField(_l("The just qualified candidate"), [Length(max=4000)])


class JudgeForm(Form):
    """A new member of the panel."""

    person = StringField(
        _l("E-mail address"), [InputRequired(_l("Enter an e-mail address.")), Length(max=254)]
    )


class BoundsForm(Form):
    """What a judge of a Hofstee panel finds tolerable."""

    least_cut = DecimalField(
        _l("Lowest cut that you find acceptable"),
        [InputRequired(_l("Enter a number."))],
        places=2,
    )
    most_cut = DecimalField(
        _l("Highest cut that you find acceptable"),
        [InputRequired(_l("Enter a number."))],
        places=2,
    )
    least_fail = IntegerField(
        _l("Lowest fail rate that you find acceptable, in per cent"),
        [InputRequired(_l("Enter a number.")), NumberRange(0, 100)],
    )
    most_fail = IntegerField(
        _l("Highest fail rate that you find acceptable, in per cent"),
        [InputRequired(_l("Enter a number.")), NumberRange(0, 100)],
    )


class GroupsForm(Form):
    """Candidates of whom other evidence tells."""

    listed = TextAreaField(
        _l("Candidates"),
        [InputRequired(_l("Paste at least one line.")), Length(max=200_000)],
    )


class DecisionForm(Form):
    """The cut score and why."""

    cut = DecimalField(
        _l("Cut score in raw points"),
        [InputRequired(_l("Enter a number.")), NumberRange(min=Decimal(0))],
        places=None,
    )
    reason = TextAreaField(_l("Reason"), [InputRequired(_l("Say why.")), Length(min=10, max=2000)])
