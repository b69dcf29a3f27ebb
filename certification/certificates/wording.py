"""The texts of this slice's reason codes and verdicts."""

from certification.certificates.rules import Verdict
from lms import wording
from lms.i18n import gettext as _

wording.register(
    {
        "list_empty": lambda: _("The list holds no code and no address."),
        "list_long": lambda: _(
            "The list has %(found)s entries, %(most)s at most. Send it in parts."
        ),
        "list_unreadable": lambda: _("This is no CSV file. Save the list as CSV and try again."),
        "already_superseded": lambda: _(
            "This certificate was already replaced. Open the newest one to correct it."
        ),
        "not_issued_yet": lambda: _(
            "The certificate's document is still being made. Try again in a moment."
        ),
    }
)

LOOKS: dict[Verdict, tuple[str, str]] = {
    Verdict.VALID: ("ok", "circle-check"),
    Verdict.EXPIRED: ("warn", "hourglass"),
    Verdict.REVOKED: ("bad", "ban"),
    Verdict.SUPERSEDED: ("info", "repeat"),
    Verdict.HOLDER_ERASED: ("info", "user"),
    Verdict.COULD_NOT_CHECK: ("warn", "cloud-off"),
    Verdict.NOT_FOUND: ("bad", "circle-x"),
}
"""Colour and icon of each verdict: colour never speaks alone."""


def word(verdict: Verdict) -> str:
    """The one huge word."""
    return {
        Verdict.VALID: _("Valid"),
        Verdict.EXPIRED: _("Expired"),
        Verdict.REVOKED: _("Revoked"),
        Verdict.SUPERSEDED: _("Superseded"),
        Verdict.HOLDER_ERASED: _("Issued; holder erased"),
        Verdict.COULD_NOT_CHECK: _("Could not check"),
        Verdict.NOT_FOUND: _("Not found"),
    }[verdict]


def sentence(verdict: Verdict, today: str | None, day: str | None) -> str:
    """What the word means; `today` and `day` are formatted dates."""
    return {
        Verdict.VALID: _("This certificate is genuine and in force today, %(today)s.", today=today),
        Verdict.EXPIRED: _("This certificate is genuine, but its term ended on %(day)s.", day=day),
        Verdict.REVOKED: _(
            "The issuer withdrew this certificate on %(day)s. Do not rely on it.", day=day
        ),
        Verdict.SUPERSEDED: _(
            "This certificate is genuine, but a newer one has taken its place. "
            "Rely on the newer one."
        ),
        Verdict.HOLDER_ERASED: _(
            "A certificate with this code was issued. Its holder asked for their data to be erased."
        ),
        Verdict.COULD_NOT_CHECK: _(
            "This certificate is being made at the moment. Try again in a minute; "
            "until then do not rely on it."
        ),
        Verdict.NOT_FOUND: _(
            "No certificate of ours has this code. Check for typing mistakes, "
            "or treat it as not genuine."
        ),
    }[verdict]
