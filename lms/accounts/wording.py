"""The texts of this slice's reason codes, and the names of roles."""

from lms import wording
from lms.i18n import gettext as _
from lms.permissions import Role

wording.register(
    {
        "password_short": lambda: _(
            "Use %(length)s characters or more. A few words make a good password."
        ),
        "password_long": lambda: _("Use %(length)s characters at most."),
        "password_common": lambda: _(
            "This is one of the passwords that everybody tries first. Choose another."
        ),
        "password_personal": lambda: _("The password contains your address. Choose another."),
        "last_administrator": lambda: _(
            "This is the last administrator. Give the role to somebody else first."
        ),
        "role_needs_organisation": lambda: _("This role needs an organisation: choose one."),
        "role_without_organisation": lambda: _("This role is not limited to an organisation."),
        "role_without_programme": lambda: _("This role is not limited to a programme."),
        "role_without_region": lambda: _("This role is not limited to a region."),
        "email_taken": lambda: _("There is an account with this address already."),
        "code_taken": lambda: _("Another one has the code %(code)s already."),
        "import_encoding": lambda: _(
            "The file is no text in UTF-8 or windows-1252. Save it as CSV (UTF-8) and try again."
        ),
        "import_columns": lambda: _("The first line must name the columns. Missing: %(columns)s."),
        "import_empty": lambda: _("The file has no row below its first line."),
        "import_large": lambda: _("The file has more than %(most)s rows. Send it in parts."),
        "link_expired": lambda: _(
            "This link was used already or is too old. Ask for a new one on the sign-in page."
        ),
    }
)


def role_name(role: Role) -> str:
    """The role as people call it."""
    return {
        Role.TRAINER: _("Trainer"),
        Role.AUTHOR: _("Item author"),
        Role.ASSESSOR: _("Proctor and assessor"),
        Role.ORGANISATION_MANAGER: _("Organisation manager"),
        Role.PARTNER: _("Partner"),
        Role.CATALOGUE_MANAGER: _("Catalogue manager"),
        Role.CERTIFICATION_MANAGER: _("Certification manager"),
        Role.SUPPORT_AGENT: _("Support agent"),
        Role.ADMINISTRATOR: _("Administrator"),
        Role.AUDITOR: _("Auditor"),
    }[role]
