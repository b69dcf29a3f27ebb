"""What refusals about keys say."""

from lms import wording
from lms.i18n import gettext as _

wording.register(
    {
        "no_such_key": lambda: _("There is no key %(kid)s."),
        "already_compromised": lambda: _("The key %(kid)s is withdrawn already."),
        "wrong_passphrase": lambda: _("The passphrase does not open this recovery bundle."),
        "bad_recovery_bundle": lambda: _("This file is no recovery bundle."),
        "other_key": lambda: _("The bundle's key %(kid)s differs from the one here."),
    }
)
