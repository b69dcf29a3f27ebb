"""What a certificate says, as a value with one canonical form; and the document's own words."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date, datetime

from lms import storedjson


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """Everything that a certificate says. Frozen as canonical JSON when it is issued."""

    code: str
    number: str
    holder_name: str
    holder_lang: str
    title: str
    kind: str
    statement: str
    awarded_on: date
    valid_until: date | None
    scheme_code: str
    scheme_version: int
    cycle: int
    hours_minutes: int | None
    score: int | None
    full_marks: int | None
    required: int | None
    steps: tuple[tuple[str, str], ...]
    issuer: str
    signatory_name: str
    signatory_role: str
    verify_url: str
    demonstration: bool
    locale: str
    page_format: str
    issued_at: datetime
    design: str | None = None
    """`code/number/sha256` of the design version; certificates from before designs have none."""
    zone: str | None = None
    """The issuer's zone, in which the days are meant; certificates from before that have none."""

    def to_json(self) -> str:
        """Canonical JSON: sorted keys, no spaces, dates as ISO text. What came later is left out
        where it says nothing, so that what was frozen before keeps its digest."""
        values = asdict(self)
        for name in ("design", "zone"):
            if values[name] is None:
                del values[name]
        return json.dumps(
            values, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_iso
        )

    @classmethod
    def from_json(cls, text: str) -> "CertificateFacts":
        """The exact facts that were frozen."""
        values = storedjson.read(text)
        values["awarded_on"] = date.fromisoformat(values["awarded_on"])
        if values["valid_until"]:
            values["valid_until"] = date.fromisoformat(values["valid_until"])
        values["issued_at"] = datetime.fromisoformat(values["issued_at"])
        values["steps"] = tuple((title, kind) for title, kind in values["steps"])
        return cls(**values)

    def digest(self) -> bytes:
        """SHA-256 of the canonical JSON: what the line art is drawn from."""
        return hashlib.sha256(self.to_json().encode()).digest()


def _iso(value: object) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a certificate")


@dataclass(frozen=True, slots=True)
class Labels:
    """The document's own words, translated by the caller; `%(name)s` places are filled here."""

    certifies: str = "This certifies that"
    awarded: str = "Awarded"
    valid_until: str = "Valid until"
    number: str = "Certificate number"
    scheme: str = "Scheme"
    cycle: str = "Cycle"
    hours: str = "Training"
    score: str = "Exam result"
    check: str = "Check this certificate"
    signed: str = "Issued electronically"
    demonstration: str = "Demonstration"
    version: str = "version %(number)s"
    hours_value: str = "%(count)s hours"
    score_value: str = "%(score)s of %(full)s, %(required)s required"
    no_end: str = "Without end"
    steps: str = "Completed"
    more: str = "and %(count)s more"
