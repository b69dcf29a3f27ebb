"""Refusals: the exceptions whose text the reader understands."""

from lms.reasons import Reason


class Refusal(Exception):
    """An action said no. One handler in `lms.web` draws it as HTML or as problem details.

    `status` is the HTTP status: 409 when the state of things is in the way, 422 when the
    input is, 403 when it is not this person's to do.
    """

    def __init__(self, *reasons: Reason, status: int = 409) -> None:
        super().__init__(", ".join(reason.code for reason in reasons))
        self.reasons = reasons
        self.status = status


def refuse(code: str, /, *, status: int = 409, **values: object) -> Refusal:
    """Build the refusal for one reason: `raise refuse("session_full", title=...)`."""
    return Refusal(Reason(code, values), status=status)
