"""What a check of a file found: its kind, the answers, the verdict."""

import json
from codecs import BOM_UTF8
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from certification.certificates.rules import Verdict
from certification.credentials.findings import Check, Finding, State, failed

LARGEST = 8 * 1024 * 1024
LARGEST_CREDENTIAL = 512 * 1024


class Kind(StrEnum):
    """What a file is, told by its content and not by its name."""

    PDF = "pdf"
    CREDENTIAL = "credential"
    TOKEN = "token"  # noqa: S105
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found. `credential` is what the file says, to be believed as far as the
    findings go."""

    kind: Kind
    verdict: Verdict
    findings: tuple[Finding, ...]
    credential: dict[str, Any] | None = None

    @property
    def code(self) -> str:
        """The certificate's code by the credential's address, "" without one."""
        address = str((self.credential or {}).get("id", ""))
        return address.rpartition("/")[2].removesuffix(".json")

    def to_json(self) -> str:
        """The report as text, for another process."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Report":
        """The very report."""
        values = json.loads(text)
        findings = tuple(
            Finding(Check(it["check"]), State(it["state"]), it["code"], it["values"])
            for it in values["findings"]
        )
        return cls(Kind(values["kind"]), Verdict(values["verdict"]), findings, values["credential"])


def kind_of(content: bytes) -> Kind:
    """PDF by its header within the first kilobyte (ISO 32000-2, 7.5.2), JSON by its brace, a
    token by its three parts."""
    if len(content) > LARGEST:
        return Kind.UNKNOWN
    if b"%PDF-" in content[:1024]:
        return Kind.PDF
    text = without_mark(content).strip()
    if len(text) > LARGEST_CREDENTIAL:
        return Kind.UNKNOWN
    if text[:1] == b"{":
        return Kind.CREDENTIAL
    if text.count(b".") == 2 and text.isascii() and b" " not in text:
        return Kind.TOKEN
    return Kind.UNKNOWN


def without_mark(content: bytes) -> bytes:
    """A text without the mark of its encoding, which some editors put before it (RFC 8259, 8.1):
    it is read as UTF-8 in any case, and nothing of what is signed changes."""
    return content.removeprefix(BOM_UTF8)


def unread() -> Report:
    """The report on what is neither of the three."""
    return Report(Kind.UNKNOWN, Verdict.NOT_OURS, (failed(Check.DOCUMENT, "file_unknown"),))


ALTERED = frozenset(
    {
        "altered",
        "malformed",
        "document_unreadable",
        "document_altered",
        "not_whole",
        "time_forged",
        "issued_other",
    }
)
NOT_OURS = frozenset(
    {
        "file_unknown",
        "not_ours",
        "key_unknown",
        "proof_missing",
        "document_unsigned",
        "document_not_ours",
    }
)


def verdict_of(findings: Sequence[Finding]) -> Verdict:
    """The worst answer decides. A time that nobody we know confirms is the issuer's claim, as it
    is without any stamp."""
    wrong = {finding.code for finding in findings if finding.state is State.FAILED}
    if wrong & ALTERED:
        return Verdict.ALTERED
    if wrong & NOT_OURS:
        return Verdict.NOT_OURS
    for code, verdict in (("revoked", Verdict.REVOKED), ("suspended", Verdict.SUSPENDED)):
        if code in wrong:
            return verdict
    open_ones = {f.check for f in findings if f.state is State.UNKNOWN} - {Check.TIME}
    if open_ones or "not_yet_valid" in wrong:
        return Verdict.COULD_NOT_CHECK
    return Verdict.EXPIRED if "expired" in wrong else Verdict.VALID
