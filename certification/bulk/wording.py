"""The texts of mass acts."""

from collections.abc import Mapping

from certification.bulk.models import BulkItem, BulkKind, BulkState
from lms import wording
from lms.i18n import gettext as _
from lms.i18n import ngettext
from lms.reasons import Reason

wording.register(
    {
        "bulk_empty": lambda: _("Enter at least one code, certificate number or address."),
        "bulk_nobody": lambda: _("Nobody here has this address."),
        "bulk_person_repeated": lambda: _("This person stands in the list already."),
        "bulk_no_scheme": lambda: _("Choose which certification is issued."),
        "not_earned": lambda: _("Not every requirement is met."),
        "already_held": lambda: _("They hold this certification already."),
        "bulk_large": lambda: _("At most %(most)s certificates at once."),
        "bulk_unknown": lambda: _("No certificate that you manage has this code or number."),
        "bulk_repeated": lambda: _("This certificate stands in the list already."),
        "bulk_second_person": lambda: _(
            "A second person has to approve a revocation of many: ask a colleague to open it."
        ),
        "bulk_no_way_back": lambda: _("This cannot be taken back as a whole."),
        "bulk_confirm": lambda: _("Type the title exactly as it stands above."),
    }
)


def flaw_text(item: BulkItem) -> str:
    """Why a row is left alone, in words."""
    values = item.flaw_values or {}
    if item.flaw == "not_earned" and "missing" in values:
        return " ".join(_missing(values))
    return wording.word(Reason(item.flaw, values))


def _missing(values: Mapping[str, object]) -> list[str]:
    texts = {
        "needs_course": _("The course “%(name)s” is missing.", **values),
        "needs_exam": _("The exam “%(name)s” is missing: %(wanted)s points.", **values),
        "exam_below": _(
            "The exam “%(name)s” is missing: %(wanted)s points, the best result is %(best)s.",
            **values,
        ),
        "needs_competency": _(
            "The competency “%(name)s” at level %(wanted)s is missing.", **values
        ),
        "needs_certification": _("The certification “%(name)s” is missing.", **values),
    }
    found, more = [texts[str(values["missing"])]], int(str(values["more"]))
    if values["is_choice"]:
        found.append(_("Something else may stand in for it."))
    if more > 0:
        found.append(
            ngettext(
                "%(num)s more requirement is missing.",
                "%(num)s more requirements are missing.",
                more,
            )
        )
    return found


def kind_text(kind: BulkKind) -> str:
    """What an act does."""
    return {
        BulkKind.SUSPEND: _("Suspend"),
        BulkKind.LIFT: _("Lift suspensions"),
        BulkKind.REVOKE: _("Revoke"),
        BulkKind.REISSUE: _("Replace by new certificates"),
        BulkKind.ISSUE: _("Issue what was earned"),
    }[kind]


def state_text(state: BulkState) -> tuple[str, str]:
    """(colour, word) of how far an act is."""
    return {
        BulkState.PREVIEWED: ("info", _("Preview")),
        BulkState.RUNNING: ("warn", _("Running")),
        BulkState.PAUSED: ("warn", _("Paused")),
        BulkState.CANCELLED: ("bad", _("Cancelled")),
        BulkState.DONE: ("ok", _("Done")),
    }[state]


def way_back(kind: BulkKind) -> str:
    """What can be taken back afterwards, in words."""
    return {
        BulkKind.SUSPEND: _("The way back: all suspensions of this act can be lifted together."),
        BulkKind.LIFT: _("The way back: suspend the certificates again, as a new act."),
        BulkKind.REVOKE: _("There is no way back: a revoked award stays revoked."),
        BulkKind.REISSUE: _(
            "There is no way back: a replaced certificate stays replaced. "
            "It can be replaced once more."
        ),
        BulkKind.ISSUE: _(
            "The way back: suspend or revoke the certificates, as a new act. "
            "Each holder gets a mail when theirs is issued."
        ),
    }[kind]
