"""What a mass act may do to a certificate. Standard library only."""

from dataclasses import dataclass

IRREVERSIBLE = frozenset({"revoke", "reissue"})


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
