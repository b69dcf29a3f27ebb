"""Competencies, exams, schemes, awards, certificates."""

from datetime import date
from functools import cache
from typing import Any

import sqlalchemy as sa
from flask import current_app

from certification.awards.models import Award, Scheme, SchemeState, SchemeVersion
from certification.certificates import actions, drawing, making
from certification.certificates.document import render
from certification.certificates.models import Certificate
from certification.competency.models import Competency, CourseCompetency, Framework
from certification.credentials.signing import sign
from certification.exams.models import Exam
from courses.catalog.models import Course, Programme
from lms import clock, revisions
from lms.accounts.models import Person
from lms.db import db, run, unit
from tests.factories.base import FactoryBase
from tests.factories.documents import certificate_facts

LEVELS = ("Aware", "Guided", "Able", "Expert")
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

    def rule(self, version: SchemeVersion, rule: dict[str, Any]) -> SchemeVersion:
        """The version with another rule, as if it had been published so."""
        with unit(writes=True):
            found = db.session.get_one(SchemeVersion, version.id)
            found.rule = rule
            revisions.bump("catalog")
        return found

    def exam(self, course: Course, full_marks: int = 100, cut_score: int = 70) -> Exam:
        """The marks of an exam."""
        return self.save(Exam(course_id=course.id, full_marks=full_marks, cut_score=cut_score))

    def competency(self, programme: Programme, code: str = "SEC-1") -> Competency:
        """A competency in the programme's framework of four levels, made on first use."""
        framework = db.session.scalar(
            sa.select(Framework).where(Framework.programme_id == programme.id)
        ) or self.save(
            Framework(
                code=f"{programme.code}-F",
                programme_id=programme.id,
                title="Running the product",
                levels=[{"level": n, "title": t} for n, t in enumerate(LEVELS, 1)],
            )
        )
        return self.save(
            Competency(
                framework_id=framework.id,
                code=code,
                title=f"Skill {code}",
                statement="Hardens a deployment.",
                position=self.next(),
            )
        )

    def teaches(self, course: Course, competency: Competency, level: int = 2) -> CourseCompetency:
        """Completing the course shows the competency at the level."""
        return self.save(
            CourseCompetency(course_id=course.id, competency_id=competency.id, level=level)
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

    def prepared(self, award: Award) -> Certificate:
        """The certificate of an award, before its files are made."""
        settings = current_app.extensions["settings"]
        with unit(writes=True):
            return actions.prepare(award.id, settings, now=self.now)

    def certificate(self, award: Award) -> Certificate:
        """The certificate of an award, with its files, as a worker makes it."""
        certificate_id = self.prepared(award).id
        drawing.draw(certificate_id)
        return _found(certificate_id)

    def issued(self, award: Award) -> Certificate:
        """The certificate of an award where nobody reads its document: it is made as `certificate`
        makes it, but for a document that was drawn once for all of them."""
        row, settings = self.prepared(award), current_app.extensions["settings"]
        now, storage = clock.now(), current_app.extensions["storage"]
        material = run(lambda: making.gather(row.id, making.press(settings, now=now), now=now))
        assert material is not None
        signed = sign(material.statement, material.signers, now=now)
        content = _anybody_s() + f"\n% {row.code}\n".encode()
        files = drawing.Files(
            storage.put(content), len(content), material.document.signer.kid,
            storage.put(signed.credential), signed, storage.put(signed.token),
        )  # fmt: skip
        run(lambda: drawing.finish({row.id: files}))
        return _found(row.id)


def _found(certificate_id: int) -> Certificate:
    with unit(writes=False):
        return db.session.get_one(Certificate, certificate_id, populate_existing=True)


@cache
def _anybody_s() -> bytes:
    return render(certificate_facts())
