"""Preparing, issuing and superseding certificates. What was issued never changes."""

import hashlib
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from certification.awards.models import Award, SchemeVersion
from certification.certificates.codes import new_code
from certification.certificates.facts import CertificateFacts
from certification.certificates.models import Certificate, CertificateNumber, CertificateState
from certification.certificates.queries import frozen_zone
from certification.credentials import actions as status
from certification.designs import queries as designs
from certification.designs.content import Content
from certification.designs.languages import LOCALES
from lms import audit, clock, jobs, site
from lms.accounts.models import Person
from lms.db import db, insert_once, locked
from lms.errors import refuse
from lms.settings import Settings

DEFAULT_PREFIX = "ACA"


def prepare(award_id: int, settings: Settings, *, now: datetime) -> Certificate:
    """The award's first certificate with its frozen facts; made once, found ever after."""
    db.session.execute(locked(sa.select(Award.id).where(Award.id == award_id)))
    found = db.session.scalar(
        sa.select(Certificate).where(
            Certificate.award_id == award_id, Certificate.supersedes_id.is_(None)
        )
    )
    return found or _make(award_id, settings, replaces=None, reason="", now=now)


def held(certificate_id: int) -> Certificate:
    """A certificate as it stands, for this unit alone."""
    wanted = locked(sa.select(Certificate).where(Certificate.id == certificate_id))
    row: Certificate = db.session.scalars(wanted).one()
    return row


def supersede(
    certificate_id: int,
    settings: Settings,
    *,
    reason: str,
    by: int,
    now: datetime,
    draws: bool = True,
) -> Certificate:
    """Replace a certificate by one with today's name and words; both verify as what they are.

    A job draws it, unless (`draws`) the caller does.

    Refuses (`already_superseded`) when somebody replaced it before, (`not_issued_yet`) while
    its document is still being made.
    """
    current = held(certificate_id)
    if current.state != CertificateState.ISSUED:
        raise refuse("not_issued_yet")
    if db.session.scalar(sa.select(Certificate.id).where(Certificate.supersedes_id == current.id)):
        raise refuse("already_superseded")
    fresh = _make(current.award_id, settings, replaces=current, reason=reason, now=now)
    status.withdraw(current.id, now=now)
    audit.record(
        "certificate.superseded",
        "certificate",
        current.id,
        by=by,
        now=now,
        private={"reason": reason},
        successor=fresh.id,
    )
    if draws:
        jobs.enqueue("certificates.render", {"certificate_id": fresh.id}, key=str(fresh.id))
    return fresh


def _make(
    award_id: int,
    settings: Settings,
    *,
    replaces: Certificate | None,
    reason: str,
    now: datetime,
) -> Certificate:
    _hold_zone(settings)
    award, person, version = _award(award_id)
    facts = _facts(award, person, version, settings, now=now)
    text = facts.to_json()
    row = Certificate(
        code=facts.code,
        number=facts.number,
        award_id=award_id,
        person_id=award.person_id,
        holder_name=facts.holder_name,
        achievement=facts.title,
        issued_on=clock.today(now, settings.issuer_zone),
        valid_until=facts.valid_until,
        facts={"json": text},
        facts_sha256=hashlib.sha256(text.encode()).hexdigest(),
        state=CertificateState.PENDING,
        supersedes_id=replaces.id if replaces else None,
        supersession_reason=reason,
        created_at=now,
    )
    db.session.add(row)
    db.session.flush()
    audit.record(
        "certificate.prepared",
        "certificate",
        row.id,
        by=None,
        now=now,
        award=award_id,
        facts_sha256=row.facts_sha256,
    )
    return row


def _hold_zone(settings: Settings) -> None:
    """Days of certificates are meant in one zone, that of the first one. Refuses
    (`issuer_zone_changed`) when the setting says another."""
    frozen = frozen_zone()
    if frozen not in (None, settings.issuer_zone):
        raise refuse("issuer_zone_changed", frozen=frozen, zone=settings.issuer_zone)


