"""The facts of a certificate, for tests of its document."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from certification.certificates.document import CertificateFacts

ORDINARY = CertificateFacts(
    code="7F3K9Q2MXR4T0C8VA",
    number="ACA-2026-004417",
    holder_name="Zoë Ångström-Müller",
    holder_lang="en",
    title="Certified Administrator",
    kind="Certification",
    statement="completed the programme and passed the certification exam.",
    awarded_on=date(2026, 11, 20),
    valid_until=date(2028, 11, 20),
    scheme_code="ADM",
    scheme_version=3,
    cycle=1,
    hours_minutes=3360,
    score=87,
    full_marks=100,
    required=70,
    steps=(("Platform Foundation", "course"), ("Administrator Exam", "exam")),
    issuer="TrustStram Academy",
    signatory_name="Emily Rodriguez",
    signatory_role="Director of Professional Services",
    verify_url="https://academy.example/verify/7F3K9Q2MXR4T0C8VA",
    demonstration=False,
    locale="en_GB",
    page_format="A4",
    issued_at=datetime(2026, 11, 20, 9, 0, tzinfo=UTC),
)


def certificate_facts(**changes: Any) -> CertificateFacts:
    """An ordinary certificate's facts with some of them changed."""
    return replace(ORDINARY, **changes)


def fullest_facts(**changes: Any) -> CertificateFacts:
    """As much as the forms let anybody write."""
    modules = [(f"Programme module {number} of the pathway", "course") for number in range(11)]
    values = {
        "holder_name": _long("María del Carmen Fernández de la Vega y Sanz-Hohenzollern", 200),
        "title": _long("Certified Developer, Enterprise Architecture and Extension", 120),
        "statement": _long("completed every programme and defended a design of their own", 300),
        "issuer": _long("TrustStram Academy for Enterprise Platforms and Support", 120),
        "signatory_name": _long("Prof. Dr. Emily Rodriguez-Villanueva", 120),
        "signatory_role": _long("Director of Professional Services and Certification", 120),
        "scheme_code": "ENTERPRISE-ARCHITECT-ADVANCED-2026-SPEC",
        "verify_url": "https://learning.academy.example.org/verify/7F3K9Q2MXR4T0C8VA",
        "cycle": 4,
        "steps": (*modules, ("The Written Exam", "exam")),
    }
    return certificate_facts(**(values | changes))


def _long(words: str, length: int) -> str:
    return (f"{words} " * length)[:length].strip()
