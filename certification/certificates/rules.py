"""Verdicts: what a certificate is on a given day. Pure; the page words them."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Verdict(StrEnum):
    """The verdicts of the public contract. `altered` and `not_ours` are told of files only."""

    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    SUPERSEDED = "superseded"
    ALTERED = "altered"
    NOT_OURS = "not_ours"
    HOLDER_ERASED = "holder_erased"
    COULD_NOT_CHECK = "could_not_check"
    NOT_FOUND = "not_found"


@dataclass(frozen=True, slots=True)
class Standing:
    """What the verdict depends on: the certificate's own dates and what came after it."""

    issued_on: date
    valid_until: date | None
    revoked_on: date | None
    superseded_by: str | None
    is_issued: bool
    holder_erased_at: datetime | None
    suspended_on: date | None = None


def verdict_on(standing: Standing, day: date) -> Verdict:
    """One verdict for a day. A stronger statement wins: a revoked certificate stays revoked
    when it would also have expired, and is never 'unknown'. `suspended_on` is told of that day.

    A certificate whose document is still being made is `could_not_check`: never green early.
    """
    if not standing.is_issued:
        return Verdict.COULD_NOT_CHECK
    is_over = standing.valid_until is not None and day > standing.valid_until
    applies = {
        Verdict.REVOKED: standing.revoked_on is not None and standing.revoked_on <= day,
        Verdict.SUPERSEDED: standing.superseded_by is not None,
        Verdict.HOLDER_ERASED: standing.holder_erased_at is not None,
        Verdict.SUSPENDED: standing.suspended_on is not None,
        Verdict.EXPIRED: is_over,
    }
    return next((verdict for verdict, it_does in applies.items() if it_does), Verdict.VALID)


def days_left(valid_until: date | None, day: date) -> int | None:
    """Days until the certificate ends, today included as 0; None when it never ends."""
    return None if valid_until is None else (valid_until - day).days
