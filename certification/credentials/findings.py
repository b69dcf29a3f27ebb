"""What a check of a credential finds: one verdict per question, never prose. Pure."""

from dataclasses import dataclass, field
from enum import StrEnum


class Check(StrEnum):
    """The questions."""

    SIGNATURE = "signature"
    ISSUER = "issuer"
    DATES = "dates"
    STATUS = "status"
    DOCUMENT = "document"
    WHOLE = "whole"
    ISSUED = "issued"
    TIME = "time"


class State(StrEnum):
    """`unknown` is never green: the question could not be answered."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer to one question: a state and a code with values for its text.

    Codes by check:
    signature: proofs_valid, token_valid; altered, proof_missing, malformed; unchecked (unknown)
    issuer: issuer_known; not_ours, key_unknown
    dates: dates_valid; not_yet_valid, expired (values: `on`, an ISO instant)
    status: status_good; revoked, suspended; status_missing, status_expired, status_forged
    (unknown)
    document: document_signed; document_altered, document_not_ours, document_unsigned,
    document_unreadable, file_unknown; too_much (unknown: reading it takes more than is allowed),
    busy (unknown: other files were first),
    authority_missing, list_missing, list_ended (unknown: the bundle does not tell whose signature
    it is, or whether its key was withdrawn)
    whole: whole_signed; not_whole
    time: time_stamped (values: `at`, an ISO instant), time_claimed (by the issuer alone);
    time_forged; time_unknown (unknown: by a server for which nobody vouches)
    issued: issued_here; issued_other (this file is not the one that was issued)
    """

    check: Check
    state: State
    code: str
    values: dict[str, str] = field(default_factory=dict)


def passed(check: Check, code: str, **values: str) -> Finding:
    return Finding(check, State.PASSED, code, values)


def failed(check: Check, code: str, **values: str) -> Finding:
    return Finding(check, State.FAILED, code, values)


def unknown(check: Check, code: str, **values: str) -> Finding:
    return Finding(check, State.UNKNOWN, code, values)
