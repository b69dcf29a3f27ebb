"""Forms of mass acts."""

from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from certification.bulk.models import BulkKind
from lms.forms import Form
from lms.i18n import lazy as _l


class BulkForm(Form):
    """Choose what happens to which certificates."""

    kind = RadioField(
        _l("What to do"),
        [InputRequired(_l("Choose what to do."))],
        choices=[
            (BulkKind.SUSPEND.value, _l("Suspend")),
            (BulkKind.LIFT.value, _l("Lift suspensions")),
            (BulkKind.REVOKE.value, _l("Revoke")),
            (BulkKind.REISSUE.value, _l("Replace by new certificates")),
        ],
    )
    title = StringField(_l("Title"), [InputRequired(_l("Give the act a title.")), Length(max=100)])
    reason = StringField(
        _l("Reason, which the public can read"),
        [InputRequired(_l("Give the reason that the public will read.")), Length(max=300)],
    )
    listed = TextAreaField(
        _l("Codes or certificate numbers"),
        [InputRequired(_l("Enter at least one code or certificate number.")), Length(max=400_000)],
    )


class RunForm(Form):
    """Run what cannot be undone."""

    confirm = StringField(_l("Type the title to confirm"), [Length(max=100)])
