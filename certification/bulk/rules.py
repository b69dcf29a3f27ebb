"""What a mass act may do to a certificate, or for a person. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from certification.awards.rules import Assessment
from lms.reasons import Reason

NOTHING = Assessment(False, ())
"""Of a scheme of which no version is in force."""
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


def issue_flaw(
    assessment: Assessment | None, names: Mapping[tuple[str, str], str], *, is_own: bool
) -> Reason | None:
    """Why nothing is issued to a person; without an assessment they hold the certification."""
    if is_own:
        return Reason("not_yourself")
    if assessment is None:
        return Reason("already_held")
    return None if assessment.is_met else Reason("not_earned", missing(assessment, names))


def plain(values: Mapping[str, object]) -> dict[str, object]:
    """What a row keeps of a reason's values."""
    return {
        name: value if isinstance(value, bool | int | str) else str(value)
        for name, value in values.items()
    }


def missing(assessment: Assessment, names: Mapping[tuple[str, str], str]) -> dict[str, object]:
    """The first requirement that is not met, by its name, and how many more there are."""
    need = next((need for need in assessment.needs if not need.is_met), None)
    if need is None or need.reason is None:
        return {}
    return {
        "missing": need.reason.code,
        "name": names.get((need.kind, need.code), need.code),
        "wanted": need.wanted,
        "best": need.reason.values.get("best", 0),
        "is_choice": need.is_choice,
        "more": assessment.short - 1,
    }