def _award(award_id: int) -> tuple[Award, Person, SchemeVersion]:
    row = db.session.execute(
        sa.select(Award, Person, SchemeVersion)
        .join(Person, Person.id == Award.person_id)
        .join(SchemeVersion, SchemeVersion.id == Award.scheme_version_id)
        .options(joinedload(SchemeVersion.scheme))
        .where(Award.id == award_id)
    ).one()
    return row[0], row[1], row[2]


def _facts(
    award: Award, person: Person, version: SchemeVersion, settings: Settings, *, now: datetime
) -> CertificateFacts:
    needs = award.facts.get("requirements", [])
    exam = next((need for need in needs if need["kind"] == "exam"), None)
    minutes = sum(need.get("minutes") or 0 for need in needs if need["kind"] == "course")
    profile = site.load()
    code = new_code()
    design = designs.for_scheme(award.scheme_id)
    signatories = _signatories(version, design[1] if design else None)
    return CertificateFacts(
        code=code,
        number=_number(award.awarded_on, profile_prefix()),
        holder_name=person.name,
        holder_lang=person.language,
        title=version.wording["title"],
        kind=version.wording.get("kind", "Certification"),
        statement=version.wording.get("statement", ""),
        awarded_on=award.awarded_on,
        valid_until=award.valid_until,
        scheme_code=version.scheme.code,
        scheme_version=version.number,
        cycle=award.cycle,
        hours_minutes=minutes or None,
        score=exam["score"] if exam else None,
        full_marks=exam["full_marks"] if exam else None,
        required=exam["required"] if exam else None,
        steps=tuple((need["title"], need["kind"]) for need in needs),
        issuer=profile.name,
        signatory_name=signatories[0],
        signatory_role=signatories[1],
        verify_url=f"{settings.public_url}/verify/{code}",
        demonstration=settings.demonstration,
        locale=LOCALES[design[1].language_for(person.language)] if design else "en_GB",
        page_format=design[1].page_format if design else version.wording.get("page_format", "A4"),
        issued_at=now,
        design=design[0] if design else None,
        zone=settings.issuer_zone,
    )


def _signatories(version: SchemeVersion, content: Content | None) -> tuple[str, str]:
    """Names and roles of who signs: the design's signatories, else the scheme's."""
    if content is None or not content.signatories:
        wording = version.wording
        return wording.get("signatory_name", ""), wording.get("signatory_role", "")
    names = [person.name for person in content.signatories]
    roles = [person.role for person in content.signatories if person.role]
    return " · ".join(names), " · ".join(roles)


def profile_prefix() -> str:
    """The prefix of certificate numbers, from the site's data."""
    return str(site.facts().get("certificate_prefix", DEFAULT_PREFIX))


def _number(day: date, prefix: str) -> str:
    """The next number of the year, drawn under the year's row lock; none is used twice."""
    counted = (
        sa.update(CertificateNumber)
        .where(CertificateNumber.year == day.year)
        .values(last=CertificateNumber.last + 1)
        .returning(CertificateNumber.last)
        .execution_options(synchronize_session=False)
    )
    last = db.session.scalar(counted)
    if last is None:
        insert_once(CertificateNumber, {"year": day.year, "last": 0}, ["year"])
        last = db.session.scalars(counted).one()
    return f"{prefix}-{day.year}-{last:06d}"


def mark_issued(certificate_id: int, files: dict[str, Any], *, now: datetime) -> bool:
    """The files are stored: the certificate is issued with them. `files` are the columns that name
    them. False, and nothing changes, when it was already."""
    changed = db.session.execute(
        sa.update(Certificate)
        .where(Certificate.id == certificate_id, Certificate.state == CertificateState.PENDING)
        .values(state=CertificateState.ISSUED, issued_at=now, **files)
    )
    if not getattr(changed, "rowcount", 0):
        return False
    audit.record(
        "certificate.issued",
        "certificate",
        certificate_id,
        by=None,
        now=now,
        document_sha256=files["document_sha256"],
    )
    return True
