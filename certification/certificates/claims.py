"""From a certificate's frozen facts to what its credential states."""

from datetime import date
from typing import Any

from certification.certificates.facts import CertificateFacts
from certification.credentials.credential import Claims, Requirement


def claims_of(facts: CertificateFacts, award_facts: dict[str, Any]) -> Claims:
    """The claims of a certificate; the award's facts name what met each requirement."""
    return Claims(
        code=facts.code,
        number=facts.number,
        title=facts.title,
        kind=facts.kind,
        statement=facts.statement,
        scheme_code=facts.scheme_code,
        scheme_version=facts.scheme_version,
        language=facts.locale.partition("_")[0],
        awarded_on=facts.awarded_on,
        valid_until=facts.valid_until,
        issued_at=facts.issued_at,
        hours_minutes=facts.hours_minutes,
        requirements=tuple(_requirement(need) for need in award_facts.get("requirements", [])),
        demonstration=facts.demonstration,
    )


def _requirement(need: dict[str, Any]) -> Requirement:
    return Requirement(
        kind=need["kind"],
        code=need["code"],
        title=need["title"],
        on=date.fromisoformat(need["on"]) if need.get("on") else None,
        score=need.get("score"),
        full_marks=need.get("full_marks"),
        required=need.get("required"),
        level=need.get("level"),
    )
