"""Forms of this slice."""

from wtforms import StringField
from wtforms.validators import InputRequired, Length

from lms.forms import Form
from lms.i18n import lazy as _l


class CodeForm(Form):
    """One verification code, as somebody reads it aloud."""

    class Meta(Form.Meta):
        csrf = False  # a GET form that changes nothing and can be linked to

    code = StringField(
        _l("Verification code"),
        [
            InputRequired(_l("Enter the code that stands under the certificate's QR code.")),
            Length(max=200),
        ],
    )


class SupersedeForm(Form):
    """Replace a certificate."""

    reason = StringField(
        _l("Reason, which the public can read"),
        [InputRequired(_l("Say why the certificate is replaced.")), Length(max=300)],
    )
