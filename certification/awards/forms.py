"""Forms of certifications."""

from wtforms import DateField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from lms.forms import Form
from lms.i18n import lazy as _l


class RevokeForm(Form):
    """Withdraw an award."""

    public_reason = StringField(
        _l("Reason, which the public can read for ever"),
        [InputRequired(_l("Give the reason that the public will read.")), Length(max=300)],
    )
    internal_note = TextAreaField(_l("Internal note"), [Optional(), Length(max=1000)])
    name = StringField(
        _l("Type the holder's name to confirm"),
        [InputRequired(_l("Type the holder's name exactly as it is shown above."))],
    )


class SuspendForm(Form):
    """Suspend an award."""

    public_reason = StringField(
        _l("Reason, which the public can read while it is suspended"),
        [InputRequired(_l("Give the reason that the public will read.")), Length(max=300)],
    )
    internal_note = TextAreaField(_l("Internal note"), [Optional(), Length(max=1000)])


class LiftForm(Form):
    """End a suspension."""

    reason = StringField(
        _l("Reason, which the holder can read"),
        [InputRequired(_l("Say why the suspension ends.")), Length(max=300)],
    )


class VersionForm(Form):
    """A draft of a scheme's next version."""

    term_months = IntegerField(
        _l("Valid for (months)"), [Optional(), NumberRange(1, 600, _l("Between 1 and 600 months."))]
    )
    effective_from = DateField(_l("In force from"), [InputRequired(_l("Enter a day."))])
    requirements = TextAreaField(
        _l("Requirements, one per line"),
        [InputRequired(_l("Name at least one requirement.")), Length(max=4000)],
    )
    title = StringField(
        _l("Title on the certificate"), [InputRequired(_l("Enter the title.")), Length(max=120)]
    )
    statement = TextAreaField(
        _l("Sentence on the certificate"),
        [InputRequired(_l("Enter the sentence.")), Length(max=300)],
    )
    signatory_name = StringField(_l("Signatory"), [Optional(), Length(max=120)])
    signatory_role = StringField(_l("Signatory's role"), [Optional(), Length(max=120)])
    page_format = SelectField(_l("Page format"), choices=[("A4", "A4"), ("Letter", "US Letter")])
