"""The form of an API token."""

from collections.abc import Sequence

from wtforms import SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length

from lms.api.tokens import CHECK, LIFETIMES_DAYS, READ
from lms.forms import Form
from lms.i18n import gettext as _
from lms.i18n import lazy as _l
from lms.i18n import ngettext


class TokenForm(Form):
    """Make a token."""

    name = StringField(_l("What it is for"), [InputRequired(_l("Give it a name.")), Length(max=80)])
    scopes = SelectMultipleField(
        _l("What it may do"), [InputRequired(_l("Choose at least one."))], choices=[]
    )
    days = SelectField(_l("It works for"), coerce=int, choices=[], default=90)

    @classmethod
    def of(cls, scopes: Sequence[str]) -> "TokenForm":
        """The form with the scopes that the owner can have."""
        form = cls()
        form.scopes.choices = [(scope, scope_name(scope)) for scope in scopes]
        form.days.choices = [
            (days, ngettext("%(num)s day", "%(num)s days", days)) for days in LIFETIMES_DAYS
        ]
        if len(scopes) == 1 and not form.is_submitted():
            form.scopes.data = list(scopes)
        return form


def scope_name(scope: str) -> str:
    """A scope in words."""
    return {
        READ: _("Read certificates and their status"),
        CHECK: _("Check lists of codes and addresses"),
    }[scope]
