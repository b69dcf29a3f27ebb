"""Competencies, exams, schemes, awards, certificates."""

from datetime import date
from typing import Any

from flask import current_app

from certification.awards.models import Award, Scheme, SchemeState, SchemeVersion
from certification.certificates import actions, jobs
from certification.certificates.models import Certificate
from courses.catalog.models import Programme
from lms.accounts.models import Person
from lms.db import db, unit
from tests.factories.base import FactoryBase

REQUIREMENTS: list[dict[str, Any]] = [
    {
        "kind": "course",
        "code": "ADM-101",
        "title": "Foundation Training",
        "minutes": 960,
        "on": "2026-11-02",
        "fact_id": 1,
    },
    {
        "kind": "exam",
        "code": "ADM-X",
        "title": "Administrator Exam",
        "score": 87,
        "full_marks": 100,
        "required": 70,
        "on": "2026-11-20",
        "fact_id": 2,
    },
    {
        "kind": "competency",
        "code": "SEC-1",
        "title": "Hardening",
        "level": 3,
        "on": "2026-11-19",
        "fact_id": 3,
    },
]


class CertificationFactory(FactoryBase):
    """Makes what certifies people."""

    def scheme(self, programme: Programme, code: str = "ADM-C") -> SchemeVersion:
        """A certification with one published version, valid for 24 months."""
        scheme = self.save(
            Scheme(
                code=code, programme_id=programme.id, title="Certified Administrator", position=1
            )
        )
        return self.save(
            SchemeVersion(
                scheme_id=scheme.id,
                number=1,
                state=SchemeState.PUBLISHED,
                effective_from=date(2026, 1, 1),
                term_months=24,
                rule={"all_of": [{"course": "ADM-101"}]},
                wording={
                    "title": "Certified Administrator",
                    "kind": "Certification",
                    "statement": "completed the programme and passed the certification exam.",
                    "signatory_name": "Emily Rodriguez",
                    "signatory_role": "Director of Professional Services",
                    "page_format": "A4",
                },
                created_at=self.now,
                created_by=None,
                published_at=self.now,
                published_by=None,
            )
        )

    def award(
        self,
        person: Person,
        version: SchemeVersion,
        *,
        valid_until: date | None = date(2028, 11, 20),
    ) -> Award:
        """An award of 20 November 2026."""
        return self.save(
            Award(
                person_id=person.id,
                scheme_id=version.scheme_id,
                scheme_version_id=version.id,
                cycle=1,
                awarded_on=date(2026, 11, 20),
                valid_until=valid_until,
                facts={"requirements": REQUIREMENTS},
                awarded_at=self.now,
            )
        )

    def certificate(self, award: Award) -> Certificate:
        """The certificate of an award, with its files, as a worker makes it."""
        settings = current_app.extensions["settings"]
        with unit(writes=True):
            certificate_id = actions.prepare(award.id, settings, now=self.now).id
        jobs.draw(certificate_id)
        with unit(writes=False):
            return db.session.get_one(Certificate, certificate_id, populate_existing=True)
