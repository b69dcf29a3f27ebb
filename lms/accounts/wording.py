"""The texts of this slice's reason codes, and the names of roles."""

from collections.abc import Mapping

from lms import wording
from lms.i18n import LANGUAGES
from lms.i18n import gettext as _
from lms.permissions import Role
from lms.reasons import Reason

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
        "token_scopes": lambda: _("Choose what the token may do, and for how long."),
        "token_many": lambda: _("There are %(most)s tokens already. Revoke one first."),
        "email_taken": lambda: _("There is an account with this address already."),
        "code_taken": lambda: _("Another one has the code %(code)s already."),
        "import_encoding": lambda: _(
            "The file is no text in UTF-8, UTF-16 or windows-1252. Save it as CSV (UTF-8) and try "
            "again."
        ),
        "import_columns": lambda: _("The first line must name the columns. Missing: %(columns)s."),
        "import_unknown": lambda: _(
            "The first line names columns that this list does not have: %(columns)s."
        ),
        "import_twice": lambda: _("The first line names columns twice: %(columns)s."),
        "import_broken": lambda: _(
            "The quotation marks around line %(line)s do not close. Save the file as CSV again."
        ),
        "import_empty": lambda: _("The file has no row below its first line."),
        "import_large": lambda: _("The file has more than %(most)s rows. Send it in parts."),
        "link_expired": lambda: _(
            "This link was used already or is too old. Ask for a new one on the sign-in page."
        ),
    }
)


def kept_text(code: str) -> str:
    """Why a row of an import is not taken back."""
    return {
        "signed_in": _("Signed in since."),
        "in_use": _("Has a seat, a certificate or another record."),
        "changed_since": _("Was changed since."),
    }[code]


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


def act_name(act: str) -> str:
    """What happened to a person, in words; other slices register theirs beside their reasons."""
    texts = {
        "person.created": _("Added"),
        "person.changed": _("Profile changed"),
        "consent.given": _("Agreed to be found by partners"),
        "consent.withdrawn": _("No longer agrees to be found by partners"),
        "account.created": _("Account added"),
        "account.invited": _("Invited"),
        "account.disabled": _("Account disabled"),
        "account.enabled": _("Account enabled"),
        "membership.started": _("Joined an organisation"),
        "membership.ended": _("Left an organisation"),
        "role.granted": _("Got a role"),
        "role.ended": _("Lost a role"),
        "password.reset_asked": _("Asked for a new password"),
        "password.changed": _("Password changed"),
        "signed_in": _("Signed in"),
        "signed_out": _("Signed out"),
        "sign_in.denied": _("Sign-in refused"),
        "sign_ins.ended": _("Signed out everywhere"),
    }
    if act in texts:
        return texts[act]
    return wording.word(Reason(act)) if act in wording.codes() else act


def flaw_text(reason: str, values: Mapping[str, str]) -> str:
    """What is wrong in a row of an imported list, and how to put it right."""
    code, _sep, known = reason.partition(":")
    if code == "role":
        return _role_flaw(values.get("role", "").casefold())
    return {
        "cells": _("There are more cells than columns."),
        "name": _("The name is missing or too long."),
        "email": _("The e-mail address is not valid."),
        "duplicate": _("The same address stands in an earlier row."),
        "organisation": _organisation_flaw(known),
        "role_organisation": _("This role needs an organisation: write its code."),
        "language": _(
            "This language is not available. Leave it empty, or write one of: %(languages)s.",
            languages=", ".join(LANGUAGES),
        ),
        "time_zone": _("This is no IANA time zone, such as Europe/Berlin."),
        "invite": _("Write yes or no."),
        "meanwhile": _("The person was changed after the preview. Send the row again."),
    }[code]


def _organisation_flaw(known: str) -> str:
    if not known:
        return _("There is no organisation with this code. Write its code, not its name.")
    return _(
        "There is no organisation with this code, but one with this name: write %(code)s.",
        code=known,
    )


def _role_flaw(typed: str) -> str:
    if typed == "learner":
        return _("Everyone is a learner: leave the role empty.")
    if typed == Role.ADMINISTRATOR:
        return _("A list makes nobody an administrator: give the role on the person's page.")
    return _(
        "This is no role that a list can give. Leave it empty, or write one of: %(roles)s.",
        roles=", ".join(role for role in Role if role != Role.ADMINISTRATOR),
    )
