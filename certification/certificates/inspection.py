"""Checking a file that may do harm: by a process with limits, which is replaced when it runs into
one. What could not be read within them could not be checked, and is never good."""

import base64
from datetime import datetime

from certification.certificates.reports import Kind, Report, kind_of, unread, verdict_of
from certification.credentials.findings import Check, unknown
from certification.credentials.trust import Trust
from lms.confined import Confined, ConfinedFailure

SECONDS = 4.0
_desk = Confined("certification.certificates.desk", SECONDS, restart_seconds=0)


def inspect(content: bytes, trust: Trust, *, now: datetime) -> Report:
    """What `checking.check_file` finds, within 4 seconds and 300 MB; the first file of a process
    also waits for the reader's start, others' files count."""
    kind = kind_of(content)
    if kind is Kind.UNKNOWN:
        return unread()
    order = {
        "content": base64.b64encode(content).decode(),
        "trust": trust.to_json(),
        "now": now.isoformat(),
    }
    try:
        return Report.from_json(_desk.order(order).decode())
    except ConfinedFailure as failure:
        code = "busy" if failure.code == "busy" else "too_much"
        findings = (unknown(Check.DOCUMENT, code),)
        return Report(kind, verdict_of(findings), findings)
