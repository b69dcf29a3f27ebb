"""The texts of this slice's reason codes, and of what came of a delivery."""

from lms import wording
from lms.i18n import gettext as _

wording.register(
    {
        "subscriptions_many": lambda: _(
            "There are %(most)s subscriptions already. End one that is not needed."
        ),
        "news_mail_address": lambda: _("Enter an e-mail address, for example team@example.com."),
        "webhook_address": lambda: _(
            "Enter a full https address with a name, on port 443 or 8443 and without a password "
            "in it, for example https://hooks.example.com/academy."
        ),
    }
)


def delivery_error(code: str) -> str:
    """Why no status came back."""
    return {
        "bad_address": _("The address is not allowed"),
        "no_such_host": _("The name is unknown"),
        "not_public": _("The name leads to a private network"),
        "no_connection": _("No connection"),
        "no_answer": _("No answer in HTTP"),
        "tls": _("No trusted certificate (TLS)"),
        "timeout": _("No answer in time"),
        "": "",
    }[code]
