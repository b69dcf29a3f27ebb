"""What API v1 of certificates reads and writes."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from certification.certificates import lists
from certification.certificates.codes import Hint
from certification.certificates.rules import Verdict

LISTED = 100


class Verification(BaseModel):
    """What a certificate is today. `holder` and `achievement` are null after an erasure."""

    code: str
    verdict: Verdict
    holder: str | None
    achievement: str | None
    issued_on: date
    valid_until: date | None
    revoked_on: date | None
    reason: str | None
    superseded_by: str | None


class Verified(Verification):
    """A verification with its time and where people read it."""

    checked_at: datetime
    verify_url: str


class Status(BaseModel):
    """What a certificate was on a day."""

    code: str
    on: date
    verdict: Verdict
    valid_until: date | None
    days_left: int | None
    superseded_by: str | None


class StatusQuery(BaseModel):
    """On which day."""

    model_config = ConfigDict(extra="forbid")

    on: date | None = Field(None, description="A day in the issuer's zone; today if it is left out")


class Listed(Verification):
    """A certificate in a list."""

    number: str
    verify_url: str
    document_url: str | None


class CertificateList(BaseModel):
    """A page, newest first. `next_cursor` is null on the last one."""

    items: list[Listed]
    next_cursor: str | None


class ListQuery(BaseModel):
    """Which page."""

    model_config = ConfigDict(extra="forbid")

    cursor: str | None = Field(None, max_length=200, description="`next_cursor` of the page before")
    limit: int = Field(50, ge=1, le=LISTED, description="Certificates on a page")


class CheckRequest(BaseModel):
    """Codes, links or addresses. Addresses answer only for people who agreed to be found."""

    model_config = ConfigDict(extra="forbid")

    entries: list[Annotated[str, StringConstraints(max_length=lists.LONGEST)]] = Field(
        min_length=1, max_length=lists.MOST
    )


class CheckedEntry(BaseModel):
    """What is known about an entry; nothing known is `not_found`, whatever the reason."""

    model_config = ConfigDict(from_attributes=True)

    entry: str
    verdict: Verdict
    code: str | None
    holder: str | None
    achievement: str | None
    issued_on: date | None
    valid_until: date | None
    revoked_on: date | None
    reason: str | None
    superseded_by: str | None
    hint: Hint | None = Field(
        None, description="Of `not_found`: why the entry cannot be a code, whatever there is"
    )


class CheckSummary(BaseModel):
    """A checked list. `counts` holds `entries`, each counted once, their answers by verdict, and
    `repeated`, how many entries were given again, if any. `receipt` is a JWS over the
    SHA-256 of the result file, its time and counts; the file is kept for 30 days."""

    id: str
    checked_at: datetime
    counts: dict[str, int]
    result_sha256: str
    result_url: str
    receipt: str | None


class CheckResult(CheckSummary):
    """A checked list with its rows."""

    rows: list[CheckedEntry]
