"""Forms of accounts, people and organisations."""

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, EmailField, HiddenField, PasswordField, SelectField, StringField
from wtforms.validators import Email, InputRequired, Length, Optional, Regexp

from lms.accounts.rules import plain_name
from lms.forms import Form, NameSelect
from lms.i18n import LANGUAGES, zone_names
from lms.i18n import lazy as _l
from lms.permissions import Role

_address = [
    InputRequired(_l("Enter an e-mail address.")),
    Email(_l("Enter an address such as name@company.example.")),
    Length(max=254),
]


def _plain(typed: str | None) -> str | None:
    return plain_name(typed) if typed else typed


def _name(label: str) -> StringField:
    asked = InputRequired(_l("Enter the name as it should stand on a certificate."))
    return StringField(label, [asked, Length(max=200)], filters=[_plain])


def _password(label: str) -> PasswordField:
    return PasswordField(_l(label), [InputRequired(_l("Enter a password.")), Length(max=256)])


def _languages() -> list[tuple[str, str]]:
    return list(LANGUAGES.items())


def _zones() -> list[tuple[str, str]]:
    return [(name, name) for name in zone_names()]


class SignInForm(Form):
    """Address and password."""

    email = EmailField(
        _l("E-mail address"), [InputRequired(_l("Enter your e-mail address.")), Length(max=254)]
    )
    password = PasswordField(_l("Password"), [InputRequired(_l("Enter your password."))])
    next = HiddenField()


class ResetForm(Form):
    """Ask for a reset link."""

    email = EmailField(_l("E-mail address"), _address)


class NewPasswordForm(Form):
    """Set a password by a link."""

    password = _password("New password")


class WelcomeForm(Form):
    """Accept an invitation."""

    name = _name(_l("Your name"))
    language = SelectField(_l("Language"), choices=_languages)
    time_zone = SelectField(_l("Time zone"), choices=_zones, widget=NameSelect())
    password = _password("Password")


class ProfileForm(Form):
    """What a person says about themselves."""

    name = _name(_l("Your name"))
    language = SelectField(_l("Language"), choices=_languages)
    time_zone = SelectField(_l("Time zone"), choices=_zones, widget=NameSelect())
    consents = BooleanField(
        _l("Partners and employers may find my certificates by my e-mail address")
    )
    compares = BooleanField(
        _l("My answers in exams may be compared by language and region, to find unfair questions")
    )


class ChangePasswordForm(Form):
    """Change the password, knowing the old one."""

    old = _password("Current password")
    new = _password("New password")


class InviteForm(Form):
    """Invite a person."""

    name = _name(_l("Name"))
    email = EmailField(_l("E-mail address"), _address)
    organisation = SelectField(_l("Organisation"), choices=[])
    time_zone = SelectField(_l("Time zone"), choices=_zones, widget=NameSelect())


class RoleForm(Form):
    """Give a role."""

    role = SelectField(_l("Role"), choices=[])
    organisation = SelectField(_l("Only for organisation"), choices=[])
    programme = StringField(_l("Only for programme (code)"), [Optional(), Length(max=40)])

    region = StringField(_l("Only for region (code)"), [Optional(), Length(max=40)])

    def chosen(self) -> Role:
        """The role chosen."""
        return Role(self.role.data)


class MembershipForm(Form):
    """Add a membership."""

    organisation = SelectField(_l("Organisation"), choices=[])


class OrganisationForm(Form):
    """An organisation."""

    code = StringField(
        _l("Code"),
        [
            InputRequired(_l("Enter a short code.")),
            Length(max=40),
            Regexp(r"^[a-z0-9-]+$", message=_l("Use small letters, digits and hyphens.")),
        ],
    )
    name = StringField(_l("Name"), [InputRequired(_l("Enter the name.")), Length(max=200)])
    plan = SelectField(_l("Support plan"), choices=[])
    region = StringField(_l("Region (code)"), [Optional(), Length(max=40)])
    is_partner = BooleanField(_l("This organisation is a partner"))


class ImportForm(Form):
    """A CSV file of people."""

    file = FileField(_l("CSV file"), [FileRequired(_l("Choose a CSV file."))])
