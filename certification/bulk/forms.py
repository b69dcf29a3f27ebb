"""Forms of mass acts."""

from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError

from certification.bulk.models import BulkKind
from lms.forms import Form
from lms.i18n import gettext as _
from lms.i18n import lazy as _l


class ReasonUnlessIssued:
    """A reason for everything that the public sees happen to a certificate it knows."""

    def __call__(self, form: Form, field: StringField) -> None:
        """Complain about a missing reason."""
        if form["kind"].data != BulkKind.ISSUE and not field.data:
            raise ValidationError(_("Give the reason that the public will read."))


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
            (BulkKind.ISSUE.value, _l("Issue what was earned")),
        ],
    )
    scheme = SelectField(_l("Certification to issue"), choices=[("", "–")], default="")
    title = StringField(_l("Title"), [InputRequired(_l("Give the act a title.")), Length(max=100)])
    reason = StringField(
        _l("Reason, which the public can read"),
        [ReasonUnlessIssued(), Length(max=300)],
    )
    listed = TextAreaField(
        _l("Codes or certificate numbers; addresses of people to issue to"),
        [
            InputRequired(_l("Enter at least one code, certificate number or address.")),
            Length(max=1_000_000),
        ],
    )


class RunForm(Form):
    """Run what cannot be undone."""

    confirm = StringField(_l("Type the title to confirm"), [Length(max=100)])
