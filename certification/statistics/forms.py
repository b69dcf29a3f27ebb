"""What figures are asked for."""

from wtforms import SelectField

from lms.forms import Form
from lms.i18n import lazy as _l


class AskForm(Form):
    """Whether two groups are compared, and which."""

    grouping = SelectField(
        _l("Compare by"),
        choices=[
            ("", _l("no groups")),
            ("language", _l("language of the exam")),
            ("region", _l("region")),
        ],
    )
    reference = SelectField(_l("Reference group"), choices=[], validate_choice=False)
    focal = SelectField(_l("Compared with"), choices=[], validate_choice=False)
