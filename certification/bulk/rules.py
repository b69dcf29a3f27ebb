"""What a mass act may do to a certificate, or for a person. Standard library only."""

from dataclasses import dataclass

IRREVERSIBLE = frozenset({"revoke", "reissue", "issue"})


@dataclass(frozen=True, slots=True)
class Target:
    """A certificate as it stands."""

    is_issued: bool
    is_replaced: bool
    is_revoked: bool
    is_suspended: bool
    is_own: bool


def flaw(kind: str, target: Target) -> str:
    """Why the act leaves this certificate alone; empty when it does not."""
    flaws = {
        "not_yourself": target.is_own,
        "already_superseded": target.is_replaced,
        "already_revoked": target.is_revoked,
        "not_issued_yet": kind == "reissue" and not target.is_issued,
        "already_suspended": kind == "suspend" and target.is_suspended,
        "not_suspended": kind == "lift" and not target.is_suspended,
    }
    return next((code for code, applies in flaws.items() if applies), "")


def issue_flaw(is_due: bool | None, *, is_own: bool) -> str:
    """Why nothing is issued to a person; `is_due` as `are_due` tells it."""
    if is_own:
        return "not_yourself"
    return {None: "already_held", False: "not_earned", True: ""}[is_due]
