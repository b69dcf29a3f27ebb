"""Invented facts to see a design with: ordinary ones, and as much as the forms let one write."""

from dataclasses import replace
from datetime import date, datetime

from certification.certificates.facts import CertificateFacts
from certification.designs.content import Content
from certification.designs.languages import LOCALES

CODE = "7F3K9Q2MXR4T0C8VA"
KINDS = ("ordinary", "fullest", "sparse")


def sample(kind: str, content: Content, language: str, *, now: datetime) -> CertificateFacts:
    """Facts as a certificate of this design and language would hold them."""
    facts = _ordinary(content, language, now=now)
    if kind == "fullest":
        return _fullest(facts)
    if kind == "sparse":
        return replace(
            facts,
            holder_name="Ada Li",
            valid_until=None,
            hours_minutes=None,
            score=None,
            full_marks=None,
            required=None,
            steps=(),
        )
    return facts


def _ordinary(content: Content, language: str, *, now: datetime) -> CertificateFacts:
    return CertificateFacts(
        code=CODE,
        number=f"ACA-{now.year}-004417",
        holder_name="Zoë Ångström-Müller",
        holder_lang=language,
        title="Certified Administrator",
        kind="Certification",
        statement="completed the Administrator Certification Program and passed the exam.",
        awarded_on=now.date(),
        valid_until=date(now.year + 2, now.month, min(now.day, 28)),
        scheme_code="CA",
        scheme_version=1,
        cycle=1,
        hours_minutes=3360,
        score=87,
        full_marks=100,
        required=70,
        steps=(
            ("Foundation Training", "course"),
            ("Advanced Administration", "course"),
            ("Security Administration", "course"),
            ("Certification Exam", "exam"),
        ),
        issuer="TrustStram Academy",
        signatory_name="Emily Rodriguez",
        signatory_role="Director of Professional Services",
        verify_url=f"https://academy.example/verify/{CODE}",
        demonstration=False,
        locale=LOCALES[language],
        page_format=content.page_format,
        issued_at=now,
    )


def _fullest(facts: CertificateFacts) -> CertificateFacts:
    steps = [(f"Programme module {number} of the pathway", "course") for number in range(1, 12)]
    return replace(
        facts,
        holder_name=_long("María del Carmen Fernández de la Vega y Sanz-Hohenzollern", 120),
        title=_long("Certified Developer, Enterprise Architecture and Extension", 120),
        statement=_long("completed every programme and defended a design of their own", 300),
        cycle=4,
        steps=(*steps, ("The Written Exam", "exam")),
    )


def _long(words: str, length: int) -> str:
    return (f"{words} " * length)[:length].strip()
