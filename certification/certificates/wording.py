"""The texts of this slice's reason codes and verdicts."""

from datetime import datetime

from certification.certificates.codes import Hint
from certification.certificates.rules import Verdict
from certification.credentials.findings import Finding
from lms import wording
from lms.i18n import gettext as _
from lms.i18n import moment

wording.register(
    {
        "list_empty": lambda: _("The list holds no code and no address."),
        "list_long": lambda: _("The list has more than %(most)s entries. Send it in parts."),
        "list_unreadable": lambda: _("This is no CSV file. Save the list as CSV and try again."),
        "already_superseded": lambda: _(
            "This certificate was already replaced. Open the newest one to correct it."
        ),
        "issuer_zone_changed": lambda: _(
            "Certificates name their days in the zone %(frozen)s, and ISSUER_ZONE says %(zone)s. "
            "Nothing is issued until an administrator sets it back."
        ),
        "not_issued_yet": lambda: _(
            "The certificate's document is still being made. Try again in a moment."
        ),
    }
)

LOOKS: dict[Verdict | Hint, tuple[str, str]] = {
    Verdict.VALID: ("ok", "circle-check"),
    Verdict.EXPIRED: ("warn", "hourglass"),
    Verdict.REVOKED: ("bad", "ban"),
    Verdict.SUSPENDED: ("warn", "hourglass"),
    Verdict.SUPERSEDED: ("info", "repeat"),
    Verdict.ALTERED: ("bad", "triangle-alert"),
    Verdict.NOT_OURS: ("bad", "circle-x"),
    Verdict.HOLDER_ERASED: ("info", "user"),
    Verdict.COULD_NOT_CHECK: ("warn", "cloud-off"),
    Verdict.NOT_FOUND: ("bad", "circle-x"),
    Hint.NUMBER: ("warn", "triangle-alert"),
    Hint.MISTYPED: ("warn", "triangle-alert"),
}
"""Colour and icon of each verdict: colour never speaks alone. A hint speaks in place of “not
found”, which would say of a slip of the finger that the certificate is not genuine."""


def word(verdict: Verdict | Hint) -> str:
    """The one huge word."""
    return {
        Verdict.VALID: _("Valid"),
        Verdict.EXPIRED: _("Expired"),
        Verdict.REVOKED: _("Revoked"),
        Verdict.SUSPENDED: _("Suspended"),
        Verdict.SUPERSEDED: _("Superseded"),
        Verdict.ALTERED: _("Altered"),
        Verdict.NOT_OURS: _("Not ours"),
        Verdict.HOLDER_ERASED: _("Issued; holder erased"),
        Verdict.COULD_NOT_CHECK: _("Could not check"),
        Verdict.NOT_FOUND: _("Not found"),
        Hint.NUMBER: _("Certificate number"),
        Hint.MISTYPED: _("Mistyped"),
    }[verdict]


def sentence(verdict: Verdict | Hint, today: str | None, day: str | None) -> str:
    """What the word means; `today` and `day` are formatted dates."""
    return {
        Verdict.VALID: _("This certificate is genuine and in force today, %(today)s.", today=today),
        Verdict.EXPIRED: _("This certificate is genuine, but its term ended on %(day)s.", day=day),
        Verdict.REVOKED: _(
            "The issuer withdrew this certificate on %(day)s. Do not rely on it.", day=day
        ),
        Verdict.SUSPENDED: _(
            "The issuer suspended this certificate on %(day)s. Do not rely on it until that "
            "is lifted.",
            day=day,
        ),
        Verdict.ALTERED: _(
            "This file is not as it was signed: something was changed afterwards. "
            "Do not rely on it."
        ),
        Verdict.NOT_OURS: _("We did not sign this file. Do not rely on it."),
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
        Hint.NUMBER: _(
            "This is the certificate number. Enter the code: it stands under the certificate's "
            "QR code, for example 7F3K-9Q2M-XR4T-0C8V-A."
        ),
        Hint.MISTYPED: _(
            "No code is written like this: a character is wrong, missing or too many. Check the "
            "characters. If the certificate shows exactly these, treat it as not genuine."
        ),
    }[verdict]


def file_sentence(verdict: Verdict, today: str | None, day: str | None) -> str:
    """What the word means of a file that was checked."""
    if verdict is Verdict.COULD_NOT_CHECK:
        return _(
            "Not every question about this file could be answered. Until all are, "
            "do not rely on it."
        )
    return sentence(verdict, today, day)


def _instant(found: Finding) -> str:
    at = found.values.get("at")
    return moment(datetime.fromisoformat(at), "UTC") if at else ""


def finding(found: Finding) -> str:
    """The sentence for one answer."""
    return {
        "proofs_valid": _("The credential is signed with both proofs."),
        "token_valid": _("The token is signed."),
        "altered": _("The credential was changed after it was signed."),
        "proof_missing": _("There is no signed credential in it."),
        "malformed": _("The credential cannot be read."),
        "unchecked": _("This could not be checked."),
        "issuer_known": _("We are the issuer that it names."),
        "not_ours": _("It names another issuer."),
        "key_unknown": _("The key that it names is none of ours, or is no longer trusted."),
        "dates_valid": _("It is within its dates."),
        "not_yet_valid": _("Its time has not begun."),
        "expired": _("Its time is over."),
        "status_good": _("It was not withdrawn."),
        "revoked": _("It was withdrawn."),
        "suspended": _("It is suspended for now."),
        "status_missing": _("Whether it was withdrawn could not be found out."),
        "status_expired": _("The list of withdrawn certificates is too old."),
        "status_forged": _("The list of withdrawn certificates is not ours."),
        "document_signed": _("The document carries our signature."),
        "document_altered": _("The document was changed after it was signed."),
        "document_not_ours": _("The document's signature is not ours."),
        "authority_missing": _(
            "Whose signature it is could not be found out: the trust bundle is incomplete."
        ),
        "list_missing": _(
            "Whether the key that signed it was withdrawn could not be found out: the trust "
            "bundle is incomplete."
        ),
        "list_ended": _(
            "Whether the key that signed it was withdrawn could not be found out: the trust "
            "bundle is too old."
        ),
        "document_unsigned": _("The document is not signed."),
        "document_unreadable": _("The document is damaged and cannot be read."),
        "too_much": _(
            "Reading this file would take more time or memory than any certificate of ours."
        ),
        "busy": _("Other files are being checked at the moment. Try again in a minute."),
        "file_unknown": _("This is no certificate: choose a PDF, a .json or a .jwt of ours."),
        "whole_signed": _("The signature covers the whole file."),
        "not_whole": _("Something was added to the file after it was signed."),
        "time_stamped": _(
            "A time-stamp server confirms that it was signed at %(at)s.", at=_instant(found)
        ),
        "time_claimed": _("The time of the signature is our own statement."),
        "time_forged": _("The time stamp was changed or belongs to another signature."),
        "time_unknown": _("The time stamp is of a server that we do not know."),
        "issued_here": _("This is the very file that we issued."),
        "issued_other": _("This is not the file that we issued."),
    }[found.code]
